/** What is read off a tree of merges: the order of its leaves, its cuts, and how many clusters it has. */
import type { Merge } from './linkage.ts';

/** Most clusters that the gap statistic looks for. */
const CLUSTERS_MAX = 10;

/** @returns the items below a cluster, left before right */
export function leavesOf(merges: readonly Merge[], n: number, cluster: number): readonly number[] {
  const leaves: number[] = [];
  const stack = [cluster];
  while (stack.length > 0) {
    const at = stack.pop() as number;
    if (at < n) {
      leaves.push(at);
      continue;
    }
    const { left, right } = merges[at - n] as Merge;
    stack.push(right, left);
  }
  return leaves;
}

/** @returns all items in the order in which the tree draws them */
export function leafOrder(merges: readonly Merge[], n: number): readonly number[] {
  return leavesOf(merges, n, n + merges.length - 1);
}

/** @returns the clusters left when the last `count - 1` merges are undone, each with ascending items, by their first */
export function cutTree(
  merges: readonly Merge[],
  n: number,
  count: number,
): readonly (readonly number[])[] {
  const kept = n - count;
  const isChild = new Uint8Array(n + kept);
  for (let m = 0; m < kept; m += 1) {
    const { left, right } = merges[m] as Merge;
    isChild[left] = 1;
    isChild[right] = 1;
  }
  const clusters: number[][] = [];
  isChild.forEach((child, cluster) => {
    if (child === 0) clusters.push([...leavesOf(merges, n, cluster)].sort((a, b) => a - b));
  });
  return clusters.sort((a, b) => (a[0] as number) - (b[0] as number));
}

/**
 * The number of clusters with the largest two-difference gap W(k + 2) - 2 W(k + 1) + W(k), where W(k) adds up the
 * standard deviations of the distances within each of k clusters (Yue, Wang, Wei, "Estimating the number of clusters
 * using two-difference gap statistic", 2008, in the form that Riskfolio-Lib uses). Looks at k from 2 up to
 * min(10, sqrt n); one cluster where there is nothing to compare.
 *
 * @param distances n x n
 */
export function gapClusterCount(
  merges: readonly Merge[],
  distances: Float64Array,
  n: number,
): number {
  const most = Math.min(n, Math.floor(Math.min(CLUSTERS_MAX, Math.sqrt(n)) + 2));
  const spread = Float64Array.from({ length: most + 1 }, (_, k) =>
    k < 2 ? 0 : withinSpread(cutTree(merges, n, k), distances, n),
  );
  let best = 1;
  let gap = -Infinity;
  for (let k = 2; k + 2 <= most; k += 1) {
    const here = (spread[k + 2] as number) + (spread[k] as number) - 2 * (spread[k + 1] as number);
    if (here > gap) {
      gap = here;
      best = k;
    }
  }
  return best;
}

function withinSpread(
  clusters: readonly (readonly number[])[],
  distances: Float64Array,
  n: number,
): number {
  let total = 0;
  for (const items of clusters) {
    const pairs: number[] = [];
    items.forEach((i, at) => {
      for (const j of items.slice(at + 1)) pairs.push(distances[i * n + j] as number);
    });
    if (pairs.length < 2) continue;
    const mean = pairs.reduce((sum, d) => sum + d, 0) / pairs.length;
    total += Math.sqrt(pairs.reduce((sum, d) => sum + (d - mean) ** 2, 0) / pairs.length);
  }
  return total;
}
