/** A direction that every limit allows for ever and in which the objective falls: no best portfolio. */
import { dot } from '../mean-variance/engine-point.ts';
import { costsOf } from '../mean-variance/evidence.ts';
import { GoalSolver } from './goal-solver.ts';
import type { LinearGoal } from './proof.ts';
import { isRootMeasure, measureValue } from './scenario-measure.ts';
import type { ScenarioProblem } from './scenario-problem.ts';

/** Share of the steepest slope below which a direction does not pay. */
const PAYS_LEAST = 1e-7;
/** A limit on a root measure lets no direction with risk go on: risk this dear has the same effect. */
const DEAR = 1e6;

/** @returns whether a direction of unit size, found and measured, improves the goal without end */
export function hasUnboundedRay(problem: ScenarioProblem, goal: LinearGoal): boolean {
  const { base, measure, scenarios, expectedReturns, unit } = problem;
  const isOpen = base.lower.includes(-Infinity) || base.upper.includes(Infinity);
  if (!isOpen || base.spheres.length > 0 || base.impact !== null) return false;
  if (base.turnover !== null && base.turnover.measure !== 'sellSide') return false;
  const cone = recessionOf(problem);
  const steepest = Math.max(goal.riskWeight * unit, ...expectedReturns.map(Math.abs));
  const isRootLimit = goal.riskLimit !== null && isRootMeasure(measure);
  const priced: LinearGoal = isRootLimit
    ? { ...goal, riskLimit: null, riskWeight: (DEAR * steepest) / unit }
    : { ...goal, riskLimit: goal.riskLimit === null ? null : 0 };
  const { status, weights } = new GoalSolver(cone, null).solve(priced);
  if (status !== 'optimal') return false;
  const risk = measureValue(cone.measure, weights, scenarios);
  if (goal.riskLimit !== null && risk > PAYS_LEAST * unit) return false;
  const rest =
    goal.costWeight * costsOf(cone.base, weights) -
    goal.returnWeight * dot(expectedReturns, weights);
  return goal.riskWeight * risk + rest < -PAYS_LEAST * steepest;
}

/** @returns whether an allowed portfolio, found and measured, earns more than the rate without any risk */
export function hasRisklessExcess(problem: ScenarioProblem, riskFreeRate: number): boolean {
  const { measure, scenarios, unit, expectedReturns } = problem;
  const steepest = Math.max(...expectedReturns.map(Math.abs));
  const goal: LinearGoal = isRootMeasure(measure)
    ? { riskWeight: (DEAR * steepest) / unit, returnWeight: 1, costWeight: 1, riskLimit: null }
    : { riskWeight: 0, returnWeight: 1, costWeight: 1, riskLimit: 0 };
  const solver = new GoalSolver(problem, null);
  const { status, weights } = solver.solve(goal);
  if (status !== 'optimal') return false;
  const isRiskless = measureValue(measure, weights, scenarios) <= PAYS_LEAST * unit;
  return isRiskless && solver.excessOf(weights, riskFreeRate) > PAYS_LEAST * steepest;
}

/** The same problem for directions: limits become zero where they are finite, open ends one. */
function recessionOf(problem: ScenarioProblem): ScenarioProblem {
  const { base, measure } = problem;
  const mayNotSell = base.turnover !== null;
  return {
    ...problem,
    measure: { ...measure, threshold: measure.threshold === null ? null : 0 },
    base: {
      ...base,
      current: new Float64Array(base.assets.length),
      costs: base.costs.map((cost) =>
        cost === null
          ? null
          : { breakpoints: [0], slopes: [cost.slopes[0] ?? 0, cost.slopes.at(-1) ?? 0] },
      ),
      lower: base.lower.map((x) => (x === -Infinity && !mayNotSell ? -1 : 0)),
      upper: base.upper.map((x) => (x === Infinity ? 1 : 0)),
      rows: base.rows.map((row) => ({
        ...row,
        lower: row.lower === -Infinity ? -Infinity : 0,
        upper: row.upper === Infinity ? Infinity : 0,
      })),
      turnover: null,
    },
  };
}
