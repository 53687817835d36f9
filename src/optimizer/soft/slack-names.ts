/**
 * Soft rows as names: each soft row gets one more name, without risk, that takes what the row is violated by
 * and costs its penalty per unit. What comes out has hard rows only.
 */
import type {
  HardBudget,
  LinearRow,
  OptimizationProblem,
  PiecewiseCost,
} from '../../domain/index.ts';
import { budgetCurve } from '../certificate/measures.ts';

/**
 * Row units per unit of a slack name. Names without risk are held by a proximal term, which settles the
 * faster the less it weighs beside the rest: it weighs one over the square of this.
 */
const UNIT = 32;

/** What a row of the extended problem is: as it stands, open, or giving way at a price or within a total. */
export type RowRole =
  | { readonly kind: 'hard' }
  | { readonly kind: 'open' }
  | { readonly kind: 'penalty'; readonly penalty: number }
  | { readonly kind: 'group'; readonly group: number };

export interface GroupLimit {
  /** Total violation allowed. */
  readonly maximum: number;
}

export interface ExtendedProblem {
  readonly problem: OptimizationProblem;
  /** Of the user's problem; slack names come behind them. */
  readonly assetCount: number;
  /** Of the user's problem; the groups' budgets come behind them. */
  readonly budgetCount: number;
}

/** A row with a slack name. */
interface Giving {
  readonly r: number;
  readonly role: Extract<RowRole, { readonly kind: 'penalty' | 'group' }>;
}

/** @param roles one per row */
export function withSlackNames(
  problem: OptimizationProblem,
  roles: readonly RowRole[],
  groups: readonly GroupLimit[],
): ExtendedProblem {
  const n = problem.assets.length;
  const giving = problem.rows.flatMap((_, r): Giving[] => {
    const role = roles[r] as RowRole;
    return role.kind === 'penalty' || role.kind === 'group' ? [{ r, role }] : [];
  });
  const zeros = giving.map(() => 0);
  const extended = {
    assets: [...problem.assets, ...giving.map(({ r }) => `slack of row ${String(r)}`)],
    target: joined(problem.target, zeros),
    current: joined(problem.current, zeros),
    specificVariance: joined(problem.specificVariance, zeros),
    factors: joined(
      problem.factors,
      giving.flatMap(() => zeroList(problem.factorCount)),
    ),
    factorCount: problem.factorCount,
    riskAversion: problem.riskAversion,
    linear: problem.linear === null ? null : joined(problem.linear, zeros),
    costs: [
      ...problem.costs,
      ...giving.map(({ role }) => (role.kind === 'penalty' ? curve(role.penalty) : null)),
    ],
    lower: joined(problem.lower, zeros.fill(-Infinity)),
    upper: joined(
      problem.upper,
      zeros.map(() => Infinity),
    ),
    rows: problem.rows.map((row, r): LinearRow => {
      const slacks = giving.map((one) => (one.r === r ? -UNIT : 0));
      const coefficients = joined(row.coefficients, slacks);
      const isOpen = roles[r]?.kind === 'open';
      return {
        name: row.name,
        coefficients,
        lower: isOpen ? -Infinity : row.lower,
        upper: isOpen ? Infinity : row.upper,
      };
    }),
    budgets: extendedBudgets(problem, giving, groups),
    ...(problem.impact === undefined || problem.impact === null
      ? {}
      : {
          impact: {
            coefficient: joined(
              problem.impact.coefficient,
              giving.map(() => 0),
            ),
            power: problem.impact.power,
          },
        }),
  };
  return { problem: extended, assetCount: n, budgetCount: problem.budgets?.length ?? 0 };
}

function curve(penalty: number): PiecewiseCost {
  return { breakpoints: [0], slopes: [-penalty * UNIT, penalty * UNIT] };
}

function extendedBudgets(
  problem: OptimizationProblem,
  giving: readonly Giving[],
  groups: readonly GroupLimit[],
): HardBudget[] {
  return [
    ...(problem.budgets ?? []).map((budget) => extendedBudget(problem, budget, giving.length)),
    ...groups.map(({ maximum }, g): HardBudget => ({
      kind: 'cost',
      name: `violation of group ${String(g)}`,
      costs: [
        ...problem.assets.map(() => null),
        ...giving.map(({ role }) => (role.kind === 'group' && role.group === g ? curve(1) : null)),
      ],
      maximum,
    })),
  ];
}

/** Slack names trade nothing: a turnover limit becomes the limit on the curves of the others. */
function extendedBudget(
  problem: OptimizationProblem,
  budget: HardBudget,
  slackCount: number,
): HardBudget {
  if (budget.kind === 'trackingError') {
    return {
      ...budget,
      benchmark: joined(budget.benchmark, zeroList(slackCount)),
    };
  }
  return {
    kind: 'cost',
    name: budget.name,
    costs: [
      ...problem.assets.map((_, i) => budgetCurve(problem, budget, i)),
      ...zeroList(slackCount).map(() => null),
    ],
    maximum: budget.maximum,
  };
}

function zeroList(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function joined(values: Float64Array, more: readonly number[]): Float64Array {
  const all = new Float64Array(values.length + more.length);
  all.set(values);
  all.set(more, values.length);
  return all;
}
