import { describe, expect, test } from 'vitest';
import type { PortfolioResult } from '../../../domain/index.ts';
import { fixedWideHistory } from '../../../../test/support/fixed-history.ts';
import {
  resolvedProblem,
  VARIANCE,
  type SmallProblem,
} from '../../../../test/support/portfolio-problems.ts';
import { varianceRiskBudget } from './variance-risk-budget.ts';

type Input = Omit<SmallProblem, 'objective'>;

function outcome(input: Input, budgets: readonly number[] | null = null) {
  const objective = {
    kind: 'riskBudget',
    risk: VARIANCE,
    budgets: budgets === null ? null : Float64Array.from(budgets),
  } as const;
  return varianceRiskBudget(resolvedProblem({ ...input, objective }), objective);
}

function solved(input: Input, budgets: readonly number[] | null = null): PortfolioResult {
  const result = outcome(input, budgets);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  expect(result.value.status).toBe('optimal');
  return result.value;
}

function expectWeights(actual: Float64Array, expected: readonly number[], tolerance = 1e-13): void {
  expected.forEach((value, i) => {
    expect(Math.abs((actual[i] as number) - value)).toBeLessThan(tolerance);
  });
}

function covarianceOf(
  volatilities: readonly number[],
  correlations: readonly (readonly number[])[],
): Float64Array {
  const n = volatilities.length;
  return Float64Array.from({ length: n * n }, (_, at) => {
    const r = Math.max(Math.floor(at / n), at % n);
    const c = Math.min(Math.floor(at / n), at % n);
    const correlation = r === c ? 1 : ((correlations[r] as readonly number[])[c] as number);
    return correlation * (volatilities[r] as number) * (volatilities[c] as number);
  });
}

describe('closed forms', () => {
  test('two assets share equally in inverse proportion to volatility, whatever their correlation', () => {
    expectWeights(
      solved({ covariance: covarianceOf([0.1, 0.3], [[], [0.7]]) }).weights,
      [0.75, 0.25],
    );
  });

  test('equal correlations: the same for five', () => {
    const volatilities = [0.1, 0.2, 0.3, 0.15, 0.05];
    const rows = volatilities.map((_, r) => Array.from({ length: r }, () => 0.4));
    const inverse = volatilities.map((v) => 1 / v);
    const total = inverse.reduce((a, b) => a + b, 0);
    expectWeights(
      solved({ covariance: covarianceOf(volatilities, rows) }).weights,
      inverse.map((v) => v / total),
    );
  });

  test('uncorrelated: in proportion to the root of the budget over the volatility', () => {
    const { weights, riskContributions, risk } = solved(
      { covariance: Float64Array.of(0.04, 0, 0, 0.01) },
      [0.8, 0.2],
    );
    // sqrt(0.8) / 0.2 and sqrt(0.2) / 0.1 are equal.
    expectWeights(weights, [0.5, 0.5]);
    expect((riskContributions?.[0] as number) / risk).toBeCloseTo(0.8, 13);
  });

  // Roncalli, "Introduction to Risk Parity and Budgeting" (2013), section 2.2: volatilities of 30, 20 and 15 %, correlations of 80, 50 and 30 %.
  test("Roncalli's three assets, equal budgets and 50, 20, 30", () => {
    const covariance = covarianceOf([0.3, 0.2, 0.15], [[], [0.8], [0.5, 0.3]]);
    expectWeights(solved({ covariance }).weights, [0.1969, 0.3244, 0.4787], 5.1e-5);
    expectWeights(solved({ covariance }, [0.5, 0.2, 0.3]).weights, [0.3115, 0.219, 0.4696], 6e-5);
  });
});

test('cash beside stocks: volatilities a hundred thousand times apart keep shares to 1e-12', () => {
  const covariance = covarianceOf([3e-6, 0.2, 0.3, 0.25], [[], [0.1], [-0.2, 0.6], [0, 0.3, 0.5]]);
  const { riskContributions, risk } = solved({ covariance });
  for (const contribution of riskContributions ?? []) {
    expect(contribution / risk).toBeCloseTo(0.25, 12);
  }
});

// Riskfolio-Lib 7.4.0, rp_optimization(model='Classic', rm='MV') by Clarabel at 1e-12.
test('twenty assets as Riskfolio-Lib', () => {
  const history = { count: 200, returns: fixedWideHistory() };
  const { weights } = solved({ history });
  expectWeights(
    weights,
    [0.09953348611991508, 0.10265811809177967, 0.0791773368852816, 0.07022586279263154],
    1e-9,
  );
});

describe('limits', () => {
  const diagonal = Float64Array.of(0.04, 0, 0, 0, 0.04, 0, 0, 0, 0.01);

  test('uncorrelated with one at its upper bound: the others share the rest as before', () => {
    // Free: 0.25, 0.25, 0.5. With 0.2 at most for the last the rest is halved.
    const upper = Float64Array.of(1, 1, 0.2);
    const { weights, binding, notes } = solved({ covariance: diagonal, constraints: { upper } });
    expectWeights(weights, [0.4, 0.4, 0.2]);
    expect(binding.map(({ constraint }) => constraint)).toEqual(['upper:A2']);
    expect(binding[0]?.shadowPrice).toBeGreaterThan(0);
    expect(notes.join()).toContain('limits bind');
  });

  test('a group of twins at its maximum, and at its minimum', () => {
    const group = { name: 'twins', members: [0, 1], relativeTo: null };
    const capped = solved({
      covariance: diagonal,
      constraints: { groups: [{ ...group, minimum: null, maximum: 0.3 }] },
    });
    expectWeights(capped.weights, [0.15, 0.15, 0.7]);
    expect(capped.binding.map(({ constraint }) => constraint)).toEqual(['twins']);
    const raised = solved({
      covariance: diagonal,
      constraints: { groups: [{ ...group, minimum: 0.8, maximum: null }] },
    });
    expectWeights(raised.weights, [0.4, 0.4, 0.2]);
    expect(raised.binding[0]?.shadowPrice).toBeLessThan(0);
  });

  test('limits with room change nothing; limits without choice decide', () => {
    const upper = Float64Array.of(0.3, 0.3, 0.6);
    expectWeights(
      solved({ covariance: diagonal, constraints: { upper } }).weights,
      [0.25, 0.25, 0.5],
    );
    const tight = Float64Array.of(0.3, 0.3, 0.4);
    expectWeights(
      solved({ covariance: diagonal, constraints: { upper: tight } }).weights,
      [0.3, 0.3, 0.4],
    );
    const fixed = { lower: Float64Array.of(0.4, 0, 0), upper: Float64Array.of(0.4, 1, 1) };
    expectWeights(solved({ covariance: diagonal, constraints: fixed }).weights, [0.4, 0.2, 0.4]);
  });

  test('an equality said twice is one', () => {
    const linear = ['once', 'twice'].map((name) => ({
      name,
      coefficients: Float64Array.of(1, 0, 0),
      minimum: 0.4,
      maximum: 0.4,
    }));
    expectWeights(
      solved({ covariance: diagonal, constraints: { linear } }).weights,
      [0.4, 0.2, 0.4],
      1e-10,
    );
  });

  test('a budget of two is twice the weights', () => {
    const upper = new Float64Array(3).fill(2);
    const { weights } = solved({ covariance: diagonal, constraints: { budget: 2, upper } });
    expectWeights(weights, [0.5, 0.5, 1]);
  });

  test('limits that contradict are infeasible, with the conflict', () => {
    const result = outcome({
      covariance: diagonal,
      constraints: { upper: new Float64Array(3).fill(0.3) },
    });
    expect(result.ok && result.value.status).toBe('infeasible');
    expect(result.ok && result.value.conflict.length).toBeGreaterThan(1);
  });
});

describe('budgets of zero', () => {
  // At zero neither its weight nor its marginal risk presses: the weight is the root of the tolerance.
  test('an uncorrelated asset is left out', () => {
    const covariance = Float64Array.of(0.04, 0, 0, 0, 0.04, 0, 0, 0, 0.01);
    expectWeights(solved({ covariance }, [0.5, 0.5, 0]).weights, [0.5, 0.5, 0], 1e-7);
  });

  test('a hedge is held until its marginal risk is zero', () => {
    // Sigma = [4, -1; -1, 1]: (Sigma x)_2 = 0 where x_2 = x_1.
    const { weights, riskContributions } = solved(
      { covariance: Float64Array.of(4, -1, -1, 1) },
      [1, 0],
    );
    expectWeights(weights, [0.5, 0.5]);
    expect(riskContributions?.[1]).toBeCloseTo(0, 13);
  });
});

describe('refusals', () => {
  const messages = (input: Input, budgets: readonly number[] | null): string[] => {
    const result = outcome(input, budgets);
    return result.ok ? [] : result.error.map(({ code, message }) => `${code} ${message}`);
  };
  const covariance = Float64Array.of(0.04, 0, 0, 0.01);

  test('all at once', () => {
    expect(
      messages({ covariance, constraints: { exactNames: 1, budget: null } }, [-0.5, 1]),
    ).toEqual([
      'METHOD_CONSTRAINT_UNSUPPORTED risk budgeting cannot honor exactNames',
      'METHOD_INPUT_INVALID risk budgeting shares out a budget, which must be a number above zero',
      'METHOD_INPUT_INVALID the risk budget of A0 is -0.5, below zero',
      'METHOD_INPUT_INVALID risk budgets add up to 0.5, not to one',
    ]);
    expect(messages({ covariance }, [1])[0]).toContain('1 risk budgets for 2 assets');
    const upper = Float64Array.of(0, 1);
    expect(messages({ covariance, constraints: { upper } }, [0.5, 0.5])[0]).toContain(
      'allow no weight',
    );
    expect(messages({ covariance: Float64Array.of(0.04, 0, 0, 0) }, null)[0]).toContain(
      'A1 has no variance',
    );
  });

  test('a singular covariance with a portfolio without risk', () => {
    // Perfectly opposite assets: halves of each have no variance.
    const opposite = Float64Array.of(0.04, -0.04, -0.04, 0.04);
    expect(messages({ covariance: opposite }, null)[0]).toContain(
      'a long-only portfolio without risk',
    );
    const twins = solved({ covariance: Float64Array.of(0.04, 0.04, 0.04, 0.04) });
    expectWeights(twins.weights, [0.5, 0.5]);
  });

  test('equal budgets leave out what may not be held', () => {
    const upper = Float64Array.of(0, 1);
    const { weights, notes } = solved({ covariance, constraints: { upper } });
    expectWeights(weights, [0, 1]);
    expect(notes.join()).toContain('all but A0');
  });
});
