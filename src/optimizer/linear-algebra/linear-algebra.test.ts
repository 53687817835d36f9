import { expect, test } from 'vitest';
import {
  choleskyFactor,
  clipEigenvalues,
  firstWithoutVariance,
  judgeDefiniteness,
  nearestCorrelation,
  solveLower,
  solveLowerTransposed,
  symmetricEigen,
  symmetricEigenvalues,
  worstAsymmetry,
} from './index.ts';

const f = (...values: number[]): Float64Array => Float64Array.from(values);

test("a factor by hand: [[4, 2], [2, 5]] = L L' with L = [[2, 0], [1, 2]]", () => {
  const outcome = choleskyFactor(f(4, 2, 2, 5), 2);
  expect(outcome).toEqual({ kind: 'factored', factor: f(2, 0, 1, 2) });
  expect([...solveLower(f(2, 0, 1, 2), f(4, 8))]).toEqual([2, 3]);
  expect([...solveLowerTransposed(f(2, 0, 1, 2), f(7, 6))]).toEqual([2, 3]);
});

test('a matrix that is not positive definite names the pivot', () => {
  expect(choleskyFactor(f(1, 2, 2, 1), 2)).toEqual({
    kind: 'notPositiveDefinite',
    index: 1,
    pivot: -3,
  });
  // [[1, 2], [2, 1]] has the eigenvalues 3 and -1.
  const verdict = judgeDefiniteness(f(1, 2, 2, 1), 2);
  expect(verdict.kind).toBe('indefinite');
  if (verdict.kind !== 'indefinite') return;
  expect(verdict.smallestEigenvalue).toBeCloseTo(-1, 14);
  expect(verdict.largestEigenvalue).toBeCloseTo(3, 14);
  expect(verdict.negativeCount).toBe(1);
  expect(Math.abs(verdict.direction[0] as number)).toBeCloseTo(Math.SQRT1_2, 14);
});

test('a perfect copy makes a matrix semidefinite, not indefinite', () => {
  const verdict = judgeDefiniteness(f(0.04, 0.04, 0.01, 0.04, 0.04, 0.01, 0.01, 0.01, 0.09), 3);
  expect(verdict.kind).toBe('positiveSemidefinite');
  if (verdict.kind === 'positiveSemidefinite') expect(verdict.nullity).toBe(1);
});

test('the second difference matrix has the eigenvalues 2 - 2 cos(k pi / (n + 1))', () => {
  const n = 60;
  const m = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    m[i * n + i] = 2;
    if (i > 0) m[i * n + i - 1] = m[(i - 1) * n + i] = -1;
  }
  const expected = Array.from(
    { length: n },
    (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)),
  );
  symmetricEigenvalues(m, n).forEach((value, k) => {
    expect(Math.abs(value - (expected[k] as number))).toBeLessThan(4e-15);
  });
});

test('graded entries keep their relative accuracy', () => {
  const { values } = symmetricEigen(f(1e20, 1, 1, 1), 2);
  expect(values[0]).toBe(1e20);
  expect(values[1]).toBeCloseTo(1, 14);
});

test('degenerate sizes and matrices', () => {
  expect(symmetricEigen(f(), 0).values.length).toBe(0);
  expect([...symmetricEigen(f(-3), 1).values]).toEqual([-3]);
  expect([...symmetricEigen(f(0, 0, 0, 0), 2).values]).toEqual([0, 0]);
  expect(() => symmetricEigen(f(1, NaN, NaN, 1), 2)).toThrow('finite');
  expect(firstWithoutVariance(f(1, 0, 0, 0), 2)).toBe(1);
  expect(firstWithoutVariance(f(1, 0, 0, 2), 2)).toBeNull();
  expect(worstAsymmetry(f(1, 0.5, 0.5, 1), 2)).toBeNull();
  expect(worstAsymmetry(f(1, 0.5, 0.4, 1), 2)).toMatchObject({ row: 1, column: 0 });
});

test('clipping by hand: [[1, 2], [2, 1]] without its eigenvalue -1 is all 1.5', () => {
  for (const value of clipEigenvalues(f(1, 2, 2, 1), 2)) expect(value).toBeCloseTo(1.5, 14);
});

// Higham, "Computing the nearest correlation matrix", IMA J. Numer. Anal. 22 (2002), section 4: both examples.
test('the nearest correlation of the tridiagonal matrix of Higham 2002', () => {
  const { correlation } = nearestCorrelation(
    f(2, -1, 0, 0, -1, 2, -1, 0, 0, -1, 2, -1, 0, 0, -1, 2),
    4,
  );
  const expected = [1, -0.8084, 0.1916, 0.1068, -0.8084, 1, -0.6562, 0.1916];
  expected.forEach((value, at) => {
    expect(Math.abs((correlation[at] as number) - value)).toBeLessThan(5e-5);
  });
});

test('the nearest correlation of [[1, 1, 0], [1, 1, 1], [0, 1, 1]] of Higham 2002', () => {
  const { correlation, distance } = nearestCorrelation(f(1, 1, 0, 1, 1, 1, 0, 1, 1), 3);
  [1, 0.7607, 0.1573, 0.7607, 1, 0.7607].forEach((value, at) => {
    expect(Math.abs((correlation[at] as number) - value)).toBeLessThan(5e-5);
  });
  expect(Math.abs(distance - 0.5278)).toBeLessThan(5e-5);
});
