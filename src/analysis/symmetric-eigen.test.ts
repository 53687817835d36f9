import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rng } from '../kernel/index.ts';
import { largestEigenpairs } from './symmetric-eigen.ts';

test('a 2 x 2 matrix by hand', () => {
  // [[2,1],[1,2]]: eigenvalues 3 and 1, vectors (1,1) and (1,-1) over root two.
  const { values, vectors } = largestEigenpairs(Float64Array.of(2, 1, 1, 2), { size: 2, count: 2 });
  expect(values[0]).toBeCloseTo(3, 13);
  expect(values[1]).toBeCloseTo(1, 13);
  expect(vectors[0]?.[0]).toBeCloseTo(Math.SQRT1_2, 13);
  expect(vectors[0]?.[1]).toBeCloseTo(Math.SQRT1_2, 13);
});

test('the path matrix has the eigenvalues 2 - 2 cos(j pi / (n + 1))', () => {
  const n = 20;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    matrix[i * n + i] = 2;
    if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
  }
  const { values } = largestEigenpairs(matrix, { size: n, count: n });
  values.forEach((value, index) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos(((n - index) * Math.PI) / (n + 1)), 12);
  });
});

test('A v = lambda v, vectors orthonormal, on random Gram matrices, singular ones too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 25 }), fc.integer(), (n, seed) => {
      const rng = new Rng(seed);
      const rank = 1 + rng.below(n);
      const factors = Array.from({ length: n * rank }, () => rng.normal());
      const matrix = new Float64Array(n * n);
      for (let i = 0; i < n; i += 1) {
        for (let j = 0; j < n; j += 1) {
          for (let f = 0; f < rank; f += 1) {
            matrix[i * n + j] =
              (matrix[i * n + j] as number) +
              (factors[i * rank + f] as number) * (factors[j * rank + f] as number);
          }
        }
      }
      const { values, vectors } = largestEigenpairs(matrix, { size: n, count: n });
      const size = 1 + (values[0] as number);
      vectors.forEach((v, index) => {
        for (let i = 0; i < n; i += 1) {
          let product = 0;
          for (let j = 0; j < n; j += 1)
            product += (matrix[i * n + j] as number) * (v[j] as number);
          expect(Math.abs(product - (values[index] as number) * (v[i] as number))).toBeLessThan(
            1e-11 * size,
          );
        }
        vectors.forEach((other, at) => {
          const dot = v.reduce((total, value, i) => total + value * (other[i] as number), 0);
          expect(dot).toBeCloseTo(at === index ? 1 : 0, 10);
        });
      });
    }),
  );
});
