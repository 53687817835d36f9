import { describe, expect, it } from 'vitest';
import { instanceSet } from '../../../bench/instances/index.ts';
import type { OptimizationProblem } from '../../domain/index.ts';
import { certify } from '../certificate/certificate.ts';
import { optimize } from '../optimize.ts';
import { ModelEngine, type ModelAnswer } from './model-engine.ts';

function expectProved(problem: OptimizationProblem, answer: ModelAnswer): void {
  expect(answer.status).toBe('converged');
  const { weights, factorPrices, rowPrices } = answer;
  const { gap, primal, maxViolation } = certify({ problem, weights, factorPrices, rowPrices });
  expect(Math.abs(gap)).toBeLessThan(1e-10 * (1 + Math.abs(primal)));
  expect(maxViolation).toBeLessThan(1e-10);
}

describe('the engine of many accounts', () => {
  it.each(['plain-n100-k1', 'plain-n200-k40', 'ria-n100-k20-l1', 'ria-n500-k65-tax-sec'])(
    'proves its answers on %s, cold and warm, and agrees with the engine of one account',
    (name) => {
      const set = instanceSet(name);
      const engine = new ModelEngine(set.model);
      for (const account of [0, 1, 2]) {
        const problem = set.problem(account);
        const cold = engine.solve(problem);
        expectProved(problem, cold);
        const { weights } = optimize(problem);
        cold.weights.forEach((x, i) => {
          expect(Math.abs(x - (weights[i] as number))).toBeLessThan(1e-9);
        });
        const next = set.problem(account, 1);
        const warm = engine.solve(next, cold);
        expectProved(next, warm);
        expect(warm.iterations).toBeLessThanOrEqual(cold.iterations);
      }
    },
  );

  it('takes accounts of different risk aversion on the same model', () => {
    const set = instanceSet('ria-n100-k20-l1');
    const engine = new ModelEngine(set.model);
    for (const riskAversion of [0.5, 7, 4_000]) {
      const problem = { ...set.problem(0), riskAversion };
      expectProved(problem, engine.solve(problem));
    }
  });

  it('holds names without variance by proximal rounds', () => {
    const set = instanceSet('ria-n100-k20-l1');
    const specificVariance = set.model.specificVariance.slice();
    specificVariance[3] = 0;
    specificVariance[40] = 0;
    const engine = new ModelEngine({ ...set.model, specificVariance });
    const problem = { ...set.problem(1), specificVariance };
    const answer = engine.solve(problem);
    expect(answer.proximalRounds).toBeGreaterThan(1);
    expectProved(problem, answer);
  });

  it('refuses a problem of another model', () => {
    const set = instanceSet('ria-n100-k20-l1');
    const other = { ...set.problem(0), factors: set.model.factors.slice() };
    expect(() => new ModelEngine(set.model).solve(other)).toThrow('risk model');
  });
});
