/**
 * What to do when the interior point ends without an answer: two linear problems that always have one.
 *
 * Elastic: the smallest sum of row violations inside the bounds. Its prices, where the sum is positive, are a
 * Farkas proof that no point keeps all rows. Where it is zero its point is feasible, and the second problem asks
 * for the direction of a box in which the objective falls fastest without curvature and without leaving any
 * limit: a fall proves the problem unbounded.
 *
 * What they find is a candidate only; `rays.ts` verifies it on the user's problem.
 */
import type { PrimalDual } from './barrier-point.ts';
import { runInteriorPoint } from './interior-point.ts';
import { scaleProblem } from './scaling.ts';
import type { CoreProblem } from './scaling.ts';
import { sparseFromTriplets, sparseZero } from './sparse-matrix.ts';

const ITERATIONS_MAX = 200;

/** @returns prices of the elastic problem's rows and of the bounds of x, in the core problem's units, and its point */
export function elasticPoint(core: CoreProblem, shouldStop: () => boolean): PrimalDual {
  const n = core.q.length;
  const m = core.rowLower.length;
  const entries = listEntries(core.A);
  for (let i = 0; i < m; i++) {
    entries.push(i, n + i, 1);
    entries.push(i, n + m + i, -1);
  }
  const width = n + 2 * m;
  const q = new Float64Array(width);
  const lower = new Float64Array(width);
  const upper = new Float64Array(width).fill(Infinity);
  lower.set(core.lower);
  upper.set(core.upper);
  q.fill(1, n);
  const elastic = {
    P: sparseZero(width, width),
    q,
    A: sparseFromTriplets([m, width], entries),
    rowLower: core.rowLower,
    rowUpper: core.rowUpper,
    lower,
    upper,
  };
  const solved = solveLinear(elastic, shouldStop);
  return { x: solved.x.slice(0, n), y: solved.y, z: solved.z.slice(0, n) };
}

/** @returns the direction (n) of fastest fall within limits and without curvature */
export function fallingDirection(core: CoreProblem, shouldStop: () => boolean): Float64Array {
  const n = core.q.length;
  const m = core.rowLower.length;
  const entries = listEntries(core.A);
  const scale = largest(core.P.values);
  const curved = listEntries(core.P);
  for (let k = 0; k < curved.values.length; k++) {
    entries.push(
      m + (curved.rows[k] as number),
      curved.columns[k] as number,
      (curved.values[k] as number) / scale,
    );
  }
  const rowLower = new Float64Array(m + n);
  const rowUpper = new Float64Array(m + n);
  for (let i = 0; i < m; i++) {
    rowLower[i] = core.rowLower[i] === -Infinity ? -Infinity : 0;
    rowUpper[i] = core.rowUpper[i] === Infinity ? Infinity : 0;
  }
  const falling = {
    P: sparseZero(n, n),
    q: core.q,
    A: sparseFromTriplets([m + n, n], entries),
    rowLower,
    rowUpper,
    lower: core.lower.map((l) => (l === -Infinity ? -1 : 0)),
    upper: core.upper.map((u) => (u === Infinity ? 1 : 0)),
  };
  return solveLinear(falling, shouldStop).x;
}

function solveLinear(core: CoreProblem, shouldStop: () => boolean): PrimalDual {
  const scaled = scaleProblem(core);
  const { best } = runInteriorPoint(scaled, {
    absoluteTolerance: 1e-11,
    relativeTolerance: 1e-9,
    iterationsMax: ITERATIONS_MAX,
    hasProof: () => false,
    shouldStop,
  });
  const { columnScale, rowScale, costScale } = scaled;
  return {
    x: best.x.map((value, j) => value * (columnScale[j] as number)),
    y: best.y.map((value, i) => (value * (rowScale[i] as number)) / costScale),
    z: best.z.map((value, j) => value / ((columnScale[j] as number) * costScale)),
  };
}

interface Entries {
  readonly rows: number[];
  readonly columns: number[];
  readonly values: number[];
  push(row: number, column: number, value: number): void;
}

function listEntries(matrix: CoreProblem['A']): Entries {
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  const push = (row: number, column: number, value: number): void => {
    rows.push(row);
    columns.push(column);
    values.push(value);
  };
  for (let j = 0; j < matrix.columnCount; j++) {
    for (let p = matrix.columnStart[j] as number; p < (matrix.columnStart[j + 1] as number); p++) {
      push(matrix.rowIndex[p] as number, j, matrix.values[p] as number);
    }
  }
  return { rows, columns, values, push };
}

function largest(values: Float64Array): number {
  let size = 0;
  for (const value of values) size = Math.max(size, Math.abs(value));
  return size;
}
