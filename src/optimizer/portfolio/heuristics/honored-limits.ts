/** What a method without a general program behind it can honor, and the refusal of everything else. */
import {
  errorFinding,
  type Finding,
  type OptimizationProblem,
  type PortfolioResult,
} from '../../../domain/index.ts';
import { optimize } from '../../optimize.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';

/** Kinds of limits beyond the budget that a method may honor. */
export interface Honored {
  /** Boxes other than weights of 0 to the budget. */
  readonly boxes: boolean;
  /** Rows other than the budget: groups, linear rows, factor exposures. */
  readonly rows: boolean;
}

/**
 * One refusal per kind of limit that `method` would have to ignore. A box that cannot bind (no lower limit above
 * zero, no upper one below the budget) is no limit for a long-only method.
 */
export function unsupportedLimits(
  resolved: ResolvedProblem,
  method: string,
  honored: Honored,
): readonly Finding[] {
  const { constraints, costs, frontier } = resolved.problem;
  const found: [isPresent: boolean, what: string, pointer: string][] = [
    [resolved.turnover !== null, 'a turnover limit', '/constraints/turnover'],
    [resolved.trackingError !== null, 'a tracking-error limit', '/constraints/trackingError'],
    [constraints.maximumNames !== null, 'maximumNames', '/constraints/maximumNames'],
    [constraints.exactNames !== null, 'exactNames', '/constraints/exactNames'],
    [constraints.minimumWeight !== null, 'minimumWeight', '/constraints/minimumWeight'],
    [constraints.minimumTrade !== null, 'minimumTrade', '/constraints/minimumTrade'],
    [constraints.roundLots !== null, 'roundLots', '/constraints/roundLots'],
    [
      resolved.costs.some((cost) => cost !== null) || costs.impact !== null,
      'trading costs',
      '/costs',
    ],
    [frontier !== null, 'a frontier', '/frontier'],
    [resolved.rows.some((row) => row.soft !== undefined), 'soft rows', '/constraints/linear'],
    [!honored.boxes && hasBindingBoxes(resolved), 'bounds', '/constraints/bounds'],
    [
      !honored.rows && resolved.rows.some((row) => row.name !== 'budget'),
      'groups, linear rows and factor exposures',
      '/constraints',
    ],
  ];
  return found
    .filter(([isPresent]) => isPresent)
    .map(([, what, pointer]) =>
      errorFinding('METHOD_CONSTRAINT_UNSUPPORTED', `${method} cannot honor ${what}`, { pointer }),
    );
}

function hasBindingBoxes(resolved: ResolvedProblem): boolean {
  const total = budgetOf(resolved);
  return (
    resolved.lower.some((low) => low > 0) ||
    (total !== null && resolved.upper.some((high) => high < total))
  );
}

/** The sum that weights must have, or null without a budget. */
export function budgetOf({ rows }: Pick<ResolvedProblem, 'rows'>): number | null {
  const row = rows.find(({ name }) => name === 'budget');
  return row === undefined ? null : row.lower;
}

/** @refuses METHOD_INPUT_INVALID without a budget above zero */
export function missingBudget(resolved: ResolvedProblem, method: string): readonly Finding[] {
  const total = budgetOf(resolved);
  if (total !== null && total > 0 && Number.isFinite(total)) return [];
  const message = `${method} shares out a budget, which must be a number above zero`;
  return [errorFinding('METHOD_INPUT_INVALID', message, { pointer: '/constraints/budget' })];
}

/** Limits that cannot hold together, by the account engine over the boxes and rows; null when some weights do. */
export function conflictOfLimits(
  resolved: ResolvedProblem,
  lower: Float64Array,
  upper: Float64Array,
): PortfolioResult['conflict'] | null {
  const n = resolved.assetCount;
  const program: OptimizationProblem = {
    assets: resolved.problem.assets,
    target: resolved.current,
    current: resolved.current,
    specificVariance: new Float64Array(n).fill(1),
    factors: new Float64Array(0),
    factorCount: 0,
    riskAversion: 1,
    linear: null,
    costs: resolved.problem.assets.map(() => null),
    lower,
    upper,
    rows: resolved.rows,
  };
  const result = optimize(program);
  return result.status === 'infeasible' ? result.conflict : null;
}
