/**
 * What a method without a general program behind it can honor. Limits it knows nothing of are refused before it
 * starts; boxes and rows are looked at afterwards, and refused when its weights break one.
 */
import {
  errorFinding,
  type Finding,
  type OptimizationProblem,
  type PortfolioResult,
} from '../../../domain/index.ts';
import { dot } from '../../linear-algebra/index.ts';
import { optimize } from '../../optimize.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';

/** Violation, relative to the size of the limit's terms, that is rounding. */
const AT_LIMIT = 1e-10;

/** One refusal per kind of limit, boxes and rows apart, that `method` would have to ignore. */
export function unsupportedLimits(resolved: ResolvedProblem, method: string): readonly Finding[] {
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
  ];
  return found
    .filter(([isPresent]) => isPresent)
    .map(([, what, pointer]) =>
      errorFinding('METHOD_CONSTRAINT_UNSUPPORTED', `${method} cannot honor ${what}`, { pointer }),
    );
}

/**
 * One refusal per box or row that weights break: a method by rule has no second choice, and moving its weights into the
 * limits afterwards would be another method.
 */
export function brokenLimits(
  resolved: ResolvedProblem,
  method: string,
  weights: Float64Array,
): readonly Finding[] {
  const { problem, rows, lower, upper } = resolved;
  const size = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  const findings: Finding[] = [];
  const check = (limit: Limit): void => {
    const { name, value, low, high, unit } = limit;
    if (value >= low - AT_LIMIT * unit && value <= high + AT_LIMIT * unit) return;
    const side = value < low ? `below ${String(low)}` : `above ${String(high)}`;
    const message = `${method} is a rule without choice, and gives ${name} the value ${value.toPrecision(8)}, ${side}`;
    const location = { pointer: limit.pointer };
    findings.push(errorFinding('METHOD_CONSTRAINT_UNSUPPORTED', message, location));
  };
  problem.assets.forEach((name, i) => {
    const box = { low: lower[i] as number, high: upper[i] as number };
    const value = weights[i] as number;
    check({ name, value, ...box, unit: size, pointer: '/constraints/bounds' });
  });
  for (const { name, coefficients, lower: low, upper: high } of rows) {
    const unit = size * coefficients.reduce((total, c) => total + Math.abs(c), 0);
    const value = dot(coefficients, weights);
    check({ name, value, low, high, unit, pointer: '/constraints' });
  }
  return findings;
}

interface Limit {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly unit: number;
  readonly pointer: string;
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
