/**
 * The binary columnar form of a problem, split into what a firm's accounts share and what each account adds.
 * All arrays are flat numbers, so that a model can lie in shared memory and accounts can be streamed.
 *
 *   minimize  sum [ d/2 x^2 + linear x + g(x) + kappa/p |x - z|^p ] + 1/2 |F'x - anchor|^2
 *   subject to rowLower <= A x <= rowUpper, and x within its first and last segment end
 */
import type { EngineProblem } from './engine-problem.ts';
import type { ImpactBlock } from './impact-block.ts';

/** Risk of a universe, in engine units; never written after it is made. */
export interface RiskModelBlock {
  readonly assetCount: number;
  readonly factorCount: number;
  /** Factors rounded up to a multiple of four. */
  readonly stride: number;
  /** n x stride, row-major; columns beyond the factors are zero. */
  readonly factors: Float64Array;
  /** n; d > 0. */
  readonly curvature: Float64Array;
}

export interface AccountBlock {
  /** n; tilt minus curvature times target, or the tilt alone where `target` is given. */
  readonly linear: Float64Array;
  /** n; b: the engine then takes d b from `linear` and computes the anchor F'b itself; else null. */
  readonly target: Float64Array | null;
  /** k; F'b; not read where `target` is given. */
  readonly anchor: Float64Array;
  /** n; lower end of the first segment. */
  readonly lower: Float64Array;
  /** n + 1; segments of asset i are segmentStart[i] .. segmentStart[i + 1] - 1. */
  readonly segmentStart: Int32Array;
  readonly segmentEnd: Float64Array;
  readonly segmentSlope: Float64Array;
  readonly rows: SparseRows;
  /** m. */
  readonly rowLower: Float64Array;
  /** m. */
  readonly rowUpper: Float64Array;
  readonly impact: ImpactBlock | null;
}

/** Row coefficients by asset, rows ascending within an asset: entries start[i] .. start[i + 1] - 1. */
export interface SparseRows {
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly value: Float64Array;
}

export function roundedToFour(count: number): number {
  return (count + 3) & ~3;
}

/** @param columns n x width, row-major, of which the first `factorCount` are factors */
export function modelBlock(
  columns: Float64Array,
  curvature: Float64Array,
  shape: { readonly factorCount: number; readonly width: number },
): RiskModelBlock {
  const { factorCount, width } = shape;
  const assetCount = curvature.length;
  const stride = roundedToFour(factorCount);
  const factors = new Float64Array(assetCount * stride);
  for (let i = 0; i < assetCount; i += 1) {
    factors.set(columns.subarray(i * width, i * width + factorCount), i * stride);
  }
  return { assetCount, factorCount, stride, factors, curvature };
}

/** Row coefficients of dense columns, zeros left out. */
export function sparseRows(problem: EngineProblem): SparseRows {
  const { assetCount: n, factorCount: k, rowCount: m, columns } = problem;
  const start = new Int32Array(n + 1);
  const row: number[] = [];
  const value: number[] = [];
  for (let i = 0; i < n; i += 1) {
    const at = i * (k + m) + k;
    for (let r = 0; r < m; r += 1) {
      const coefficient = columns[at + r] as number;
      if (coefficient === 0) continue;
      row.push(r);
      value.push(coefficient);
    }
    start[i + 1] = row.length;
  }
  return { start, row: Int32Array.from(row), value: Float64Array.from(value) };
}

/** The account's part of an engine problem, whose anchor is already known. */
export function accountBlockOf(problem: EngineProblem, rows: SparseRows): AccountBlock {
  return {
    linear: problem.linear,
    target: null,
    anchor: problem.anchor,
    lower: problem.lower,
    segmentStart: problem.segmentStart,
    segmentEnd: problem.segmentEnd,
    segmentSlope: problem.segmentSlope,
    rows,
    rowLower: problem.rowLower,
    rowUpper: problem.rowUpper,
    impact: problem.impact ?? null,
  };
}
