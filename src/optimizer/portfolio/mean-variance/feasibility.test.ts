/** Conflicts of turnover, tracking error and risk with other limits: each relaxation alone is enough, by hand. */
import { expect, test } from 'vitest';
import { optimized, refusals } from '../../../../test/support/optimized-portfolio.ts';

const three = {
  assets: ['A', 'B', 'C'],
  expectedReturns: [0.05, 0.07, 0.03],
  risk: {
    covariance: [
      [0.04, 0, 0],
      [0, 0.09, 0],
      [0, 0, 0.04],
    ],
  },
};

function relaxations(document: unknown): Record<string, number> {
  const { status, conflict } = optimized(document);
  expect(status).toBe('infeasible');
  return Object.fromEntries(conflict.map(({ constraint, relaxation }) => [constraint, relaxation]));
}

test('a target return out of reach of the turnover says how much less would be reached', () => {
  const found = relaxations({
    ...three,
    objective: { kind: 'targetReturn', return: 0.06 },
    current: [1, 0, 0],
    constraints: { turnover: { kind: 'oneWay', max: 0.05 } },
  });
  // Half of A has to become B; a twentieth may: 0.95 * 0.05 + 0.05 * 0.07 = 0.051.
  expect(found['turnover']).toBeCloseTo(0.45, 9);
  expect(found['targetReturn']).toBeCloseTo(0.009, 9);
  // A tenth more of B by purchase alone earns 0.057; shorting C for B earns 0.052.
  expect(found['budget']).toBe(Infinity);
  expect(found['lower:C']).toBe(Infinity);
});

test('a limit on risk below the least risk can be met with less invested', () => {
  const found = relaxations({
    assets: ['A'],
    expectedReturns: [0.07],
    risk: { covariance: [[0.04]] },
    objective: { kind: 'targetRisk', risk: 0.1 },
  });
  expect(found['risk']).toBeCloseTo(0.1, 9);
  expect(found['budget']).toBeCloseTo(0.5, 9);
});

test('what only the numbers show is refused with the place of the number', () => {
  const covariance = [
    [0, 0, 0],
    [0, 0.09, 0],
    [0, 0, 0.04],
  ];
  const places = ['riskBudget', 'inverseVolatility', 'hierarchical'].map((kind) =>
    refusals({ ...three, risk: { covariance }, objective: { kind } }).map(
      ({ location }) => location.pointer,
    ),
  );
  expect(places).toEqual([
    ['/risk/covariance/0/0'],
    ['/risk/covariance/0/0'],
    ['/risk/covariance/0/0'],
  ]);
});

test('a limit whose part in the proof is rounding is no part of the conflict', () => {
  const { status, conflict } = optimized({
    assets: ['S0', 'S1', 'S2'],
    risk: {
      covariance: [
        [0.04, 0, 0],
        [0, 0.04, 0],
        [0, 0, 0.04],
      ],
    },
    objective: { kind: 'minimumRisk' },
    constraints: {
      bounds: { lower: [null, -0.289, -0.066], upper: [null, -0.169, 0.906] },
      groups: [{ name: 'rest', members: ['S0', 'S2'], min: -0.081, max: -0.027 }],
      linear: [{ name: 'mix', coefficients: [-0.39, 0.29, 1.64], min: -0.0026, max: -0.0026 }],
    },
  });
  expect(status).toBe('infeasible');
  // At most -0.169 and -0.027, and one in total: 1.196 is missing, and the mix has no part in it.
  const names = conflict.map(({ constraint }) => constraint);
  expect(names).toEqual(['budget', 'rest', 'upper:S1']);
  for (const { relaxation } of conflict) expect(relaxation).toBeCloseTo(1.196, 9);
});
