import type { EngineProblem } from '../problem/engine-problem.ts';

/**
 * A row pivot this small beside its diagonal means a row that follows from others (sector rows add up to the
 * budget row, so the block is singular by nature); only then is it raised, so that a step stays exact else.
 */
const PIVOT_DEPENDENT = 1e-9;
const PIVOT_RELATIVE = 1e-10;
const PIVOT_ABSOLUTE = 1e-12;
/** Pivot of a row in which no name is free: a long step, which the line search then shortens. */
const PIVOT_EMPTY = 1e-3;

/**
 * H = [I 0; 0 0] + G' T G into `matrix`, (k + m) x (k + m), row-major, lower triangle only.
 *
 * @param slack n; the diagonal of T
 */
export function buildNewtonMatrix(
  problem: EngineProblem,
  slack: Float64Array,
  matrix: Float64Array,
): void {
  const { factorCount, assetCount, columns } = problem;
  const width = factorCount + problem.rowCount;
  matrix.fill(0);
  for (let f = 0; f < factorCount; f += 1) matrix[f * width + f] = 1;
  for (let i = 0; i < assetCount; i += 1) {
    const t = slack[i] as number;
    if (t === 0) continue;
    const at = i * width;
    for (let r = 0; r < width; r += 1) {
      const scaled = t * (columns[at + r] as number);
      if (scaled === 0) continue;
      const row = r * width;
      for (let c = 0; c <= r; c += 1) {
        matrix[row + c] = (matrix[row + c] as number) + scaled * (columns[at + c] as number);
      }
    }
  }
}

/** Copies H into `factor`, with a unit row and column for every fixed row, and factors it in place. */
export function factorNewtonMatrix(
  problem: EngineProblem,
  matrix: Float64Array,
  into: { readonly factor: Float64Array; readonly isFixed: Uint8Array },
): void {
  const k = problem.factorCount;
  const width = k + problem.rowCount;
  const { factor, isFixed } = into;
  factor.set(matrix);
  for (let r = 0; r < problem.rowCount; r += 1) {
    if (isFixed[r] === 0) continue;
    const at = k + r;
    for (let c = 0; c < at; c += 1) factor[at * width + c] = 0;
    for (let c = at + 1; c < width; c += 1) factor[c * width + at] = 0;
    factor[at * width + at] = 1;
  }
  for (let j = 0; j < width; j += 1) {
    const row = j * width;
    for (let c = 0; c < j; c += 1) {
      let value = factor[row + c] as number;
      for (let e = 0; e < c; e += 1) {
        value -= (factor[row + e] as number) * (factor[c * width + e] as number);
      }
      factor[row + c] = value / (factor[c * width + c] as number);
    }
    const original = factor[row + j] as number;
    let pivot = original;
    for (let e = 0; e < j; e += 1) {
      const value = factor[row + e] as number;
      pivot -= value * value;
    }
    factor[row + j] = Math.sqrt(j < k ? Math.max(pivot, 1) : rowPivot(pivot, original));
  }
}

function rowPivot(pivot: number, original: number): number {
  if (original <= PIVOT_ABSOLUTE) return PIVOT_EMPTY;
  if (pivot > PIVOT_DEPENDENT * original) return pivot;
  return Math.max(pivot, 0) + PIVOT_RELATIVE * original + PIVOT_ABSOLUTE;
}

/** Solves L L' x = rhs in place. */
export function solveFactored(factor: Float64Array, rhs: Float64Array): void {
  const width = rhs.length;
  for (let r = 0; r < width; r += 1) {
    let value = rhs[r] as number;
    for (let c = 0; c < r; c += 1) value -= (factor[r * width + c] as number) * (rhs[c] as number);
    rhs[r] = value / (factor[r * width + r] as number);
  }
  for (let r = width - 1; r >= 0; r -= 1) {
    let value = rhs[r] as number;
    for (let c = r + 1; c < width; c += 1) {
      value -= (factor[c * width + r] as number) * (rhs[c] as number);
    }
    rhs[r] = value / (factor[r * width + r] as number);
  }
}
