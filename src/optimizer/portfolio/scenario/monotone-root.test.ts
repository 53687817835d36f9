/** Roots of functions that are a line in x squared, in one piece or several, and none at all. */
import { expect, test } from 'vitest';
import { findRoot, type Bracket } from './monotone-root.ts';

function searched(f: (x: number) => number | null, start: number) {
  let evaluations = 0;
  const found = findRoot<number>({
    evaluate: (x) => {
      evaluations += 1;
      return f(x);
    },
    value: (value) => value,
    isRoot: (value) => Math.abs(value) < 1e-12,
    ratio: () => 2,
    start,
    least: 1e-6,
    most: 1e6,
  });
  return { found, evaluations };
}

function rootOf({ found }: { readonly found: Bracket<number> | null }): number | undefined {
  return found?.below?.x;
}

test('a line in x squared takes three evaluations', () => {
  const search = searched((x) => 9 - x ** 2, 1);
  expect(rootOf(search)).toBeCloseTo(3, 12);
  expect(search.evaluations).toBe(3);
});

test('kinks cost a few more, from either side', () => {
  const f = (x: number): number => Math.max(1 - x ** 2, 0.1 - 0.01 * x ** 2, -0.5);
  expect(rootOf(searched(f, 0.01))).toBeCloseTo(Math.sqrt(10), 10);
  expect(rootOf(searched(f, 1000))).toBeCloseTo(Math.sqrt(10), 10);
  expect(searched(f, 1000).evaluations).toBeLessThan(20);
});

test('without a root in the range, the end is told by the side that is missing', () => {
  const high = searched(() => 1, 1).found;
  expect(high?.below?.x).toBe(1e6);
  expect(high?.above).toBeNull();
  const low = searched(() => -1, 1).found;
  expect(low?.above?.x).toBe(1e-6);
  expect(low?.below).toBeNull();
});

test('a jump over zero ends with both its sides', () => {
  const { found } = searched((x) => (x < 2 ? 1 : -1), 1);
  expect(found?.below?.x).toBeCloseTo(2, 9);
  expect(found?.above?.x).toBeCloseTo(2, 9);
});

test('a point without an answer ends the search', () => {
  expect(searched((x) => (x > 3 ? null : 100 - x ** 2), 1).found).toBeNull();
});
