/**
 * Rows that may give way. Those with a penalty pay it per unit of violation. Those with a priority alone give
 * way as little as possible before anything else counts: the total violation of priority 1 is made least and
 * held there, then that of priority 2, and so on; then the objective is minimized within those totals.
 */
import type { LinearRow, OptimizationProblem } from '../../domain/index.ts';
import type { BudgetSolution } from '../budgets/budget-solution.ts';
import { solveHardBudgets } from '../budgets/hard-budgets.ts';
import type { PriorityGroup } from '../certificate/certificate-input.ts';
import { certify } from '../certificate/certificate.ts';
import { violationOf } from '../certificate/measures.ts';
import { defectOfCertificate, isProved, type PlainOptions } from '../plain-solve.ts';
import { withSlackNames, type ExtendedProblem, type RowRole } from './slack-names.ts';

/** A least total violation below this is none. */
const NO_VIOLATION = 1e-10;
/** A total is held this far above its least, so that rounding does not put it out of reach. */
const HELD_ABOVE = 1e-11;

type Solved = Extract<BudgetSolution, { readonly status: 'solved' }>;

export type SoftSolution =
  | (Solved & {
      readonly groups: readonly PriorityGroup[];
      /** False when the least violation of a priority could not be proved. */
      readonly isProved: boolean;
    })
  | Extract<BudgetSolution, { readonly status: 'infeasible' }>;

interface Stages {
  readonly roles: RowRole[];
  /** Groups of rows of one priority that give way. */
  readonly groups: { readonly rows: readonly number[]; readonly maximum: number }[];
  /** Groups that need not. */
  readonly met: (readonly number[])[];
  isProved: boolean;
  iterations: number;
}

/** @param problem some of whose rows are soft */
export function solveSoftRows(problem: OptimizationProblem, options: PlainOptions): SoftSolution {
  const stages: Stages = {
    roles: problem.rows.map(openingRole),
    groups: [],
    met: [],
    isProved: true,
    iterations: 0,
  };
  const priorities = new Set(problem.rows.flatMap((row) => priorityOf(row) ?? []));
  for (const priority of [...priorities].sort((a, b) => a - b)) {
    const rows = [...problem.rows.keys()].filter(
      (r) => priorityOf(problem.rows[r] as LinearRow) === priority,
    );
    const failure = leastViolation(problem, stages, rows);
    if (failure !== null) return failure;
  }
  const extended = finalProblem(problem, stages);
  const { start, ...rest } = options;
  const solved = solveHardBudgets(extended.problem, {
    ...rest,
    ...(start === undefined ? {} : { start: { ...start, budgetPrices: new Float64Array(0) } }),
  });
  if (solved.status === 'infeasible') return solved;
  return {
    ...solved,
    weights: solved.weights.slice(0, extended.assetCount),
    budgetPrices: solved.budgetPrices.slice(0, extended.budgetCount),
    groups: pricedGroups(stages, solved, extended),
    isProved: stages.isProved,
    iterations: stages.iterations + solved.iterations,
  };
}

function priorityOf({ soft }: LinearRow): number | null {
  return soft === undefined || soft.penalty !== undefined ? null : (soft.priority ?? null);
}

function openingRole(row: LinearRow): RowRole {
  return row.soft === undefined ? { kind: 'hard' } : { kind: 'open' };
}

function finalProblem(problem: OptimizationProblem, { roles, groups }: Stages): ExtendedProblem {
  const penalized = roles.map((role, r): RowRole => {
    const penalty = problem.rows[r]?.soft?.penalty;
    return penalty === undefined ? role : { kind: 'penalty', penalty };
  });
  return withSlackNames(problem, penalized, groups);
}

/** Adds the group of these rows to the stages, held at its least total; the conflict where there is none. */
function leastViolation(
  problem: OptimizationProblem,
  stages: Stages,
  rows: readonly number[],
): Extract<BudgetSolution, { readonly status: 'infeasible' }> | null {
  const bare: OptimizationProblem = {
    ...problem,
    riskAversion: 0,
    linear: null,
    costs: problem.assets.map(() => null),
    impact: null,
    rows: problem.rows.map((row, r) => ({
      ...row,
      // Penalties do not count yet: only a priority stands at the other soft rows.
      ...(rows.includes(r)
        ? { soft: { penalty: 1 } }
        : row.soft === undefined
          ? {}
          : { soft: { priority: 1 } }),
    })),
  };
  const roles = stages.roles.map((role, r): RowRole =>
    rows.includes(r) ? { kind: 'penalty', penalty: 1 } : role,
  );
  const extended = withSlackNames(bare, roles, stages.groups);
  const solved = solveHardBudgets(extended.problem, {});
  if (solved.status === 'infeasible') return solved;
  stages.iterations += solved.iterations;
  const weights = solved.weights.slice(0, extended.assetCount);
  const total = rows.reduce(
    (sum, r) => sum + violationOf(problem.rows[r] as LinearRow, weights),
    0,
  );
  const certificate = certify({
    problem: bare,
    ...solved,
    weights,
    budgetPrices: solved.budgetPrices.slice(0, extended.budgetCount),
    groups: pricedGroups(stages, solved, extended),
  });
  if (!isProved(defectOfCertificate(certificate))) stages.isProved = false;
  const isMet = total <= NO_VIOLATION;
  for (const r of rows) {
    stages.roles[r] = isMet ? { kind: 'hard' } : { kind: 'group', group: stages.groups.length };
  }
  if (isMet) stages.met.push(rows);
  else stages.groups.push({ rows, maximum: total + HELD_ABOVE });
  return null;
}

/** A group that can be met is hard: no violation in all, at the largest price of its rows. */
function pricedGroups(
  { groups, met }: Stages,
  { rowPrices, budgetPrices }: Solved,
  { budgetCount }: ExtendedProblem,
): PriorityGroup[] {
  return [
    ...groups.map((group, g) => ({ ...group, price: budgetPrices[budgetCount + g] ?? 0 })),
    ...met.map((rows) => ({
      rows,
      maximum: 0,
      price: Math.max(...rows.map((r) => Math.abs(rowPrices[r] as number))),
    })),
  ];
}
