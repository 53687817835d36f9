/** Branch and bound against enumeration: every support solved by the account engine, which it shares nothing with. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomNamesProblem, type NamesProblem } from '../../../test/support/choice-problems.ts';
import type { LinearRow, OptimizationProblem } from '../../domain/index.ts';
import { choleskyFactor } from '../linear-algebra/index.ts';
import { optimize } from '../optimize.ts';
import type { ChoiceProblem } from './choice-problem.ts';
import { searchChoices } from './choice-search.ts';
import { splitDiagonal, withoutDiagonal } from './diagonal-split.ts';

interface Case extends NamesProblem {
  readonly isExact: boolean;
  readonly isLongShort: boolean;
  readonly hasGroup: boolean;
  readonly lambda: number;
}

const cases = fc
  .record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    assetCount: fc.integer({ min: 2, max: 9 }),
    isExact: fc.boolean(),
    isLongShort: fc.boolean(),
    hasGroup: fc.boolean(),
    lambda: fc.constantFrom(0.5, 2, 10, 40),
  })
  .map(({ seed, assetCount, ...rest }): Case => {
    const problem = randomNamesProblem(seed, assetCount);
    return {
      ...problem,
      ...rest,
      minimumWeight: rest.isExact ? Math.max(0.01, problem.minimumWeight) : problem.minimumWeight,
    };
  });

const UPPER = 0.7;

function groupOf(one: Case): Float64Array {
  return Float64Array.from({ length: one.assetCount }, (_, i) => (i % 2 === 0 ? 1 : 0));
}

function choiceProblem(one: Case): ChoiceProblem {
  const n = one.assetCount;
  const total = one.covariance.map((v) => v * one.lambda);
  const curvature = splitDiagonal(total, n, { weights: null, start: null });
  const low: number[] = [];
  const high: number[] = [];
  const counts: number[] = [];
  const start = new Int32Array(n + 1);
  for (let i = 0; i < n; i += 1) {
    const pieces = [
      ...(one.isLongShort ? [[-UPPER / 2, -one.minimumWeight, 1]] : []),
      [0, 0, 0],
      [one.minimumWeight, UPPER, 1],
    ];
    for (const [a, b, c] of pieces) {
      low.push(a as number);
      high.push(b as number);
      counts.push(c as number);
    }
    start[i + 1] = low.length;
  }
  const rows = one.hasGroup ? 2 : 1;
  return {
    size: n,
    coupling: withoutDiagonal(total, curvature),
    curvature,
    linear: one.expectedReturns.map((m) => -m),
    curves: Array.from({ length: n }, () => null),
    origin: new Float64Array(n),
    pieces: {
      start,
      low: Float64Array.from(low),
      high: Float64Array.from(high),
      counts: Uint8Array.from(counts),
    },
    rows: {
      count: rows,
      coefficients: Float64Array.from([
        ...Array.from({ length: n }, () => 1),
        ...(one.hasGroup ? groupOf(one) : []),
      ]),
      lower: Float64Array.of(1, 0.1).slice(0, rows),
      upper: Float64Array.of(1, 0.45).slice(0, rows),
    },
    countLimit: { maximum: one.maximumNames, isExact: one.isExact },
    constant: 0,
  };
}

/** Each name short, out or long: the box of every sign pattern, solved by `optimize`. */
function enumerated(one: Case): number {
  const n = one.assetCount;
  const factored = choleskyFactor(one.covariance, n);
  if (factored.kind !== 'factored') throw new Error('the covariance is positive definite');
  const rows: LinearRow[] = [
    { name: 'budget', coefficients: new Float64Array(n).fill(1), lower: 1, upper: 1 },
    ...(one.hasGroup
      ? [{ name: 'group', coefficients: groupOf(one), lower: 0.1, upper: 0.45 }]
      : []),
  ];
  let best = Infinity;
  const base = one.isLongShort ? 3 : 2;
  for (let code = 0; code < base ** n; code += 1) {
    const sides = Array.from({ length: n }, (_, i) => Math.floor(code / base ** i) % base);
    const held = sides.filter((side) => side > 0).length;
    if (one.isExact ? held !== one.maximumNames : held > one.maximumNames) continue;
    // Without a minimum weight fewer names are part of more names' boxes.
    if (!one.isExact && one.minimumWeight === 0 && held < Math.min(n, one.maximumNames)) continue;
    const problem: OptimizationProblem = {
      assets: sides.map((_, i) => `S${String(i)}`),
      target: new Float64Array(n),
      current: new Float64Array(n),
      specificVariance: new Float64Array(n).fill(1e-3),
      factors: loadingsWithout(one.covariance, n),
      factorCount: n,
      riskAversion: one.lambda,
      linear: one.expectedReturns.map((m) => -m),
      costs: sides.map(() => null),
      lower: Float64Array.from(sides, (side) =>
        side === 1 ? one.minimumWeight : side === 2 ? -UPPER / 2 : 0,
      ),
      upper: Float64Array.from(sides, (side) =>
        side === 1 ? UPPER : side === 2 ? -one.minimumWeight : 0,
      ),
      rows,
    };
    const result = optimize(problem);
    if (result.status === 'infeasible') continue;
    expect(result.status).toBe('optimal');
    best = Math.min(best, result.certificate.primal);
  }
  return best;
}

/** Cholesky factor of the covariance less 1e-3 on its diagonal (which is at least 1e-2 in every case). */
function loadingsWithout(covariance: Float64Array, n: number): Float64Array {
  const rest = withoutDiagonal(covariance, new Float64Array(n).fill(1e-3));
  const factored = choleskyFactor(rest, n);
  if (factored.kind !== 'factored') throw new Error('the covariance is well above 1e-3');
  return factored.factor;
}

test('I1 the proved answer is the best of all supports', () => {
  let solved = 0;
  fc.assert(
    fc.property(cases, (drawn) => {
      const one = drawn.isLongShort
        ? { ...drawn, ...shortened(drawn, Math.min(drawn.assetCount, 5)) }
        : drawn;
      const answer = searchChoices(choiceProblem(one));
      const best = enumerated(one);
      if (best === Infinity) {
        expect(answer.status).toBe('infeasible');
        return;
      }
      solved += 1;
      expect(answer.status).toBe('proved');
      expect(Math.abs(answer.value - best)).toBeLessThan(2e-7 * Math.abs(best) + 1e-11);
      expect(answer.bound).toBeLessThanOrEqual(best + 1e-12);
    }),
    { numRuns: 60 },
  );
  expect(solved).toBeGreaterThan(25);
});

/** The first few names of a case: three states per name enumerate fast. */
function shortened(one: Case, n: number): Partial<Case> {
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      covariance[i * n + j] = one.covariance[i * one.assetCount + j] as number;
    }
  }
  return {
    assetCount: n,
    covariance,
    expectedReturns: one.expectedReturns.slice(0, n),
    maximumNames: Math.min(one.maximumNames, n),
  };
}
