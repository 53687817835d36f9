import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rng } from '../../../kernel/index.ts';
import type { MeasureChoice, PortfolioResult } from '../../../domain/index.ts';
import { RISK_MEASURES } from '../../../domain/index.ts';
import { fixedWideHistory } from '../../../../test/support/fixed-history.ts';
import {
  resolvedProblem,
  VARIANCE,
  type SmallProblem,
} from '../../../../test/support/portfolio-problems.ts';
import { riskBudget } from './risk-budget.ts';

type Input = Omit<SmallProblem, 'objective'>;
type Named = MeasureChoice['measure'];

function outcome(
  input: Input,
  choice: Partial<MeasureChoice>,
  budgets: Float64Array | null = null,
) {
  const objective = { kind: 'riskBudget', risk: { ...VARIANCE, ...choice }, budgets } as const;
  return riskBudget(resolvedProblem({ ...input, objective }), objective);
}

function solved(
  input: Input,
  choice: Partial<MeasureChoice>,
  budgets: Float64Array | null = null,
): PortfolioResult {
  const result = outcome(input, choice, budgets);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const history = { count: 200, returns: fixedWideHistory() };

// Riskfolio-Lib 7.4.0, rp_optimization(hist=True, b=None) by Clarabel at 1e-12; alpha 0.05.
test.each([
  ['cvar', [0.04589007882488659, 0.0834607770742084, 0.04718791094537824, 0.045318980031394784]],
  [
    'meanAbsoluteDeviation',
    [0.11057525920333569, 0.10016927397571905, 0.08224800001539342, 0.0704285472654154],
  ],
  [
    'semivariance',
    [0.09541768783951993, 0.1037602944631262, 0.08415140082441575, 0.06783580307710518],
  ],
  ['cdar', [0.0377390383776075, 0.06373677525016178, 0.06034886530520407, 0.03760197790516887]],
  ['ulcer', [0.04036391788858127, 0.05213660395566929, 0.06700456293365564, 0.0346223225653681]],
] as const)('equal shares of %s as Riskfolio-Lib', (measure, expected) => {
  const { weights } = solved({ history }, { measure });
  expected.forEach((w, i) => {
    expect(Math.abs((weights[i] as number) - w)).toBeLessThan(2e-8);
  });
});

test.each(RISK_MEASURES.filter((measure) => measure !== 'variance'))(
  'shares of %s hold to 1e-8, and the gap says so',
  (measure) => {
    const budgets = Float64Array.from({ length: 20 }, (_, i) => (i + 1) / 210);
    const { status, riskContributions, risk, certificate } = solved(
      { history },
      { measure },
      budgets,
    );
    expect(status).toBe('optimal');
    expect(certificate?.gap).toBeLessThan(1e-11);
    budgets.forEach((budget, i) => {
      expect(Math.abs((riskContributions?.[i] as number) / risk - budget)).toBeLessThan(1e-8);
    });
  },
);

describe('by hand', () => {
  // Worst of A alone 2 %, of B alone 4 %, never in the same period: 2/3 and 1/3 lose 4/3 % in each.
  const losses = { count: 3, returns: Float64Array.of(-0.02, 0, 0, -0.04, 0.01, 0.01) };

  test('worst losses in different periods: each asset owns its own', () => {
    const { weights, risk, riskContributions } = solved(
      { history: losses },
      { measure: 'worstRealization' },
    );
    expect(weights[0]).toBeCloseTo(2 / 3, 10);
    expect(risk).toBeCloseTo(0.04 / 3, 12);
    expect(riskContributions?.[0]).toBeCloseTo(0.02 / 3, 10);
  });

  test('a bound takes precedence, and the budget of weights holds', () => {
    const upper = Float64Array.of(0.5, 1);
    const { weights, binding, status } = solved(
      { history: losses, constraints: { upper } },
      { measure: 'worstRealization' },
    );
    expect(status).toBe('optimal');
    expect(weights[0]).toBeCloseTo(0.5, 9);
    expect(weights[1]).toBeCloseTo(0.5, 9);
    expect(binding.map(({ constraint }) => constraint)).toEqual(['upper:A0']);
  });
});

test('RB1 RB2 RB5 any measure, any history, with limits: optimal or in conflict, never worse than the bound', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.constantFrom<Named>(
        'cvar',
        'meanAbsoluteDeviation',
        'semivariance',
        'ulcer',
        'worstRealization',
      ),
      (seed, measure) => {
        const rng = new Rng(seed);
        const n = 2 + rng.below(5);
        const count = 20 + rng.below(30);
        const returns = Float64Array.from({ length: n * count }, () => 0.01 * rng.normal());
        const upper = Float64Array.from({ length: n }, () => rng.between(0.8, 2.5) / n);
        const { status, weights, certificate, riskContributions, risk } = solved(
          { history: { count, returns }, constraints: { upper } },
          { measure, alpha: 0.1 },
        );
        if (upper.reduce((a, b) => a + b, 0) < 1) {
          expect(status).toBe('infeasible');
          return;
        }
        expect(status).toBe('optimal');
        expect(certificate?.gap).toBeLessThan(1e-8);
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        weights.forEach((w, i) => {
          expect(w).toBeLessThan((upper[i] as number) + 1e-9);
        });
        const total = riskContributions?.reduce((a, b) => a + b, 0) ?? NaN;
        expect(total / risk).toBeCloseTo(1, 7);
      },
    ),
    { numRuns: 40 },
  );
});

describe('refusals', () => {
  const codes = (input: Input, choice: Partial<MeasureChoice>): string =>
    ((result) =>
      result.ok ? result.value.status : result.error.map(({ message }) => message).join('; '))(
      outcome(input, choice),
    );

  test('no history, a threshold, compounding', () => {
    expect(codes({ covariance: Float64Array.of(1, 0, 0, 1) }, { measure: 'cvar' })).toContain(
      'history',
    );
    expect(codes({ history }, { measure: 'semivariance', threshold: 0.01 })).toContain('threshold');
    expect(codes({ history }, { measure: 'ulcer', isCompounded: true })).toContain('compounded');
  });

  test('a portfolio that never loses has no tail to share', () => {
    const returns = Float64Array.of(0.01, -0.02, 0.02, 0.01, 0.03, -0.01);
    expect(codes({ history: { count: 3, returns } }, { measure: 'worstRealization' })).toContain(
      'not above zero',
    );
  });
});
