import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomProblem } from '../../../test/support/optimization-problems.ts';
import type { OptimizationProblem } from '../../domain/index.ts';
import { optimize } from '../optimize.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });

/** Rows that often contradict each other, all but the first soft. */
function softened(seed: number): OptimizationProblem {
  const base = randomProblem(seed, { assetCountMax: 20, hasCosts: true, isFeasible: false });
  return {
    ...base,
    rows: base.rows.map((row, r) => {
      if (r === 0) return row;
      const isPriced = (seed >> r) % 2 === 0;
      const soft = isPriced ? { penalty: 0.02 * r } : { priority: 1 + (r % 2) };
      return { ...row, soft };
    }),
  };
}

test('O15 prices stay within penalties, and reach them where a row gives way', () => {
  let gaveWay = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = softened(seed);
      const { status, certificate, softViolations } = optimize(problem);
      expect(status).toBe('optimal');
      expect(Math.abs(certificate.gap)).toBeLessThan(1e-9 * (1 + Math.abs(certificate.primal)));
      expect(certificate.maxViolation).toBeLessThan(1e-10);
      for (const { row, violation, shadowPrice } of softViolations ?? []) {
        const penalty = problem.rows.find(({ name }) => name === row)?.soft?.penalty;
        if (penalty === undefined) continue;
        expect(Math.abs(shadowPrice)).toBeLessThan(penalty + 1e-12);
        if (violation < 1e-8) continue;
        gaveWay += 1;
        expect(Math.abs(shadowPrice)).toBeCloseTo(penalty, 9);
      }
    }),
  );
  expect(gaveWay).toBeGreaterThan(5);
});

test('O15 no weights violate the rows of priority 1 less in total', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const problem = softened(seed);
      const first = problem.rows.filter(({ soft }) => soft?.priority === 1).map(({ name }) => name);
      if (first.length === 0) return;
      const totalOf = (result: ReturnType<typeof optimize>): number =>
        (result.softViolations ?? [])
          .filter(({ row }) => first.includes(row))
          .reduce((sum, { violation }) => sum + violation, 0);
      const total = totalOf(optimize(problem));
      // Nothing but these rows counts: a penalty on each and no other cost. Its value is the least total.
      const alone = optimize({
        ...problem,
        riskAversion: 0,
        linear: null,
        costs: problem.assets.map(() => null),
        rows: problem.rows.flatMap((row) => {
          if (row.soft === undefined) return [row];
          return first.includes(row.name) ? [{ ...row, soft: { penalty: 1 } }] : [];
        }),
      });
      expect(alone.status).toBe('optimal');
      expect(total).toBeLessThan(alone.certificate.dual + 1e-9);
    }),
  );
});
