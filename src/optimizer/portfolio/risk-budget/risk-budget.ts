import type { Result } from '../../../kernel/index.ts';
import type { Finding, PortfolioObjective, PortfolioResult } from '../../../domain/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { measureRiskBudget } from './measure-risk-budget.ts';
import { varianceRiskBudget } from './variance-risk-budget.ts';

/**
 * Weights whose assets share the risk as asked, by the covariance for the variance and by the return history for every
 * other measure.
 *
 * @refuses what `varianceRiskBudget` or `measureRiskBudget` refuses
 */
export function riskBudget(
  resolved: ResolvedProblem,
  objective: Extract<PortfolioObjective, { kind: 'riskBudget' }>,
): Result<PortfolioResult, readonly Finding[]> {
  return objective.risk.measure === 'variance'
    ? varianceRiskBudget(resolved, objective)
    : measureRiskBudget(resolved, objective);
}
