/**
 * x of A x = b for a small square matrix, by Gaussian elimination with row pivoting; null when a pivot is nothing
 * beside the matrix. A and b are not changed.
 */
export function solveSquare(matrix: Float64Array, right: Float64Array): Float64Array | null {
  const n = right.length;
  const a = matrix.slice();
  const x = right.slice();
  const size = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let k = 0; k < n; k += 1) {
    let pivot = k;
    for (let r = k + 1; r < n; r += 1) {
      if (Math.abs(a[r * n + k] as number) > Math.abs(a[pivot * n + k] as number)) pivot = r;
    }
    if (!(Math.abs(a[pivot * n + k] as number) > 1e-300 + 1e-18 * size)) return null;
    if (pivot !== k) swapRows(a, x, [k, pivot]);
    for (let r = k + 1; r < n; r += 1) {
      const factor = (a[r * n + k] as number) / (a[k * n + k] as number);
      if (factor === 0) continue;
      for (let c = k; c < n; c += 1) {
        a[r * n + c] = (a[r * n + c] as number) - factor * (a[k * n + c] as number);
      }
      x[r] = (x[r] as number) - factor * (x[k] as number);
    }
  }
  for (let r = n - 1; r >= 0; r -= 1) {
    let value = x[r] as number;
    for (let c = r + 1; c < n; c += 1) value -= (a[r * n + c] as number) * (x[c] as number);
    x[r] = value / (a[r * n + r] as number);
  }
  return x;
}

function swapRows(a: Float64Array, x: Float64Array, [p, q]: readonly [number, number]): void {
  const n = x.length;
  const row = a.slice(p * n, (p + 1) * n);
  a.copyWithin(p * n, q * n, (q + 1) * n);
  a.set(row, q * n);
  const value = x[p] as number;
  x[p] = x[q] as number;
  x[q] = value;
}
