/**
 * Mean-variance for the worst means within a set around the expected ones (Ben-Tal and Nemirovski 1998; Tütüncü
 * and Koenig 2004):
 *
 *   ellipsoid  max  mu'w - radius sqrt(w'Cw) - costs - lambda/2 w'Sigma w
 *   box        max  mu'w - sum width_i |w_i| - costs - lambda/2 w'Sigma w
 */
import { err, ok, type Result } from '../../../kernel/index.ts';
import type { Finding, PortfolioObjective, PortfolioResult } from '../../../domain/index.ts';
import { addCurves } from '../mean-variance/convex-problem.ts';
import { dot } from '../mean-variance/engine-point.ts';
import { normLength } from '../mean-variance/evidence.ts';
import {
  certificateAround,
  programOf,
  resultOf,
  riskOf,
  tradingCosts,
} from '../mean-variance/program.ts';
import { solveConvex } from '../mean-variance/solve-convex.ts';
import { eigenRoot, judgedCovariance } from '../resolve/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';

type Robust = Extract<PortfolioObjective, { kind: 'robust' }>;

/** @refuses COVARIANCE_ASYMMETRIC, COVARIANCE_INDEFINITE for the ellipsoid's covariance */
export function robustMeanVariance(
  resolved: ResolvedProblem,
  { uncertainty, riskAversion }: Robust,
): Result<PortfolioResult, readonly Finding[]> {
  const { expectedReturns, problem } = resolved;
  const program = {
    ...programOf(resolved),
    curvature: riskAversion,
    linear: expectedReturns.map((mu) => 0 - mu),
  };
  let robust = program;
  let worstOf: (weights: Float64Array) => number;
  if (uncertainty.kind === 'box') {
    const { width } = uncertainty;
    robust = { ...program, costs: program.costs.map((cost, i) => addCurves(cost, fear(width, i))) };
    worstOf = (weights) =>
      weights.reduce((sum, w, i) => sum + (width[i] as number) * Math.abs(w), 0);
  } else {
    const pointer = '/objective/uncertainty/covariance';
    const where = { pointer, names: problem.assets, repair: null };
    const judged = judgedCovariance(uncertainty.covariance, where);
    if (!judged.ok) return err(judged.error);
    const { covariance: matrix } = judged.value;
    const { radius } = uncertainty;
    const { factors: root, factorCount: rank } = eigenRoot(matrix, resolved.assetCount);
    const norm = { matrix, root, rank, radius };
    robust = { ...program, norm };
    worstOf = (weights) => radius * normLength(norm, weights);
  }
  const answer = solveConvex(robust, problem.tolerance);
  const { weights } = answer;
  const { risk } = riskOf(resolved, weights, null);
  const worst = dot(expectedReturns, weights) - worstOf(weights);
  const objective = worst - tradingCosts(resolved, weights) - (riskAversion / 2) * risk ** 2;
  return ok(
    resultOf({
      resolved,
      answer,
      objective,
      certificate: certificateAround(-objective, answer),
      notes: [`the worst expected return within the set is ${worst.toPrecision(10)}`],
    }),
  );
}

/** width |w| as a curve. */
function fear(width: Float64Array, i: number) {
  const half = width[i] as number;
  return half === 0 ? null : { breakpoints: [0], slopes: [-half, half] };
}
