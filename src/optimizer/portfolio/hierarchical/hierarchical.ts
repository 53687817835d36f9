/** Portfolios from a tree of the assets: hierarchical risk parity, equal risk contribution, nested clusters. */
import { err, ok, type Result } from '../../../kernel/index.ts';
import { errorFinding, type Finding, type PortfolioResult } from '../../../domain/index.ts';
import { diagonalOf } from '../../linear-algebra/index.ts';
import {
  brokenLimits,
  budgetOf,
  conflictOfLimits,
  missingBudget,
  unsupportedLimits,
} from '../heuristics/honored-limits.ts';
import { infeasibleResult, plainResult } from '../heuristics/plain-result.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { clusterRisk, type ClusterRisk } from './cluster-risk.ts';
import { equalContributionWeights } from './equal-contribution.ts';
import { nestedWeights } from './nested-clusters.ts';
import { bisectedWeights } from './recursive-bisection.ts';
import { treeOf, type Hierarchical, type Tree } from './tree.ts';

/**
 * - `hrp` (Lopez de Prado 2016): the leaves in tree order are halved again and again; each half gets weight in
 *   inverse proportion to its risk. Bounds move a split no further than they ask (as in skfolio and Riskfolio-Lib).
 * - `herc` (Raffinot, "The hierarchical equal risk contribution portfolio", 2018): the tree's own top splits share
 *   weight by the risk of the clusters below; inside a cluster in inverse proportion to risk.
 * - `nco` (Lopez de Prado, "A robust estimator of the efficient frontier", 2019): the portfolio of least risk within
 *   each cluster, then of the clusters. Long only, or with short weights where every lower bound is open.
 *
 * Limits that a method does not steer by are checked on its weights.
 *
 * `objective` is the risk, in return units. There is no certificate: the methods are no optimization problem (nco: of
 * two layers).
 *
 * @refuses METHOD_CONSTRAINT_UNSUPPORTED for limits a method cannot honor or its weights break; METHOD_INPUT_INVALID for assets without
 *   variance, a number of clusters out of range, no budget, or a measure that cannot be had
 */
export function hierarchical(
  resolved: ResolvedProblem,
  objective: Hierarchical,
): Result<PortfolioResult, readonly Finding[]> {
  const findings = inputFindings(resolved, objective);
  if (findings.length > 0) return err(findings);
  const risk = clusterRisk(resolved, objective.risk);
  if (!risk.ok) return risk;
  const solver = `${objective.method} (${objective.linkage} linkage, ${objective.distance} distance)`;
  if (objective.method === 'hrp') {
    const conflict = conflictOfLimits(resolved, longOnly(resolved), resolved.upper);
    if (conflict !== null) {
      return ok(
        infeasibleResult(resolved, { solver, iterations: 0, risk: objective.risk }, conflict),
      );
    }
  }
  const tree = treeOf(resolved, objective);
  const weighed = weightsOf(resolved, { objective, tree, risk: risk.value });
  if (!weighed.ok) return weighed;
  const total = budgetOf(resolved) as number;
  const weights = weighed.value.map((w) => w * total);
  const broken = brokenLimits(resolved, objective.method, weights);
  if (broken.length > 0) return err(broken);
  const notes = objective.method === 'hrp' ? [] : [`clusters: ${clusterText(resolved, tree)}`];
  const result = plainResult(resolved, {
    weights,
    objective: 0,
    solver,
    iterations: 0,
    notes,
    risk: objective.risk,
  });
  return ok({ ...result, objective: result.risk });
}

interface Weighing {
  readonly objective: Hierarchical;
  readonly tree: Tree;
  readonly risk: ClusterRisk;
}

/** Weights that add up to one. */
function weightsOf(
  resolved: ResolvedProblem,
  { objective, tree, risk }: Weighing,
): Result<Float64Array, readonly Finding[]> {
  switch (objective.method) {
    case 'hrp': {
      const total = budgetOf(resolved) as number;
      const lower = longOnly(resolved).map((low) => low / total);
      const upper = resolved.upper.map((high) => high / total);
      return ok(bisectedWeights(tree, risk, { lower, upper }));
    }
    case 'herc':
      return ok(equalContributionWeights(tree, risk));
    case 'nco':
      return nestedWeights(resolved, tree, objective.risk);
  }
}

function longOnly({ lower }: ResolvedProblem): Float64Array {
  return lower.map((low) => Math.max(0, low));
}

function inputFindings(resolved: ResolvedProblem, objective: Hierarchical): readonly Finding[] {
  const { method, clusterCount } = objective;
  const n = resolved.assetCount;
  const findings: Finding[] = [
    ...unsupportedLimits(resolved, method),
    ...missingBudget(resolved, method),
  ];
  const isCount =
    clusterCount === null ||
    (Number.isInteger(clusterCount) && clusterCount >= 1 && clusterCount <= n);
  if (!isCount) {
    const message = `clusterCount is a whole number from 1 to ${String(n)}, not ${String(clusterCount)}`;
    findings.push(errorFinding('METHOD_INPUT_INVALID', message, { pointer: '/objective' }));
  }
  const variances = diagonalOf(resolved.risk.covariance, n);
  resolved.problem.assets.forEach((name, i) => {
    if ((variances[i] as number) > 0) return;
    const message = `${name} has no variance, so no correlation to cluster by`;
    findings.push(errorFinding('METHOD_INPUT_INVALID', message, { symbol: name }));
  });
  return findings;
}

function clusterText({ problem }: ResolvedProblem, { clusters }: Tree): string {
  return clusters
    .map((items) => `{${items.map((i) => problem.assets[i] ?? '').join(', ')}}`)
    .join(' ');
}
