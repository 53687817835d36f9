import type { ClusterRisk } from './cluster-risk.ts';
import { leavesOf } from './dendrogram.ts';
import type { Tree } from './tree.ts';
import type { Merge } from './linkage.ts';

/**
 * Hierarchical equal risk contribution (Raffinot 2018, as Riskfolio-Lib's model HERC): the tree's last merges are
 * undone one by one down to the clusters, and each gives its sides weight in inverse proportion to the sums of the
 * risks of the clusters below them; inside a cluster weights are in inverse proportion to the assets' risk.
 *
 * @returns n weights that add up to one
 */
export function equalContributionWeights(tree: Tree, risk: ClusterRisk): Float64Array {
  const { n, merges, clusters } = tree;
  const weights = new Float64Array(n).fill(1);
  const clusterOf = new Int32Array(n);
  clusters.forEach((items, c) => {
    for (const i of items) clusterOf[i] = c;
  });
  const risks = clusters.map((items) => risk.riskOf(items));
  const below = (items: readonly number[]): number =>
    [...new Set(items.map((i) => clusterOf[i] as number))].reduce(
      (total, c) => total + (risks[c] as number),
      0,
    );
  for (let split = 1; split < clusters.length; split += 1) {
    const { left, right } = merges[merges.length - split] as Merge;
    const leftItems = leavesOf(merges, n, left);
    const rightItems = leavesOf(merges, n, right);
    const leftRisk = below(leftItems);
    const together = leftRisk + below(rightItems);
    const share = together > 0 ? 1 - leftRisk / together : 0.5;
    for (const i of leftItems) weights[i] = (weights[i] as number) * share;
    for (const i of rightItems) weights[i] = (weights[i] as number) * (1 - share);
  }
  for (const items of clusters) {
    const inside = risk.inverseRiskWeights(items);
    items.forEach((i, at) => {
      weights[i] = (weights[i] as number) * (inside[at] as number);
    });
  }
  return weights;
}
