import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rng } from '../../kernel/index.ts';
import {
  choleskyFactor,
  choleskyInverse,
  choleskyLogDeterminant,
  choleskySolve,
  clipEigenvalues,
  judgeDefiniteness,
  multiply,
  multiplyVector,
  nearestCorrelation,
  nearestCovariance,
  outerGram,
  symmetricEigen,
  symmetricEigenvalues,
  transpose,
} from './index.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const sizes = fc.integer({ min: 1, max: 24 });

/** Rounding in a size-n computation on entries of order one. */
const ROUNDING = 1e-12;

function randomSymmetric(seed: number, n: number): Float64Array {
  const rng = new Rng(seed);
  const m = new Float64Array(n * n);
  for (let r = 0; r < n; r += 1) {
    for (let c = 0; c <= r; c += 1) m[r * n + c] = m[c * n + r] = rng.normal();
  }
  return m;
}

function randomGram(seed: number, n: number, columns: number): Float64Array {
  const rng = new Rng(seed);
  return outerGram(
    Float64Array.from({ length: n * columns }, () => rng.normal()),
    columns,
  );
}

function expectClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const worst = actual.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - (expected[i] ?? NaN))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(tolerance);
}

function norm(m: Float64Array): number {
  return Math.sqrt(m.reduce((total, x) => total + x * x, 0));
}

test('LA1 a factor multiplies back and solves', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const m = randomGram(seed, n, n + 3);
      const outcome = choleskyFactor(m, n);
      if (outcome.kind !== 'factored') throw new Error('a Gram matrix of full rank factors');
      const l = outcome.factor;
      expectClose(multiply(l, transpose(l, n), n), m, ROUNDING * norm(m));
      const rng = new Rng(seed + 1);
      const x = Float64Array.from({ length: n }, () => rng.normal());
      const solved = choleskySolve(l, multiplyVector(m, x));
      expectClose(multiplyVector(m, solved), multiplyVector(m, x), ROUNDING * norm(m) * norm(x));
      const inverse = choleskyInverse(l, n);
      const { values } = symmetricEigen(m, n);
      const condition = (values[0] as number) / (values[n - 1] as number);
      const identity = Float64Array.from({ length: n * n }, (_, at) =>
        at % (n + 1) === 0 ? 1 : 0,
      );
      expectClose(multiply(m, inverse, n), identity, ROUNDING * condition);
      const logs = values.reduce((total, value) => total + Math.log(value), 0);
      expect(Math.abs(choleskyLogDeterminant(l, n) - logs)).toBeLessThan(ROUNDING * condition * n);
    }),
  );
});

test('LA2 LA3 eigenpairs satisfy their equation and vectors are orthonormal', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 70 }), (seed, n) => {
      const m = randomSymmetric(seed, n);
      const { values, vectors } = symmetricEigen(m, n);
      const size = norm(m);
      for (let k = 0; k < n; k += 1) {
        const v = vectors.slice(k * n, (k + 1) * n);
        expectClose(
          multiplyVector(m, v),
          v.map((x) => x * (values[k] as number)),
          1e-14 * n * size,
        );
      }
      const identity = Float64Array.from({ length: n * n }, (_, at) =>
        at % (n + 1) === 0 ? 1 : 0,
      );
      expectClose(outerGram(vectors, n), identity, 1e-14 * n);
      expectClose(symmetricEigenvalues(m, n), values, 1e-14 * n * size);
      expect([...values]).toEqual([...values].sort((a, b) => b - a));
      const trace = Array.from({ length: n }, (_, i) => m[i * n + i] as number);
      const sum = values.reduce((total, x) => total + x, 0);
      expect(Math.abs(sum - trace.reduce((a, b) => a + b, 0))).toBeLessThan(1e-14 * n * size);
      expect(Math.abs(norm(values) - size)).toBeLessThan(1e-14 * n * size);
    }),
    { numRuns: 40 },
  );
});

test('LA4 definiteness is judged by the eigenvalue', () => {
  fc.assert(
    fc.property(seeds, sizes, fc.integer({ min: 1, max: 24 }), (seed, n, rank) => {
      const gram = randomGram(seed, n, rank);
      expect(judgeDefiniteness(gram, n).kind).not.toBe('indefinite');
      const m = randomSymmetric(seed, n);
      const smallest = symmetricEigenvalues(m, n)[n - 1] as number;
      const verdict = judgeDefiniteness(m, n);
      if (smallest < -1e-6) {
        expect(verdict.kind).toBe('indefinite');
        if (verdict.kind !== 'indefinite') return;
        expect(verdict.smallestEigenvalue).toBeCloseTo(smallest, 12);
        expectClose(
          multiplyVector(m, verdict.direction),
          verdict.direction.map((x) => x * smallest),
          1e-12,
        );
      } else if (smallest > 1e-6) {
        expect(verdict.kind).toBe('positiveDefinite');
      }
    }),
  );
});

test('LA5 clipping makes a matrix semidefinite and leaves a good one alone', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const m = randomSymmetric(seed, n);
      const clipped = clipEigenvalues(m, n);
      const values = symmetricEigenvalues(clipped, n);
      expect(values[n - 1] as number).toBeGreaterThan(-ROUNDING * (1 + norm(m)));
      const good = randomGram(seed, n, n + 5);
      expect([...clipEigenvalues(good, n)]).toEqual([...good]);
      const floor = 0.1;
      const raised = symmetricEigenvalues(clipEigenvalues(m, n, floor), n);
      expect(raised[n - 1] as number).toBeGreaterThan(floor - ROUNDING * (1 + norm(m)));
    }),
  );
});

test('LA6 the nearest correlation is a correlation, and a nearer one is not found', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 12 }), (seed, n) => {
      const rng = new Rng(seed);
      const m = randomSymmetric(seed, n).map((x, at) => (at % (n + 1) === 0 ? 1 : Math.tanh(x)));
      const { correlation, distance, isConverged } = nearestCorrelation(m, n);
      expect(isConverged).toBe(true);
      for (let i = 0; i < n; i += 1) expect(correlation[i * n + i]).toBe(1);
      expect(symmetricEigenvalues(correlation, n)[n - 1] as number).toBeGreaterThan(-1e-10);
      const covariance = randomGram(seed + 7, n, n);
      const root = Float64Array.from({ length: n }, (_, i) =>
        Math.sqrt(covariance[i * n + i] ?? 1),
      );
      const other = covariance.map(
        (x, at) => x / ((root[Math.floor(at / n)] as number) * (root[at % n] as number)),
      );
      const step = 10 ** rng.between(-4, 0);
      const mixed = correlation.map((x, at) => (1 - step) * x + step * (other[at] as number));
      expect(norm(mixed.map((x, at) => x - (m[at] as number)))).toBeGreaterThan(distance - 1e-8);
      const scaled = m.map((x, at) => x * (1 + Math.floor(at / n)) * (1 + (at % n)));
      const kept = nearestCovariance(scaled, n);
      for (let i = 0; i < n; i += 1) {
        expect(kept.covariance[i * n + i]).toBe(scaled[i * n + i]);
      }
    }),
    { numRuns: 60 },
  );
});

test('LA7 a power of two scales values and leaves vectors', () => {
  fc.assert(
    fc.property(seeds, sizes, fc.integer({ min: -300, max: 300 }), (seed, n, exponent) => {
      const m = randomSymmetric(seed, n);
      const plain = symmetricEigen(m, n);
      const scale = 2 ** exponent;
      const scaled = symmetricEigen(
        m.map((x) => x * scale),
        n,
      );
      expect([...scaled.vectors]).toEqual([...plain.vectors]);
      expect(scaled.values).toEqual(plain.values.map((x) => x * scale));
    }),
  );
});
