/** Least trades in accounts with costs: rules kept, bounds honest, small ones against enumeration. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import type { OptimizationProblem } from '../../domain/index.ts';
import { optimize } from '../optimize.ts';
import { optimizeWithMinimumTrade } from './minimum-trade.ts';

const seeds = fc.integer({ min: 1, max: 1_000_000 });
const LEAST = 0.02;
const SLACK = 1e-8;

function isKept(problem: OptimizationProblem, weights: Float64Array): boolean {
  return weights.every((x, i) => {
    const held = problem.current[i] as number;
    const moved = Math.abs(x - held);
    return moved <= SLACK || moved >= LEAST - SLACK || (Math.abs(x) <= SLACK && held < LEAST);
  });
}

test('I4 every trade is none, of the least size, or a whole small holding; the bound is below the value', () => {
  let answered = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, { assetCountMax: 40, hasCosts: true, isFeasible: true });
      const { result, proof } = optimizeWithMinimumTrade(problem, { minimumTrade: LEAST });
      if (result.status !== 'optimal') return;
      answered += 1;
      expect(isKept(problem, result.weights)).toBe(true);
      expect(result.certificate.maxViolation).toBeLessThan(1e-8);
      expect(proof.bound).toBeLessThanOrEqual(result.certificate.primal);
      const convex = optimize(problem);
      expect(result.certificate.primal).toBeGreaterThanOrEqual(convex.certificate.dual - 1e-12);
    }),
  );
  expect(answered).toBeGreaterThan(50);
});

/** Each name kept, bought, sold or sold out, by the account engine. */
function enumerated(problem: OptimizationProblem): number {
  const n = problem.assets.length;
  let best = Infinity;
  for (let code = 0; code < 4 ** n; code += 1) {
    const lower = problem.lower.slice();
    const upper = problem.upper.slice();
    let isPossible = true;
    for (let i = 0; i < n; i += 1) {
      const side = Math.floor(code / 4 ** i) % 4;
      const held = problem.current[i] as number;
      const low = [held, held + LEAST, -Infinity, 0][side] as number;
      const high = [held, Infinity, held - LEAST, 0][side] as number;
      if (side === 3 && !(held > 0 && held < LEAST)) isPossible = false;
      lower[i] = Math.max(low, lower[i] as number);
      upper[i] = Math.min(high, upper[i] as number);
      if ((lower[i] as number) > (upper[i] as number)) isPossible = false;
    }
    if (!isPossible) continue;
    const result = optimize({ ...problem, lower, upper });
    if (result.status === 'optimal') best = Math.min(best, result.certificate.primal);
  }
  return best;
}

test('I5 branch and bound finds what enumeration finds', () => {
  let compared = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = randomProblem(seed, { assetCountMax: 5, hasCosts: true, isFeasible: true });
      const best = enumerated(problem);
      const options = { minimumTrade: LEAST, nodesMax: 5000 };
      const { result, proof } = optimizeWithMinimumTrade(problem, options);
      if (best === Infinity) {
        expect(result.status).toBe('infeasible');
        return;
      }
      compared += 1;
      expect(result.status).toBe('optimal');
      expect(result.certificate.primal).toBeGreaterThanOrEqual(best - 1e-9 * (1 + Math.abs(best)));
      expect(result.certificate.primal).toBeLessThan(best + 2e-7 * Math.abs(best) + 1e-9);
      expect(proof.kind).toBe('proved');
    }),
    { numRuns: 40 },
  );
  expect(compared).toBeGreaterThan(15);
});
