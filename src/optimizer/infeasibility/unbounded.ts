/**
 * Whether the objective falls for ever: along a direction without risk and without limit that gains more than
 * it costs. Every such direction is a solution of a small linear program over the unit box.
 */
import type {
  HardBudget,
  LinearRow,
  OptimizationProblem,
  PiecewiseCost,
} from '../../domain/index.ts';
import { solveHardBudgets } from '../budgets/hard-budgets.ts';
import { certify } from '../certificate/certificate.ts';
import { budgetCurve } from '../certificate/measures.ts';
import { withSlackNames } from '../soft/slack-names.ts';

/** A gain per unit of direction below this share of the steepest slope is rounding. */
const GAIN_RELATIVE = 1e-9;
const VIOLATION_MAX = 1e-9;

/**
 * @returns n; current + t direction keeps to every row and box that it kept to, for every t >= 0, and the
 *   objective falls along it without end; null when there is no such direction
 */
export function unboundedDirection(problem: OptimizationProblem): Float64Array | null {
  if (!isOpen(problem)) return null;
  if (problem.rows.every(({ soft }) => soft === undefined)) return recession(problem);
  const roles = problem.rows.map(({ soft }) =>
    soft?.penalty === undefined
      ? ({ kind: 'hard' } as const)
      : ({ kind: 'penalty', penalty: soft.penalty } as const),
  );
  const extended = withSlackNames(problem, roles, []);
  return recession(extended.problem)?.slice(0, extended.assetCount) ?? null;
}

/** Whether some name may move without end: almost never, and asked before every account. */
function isOpen(problem: OptimizationProblem): boolean {
  const { lower, upper } = problem;
  for (let i = 0; i < lower.length; i += 1) {
    if (lower[i] !== -Infinity && upper[i] !== Infinity) continue;
    if (rangeOf(problem, i).some((end) => end !== 0)) return true;
  }
  return false;
}

function recession(problem: OptimizationProblem): Float64Array | null {
  const free = problem.assets.map((_, i) => rangeOf(problem, i));
  const costs = problem.assets.map((_, i) => recessionCurve(problem.costs[i] ?? null));
  const rays: OptimizationProblem = {
    assets: problem.assets,
    target: new Float64Array(free.length),
    current: new Float64Array(free.length),
    specificVariance: new Float64Array(free.length),
    factors: new Float64Array(0),
    factorCount: 0,
    riskAversion: 0,
    linear: problem.linear,
    costs,
    lower: Float64Array.from(free, ([low]) => low),
    upper: Float64Array.from(free, ([, high]) => high),
    rows: recessionRows(problem),
    budgets: (problem.budgets ?? []).flatMap((budget) => recessionBudget(problem, budget)),
  };
  const answer = solveHardBudgets(rays, {});
  if (answer.status === 'infeasible') return null;
  const { primal, maxViolation } = certify({ problem: rays, ...answer });
  if (maxViolation > VIOLATION_MAX) return null;
  let steepest = 0;
  for (const slope of problem.linear ?? []) steepest = Math.max(steepest, Math.abs(slope));
  for (const cost of costs) {
    for (const slope of cost?.slopes ?? []) steepest = Math.max(steepest, Math.abs(slope));
  }
  return primal < -GAIN_RELATIVE * steepest ? answer.weights : null;
}

/** The unit range in which a name may move without end; both ends zero when it is held. */
function rangeOf(problem: OptimizationProblem, i: number): readonly [number, number] {
  const isHeld =
    (hasRisk(problem) && (problem.specificVariance[i] as number) > 0) ||
    (problem.impact?.coefficient[i] ?? 0) > 0;
  if (isHeld) return [0, 0];
  return [problem.lower[i] === -Infinity ? -1 : 0, problem.upper[i] === Infinity ? 1 : 0];
}

function hasRisk({ riskAversion, budgets }: OptimizationProblem): boolean {
  return riskAversion > 0 || (budgets ?? []).some(({ kind }) => kind === 'trackingError');
}

/** What the curve costs per unit far out: its first slope downward, its last one upward. */
function recessionCurve(cost: PiecewiseCost | null): PiecewiseCost | null {
  if (cost === null) return null;
  return { breakpoints: [0], slopes: [cost.slopes[0] as number, cost.slopes.at(-1) as number] };
}

/** Rows keep to their finite sides; no factor may move where factors are risk. */
function recessionRows(problem: OptimizationProblem): LinearRow[] {
  const rows = problem.rows.map((row) => ({
    name: `row ${row.name}`,
    coefficients: row.coefficients,
    lower: row.lower === -Infinity ? -Infinity : 0,
    upper: row.upper === Infinity ? Infinity : 0,
  }));
  const { factorCount: k, factors, assets } = problem;
  if (!hasRisk(problem)) return rows;
  for (let f = 0; f < k; f += 1) {
    const coefficients = Float64Array.from(assets, (_, i) => factors[i * k + f] as number);
    rows.push({ name: `factor ${String(f)}`, coefficients, lower: 0, upper: 0 });
  }
  return rows;
}

/** A quantity with a limit may not grow along the way. */
function recessionBudget(problem: OptimizationProblem, budget: HardBudget): HardBudget[] {
  if (budget.kind === 'trackingError') return [];
  const costs = problem.assets.map((_, i) => recessionCurve(budgetCurve(problem, budget, i)));
  return [{ kind: 'cost', name: budget.name, costs, maximum: 0 }];
}
