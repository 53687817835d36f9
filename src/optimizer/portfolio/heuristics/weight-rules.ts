/** Portfolios by rule: equal weights, and weights in inverse proportion to volatility. */
import { err, ok, type Result } from '../../../kernel/index.ts';
import { errorFinding, type Finding, type PortfolioResult } from '../../../domain/index.ts';
import { diagonalOf } from '../../linear-algebra/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { brokenLimits, budgetOf, missingBudget, unsupportedLimits } from './honored-limits.ts';
import { plainResult } from './plain-result.ts';

type Outcome = Result<PortfolioResult, readonly Finding[]>;

/**
 * The same weight for every asset; `objective` is the volatility.
 *
 * @refuses METHOD_CONSTRAINT_UNSUPPORTED for a limit that the weights break or that no rule can honor;
 *   METHOD_INPUT_INVALID without a budget above zero
 */
export function equalWeight(resolved: ResolvedProblem): Outcome {
  const n = resolved.assetCount;
  return byRule(resolved, 'equalWeight', new Float64Array(n).fill(1));
}

/**
 * Weights in inverse proportion to the assets' volatility: risk budgeting where all correlations are equal.
 *
 * @refuses as `equalWeight`; METHOD_INPUT_INVALID for an asset without variance
 */
export function inverseVolatility(resolved: ResolvedProblem): Outcome {
  const variances = diagonalOf(resolved.risk.covariance, resolved.assetCount);
  const findings = withoutVariance(resolved, variances);
  if (findings.length > 0) return err(findings);
  return byRule(
    resolved,
    'inverseVolatility',
    variances.map((variance) => 1 / Math.sqrt(variance)),
  );
}

/** One refusal per asset whose variance is not above zero. */
export function withoutVariance(
  { problem }: ResolvedProblem,
  variances: Float64Array,
): readonly Finding[] {
  return problem.assets.flatMap((name, i) => {
    if ((variances[i] as number) > 0) return [];
    const message = `${name} has no variance, and would take the whole budget`;
    return [errorFinding('METHOD_INPUT_INVALID', message, { symbol: name })];
  });
}

function byRule(resolved: ResolvedProblem, method: string, sizes: Float64Array): Outcome {
  const refused = [...unsupportedLimits(resolved, method), ...missingBudget(resolved, method)];
  if (refused.length > 0) return err(refused);
  const total = budgetOf(resolved) as number;
  const sum = sizes.reduce((most, size) => most + size, 0);
  const weights = sizes.map((size) => (total * size) / sum);
  const broken = brokenLimits(resolved, method, weights);
  if (broken.length > 0) return err(broken);
  const answer = { weights, objective: 0, solver: method, iterations: 0, notes: [], risk: null };
  const result = plainResult(resolved, answer);
  return ok({ ...result, objective: result.risk });
}
