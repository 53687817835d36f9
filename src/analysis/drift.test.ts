import { expect, test } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import {
  identifier,
  type AccountId,
  type AccountTargets,
  type InstrumentSymbol,
  type ModelPortfolioId,
  type Money,
  type Quantity,
  type Ratio,
  type TargetLine,
} from '../domain/index.ts';
import { driftAfter, driftOf } from './drift.ts';

const symbol = (text: string): InstrumentSymbol => identifier<InstrumentSymbol>(text);
const money = (text: string): Money => Decimal.parse<'Money'>(text);
const ratio = (text: string): Ratio => Decimal.parse(text);
const shares = (text: string): Quantity => Decimal.parse<'Quantity'>(text);

/** A line of a 1,000 dollar account at 10 dollars a share, with a band of 20 % of the target. */
function line(name: string, quantity: number, target: string): TargetLine {
  const targetWeight = ratio(target);
  return {
    symbol: symbol(name),
    price: Decimal.parse<'Price'>('10'),
    currentQuantity: shares(String(quantity)),
    currentAmount: money(String(quantity * 10)),
    currentWeight: ratio((quantity / 100).toFixed(2)),
    targetWeight,
    bandLowerWeight: targetWeight.times(ratio('0.8')),
    bandUpperWeight: targetWeight.times(ratio('1.2')),
    canBuy: true,
    canSell: true,
    minimumWeight: null,
    maximumWeight: null,
    limits: [],
    path: [],
  };
}

function account(lines: readonly TargetLine[], cash: string, cashTarget: string): AccountTargets {
  return {
    accountId: identifier<AccountId>('A-1'),
    modelId: identifier<ModelPortfolioId>('M-1'),
    planningTotal: money('1000'),
    cash: money(cash),
    cashReserve: money('0'),
    cashTargetWeight: ratio(cashTarget),
    cashWeight: ratio((Number(cash) / 1000).toFixed(3)),
    excluded: [],
    lines,
    groups: [],
  };
}

const sample = account(
  [line('AAA', 50, '0.4'), line('BBB', 24, '0.2'), line('CCC', 0, '0.35'), line('OLD', 16, '0')],
  '100',
  '0.05',
);

test('drift of a small account, by hand', () => {
  const drift = driftOf(sample);
  // |.50-.40| + |.24-.20| + |0-.35| + |.16-0| + |.10-.05| = .70, half is .35
  expect(drift.activeShare.toString()).toBe('0.35');
  expect(drift.absoluteMax.toString()).toBe('0.35');
  expect(drift.absoluteMaxSubject).toBe('CCC');
  // .10/.40 = 25 %, .04/.20 = 20 %, .35/.35 = 100 %
  expect(drift.relativeMax?.toString()).toBe('1');
  expect(drift.relativeMaxSubject).toBe('CCC');
});

test('R5 exactly on the edge is in tolerance; a held name without a target is not', () => {
  // BBB stands at 0.24 = 0.2 x 1.2, its edge.
  expect(driftOf(sample).breaches).toEqual(['AAA', 'CCC', 'OLD']);
});

test('after the orders, weights are of the total after', () => {
  // 40 x 10 + 20 x 10 + 34 x 10 + cash 59 = 999 (one dollar of costs)
  const after = driftAfter(
    sample,
    new Map([
      [symbol('AAA'), shares('40')],
      [symbol('BBB'), shares('20')],
      [symbol('CCC'), shares('34')],
      [symbol('OLD'), shares('0')],
    ]),
    money('59'),
  );
  expect(after.breaches).toEqual([]);
  // |400/999-.4| + |200/999-.2| + |340/999-.35| + |59/999-.05|, halved:
  // (.0004004004 + .0002002002 + .0096596597 + .0090590591) / 2 = .0096596597
  expect(after.activeShare.toFloat()).toBeCloseTo(0.00965965965966, 11);
  expect(after.absoluteMaxSubject).toBe('CCC');
});

test('a name absent from the quantities keeps what it has', () => {
  const after = driftAfter(sample, new Map(), money('100'));
  expect(JSON.parse(JSON.stringify(after))).toEqual(JSON.parse(JSON.stringify(driftOf(sample))));
});

test('cash can be what is farthest from its target', () => {
  const drift = driftOf(account([line('AAA', 40, '0.9')], '600', '0.1'));
  // AAA is 0.5 away as well; the tie goes to the line.
  expect(drift.absoluteMaxSubject).toBe('AAA');
  const richer = driftOf(account([line('AAA', 40, '0.4'), line('BBB', 0, '0.3')], '600', '0.2'));
  expect(richer.absoluteMaxSubject).toBe('cash');
});

test('no name has a target: relative drift is absent, not zero', () => {
  const drift = driftOf(account([line('OLD', 90, '0')], '100', '1'));
  expect(drift.relativeMax).toBeNull();
  expect(drift.relativeMaxSubject).toBeNull();
  expect(drift.breaches).toEqual(['OLD']);
});

test('an account on its target has no drift and no subject', () => {
  const drift = driftOf(account([line('AAA', 90, '0.9')], '100', '0.1'));
  expect(drift.activeShare.isZero()).toBe(true);
  expect(drift.absoluteMaxSubject).toBeNull();
});

test('refuses a quantity of a name without a price', () => {
  const stray = new Map([[symbol('ZZZ'), shares('1')]]);
  expect(() => driftAfter(sample, stray, money('0'))).toThrow(/ZZZ/);
});
