/**
 * Why limits cannot hold together: a smallest set of them by deletion, and for each the least relaxation
 * that would cure the conflict (docs/concepts/optimizer.md).
 */
import type { ConflictingConstraint, LinearRow, OptimizationProblem } from '../../domain/index.ts';
import { solveInteriorPoint } from '../interior-point/interior-point.ts';
import { solveDualNewton } from '../newton/dual-newton.ts';
import { solveWithFloor } from '../newton/proximal-loop.ts';
import { allLimits, limitName, limitProblem, type Limit } from './limit-set.ts';

const OPTIONS = { tolerance: 1e-10, iterationsMax: 100 } as const;
/** Ends that cross by no more than this are one number, rounded twice. */
const CROSSING_LEAST = 1e-12;

/** A row or a box whose own ends cross; null when there is none. The engines take none of these. */
export function crossedLimits(problem: OptimizationProblem): ConflictingConstraint[] | null {
  for (const row of problem.rows) {
    const relaxation = row.lower - row.upper;
    if (relaxation > CROSSING_LEAST) return [{ constraint: row.name, relaxation }];
  }
  for (let i = 0; i < problem.assets.length; i += 1) {
    const relaxation = (problem.lower[i] as number) - (problem.upper[i] as number);
    if (relaxation <= CROSSING_LEAST) continue;
    return (['lower', 'upper'] as const).map((kind) => ({
      constraint: limitName(problem, { kind, index: i }),
      relaxation,
    }));
  }
  return null;
}

/**
 * @param rowPrices m; the Farkas vector, verified over the box
 * @returns rows in their order, then boxes by asset. Without any one of them the others can hold together.
 *   A relaxation is infinite where giving way on that limit alone cures nothing.
 */
export function findConflict(
  problem: OptimizationProblem,
  rowPrices: Float64Array,
): ConflictingConstraint[] {
  let limits = provingLimits(problem, rowPrices);
  limits = dropNeedless(problem, limits, 'row');
  const rowCount = limits.filter(({ kind }) => kind === 'row').length;
  // In a conflict of one row every box end that counts is needed: without it the row has no bound at all.
  if (rowCount > 1) limits = dropNeedless(problem, limits, 'box');
  const every = allLimits(problem);
  return limits.map((limit) => ({
    constraint: limitName(problem, limit),
    relaxation: leastRelaxation(problem, limit, { limits, every }),
  }));
}

/** The limits that a Farkas vector uses: rows with a price, and the box ends that its sum leans on. */
function provingLimits(problem: OptimizationProblem, rowPrices: Float64Array): Limit[] {
  const limits: Limit[] = [];
  problem.rows.forEach((_, index) => {
    if (rowPrices[index] !== 0) limits.push({ kind: 'row', index });
  });
  for (let i = 0; i < problem.assets.length; i += 1) {
    let weight = 0;
    problem.rows.forEach((row, r) => {
      weight += (rowPrices[r] as number) * (row.coefficients[i] as number);
    });
    if (weight !== 0) limits.push({ kind: weight > 0 ? 'lower' : 'upper', index: i });
  }
  return limits;
}

function dropNeedless(
  problem: OptimizationProblem,
  limits: readonly Limit[],
  group: 'row' | 'box',
): Limit[] {
  let kept = [...limits];
  for (const limit of limits) {
    if ((limit.kind === 'row') !== (group === 'row')) continue;
    if (!kept.includes(limit)) continue;
    const without = kept.filter((other) => other !== limit);
    const proof = contradiction(problem, without);
    if (proof === null) continue;
    const proving = provingLimits(problem, proof);
    kept = without.filter((one) =>
      proving.some(({ kind, index }) => kind === one.kind && index === one.index),
    );
  }
  return kept;
}

/** Row prices that prove the limits contradictory, or null when a point meets them all. */
function contradiction(
  problem: OptimizationProblem,
  limits: readonly Limit[],
): Float64Array | null {
  const engine = limitProblem(problem, limits, { kind: 'nearest' });
  const answer = solveDualNewton(engine, new Float64Array(engine.rowCount), OPTIONS);
  return answer.status === 'infeasible' ? answer.prices : null;
}

/** With the one limit open and all the others held, how far beyond it the nearest feasible point lies. */
function leastRelaxation(
  problem: OptimizationProblem,
  limit: Limit,
  held: { readonly limits: readonly Limit[]; readonly every: readonly Limit[] },
): number {
  // Another, separate conflict may remain; then the amount that cures this one alone is given.
  for (const limits of [held.every, held.limits]) {
    const others = limits.filter(({ kind, index }) => kind !== limit.kind || index !== limit.index);
    const excesses = directionsOf(problem, limit).map(({ linear, bound }) => {
      const engine = limitProblem(problem, others, { kind: 'least', linear });
      const options = { ...OPTIONS, center: problem.current };
      const first = solveWithFloor(engine, new Float64Array(engine.rowCount), options);
      // Without curvature the Newton steps can stop at once; the second engine does not need any.
      const answer = first.status === 'stopped' ? solveInteriorPoint(engine, options) : first;
      return answer.status === 'converged' ? dot(linear, answer.weights) - bound : Infinity;
    });
    const relaxation = Math.max(...excesses);
    if (relaxation < Infinity) return relaxation;
  }
  return Infinity;
}

/** A limit as `linear x <= bound`, once per finite side. */
function directionsOf(
  problem: OptimizationProblem,
  { kind, index }: Limit,
): { readonly linear: Float64Array; readonly bound: number }[] {
  const unit = new Float64Array(problem.assets.length);
  if (kind === 'upper') {
    unit[index] = 1;
    return [{ linear: unit, bound: problem.upper[index] as number }];
  }
  if (kind === 'lower') {
    unit[index] = -1;
    return [{ linear: unit, bound: -(problem.lower[index] as number) }];
  }
  const row = problem.rows[index] as LinearRow;
  const sides = [];
  if (row.upper !== Infinity) sides.push({ linear: row.coefficients, bound: row.upper });
  if (row.lower !== -Infinity) {
    sides.push({ linear: row.coefficients.map((c) => -c), bound: -row.lower });
  }
  return sides;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] as number) * (b[i] as number);
  return total;
}
