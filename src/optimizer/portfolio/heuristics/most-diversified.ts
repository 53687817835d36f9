import { err, ok, type Result } from '../../../kernel/index.ts';
import { errorFinding, type Finding, type PortfolioResult } from '../../../domain/index.ts';
import { diagonalOf } from '../../linear-algebra/index.ts';
import { maximumRatioVariance } from '../mean-variance/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { expectedReturnOf } from './plain-result.ts';

/**
 * The most diversified portfolio: the largest ratio of the weighted mean of volatilities to the volatility of the whole
 * (Choueifaty and Coignard, "Toward maximum diversification", *J. Portfolio Management* 35, 2008). It is the maximum
 * ratio with volatilities for returns and a rate of zero, and honors whatever that honors; `objective` is the
 * diversification ratio.
 *
 * @refuses METHOD_CONSTRAINT_UNSUPPORTED for trading costs, which are not in units of volatility; what
 *   `maximumRatioVariance` refuses
 */
export function mostDiversified(
  resolved: ResolvedProblem,
): Result<PortfolioResult, readonly Finding[]> {
  const { costs, problem, risk, assetCount } = resolved;
  if (costs.some((cost) => cost !== null) || problem.costs.impact !== null) {
    const message = 'mostDiversified cannot honor trading costs';
    return err([errorFinding('METHOD_CONSTRAINT_UNSUPPORTED', message, { pointer: '/costs' })]);
  }
  const volatilities = diagonalOf(risk.covariance, assetCount).map(Math.sqrt);
  const outcome = maximumRatioVariance({ ...resolved, expectedReturns: volatilities }, 0);
  if (!outcome.ok) return outcome;
  const expectedReturn = expectedReturnOf(resolved, outcome.value.weights);
  return ok({ ...outcome.value, expectedReturn });
}
