import type { OptimizationProblem } from '../../domain/index.ts';
import type { EngineProblem } from '../problem/engine-problem.ts';

/** One limit of the problem: a row with both its sides, or one end of a box. */
export type Limit =
  | { readonly kind: 'row'; readonly index: number }
  | { readonly kind: 'lower' | 'upper'; readonly index: number };

export function limitName(problem: OptimizationProblem, limit: Limit): string {
  if (limit.kind === 'row') return problem.rows[limit.index]?.name ?? '';
  return `${limit.kind}:${problem.assets[limit.index] ?? ''}`;
}

/** Every finite limit of the problem. */
export function allLimits(problem: OptimizationProblem): Limit[] {
  const limits: Limit[] = problem.rows.map((_, index) => ({ kind: 'row', index }));
  problem.assets.forEach((_, index) => {
    if (problem.lower[index] !== -Infinity) limits.push({ kind: 'lower', index });
    if (problem.upper[index] !== Infinity) limits.push({ kind: 'upper', index });
  });
  return limits;
}

/**
 * The limits alone, with another objective: risk and costs do not matter for whether they can hold.
 *
 * @param limits those that hold; every other row and box end is open
 * @param objective the point nearest to the current weights, or the least of a linear function
 */
export function limitProblem(
  problem: OptimizationProblem,
  limits: readonly Limit[],
  objective:
    { readonly kind: 'nearest' } | { readonly kind: 'least'; readonly linear: Float64Array },
): EngineProblem {
  const n = problem.assets.length;
  const m = problem.rows.length;
  const lower = new Float64Array(n).fill(-Infinity);
  const upper = new Float64Array(n).fill(Infinity);
  const rowLower = new Float64Array(m).fill(-Infinity);
  const rowUpper = new Float64Array(m).fill(Infinity);
  for (const { kind, index } of limits) {
    if (kind === 'lower') lower[index] = problem.lower[index] as number;
    else if (kind === 'upper') upper[index] = problem.upper[index] as number;
    else {
      rowLower[index] = problem.rows[index]?.lower ?? -Infinity;
      rowUpper[index] = problem.rows[index]?.upper ?? Infinity;
    }
  }
  const columns = new Float64Array(n * m);
  problem.rows.forEach((row, r) => {
    for (let i = 0; i < n; i += 1) columns[i * m + r] = row.coefficients[i] as number;
  });
  const isNearest = objective.kind === 'nearest';
  return {
    assetCount: n,
    factorCount: 0,
    rowCount: m,
    columns,
    curvature: new Float64Array(n).fill(isNearest ? 1 : 0),
    linear: isNearest ? problem.current.map((x) => -x) : objective.linear,
    anchor: new Float64Array(0),
    segmentStart: Int32Array.from({ length: n + 1 }, (_, i) => i),
    segmentEnd: upper,
    segmentSlope: new Float64Array(n),
    lower,
    rowLower,
    rowUpper,
    scale: 1,
  };
}
