/**
 * The least that a budget's quantity can be within rows, boxes and other budgets: whether a limit can be
 * reached at all, and by how much it would have to give. The dual bound of that problem is the proof.
 */
import type {
  ConflictingConstraint,
  HardBudget,
  LinearRow,
  OptimizationProblem,
} from '../../domain/index.ts';
import { certify } from '../certificate/certificate.ts';
import type { CertificateInput } from '../certificate/certificate-input.ts';
import { contradictionOf, findRowConflict } from '../infeasibility/conflict.ts';
import type { BudgetSolution } from './budget-solution.ts';
import { withBudgetRows } from './segment-rows.ts';

/** Solves the smaller problems that the questions lead to: handed in, because it asks the same questions. */
export type BudgetSolver = (problem: OptimizationProblem) => BudgetSolution;

interface Ask {
  readonly problem: OptimizationProblem;
  readonly solve: BudgetSolver;
}

/** A limit missed by no more than this is met, in units of the quantity. */
const REACH_TOLERANCE = 2e-11;

/**
 * Which of the budgets cannot hold together, given that the rows alone can. Limits on separable curves become
 * rows, whose contradiction has a Farkas proof; a tracking error is minimized, and its bound is the proof.
 *
 * @returns a smallest set of budgets and rows (boxes stand behind them and are not listed), each with the
 *   least relaxation that would cure the conflict alone; null when all budgets can be met
 */
export function budgetConflict(
  problem: OptimizationProblem,
  solve: BudgetSolver,
): ConflictingConstraint[] | null {
  const budgets = problem.budgets ?? [];
  const separable = budgets.filter(({ kind }) => kind !== 'trackingError');
  if (separable.length > 0) {
    const rows = withBudgetRows(problem, separable);
    const proof = contradictionOf(rows);
    if (proof !== null) return findRowConflict(rows, proof);
  }
  for (const group of groupsWithRisk(budgets)) {
    const last = group.at(-1) as HardBudget;
    const others = group.slice(0, -1);
    if (isOutOfReach({ problem, solve }, last, others)) return explained({ problem, solve }, group);
  }
  return null;
}

/** Every group of budgets that ends with a tracking error, small groups first. */
function groupsWithRisk(budgets: readonly HardBudget[]): HardBudget[][] {
  const sorted = [...budgets].sort((a, b) => rank(a) - rank(b));
  const groups: HardBudget[][] = [];
  for (let mask = 1; mask < 1 << sorted.length; mask += 1) {
    const group = sorted.filter((_, j) => (mask & (1 << j)) !== 0);
    if (group.at(-1)?.kind === 'trackingError') groups.push(group);
  }
  return groups.sort((a, b) => a.length - b.length);
}

function rank({ kind }: HardBudget): number {
  return kind === 'trackingError' ? 1 : 0;
}

function isOutOfReach(
  { problem, solve }: Ask,
  budget: HardBudget,
  others: readonly HardBudget[],
): boolean {
  const least = leastOf(measureProblem(problem, budget, others), solve);
  return least !== null && quantityOf(budget, least.dual) > budget.maximum + REACH_TOLERANCE;
}

/** The rows that take part, found by leaving out one after the other, and what each would have to give. */
function explained({ problem, solve }: Ask, group: readonly HardBudget[]): ConflictingConstraint[] {
  const last = group.at(-1) as HardBudget;
  const others = group.slice(0, -1);
  let rows = problem.rows.filter((row) => row.lower !== -Infinity || row.upper !== Infinity);
  for (const row of rows) {
    const without = rows.filter((one) => one !== row);
    if (isOutOfReach({ problem: { ...problem, rows: without }, solve }, last, others))
      rows = without;
  }
  const held = { ...problem, rows };
  const budgetEntries = group.map((budget) => {
    const rest = group.filter((one) => one !== budget);
    const least = leastOf(measureProblem(problem, budget, rest), solve);
    const relaxation =
      least === null ? Infinity : quantityOf(budget, least.primal) - budget.maximum;
    return { constraint: budget.name, relaxation };
  });
  const rowEntries = rows.map((row) => ({
    constraint: row.name,
    relaxation: leastViolation(held, { row, group, all: problem, solve }),
  }));
  return [...rowEntries, ...budgetEntries];
}

/** How far the row must give for the budgets of the group to hold, all other rows held if they can be. */
function leastViolation(
  held: OptimizationProblem,
  ask: {
    readonly row: LinearRow;
    readonly group: readonly HardBudget[];
    readonly all: OptimizationProblem;
    readonly solve: BudgetSolver;
  },
): number {
  const { row, group, all, solve } = ask;
  for (const { rows } of [all, held]) {
    const excesses = sidesOf(row).map(({ linear, bound }) => {
      const least = leastOf(
        {
          ...bare(held),
          rows: rows.filter((one) => one !== row),
          budgets: group,
          linear,
        },
        solve,
      );
      return least === null ? Infinity : least.primal - bound;
    });
    const relaxation = Math.max(...excesses);
    if (relaxation < Infinity) return relaxation;
  }
  return Infinity;
}

/** A row as `linear x <= bound`, once per finite side. */
function sidesOf(row: LinearRow): { readonly linear: Float64Array; readonly bound: number }[] {
  const sides = [];
  if (row.upper !== Infinity) sides.push({ linear: row.coefficients, bound: row.upper });
  if (row.lower !== -Infinity) {
    sides.push({ linear: row.coefficients.map((c) => -c), bound: -row.lower });
  }
  return sides;
}

/** Minimize the quantity of one budget within everything else. */
function measureProblem(
  problem: OptimizationProblem,
  budget: HardBudget,
  others: readonly HardBudget[],
): OptimizationProblem {
  const base = { ...bare(problem), budgets: others };
  if (budget.kind === 'trackingError') {
    return { ...base, riskAversion: 1, target: budget.benchmark };
  }
  if (budget.kind === 'cost') return { ...base, costs: budget.costs };
  const slopes = { gross: [-1, 1], oneWay: [-0.5, 0.5], sellSide: [-1, 0] }[budget.measure];
  return {
    ...base,
    costs: problem.assets.map((_, i) => ({
      breakpoints: [problem.current[i] as number],
      slopes,
    })),
  };
}

/** The limits alone: no risk, no tilt, no costs. */
function bare(problem: OptimizationProblem): OptimizationProblem {
  return {
    ...problem,
    riskAversion: 0,
    linear: null,
    costs: problem.assets.map(() => null),
    impact: null,
  };
}

function quantityOf(budget: HardBudget, value: number): number {
  return budget.kind === 'trackingError' ? Math.sqrt(Math.max(0, 2 * value)) : value;
}

/** Best value and its bound; null when nothing is feasible or nothing is proved. */
function leastOf(
  problem: OptimizationProblem,
  solve: BudgetSolver,
): { readonly primal: number; readonly dual: number } | null {
  const solved = solve(problem);
  if (solved.status === 'infeasible') return null;
  const input: CertificateInput = { problem, ...solved };
  const { primal, dual, maxViolation } = certify(input);
  return maxViolation > 1e-8 ? null : { primal, dual };
}
