/**
 * Dual semismooth Newton method in factor space (docs/concepts/optimizer.md): the unknowns are one price per factor
 * and one per row; every asset answers the prices in closed form; the dual is concave and piecewise
 * quadratic, so that on the right piece one step is exact.
 */
import type { EngineProblem } from '../problem/engine-problem.ts';
import { addColumns, moveAssets, newAssetState, signalAt, type AssetState } from './asset-step.ts';
import { farkasMargin } from '../infeasibility/farkas.ts';
import { searchLine } from './line-search.ts';
import { buildNewtonMatrix, factorNewtonMatrix, solveFactored } from './newton-matrix.ts';
import {
  firstSignChange,
  heldLimit,
  largestFixedExcess,
  newRowState,
  refixMisdirected,
  releaseRows,
  type RowState,
} from './range-rows.ts';

export interface EngineAnswer {
  readonly status: 'converged' | 'infeasible' | 'stopped';
  /** n. */
  readonly weights: Float64Array;
  /** k + m, in units of the scaled objective; for `infeasible` the row part proves it. */
  readonly prices: Float64Array;
  readonly iterations: number;
}

export interface NewtonOptions {
  /** Largest residual, in weight. */
  readonly tolerance: number;
  readonly iterationsMax: number;
}

interface Work {
  readonly problem: EngineProblem;
  readonly assets: AssetState;
  readonly rows: RowState;
  readonly prices: Float64Array;
  readonly gradient: Float64Array;
  readonly direction: Float64Array;
  /** n; G direction. */
  readonly signalChange: Float64Array;
  /** m; A x. */
  readonly activity: Float64Array;
  readonly matrix: Float64Array;
  readonly factor: Float64Array;
  /** Residuals of factor prices are divided by this, so that they count in weight. */
  readonly factorSize: number;
}

/** @param start k + m prices in scaled units; not changed */
export function solveDualNewton(
  problem: EngineProblem,
  start: Float64Array,
  options: NewtonOptions,
): EngineAnswer {
  const work = newWork(problem, start);
  const answer = (status: EngineAnswer['status'], iterations: number): EngineAnswer => ({
    status,
    weights: work.assets.weights,
    prices: work.prices,
    iterations,
  });
  for (let iteration = 0; iteration <= options.iterationsMax; iteration += 1) {
    signalAt(problem, work.prices, work.assets.signal);
    moveAssets(problem, work.assets, null);
    const residual = updateGradient(work);
    const violation = largestFixedExcess(problem, work.rows, work.activity);
    if (residual < options.tolerance && violation < options.tolerance) {
      return answer('converged', iteration);
    }
    if (farkasMargin(problem, work.prices.subarray(problem.factorCount)) > 0) {
      return answer('infeasible', iteration);
    }
    if (violation > Math.max(options.tolerance, residual)) {
      releaseRows(problem, work.rows, { activity: work.activity, largest: violation });
      updateGradient(work);
    }
    const progress = climb(work);
    if (progress === 'none') return answer('stopped', iteration);
    if (
      progress === 'unbounded' &&
      farkasMargin(problem, work.direction.subarray(problem.factorCount)) > 0
    ) {
      work.prices.set(work.direction);
      return answer('infeasible', iteration);
    }
  }
  return answer('stopped', options.iterationsMax);
}

function newWork(problem: EngineProblem, start: Float64Array): Work {
  const width = problem.factorCount + problem.rowCount;
  const prices = start.slice();
  let factorSize = 1;
  for (let i = 0; i < problem.assetCount; i += 1) {
    for (let f = 0; f < problem.factorCount; f += 1) {
      factorSize = Math.max(factorSize, Math.abs(problem.columns[i * width + f] as number));
    }
  }
  return {
    problem,
    assets: newAssetState(problem),
    rows: newRowState(problem, prices),
    prices,
    gradient: new Float64Array(width),
    direction: new Float64Array(width),
    signalChange: new Float64Array(problem.assetCount),
    activity: new Float64Array(problem.rowCount),
    matrix: new Float64Array(width * width),
    factor: new Float64Array(width * width),
    factorSize,
  };
}

/** Gradient of the dual and the rows' activity at the present weights; returns the largest residual. */
function updateGradient(work: Work): number {
  const { problem, gradient, activity, prices, rows } = work;
  const { factorCount: k, rowCount: m, columns, assetCount } = problem;
  const width = k + m;
  gradient.fill(0);
  for (let i = 0, at = 0; i < assetCount; i += 1) {
    const x = work.assets.weights[i] as number;
    if (x === 0) {
      at += width;
      continue;
    }
    for (let c = 0; c < width; c += 1, at += 1) {
      gradient[c] = (gradient[c] as number) + (columns[at] as number) * x;
    }
  }
  let residual = 0;
  for (let f = 0; f < k; f += 1) {
    const value = (gradient[f] as number) - (problem.anchor[f] as number) - (prices[f] as number);
    gradient[f] = value;
    residual = Math.max(residual, Math.abs(value) / work.factorSize);
  }
  for (let r = 0; r < m; r += 1) {
    activity[r] = gradient[k + r] as number;
    if (rows.isFixed[r] === 1) {
      gradient[k + r] = 0;
      continue;
    }
    const value = (activity[r] as number) - heldLimit(problem, rows, r);
    gradient[k + r] = value;
    residual = Math.max(residual, Math.abs(value));
  }
  return residual;
}

/** One Newton direction and one line search. */
function climb(work: Work): 'some' | 'none' | 'unbounded' {
  const { problem, rows, direction, prices, gradient } = work;
  buildNewtonMatrix(problem, work.assets.slack, work.matrix);
  // A released row can be fixed again at most once per row.
  for (let attempt = 0; attempt <= problem.rowCount; attempt += 1) {
    factorNewtonMatrix(problem, work.matrix, { factor: work.factor, isFixed: rows.isFixed });
    for (let c = 0; c < direction.length; c += 1) {
      const isFixed = c >= problem.factorCount && rows.isFixed[c - problem.factorCount] === 1;
      direction[c] = isFixed ? 0 : (gradient[c] as number);
    }
    solveFactored(work.factor, direction);
    if (!refixMisdirected(problem, rows, direction)) break;
  }
  rows.isReleased.fill(0);
  work.signalChange.fill(0);
  addColumns(problem, direction, work.signalChange);
  const limit = firstSignChange(problem, rows, { prices, direction });
  const slopeAtZero = slopeAt(work, 0);
  if (!(slopeAtZero > 0)) return 'none';
  const found = searchLine((step) => slopeAt(work, step), slopeAtZero, limit.step);
  for (let c = 0; c < prices.length; c += 1) {
    prices[c] = (prices[c] as number) + found.step * (direction[c] as number);
  }
  if (found.isAtLimit && limit.row >= 0) {
    prices[problem.factorCount + limit.row] = 0;
    rows.isFixed[limit.row] = 1;
  }
  return found.isUnbounded ? 'unbounded' : 'some';
}

/** Derivative of the dual along the direction, at `step`. */
function slopeAt(work: Work, step: number): number {
  const { problem, direction, prices, rows } = work;
  const k = problem.factorCount;
  let slope = moveAssets(problem, work.assets, { direction: work.signalChange, step });
  for (let f = 0; f < k; f += 1) {
    const change = direction[f] as number;
    const price = (prices[f] as number) + (problem.anchor[f] as number) + step * change;
    slope -= price * change;
  }
  for (let r = 0; r < problem.rowCount; r += 1) {
    if (rows.isFixed[r] === 1) continue;
    slope -= heldLimit(problem, rows, r) * (direction[k + r] as number);
  }
  return slope;
}
