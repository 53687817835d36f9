/**
 * Is P positive semidefinite? A sparse LDL' of P + epsilon I answers: all pivots positive means yes up to
 * epsilon; a negative pivot d_k gives a direction v (L'v = e_k) with v'Pv < 0, which is verified on the user's
 * matrix before the problem is called non-convex.
 */
import type { GeneralProblem, SparseMatrix } from '../../domain/index.ts';
import { CompensatedSum } from './compensated.ts';
import { analyze } from './elimination.ts';
import { SparseFactor } from './ldl.ts';
import { minimumDegreeOrder } from './minimum-degree.ts';

/** Negative curvature below this, relative to the largest entry of P, is rounding of the data. */
const SHIFT = 1e-8;

/** @returns a direction of negative curvature (largest entry one), null where P is convex up to rounding, `unknown` if stopped */
export function negativeCurvature(
  problem: GeneralProblem,
  shouldStop: () => boolean = () => false,
): Float64Array | 'unknown' | null {
  const { P } = problem;
  let size = 0;
  let isDiagonal = true;
  for (let j = 0; j < P.columnCount; j++) {
    for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
      size = Math.max(size, Math.abs(P.values[p] as number));
      if (P.rowIndex[p] !== j) isDiagonal = false;
    }
  }
  if (size === 0) return null;
  const upper = scaledUpper(P, size);
  if (isDiagonal) {
    for (let j = 0; j < P.columnCount; j++) {
      const at = (upper.columnStart[j + 1] as number) - 1;
      if ((upper.values[at] as number) < -SHIFT)
        return verified(problem, unit(P.columnCount, j), size);
    }
    return null;
  }
  const elimination = analyze(upper, minimumDegreeOrder(upper));
  const values = new Float64Array(upper.values.length);
  for (let p = 0; p < values.length; p++) {
    values[elimination.position[p] as number] = upper.values[p] as number;
  }
  for (let j = 0; j < P.columnCount; j++) {
    const at = elimination.position[(upper.columnStart[j + 1] as number) - 1] as number;
    values[at] = (values[at] as number) + SHIFT;
  }
  const factor = new SparseFactor(elimination, { withTail: false, shouldStop });
  const k = factor.firstNegative(values);
  if (k === null) return 'unknown';
  if (k < 0) return null;
  const inOrder = factor.backward(k);
  const v = new Float64Array(P.columnCount);
  for (let i = 0; i < v.length; i++) v[elimination.order[i] as number] = inOrder[i] as number;
  return verified(problem, v, size);
}

function unit(n: number, j: number): Float64Array {
  const v = new Float64Array(n);
  v[j] = 1;
  return v;
}

function verified(problem: GeneralProblem, v: Float64Array, size: number): Float64Array | null {
  let largest = 0;
  for (const value of v) largest = Math.max(largest, Math.abs(value));
  if (!(largest > 0) || !Number.isFinite(largest)) return null;
  const direction = v.map((value) => value / largest);
  const { P } = problem;
  const sum = new CompensatedSum();
  let norm = 0;
  for (let j = 0; j < P.columnCount; j++) {
    const vj = direction[j] as number;
    norm += vj * vj;
    if (vj === 0) continue;
    for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
      sum.addProduct((P.values[p] as number) * vj, direction[P.rowIndex[p] as number] as number);
    }
  }
  return sum.value() < -0.5 * SHIFT * size * norm ? direction : null;
}

/** Upper triangle divided by `size`, with a full diagonal that ends each column. */
function scaledUpper(P: SparseMatrix, size: number): SparseMatrix {
  const n = P.columnCount;
  const columnStart = new Int32Array(n + 1);
  const rowIndex: number[] = [];
  const values: number[] = [];
  for (let j = 0; j < n; j++) {
    let diagonal = 0;
    for (let p = P.columnStart[j] as number; p < (P.columnStart[j + 1] as number); p++) {
      const i = P.rowIndex[p] as number;
      if (i === j) diagonal = P.values[p] as number;
      if (i >= j) continue;
      rowIndex.push(i);
      values.push((P.values[p] as number) / size);
    }
    rowIndex.push(j);
    values.push(diagonal / size);
    columnStart[j + 1] = rowIndex.length;
  }
  return {
    rowCount: n,
    columnCount: n,
    columnStart,
    rowIndex: Int32Array.from(rowIndex),
    values: Float64Array.from(values),
  };
}
