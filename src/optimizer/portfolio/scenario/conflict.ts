/** Why no portfolio meets the limits of a scenario problem. */
import type { PortfolioResult } from '../../../domain/index.ts';
import { solveConvex } from '../mean-variance/solve-convex.ts';
import { GoalSolver } from './goal-solver.ts';
import { proveProposal } from './proof.ts';
import { measureValue } from './scenario-measure.ts';
import type { ScenarioProblem } from './scenario-problem.ts';
import type { ScenarioObjective } from './solve-scenario.ts';

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
  const { base, measure, scenarios } = problem;
  const nearest = solveConvex(
    { ...base, costs: base.costs.map(() => null), impact: null, curvature: 2 },
    1e-8,
  );
  if (nearest.status === 'infeasible') return nearest.conflict;
  if (objective.kind !== 'targetRisk') return null;
  const goal = { riskWeight: 1, returnWeight: 0, costWeight: 0, riskLimit: null };
  const least = new GoalSolver(problem, null).solve(goal);
  const risk = measureValue(measure, least.weights, scenarios);
  const { gap, binding } = proveProposal(problem, goal, least);
  const relaxation = risk - objective.limit;
  // The proven bound decides, not the value reached.
  if (least.status !== 'optimal' || relaxation - gap <= 0) return null;
  return [
    { constraint: 'risk', relaxation },
    ...binding.map(({ constraint }) => ({ constraint, relaxation: Infinity })),
  ];
}
