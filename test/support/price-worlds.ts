/** Hand-made price histories, and the model estimated from them, for the tests of risk estimation. */
import { Decimal, Rng, addDays, parseCalendarDate } from '../../src/kernel/index.ts';
import {
  identifier,
  type Instrument,
  type InstrumentSymbol,
  type PriceBar,
  type RiskModel,
} from '../../src/domain/index.ts';
import { estimateRiskModel, type RiskModelEstimate } from '../../src/analysis/index.ts';

export const symbol = (text: string): InstrumentSymbol => identifier<InstrumentSymbol>(text);
export const START = parseCalendarDate('2025-01-01');

export function bars(returns: readonly number[], skip = 0): PriceBar[] {
  let level = 100;
  const all = [100, ...returns.map((value) => (level *= 1 + value))];
  return all
    .map((price, t) => ({
      date: addDays(START, t),
      close: Decimal.fromFloat<'Price'>(price, { scale: 14, mode: 'halfEven' }),
      volume: null,
      adjustedClose: null,
    }))
    .slice(skip);
}

export function instrument(name: string, sector: string | null, assetClass = 'equity'): Instrument {
  return {
    symbol: symbol(name),
    name,
    assetClass,
    sector,
    industry: null,
    country: null,
    issuer: null,
    currency: 'USD',
    lotSize: Decimal.parse<'Quantity'>('1'),
    isFractional: false,
    figi: null,
    isin: null,
  };
}

export interface World {
  readonly histories: Readonly<Record<string, PriceBar[]>>;
  readonly sectors?: Readonly<Record<string, string>>;
  readonly order?: readonly string[];
}

export function estimate(world: World, factorCount: number): RiskModelEstimate {
  const names = world.order ?? Object.keys(world.histories);
  return estimateRiskModel(
    {
      symbols: names.map(symbol),
      priceHistory: new Map(names.map((name) => [symbol(name), world.histories[name] ?? []])),
      instruments: new Map(
        names.map((name) => [symbol(name), instrument(name, world.sectors?.[name] ?? null)]),
      ),
      asOfDate: addDays(START, 400),
    },
    { factorCount, returnDays: 252 },
  );
}

/** Row i, column j of diag(specific) + F F'. */
export function covariance(model: RiskModel, i: number, j: number): number {
  const k = model.factorCount;
  let value = i === j ? (model.specificVariance[i] as number) : 0;
  for (let f = 0; f < k; f += 1) {
    value += (model.factors[i * k + f] as number) * (model.factors[j * k + f] as number);
  }
  return value;
}

export function sampleCovariance(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const total = a.reduce((sum, value, t) => sum + (value - ma) * ((b[t] as number) - mb), 0);
  return (252 * total) / (a.length - 1);
}

export function randomReturns(seed: number, n: number, length: number): number[][] {
  const rng = new Rng(seed);
  const market = Array.from({ length }, () => 0.01 * rng.normal());
  return Array.from({ length: n }, () => {
    const beta = rng.between(0.5, 1.5);
    return market.map((value) => beta * value + 0.008 * rng.normal());
  });
}

export function named(returns: readonly number[][]): Record<string, PriceBar[]> {
  return Object.fromEntries(returns.map((one, i) => [`N${String(i).padStart(4, '0')}`, bars(one)]));
}
