import type { PortfolioObjective } from '../../../domain/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { assetDistances } from './correlation-distance.ts';
import { cutTree, gapClusterCount, leafOrder } from './dendrogram.ts';
import { linkage, type Merge } from './linkage.ts';

export type Hierarchical = Extract<PortfolioObjective, { kind: 'hierarchical' }>;

/** The tree of the assets and what the methods read from it. */
export interface Tree {
  readonly n: number;
  readonly merges: readonly Merge[];
  /** Items in the order of the leaves. */
  readonly order: readonly number[];
  /** Clusters of herc and nco. */
  readonly clusters: readonly (readonly number[])[];
}

/** Builds the tree; clusters by the count given or by the gap statistic of the distances that were clustered. */
export function treeOf(resolved: ResolvedProblem, objective: Hierarchical): Tree {
  const n = resolved.assetCount;
  const distances = assetDistances(resolved.risk.covariance, n, objective.distance);
  const merges = linkage(distances, n, objective.linkage);
  const count = objective.clusterCount ?? gapClusterCount(merges, distances, n);
  return { n, merges, order: leafOrder(merges, n), clusters: cutTree(merges, n, count) };
}
