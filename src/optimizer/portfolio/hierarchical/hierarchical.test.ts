import { describe, expect, test } from 'vitest';
import type { MeasureChoice, PortfolioResult } from '../../../domain/index.ts';
import { fixedWideHistory } from '../../../../test/support/fixed-history.ts';
import {
  resolvedProblem,
  VARIANCE,
  type SmallProblem,
} from '../../../../test/support/portfolio-problems.ts';
import { hierarchical } from './hierarchical.ts';
import { treeOf, type Hierarchical } from './tree.ts';

function objective(more: Partial<Hierarchical>): Hierarchical {
  return {
    kind: 'hierarchical',
    method: 'hrp',
    linkage: 'single',
    distance: 'condensed',
    clusterCount: null,
    risk: VARIANCE,
    ...more,
  };
}

function solved(
  input: Omit<SmallProblem, 'objective'>,
  choice: Partial<Hierarchical>,
): PortfolioResult {
  const own = objective(choice);
  const result = hierarchical(resolvedProblem({ ...input, objective: own }), own);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function expectWeights(actual: Float64Array, expected: readonly number[], tolerance: number): void {
  expected.forEach((value, i) => {
    expect(Math.abs((actual[i] as number) - value)).toBeLessThan(tolerance);
  });
}

function squareSum(weights: Float64Array): number {
  return weights.reduce((total, w) => total + w * w, 0);
}

/**
 * Lower triangle of the covariance of the ten series in Lopez de Prado 2016, section "A numerical example" (five
 * independent ones, five copies with noise; 10,000 observations): the program printed there, run with numpy 2.4
 * under its seed of 12345 and rounded to six places. Its weights are those of exhibit 3.
 */
const PAPER_COVARIANCE = [
  [1.000648],
  [-0.00305, 1.009021],
  [0.010033, 0.008614, 1.000739],
  [-0.01076, 0.007334, -0.000638, 1.011855],
  [-0.005037, -0.009493, 0.001783, 0.00576, 1.005836],
  [0.008763, 0.013032, 1.001575, 0.000906, 0.005606, 1.06431],
  [0.998202, -0.009421, 0.006385, -0.011912, -0.009643, 0.004414, 1.058172],
  [-0.001393, -0.015346, 0.001922, 0.000462, 1.008567, 0.00578, -0.006755, 1.074833],
  [-0.001255, 1.01052, 0.012902, 0.012573, -0.006183, 0.017185, -0.008099, -0.011903, 1.075347],
  [
    -0.009366, 1.013335, 0.007998, 0.009622, -0.007943, 0.011601, -0.01624, -0.013738, 1.01522,
    1.078587,
  ],
];

test('hierarchical risk parity of the paper: order of leaves and weights', () => {
  const covariance = Float64Array.from({ length: 100 }, (_, at) => {
    const r = Math.max(Math.floor(at / 10), at % 10);
    const c = Math.min(Math.floor(at / 10), at % 10);
    return (PAPER_COVARIANCE[r] as number[])[c] as number;
  });
  const own = objective({ distance: 'paper' });
  const tree = treeOf(resolvedProblem({ covariance, objective: own }), own);
  expect(tree.order.map((i) => i + 1)).toEqual([9, 2, 10, 1, 7, 3, 6, 4, 5, 8]);
  const { weights } = solved({ covariance }, { distance: 'paper' });
  const percent = [7.0, 7.59, 10.84, 19.03, 9.72, 10.19, 6.62, 9.1, 7.12, 12.79];
  expectWeights(
    weights,
    percent.map((w) => w / 100),
    5.1e-5,
  );
});

/** scipy 1.17.1 linkage and the paper's bisection on the history by formula (T = 200, n = 20). */
const SCIPY = [
  [
    'condensed',
    'single',
    '1 2 5 3 4 7 0 9 6 8 12 15 10 18 13 11 16 19 14 17',
    0.12090966533891628,
    0.08072840675999667,
  ],
  [
    'condensed',
    'complete',
    '4 7 12 15 1 6 9 0 3 11 14 17 5 8 16 19 2 13 10 18',
    0.12065815924745833,
    0.06494853697605282,
  ],
  [
    'condensed',
    'average',
    '1 4 7 9 12 15 2 5 13 10 18 0 3 6 11 14 17 8 16 19',
    0.12285951596830948,
    0.06995576861159628,
  ],
  [
    'condensed',
    'ward',
    '4 7 1 9 12 15 0 3 6 11 14 17 5 8 16 19 2 13 10 18',
    0.15855804649757707,
    0.07321786417507033,
  ],
  [
    'paper',
    'single',
    '1 0 3 2 5 6 4 7 8 13 16 19 11 14 17 9 10 18 12 15',
    0.1661043159927807,
    0.08789842453241739,
  ],
  [
    'paper',
    'complete',
    '0 3 8 16 19 11 14 17 13 10 18 2 5 4 7 12 15 1 6 9',
    0.09211502079789922,
    0.06551009221726006,
  ],
  [
    'paper',
    'average',
    '1 4 7 9 12 15 13 10 18 2 5 0 11 14 17 8 16 19 3 6',
    0.10220045742795861,
    0.0622029075000787,
  ],
  [
    'paper',
    'ward',
    '14 17 6 9 16 19 8 11 0 3 13 10 18 2 5 1 4 7 12 15',
    0.06820012042897644,
    0.059480057501687715,
  ],
] as const;

const history = { count: 200, returns: fixedWideHistory() };

test.each(SCIPY)(
  '%s distance, %s linkage: leaves and weights as scipy',
  (distance, linkage, order, first, squares) => {
    const own = objective({ distance, linkage });
    const tree = treeOf(resolvedProblem({ history, objective: own }), own);
    expect(tree.order.join(' ')).toBe(order);
    const { weights } = solved({ history }, { distance, linkage });
    expect(weights[0]).toBeCloseTo(first, 13);
    expect(squareSum(weights)).toBeCloseTo(squares, 13);
  },
);

const measure = (name: MeasureChoice['measure']): MeasureChoice => ({ ...VARIANCE, measure: name });

/** Riskfolio-Lib 7.4.0, HCPortfolio.optimization on the same history, leaf_order=False; the first two weights and the sum of squares. */
const RISKFOLIO = [
  ['hrp', 'single', 'cvar', null, [0.0587399334612595, 0.06789212924776682], 0.05376513219048081],
  [
    'hrp',
    'ward',
    'meanAbsoluteDeviation',
    null,
    [0.10433927649958369, 0.0822809599043517],
    0.059638107043330814,
  ],
  [
    'hrp',
    'ward',
    'maximumDrawdown',
    null,
    [0.06074765232004398, 0.06139070326172643],
    0.06184196994351929,
  ],
  [
    'herc',
    'single',
    'variance',
    null,
    [0.054154665576283914, 0.4213160968611831],
    0.19736339073471731,
  ],
  ['herc', 'single', 'variance', 4, [0.005457552004864513, 0.7609209486025771], 0.6049641884721587],
  [
    'herc',
    'ward',
    'variance',
    null,
    [0.04482625229870527, 0.16940536074651014],
    0.09467900297861512,
  ],
  ['herc', 'ward', 'cvar', 4, [0.0422913313227205, 0.0623578674422064], 0.0699779159752661],
  [
    'herc',
    'ward',
    'maximumDrawdown',
    null,
    [0.02318469785742573, 0.11757139385996193],
    0.08526866896728907,
  ],
] as const;

test.each(RISKFOLIO)(
  '%s, %s linkage, %s, %s clusters: as Riskfolio-Lib',
  (method, linkage, name, clusterCount, first, squares) => {
    const { weights } = solved({ history }, { method, linkage, clusterCount, risk: measure(name) });
    expectWeights(weights, first, 1e-12);
    expect(squareSum(weights)).toBeCloseTo(squares, 12);
  },
);

describe('nested clusters: Riskfolio-Lib 7.4.0, whose cone solver leaves errors of 1e-5', () => {
  test.each([
    [
      'single',
      'variance',
      null,
      [0.2508635931089377, 0.19650815790580345, 0.18113652586650777],
      0.20192892786021496,
    ],
    [
      'ward',
      'variance',
      4,
      [0.19134658340440644, 0.15890371198200556, 0.13359335716193507],
      0.121859122895707,
    ],
    ['single', 'cvar', null, [0, 0.03985302079597917, 0.10046090919647503], 0.3374180338123953],
  ] as const)('%s linkage, %s, %s clusters', (linkage, name, clusterCount, first, squares) => {
    const { weights } = solved(
      { history },
      { method: 'nco', linkage, clusterCount, risk: measure(name) },
    );
    expectWeights(weights, first, 2e-4);
    expect(squareSum(weights)).toBeCloseTo(squares, 3);
  });

  test('open below: (1/s^2) within pairs of a block-diagonal covariance, and between', () => {
    // Blocks [4, 2; 2, 4] and [1, 0.5; 0.5, 1]: equal halves inside, variances 3 and 0.75 between.
    const covariance = Float64Array.of(4, 2, 0, 0, 2, 4, 0, 0, 0, 0, 1, 0.5, 0, 0, 0.5, 1);
    const lower = new Float64Array(4).fill(-Infinity);
    const upper = new Float64Array(4).fill(Infinity);
    const { weights } = solved(
      { covariance, constraints: { lower, upper } },
      { method: 'nco', clusterCount: 2 },
    );
    expectWeights(weights, [0.1, 0.1, 0.4, 0.4], 1e-9);
  });
});

test('bounds move splits as the split rule of skfolio 1.12.2 does on the leaves of scipy', () => {
  const lower = new Float64Array(20).fill(0.02);
  const upper = new Float64Array(20).fill(0.1);
  const { weights } = solved({ history, constraints: { lower, upper } }, {});
  expectWeights(
    weights,
    [
      0.09999999999999999, 0.1, 0.1, 0.1, 0.1, 0.09336794474425743, 0.034333073244880774,
      0.0982161908757926, 0.030108419125115332, 0.03970605072046897, 0.019999999999999993,
      0.020000000000000007, 0.024268321289484907, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02,
      0.019999999999999993,
    ],
    1e-12,
  );
});

test('two assets by hand: variances 1 and 4 give 4/5 and 1/5; one asset takes all', () => {
  const { weights, riskContributions, risk } = solved(
    { covariance: Float64Array.of(1, 0, 0, 4) },
    {},
  );
  expectWeights(weights, [0.8, 0.2], 1e-15);
  expect(risk).toBeCloseTo(Math.sqrt(0.64 + 0.16), 14);
  expect(riskContributions?.[0]).toBeCloseTo(0.64 / risk, 14);
  for (const method of ['hrp', 'herc', 'nco'] as const) {
    expect([...solved({ covariance: Float64Array.of(2) }, { method }).weights]).toEqual([1]);
  }
});

describe('refusals', () => {
  const codes = (
    input: Omit<SmallProblem, 'objective'>,
    choice: Partial<Hierarchical>,
  ): string[] => {
    const own = objective(choice);
    const result = hierarchical(resolvedProblem({ ...input, objective: own }), own);
    return result.ok
      ? [result.value.status]
      : result.error.map(({ code, message }) => `${code} ${message}`);
  };
  const covariance = Float64Array.of(1, 0, 0, 4);

  test('limits that a tree cannot honor, or does not', () => {
    const groups = (maximum: number) => [
      { name: 'g', members: [0], minimum: null, maximum, relativeTo: null },
    ];
    expect(codes({ covariance, constraints: { maximumNames: 1, exactNames: 1 } }, {})).toEqual([
      'METHOD_CONSTRAINT_UNSUPPORTED hrp cannot honor maximumNames',
      'METHOD_CONSTRAINT_UNSUPPORTED hrp cannot honor exactNames',
    ]);
    expect(codes({ covariance, constraints: { groups: groups(0.8) } }, {})).toEqual(['optimal']);
    expect(codes({ covariance, constraints: { groups: groups(0.7) } }, {})).toEqual([
      'METHOD_CONSTRAINT_UNSUPPORTED hrp is a rule without choice, and gives g the value 0.80000000, above 0.7',
    ]);
    const upper = Float64Array.of(0.5, 1);
    expect(codes({ covariance, constraints: { upper } }, { method: 'herc' })).toEqual([
      'METHOD_CONSTRAINT_UNSUPPORTED herc is a rule without choice, and gives A0 the value 0.80000000, above 0.5',
    ]);
    expect(codes({ covariance, constraints: { budget: null } }, {})[0]).toContain('a budget');
  });

  test('impossible bounds are infeasible, with the conflict', () => {
    expect(codes({ covariance, constraints: { upper: Float64Array.of(0.3, 0.3) } }, {})).toEqual([
      'infeasible',
    ]);
  });

  test('no history for a tail, a riskless asset, too many clusters', () => {
    expect(codes({ covariance }, { risk: measure('cvar') })[0]).toContain('METHOD_INPUT_INVALID');
    expect(codes({ covariance }, { method: 'herc', clusterCount: 3 })[0]).toContain('from 1 to 2');
    const rising = Float64Array.of(0.01, 0.02, 0.02, -0.01, 0.03, 0.01);
    expect(
      codes({ history: { count: 3, returns: rising } }, { risk: measure('worstRealization') })[0],
    ).toContain('the worstRealization of A0 is -0.01');
  });
});
