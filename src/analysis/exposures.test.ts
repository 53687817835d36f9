import { expect, test } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import { identifier, type Instrument, type InstrumentSymbol, type Money } from '../domain/index.ts';
import { exposuresBy } from './exposures.ts';

const symbol = (text: string): InstrumentSymbol => identifier<InstrumentSymbol>(text);
const money = (text: string): Money => Decimal.parse<'Money'>(text);

function instrument(name: string, sector: string | null, issuer: string | null): Instrument {
  return {
    symbol: symbol(name),
    name,
    assetClass: 'equity',
    sector,
    industry: null,
    country: null,
    issuer,
    currency: 'USD',
    lotSize: Decimal.parse<'Quantity'>('1'),
    isFractional: false,
    figi: null,
    isin: null,
  };
}

const input = {
  amounts: new Map([
    [symbol('GOOG'), money('200.10')],
    [symbol('GOOGL'), money('100.20')],
    [symbol('XOM'), money('99.70')],
    [symbol('NEW'), money('50')],
  ]),
  instruments: new Map(
    [
      instrument('GOOG', 'Technology', 'Alphabet'),
      instrument('GOOGL', 'Technology', 'Alphabet'),
      instrument('XOM', 'Energy', null),
    ].map((one) => [one.symbol, one] as const),
  ),
  total: money('1000'),
};

test('sectors by name, the unclassified last, weights of the whole total', () => {
  const sectors = exposuresBy('sector', input).map(({ group, weight }) => [
    group,
    weight.toString(),
  ]);
  expect(sectors).toEqual([
    ['Energy', '0.0997'],
    ['Technology', '0.3003'],
    [null, '0.05'],
  ]);
});

test('share classes of one issuer count together', () => {
  const [alphabet, unknown] = exposuresBy('issuer', input);
  expect(alphabet?.group).toBe('Alphabet');
  expect(alphabet?.amount.toString()).toBe('300.3');
  expect(alphabet?.symbols).toEqual(['GOOG', 'GOOGL']);
  expect(unknown?.symbols).toEqual(['XOM', 'NEW']);
});

test('refuses a total of zero', () => {
  expect(() => exposuresBy('assetClass', { ...input, total: money('0') })).toThrow(/positive/);
});
