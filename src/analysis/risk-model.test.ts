import { expect, test } from 'vitest';
import { Rng, addDays } from '../kernel/index.ts';
import type { PriceBar, RiskModel } from '../domain/index.ts';
import {
  START,
  bars,
  covariance,
  estimate,
  named,
  randomReturns,
  sampleCovariance,
  symbol,
} from '../../test/support/price-worlds.ts';
import { estimateRiskModel, SPECIFIC_VARIANCE_FLOOR } from './risk-model.ts';
import { trackingError } from './tracking-error.ts';

test('alternating returns of one size: variance by hand', () => {
  // 24 returns of +1 % and -1 % in turn: mean 0, sum of squares 24e-4, over 23, times 252.
  const plus = Array.from({ length: 24 }, (_, t) => (t % 2 === 0 ? 0.01 : -0.01));
  const { model } = estimate(
    { histories: { AAA: bars(plus), BBB: bars(plus.map((r) => -2 * r)) } },
    1,
  );
  const variance = (252 * 24e-4) / 23;
  expect(covariance(model, 0, 0)).toBeCloseTo(variance + SPECIFIC_VARIANCE_FLOOR, 8);
  expect(covariance(model, 0, 1)).toBeCloseTo(-2 * variance, 8);
  // The larger loading is positive: that of BBB.
  expect(model.factors[1]).toBeCloseTo(2 * Math.sqrt(variance), 8);
  expect(model.factors[0]).toBeCloseTo(-Math.sqrt(variance), 8);
});

test('a world of two factors without noise is recovered whole by two components', () => {
  const rng = new Rng(5);
  const drivers = [0, 1].map(() => Array.from({ length: 120 }, () => 0.01 * rng.normal()));
  const exposures = [
    [1, 0],
    [0, 1],
    [0.5, 0.5],
    [1, -1],
    [0.2, 0.7],
  ];
  const returns = exposures.map(([a, b]) =>
    (drivers[0] as number[]).map(
      (value, t) => (a as number) * value + (b as number) * (drivers[1]?.[t] as number),
    ),
  );
  const { model, findings } = estimate({ histories: named(returns) }, 2);
  expect(findings).toEqual([]);
  returns.forEach((one, i) => {
    expect(model.specificVariance[i]).toBe(SPECIFIC_VARIANCE_FLOOR);
    returns.forEach((other, j) => {
      const floor = i === j ? SPECIFIC_VARIANCE_FLOOR : 0;
      expect(covariance(model, i, j)).toBeCloseTo(sampleCovariance(one, other) + floor, 9);
    });
  });
  // A third component has nothing to explain.
  expect(estimate({ histories: named(returns) }, 3).model.factorCount).toBe(2);
});

test('R4 a short history stands on the mean of its sector, and the findings say so', () => {
  const returns = randomReturns(9, 3, 60);
  const histories = { ...named(returns), YOUNG: bars(returns[0] as number[], 50) };
  const sectors = { N0000: 'Tech', N0001: 'Tech', N0002: 'Energy', YOUNG: 'Tech' };
  const { model, findings } = estimate({ histories, sectors }, 1);
  expect(findings.map(({ code, location }) => [code, location.symbol])).toEqual([
    ['RISK_HISTORY_SHORT', 'YOUNG'],
  ]);
  expect(findings[0]?.message).toContain('10 of 60 daily returns');
  expect(findings[0]?.message).toContain('sector Tech');
  expect(model.factors[3]).toBeCloseTo(
    ((model.factors[0] as number) + (model.factors[1] as number)) / 2,
    14,
  );
  expect(model.specificVariance[3]).toBeCloseTo(
    ((model.specificVariance[0] as number) + (model.specificVariance[1] as number)) / 2,
    14,
  );
});

test('without any history every name has the default variance and a finding', () => {
  const { model, findings } = estimate({ histories: { AAA: [], BBB: [] } }, 3);
  expect(model.factorCount).toBe(0);
  expect([...model.specificVariance]).toEqual([0.04, 0.04]);
  expect(findings.length).toBe(2);
});

test('no symbols: an empty model', () => {
  expect(estimate({ histories: {} }, 3).model.assets).toEqual([]);
});

test('bars after the date are not looked at', () => {
  const returns = randomReturns(4, 3, 60);
  const early = returns.map((one) => one.slice(0, 40));
  const at = addDays(START, 40);
  const ask = (histories: Record<string, PriceBar[]>): RiskModel =>
    estimateRiskModel(
      {
        symbols: Object.keys(histories).map(symbol),
        priceHistory: new Map(Object.entries(histories).map(([name, h]) => [symbol(name), h])),
        instruments: new Map(),
        asOfDate: at,
      },
      { factorCount: 2, returnDays: 252 },
    ).model;
  expect(ask(named(returns))).toEqual(ask(named(early)));
});

test('tracking error by hand; an unknown name is not zero risk', () => {
  const model: RiskModel = {
    assets: ['A', 'B'],
    factorCount: 1,
    factors: Float64Array.of(0.2, 0.1),
    specificVariance: Float64Array.of(0.01, 0.04),
    factorNames: ['market'],
  };
  // .1^2 .01 + .1^2 .04 + (.1 x .2 - .1 x .1)^2 = .0005 + .0001
  const active = new Map([
    ['A', 0.1],
    ['B', -0.1],
  ]);
  expect(trackingError(active, model)).toBeCloseTo(Math.sqrt(0.0006), 14);
  expect(trackingError(new Map([['Z', 0.1]]), model)).toBeNull();
  expect(trackingError(new Map([['Z', 0]]), model)).toBe(0);
});
