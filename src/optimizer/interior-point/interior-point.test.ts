import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import { buildEngineProblem } from '../problem/engine-problem.ts';
import { optimize } from '../optimize.ts';
import { solveInteriorPoint } from './interior-point.ts';

test('O11 the two engines agree on random accounts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
      const narrow = randomProblem(seed, { assetCountMax: 30, hasCosts: true, isFeasible: true });
      // A budget that only the upper ends can meet leaves no interior: the first engine's case alone.
      const upper = narrow.upper.map((end, i) =>
        end > (narrow.lower[i] as number) ? end + 0.1 : end,
      );
      const problem = { ...narrow, upper };
      if (upper.every((end, i) => end === problem.lower[i])) return;
      const second = solveInteriorPoint(buildEngineProblem(problem), {
        tolerance: 1e-9,
        iterationsMax: 100,
      });
      expect(second.status).toBe('converged');
      const first = optimize(problem);
      second.weights.forEach((x, i) => {
        expect(Math.abs(x - (first.weights[i] as number))).toBeLessThan(1e-6);
      });
    }),
  );
});

test('rows that repeat and collide are solved by the first engine', () => {
  // Three names, one factor, four range rows of which two are the same: found by a search over seeds.
  const base = randomProblem(74_971, { assetCountMax: 30, hasCosts: true, isFeasible: true });
  const last = base.rows.at(-1);
  if (last === undefined) throw new Error('the instance has rows');
  const result = optimize({ ...base, rows: [...base.rows, { ...last, name: 'twin' }] });
  expect(result.status).toBe('optimal');
  expect(result.solver.name).toBe('dual-newton');
});

test('costs ten million times the risk stop the first engine, and the answer says who took over', () => {
  // Found by a search over seeds: prices so large that their rounding moves weights.
  const base = randomProblem(3_066, { assetCountMax: 30, hasCosts: true, isFeasible: true });
  const result = optimize({ ...base, riskAversion: 1e-7 });
  expect(result.status).toBe('optimal');
  expect(Math.abs(result.certificate.gap)).toBeLessThan(1e-9);
  expect(result.solver.name).toContain('interior-point after dual-newton');
});
