/** Why no portfolio meets the limits of a scenario problem. */
import type { PortfolioResult } from '../../../domain/index.ts';
import { solveConvex } from '../mean-variance/solve-convex.ts';
import { GoalSolver } from './goal-solver.ts';
import { proveProposal } from './proof.ts';
import type { ScenarioObjective, ScenarioProblem } from './scenario-problem.ts';

/** Excess over a limit, relative to the risk, that is rounding. */
const EXCESS_LEAST = 1e-9;

/**
 * Limits on weights and tracking error do not depend on the measure, so the mean-variance family's search finds
 * their conflict; else a limit on risk lies below the least risk there is.
 *
 * @returns limits that cannot hold together, each with what would cure it (Infinity: not alone); null when a
 *   portfolio meets them all
 */
export function conflictIn(
  problem: ScenarioProblem,
  objective: ScenarioObjective,
): PortfolioResult['conflict'] | null {
  const ofWeights = conflictOfWeights(problem);
  if (ofWeights !== null) return ofWeights;
  return objective.kind === 'targetRisk' ? conflictOfRisk(problem, objective.limit) : null;
}

/** @returns limits on weights, turnover and tracking error that cannot hold together, or null */
export function conflictOfWeights({ base }: ScenarioProblem): PortfolioResult['conflict'] | null {
  const bare = { ...base, costs: base.costs.map(() => null), impact: null };
  const nearest = solveConvex({ ...bare, curvature: 2 }, 1e-8);
  return nearest.status === 'infeasible' ? nearest.conflict : null;
}

/** @returns the limit and what holds risk up, or null unless the proven least risk lies above the limit */
export function conflictOfRisk(
  problem: ScenarioProblem,
  limit: number,
): PortfolioResult['conflict'] | null {
  const goal = { riskWeight: 1, returnWeight: 0, costWeight: 0, riskLimit: null };
  const least = new GoalSolver(problem, null).solve(goal);
  if (least.status !== 'optimal') return null;
  const { gap, binding, risk } = proveProposal(problem, goal, least);
  const relaxation = risk - limit;
  if (relaxation - Math.abs(gap) <= EXCESS_LEAST * risk) return null;
  return [
    { constraint: 'risk', relaxation },
    ...binding.map(({ constraint }) => ({ constraint, relaxation: Infinity })),
  ];
}
