import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rng } from '../../../kernel/index.ts';
import type { PortfolioResult } from '../../../domain/index.ts';
import {
  randomCovariance,
  resolvedProblem,
  VARIANCE,
} from '../../../../test/support/portfolio-problems.ts';
import { cutTree } from './dendrogram.ts';
import { hierarchical } from './hierarchical.ts';
import { linkage, type Linkage } from './linkage.ts';
import type { Hierarchical } from './tree.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const sizes = fc.integer({ min: 1, max: 14 });
const linkages = fc.constantFrom<Linkage>('single', 'complete', 'average', 'ward');
const methods = fc.constantFrom<Hierarchical['method']>('hrp', 'herc', 'nco');
const kinds = fc.constantFrom<Hierarchical['distance']>('paper', 'condensed');

function solve(
  covariance: Float64Array,
  choice: Partial<Hierarchical>,
  bounds = {},
): PortfolioResult {
  const objective: Hierarchical = {
    kind: 'hierarchical',
    method: 'hrp',
    linkage: 'single',
    distance: 'condensed',
    clusterCount: null,
    risk: VARIANCE,
    ...choice,
  };
  const result = hierarchical(
    resolvedProblem({ covariance, objective, constraints: bounds }),
    objective,
  );
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const sum = (values: Float64Array): number => values.reduce((total, x) => total + x, 0);

test('HI1 weights add up and are not negative', () => {
  fc.assert(
    fc.property(
      seeds,
      sizes,
      fc.record({ method: methods, linkage: linkages, distance: kinds }),
      (seed, n, choice) => {
        const { weights } = solve(randomCovariance(seed, n), choice);
        expect(sum(weights)).toBeCloseTo(1, 11);
        for (const w of weights) expect(w).toBeGreaterThanOrEqual(-1e-12);
      },
    ),
  );
});

test('HI2 boxes hold, or nothing can', () => {
  fc.assert(
    fc.property(seeds, sizes, linkages, (seed, n, method) => {
      const rng = new Rng(seed);
      const lower = Float64Array.from({ length: n }, () =>
        rng.chance(0.5) ? rng.between(0, 1.2) / n : 0,
      );
      const upper = lower.map((low) => low + rng.between(0, 1.6) / n);
      const { status, weights, conflict } = solve(
        randomCovariance(seed, n),
        { linkage: method },
        { lower, upper },
      );
      const isPossible = sum(lower) <= 1 && sum(upper) >= 1;
      expect(status).toBe(isPossible ? 'optimal' : 'infeasible');
      if (!isPossible) {
        expect(conflict.length).toBeGreaterThan(0);
        return;
      }
      expect(sum(weights)).toBeCloseTo(1, 12);
      weights.forEach((w, i) => {
        expect(w).toBeGreaterThan((lower[i] as number) - 1e-12);
        expect(w).toBeLessThan((upper[i] as number) + 1e-12);
      });
    }),
  );
});

function randomDistances(seed: number, n: number): Float64Array {
  const rng = new Rng(seed);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    // Few distinct values: ties are the hard part.
    for (let j = 0; j < i; j += 1) out[i * n + j] = out[j * n + i] = 1 + rng.below(6);
  }
  return out;
}

test('HI3 merges are a tree, and cuts are partitions', () => {
  fc.assert(
    fc.property(seeds, sizes, linkages, (seed, n, method) => {
      const merges = linkage(randomDistances(seed, n), n, method);
      expect(merges.length).toBe(n - 1);
      const children = merges.flatMap(({ left, right }) => [left, right]);
      expect(children.sort((a, b) => a - b)).toEqual(
        Array.from({ length: 2 * n - 2 }, (_, i) => i),
      );
      merges.slice(1).forEach(({ distance }, m) => {
        expect(distance).toBeGreaterThanOrEqual(merges[m]?.distance ?? 0);
      });
      for (let count = 1; count <= n; count += 1) {
        const clusters = cutTree(merges, n, count);
        expect(clusters.length).toBe(count);
        expect(clusters.flat().sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }
    }),
  );
});

/** Kruskal's algorithm, which shares nothing with Prim's. */
function leastSpanningSum(distances: Float64Array, n: number): number {
  const group = Array.from({ length: n }, (_, i) => i);
  const edges = Array.from({ length: n * n }, (_, at) => at).sort(
    (a, b) => (distances[a] as number) - (distances[b] as number),
  );
  let total = 0;
  for (const at of edges) {
    const a = group[Math.floor(at / n)] as number;
    const b = group[at % n] as number;
    if (a === b) continue;
    total += distances[at] as number;
    group.forEach((g, i) => {
      if (g === b) group[i] = a;
    });
  }
  return total;
}

test('HI4 single linkage is a least spanning tree', () => {
  fc.assert(
    fc.property(seeds, sizes, (seed, n) => {
      const distances = randomDistances(seed, n);
      const total = linkage(distances, n, 'single').reduce(
        (all, { distance }) => all + distance,
        0,
      );
      expect(total).toBe(leastSpanningSum(distances, n));
    }),
  );
});

test('HI5 scale does not matter, and without correlation hrp is inverse variance', () => {
  fc.assert(
    fc.property(seeds, sizes, methods, (seed, n, method) => {
      const covariance = randomCovariance(seed, n);
      const plain = solve(covariance, { method }).weights;
      const scaled = solve(
        covariance.map((x) => 16 * x),
        { method },
      ).weights;
      scaled.forEach((w, i) => {
        expect(w).toBeCloseTo(plain[i] as number, 8);
      });
      const diagonal = covariance.map((x, at) => (at % (n + 1) === 0 ? x : 0));
      const inverse = Float64Array.from(
        { length: n },
        (_, i) => 1 / (diagonal[i * (n + 1)] as number),
      );
      solve(diagonal, {}).weights.forEach((w, i) => {
        expect(w).toBeCloseTo((inverse[i] as number) / sum(inverse), 12);
      });
    }),
  );
});
