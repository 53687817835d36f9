/**
 * Repairs: the nearest positive semidefinite matrix, the nearest correlation matrix and the nearest
 * covariance that keeps the variances.
 */
import { assert } from '../../kernel/index.ts';
import { dot } from './matrix.ts';
import { symmetricEigen, type SymmetricEigen } from './symmetric-eigen.ts';

/**
 * The nearest positive semidefinite matrix in the Frobenius norm: negative eigenvalues become `floor`
 * (Higham, *Linear Algebra Appl.* 103, 1988). Variances rise where eigenvalues do.
 *
 * @param matrix n x n, symmetric
 * @param floor eigenvalues below it are raised to it; default 0
 */
export function clipEigenvalues(matrix: Float64Array, size: number, floor = 0): Float64Array {
  assert(floor >= 0, 'eigenvalues are clipped to a number that is not negative');
  const eigen = symmetricEigen(matrix, size);
  if ((eigen.values[size - 1] ?? 0) >= floor) return matrix.slice();
  return compose(
    eigen,
    eigen.values.map((value) => Math.max(value, floor)),
  );
}

/** @returns sum of values[i] v_i v_i', exactly symmetric */
export function compose({ vectors }: SymmetricEigen, values: Float64Array): Float64Array {
  const n = values.length;
  const out = new Float64Array(n * n);
  for (let k = 0; k < n; k += 1) {
    const value = values[k] as number;
    if (value === 0) continue;
    for (let r = 0; r < n; r += 1) {
      const left = value * (vectors[k * n + r] as number);
      for (let c = 0; c <= r; c += 1) {
        out[r * n + c] = (out[r * n + c] as number) + left * (vectors[k * n + c] as number);
      }
    }
  }
  for (let r = 0; r < n; r += 1) {
    for (let c = 0; c < r; c += 1) out[c * n + r] = out[r * n + c] as number;
  }
  return out;
}

export interface NearestCorrelation {
  /** n x n, unit diagonal exactly. */
  readonly correlation: Float64Array;
  /** Frobenius distance from the input. */
  readonly distance: number;
  /** False when the steps ran out: the matrix is a correlation matrix, but a nearer one may exist. */
  readonly isConverged: boolean;
}

const NEWTON_STEPS_MAX = 60;
const HALVINGS_MAX = 30;
const DIAGONAL_RESIDUAL_MAX = 1e-13;

/**
 * The nearest correlation matrix in the Frobenius norm: the problem of Higham (*IMA J. Numer. Anal.* 22,
 * 2002), solved by the semismooth Newton method on its dual (Qi and Sun, *SIAM J. Matrix Anal.* 28, 2006),
 * which needs a handful of eigendecompositions where alternating projections need hundreds.
 *
 * @param matrix n x n, symmetric, any diagonal
 * @remarks The dual is min over y of |(A + diag y)+|^2 / 2 - sum y; its gradient is diag((A + diag y)+) - 1. At
 *   its minimum (A + diag y)+ is the answer. Rounding is removed by a last rescaling to a unit diagonal.
 */
export function nearestCorrelation(matrix: Float64Array, size: number): NearestCorrelation {
  const n = size;
  const y = Float64Array.from({ length: n }, (_, i) => 1 - (matrix[i * n + i] as number));
  let here = evaluateDual(matrix, y);
  const tolerance = DIAGONAL_RESIDUAL_MAX * Math.sqrt(n);
  let isConverged = here.residual <= tolerance;
  for (let step = 0; step < NEWTON_STEPS_MAX && !isConverged; step += 1) {
    const direction = newtonDirection(here.eigen, here.gradient, n);
    const slope = dot(direction, here.gradient);
    let length = 1;
    let next = evaluateDual(matrix, moved(y, direction, length));
    for (let k = 0; k < HALVINGS_MAX && next.value > here.value + 1e-4 * length * slope; k += 1) {
      // Close to the minimum the values agree to rounding, and the gradient alone can tell.
      if (next.residual < here.residual / 2) break;
      length /= 2;
      next = evaluateDual(matrix, moved(y, direction, length));
    }
    const isStuck = next.residual >= here.residual && next.value >= here.value;
    if (isStuck) {
      isConverged = here.residual <= 1e-9 * Math.sqrt(n);
      break;
    }
    y.set(moved(y, direction, length));
    here = next;
    isConverged = here.residual <= tolerance;
  }
  const positive = compose(
    here.eigen,
    here.eigen.values.map((value) => Math.max(value, 0)),
  );
  const correlation = withUnitDiagonal(positive, n);
  return { correlation, distance: frobeniusDistance(correlation, matrix), isConverged };
}

interface DualPoint {
  readonly eigen: SymmetricEigen;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly residual: number;
}

function evaluateDual(matrix: Float64Array, y: Float64Array): DualPoint {
  const n = y.length;
  const shifted = matrix.slice();
  for (let i = 0; i < n; i += 1) {
    shifted[i * n + i] = (shifted[i * n + i] as number) + (y[i] as number);
  }
  const eigen = symmetricEigen(shifted, n);
  const gradient = new Float64Array(n).fill(-1);
  let value = 0;
  for (let k = 0; k < n; k += 1) {
    const lambda = eigen.values[k] as number;
    if (lambda <= 0) break;
    value += (lambda * lambda) / 2;
    for (let i = 0; i < n; i += 1) {
      gradient[i] = (gradient[i] as number) + lambda * (eigen.vectors[k * n + i] as number) ** 2;
    }
  }
  for (const entry of y) value -= entry;
  return { eigen, value, gradient, residual: Math.sqrt(dot(gradient, gradient)) };
}

function moved(y: Float64Array, direction: Float64Array, length: number): Float64Array {
  return y.map((value, i) => value + length * (direction[i] as number));
}

/** Conjugate gradients on V d = -gradient, V the generalized Hessian with a little of the identity. */
function newtonDirection(eigen: SymmetricEigen, gradient: Float64Array, n: number): Float64Array {
  const ratios = slopeRatios(eigen.values);
  const d = new Float64Array(n);
  const residual = gradient.map((value) => -value);
  const p = residual.slice();
  let energy = dot(residual, residual);
  const goal = energy * Math.min(1e-6, Math.sqrt(energy)) ** 2;
  const shift = Math.min(1e-6, Math.sqrt(energy)) * 1e-2;
  for (let step = 0; step < 4 * n + 20 && energy > goal; step += 1) {
    const image = applyHessian(eigen, ratios, p);
    for (let i = 0; i < n; i += 1) image[i] = (image[i] as number) + shift * (p[i] as number);
    const alpha = energy / dot(p, image);
    for (let i = 0; i < n; i += 1) {
      d[i] = (d[i] as number) + alpha * (p[i] as number);
      residual[i] = (residual[i] as number) - alpha * (image[i] as number);
    }
    const next = dot(residual, residual);
    for (let i = 0; i < n; i += 1) {
      p[i] = (residual[i] as number) + (next / energy) * (p[i] as number);
    }
    energy = next;
  }
  return d;
}

/** (l_i+ - l_j+) / (l_i - l_j): 1 where both are positive, 0 where neither is. */
function slopeRatios(values: Float64Array): Float64Array {
  const n = values.length;
  const ratios = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      const a = values[i] as number;
      const b = values[j] as number;
      if (a > 0 && b > 0) ratios[i * n + j] = 1;
      else if (a > 0) ratios[i * n + j] = a / (a - b);
      else if (b > 0) ratios[i * n + j] = b / (b - a);
    }
  }
  return ratios;
}

/** diag(Q (ratios o (Q' diag(h) Q)) Q'), with the eigenvectors as rows of `vectors`. */
function applyHessian(eigen: SymmetricEigen, ratios: Float64Array, h: Float64Array): Float64Array {
  const n = h.length;
  const { vectors } = eigen;
  const out = new Float64Array(n);
  const weighted = new Float64Array(n);
  for (let a = 0; a < n; a += 1) {
    for (let i = 0; i < n; i += 1) {
      weighted[i] = (vectors[a * n + i] as number) * (h[i] as number);
    }
    for (let b = 0; b <= a; b += 1) {
      const ratio = ratios[a * n + b] as number;
      if (ratio === 0) continue;
      let inner = 0;
      for (let i = 0; i < n; i += 1) {
        inner += (weighted[i] as number) * (vectors[b * n + i] as number);
      }
      const factor = (a === b ? 1 : 2) * ratio * inner;
      for (let i = 0; i < n; i += 1) {
        out[i] =
          (out[i] as number) +
          factor * (vectors[a * n + i] as number) * (vectors[b * n + i] as number);
      }
    }
  }
  return out;
}

function withUnitDiagonal(matrix: Float64Array, n: number): Float64Array {
  const root = Float64Array.from({ length: n }, (_, i) => Math.sqrt(matrix[i * n + i] as number));
  return matrix.map((value, at) => {
    const r = Math.floor(at / n);
    const c = at % n;
    return r === c ? 1 : value / ((root[r] as number) * (root[c] as number));
  });
}

function frobeniusDistance(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(total);
}

/**
 * The covariance with the given variances whose correlations are nearest to the given ones.
 *
 * @param matrix n x n, symmetric, with a positive diagonal
 * @throws AssertionError if a variance is not positive
 */
export function nearestCovariance(matrix: Float64Array, size: number): NearestCovariance {
  const n = size;
  const deviation = Float64Array.from({ length: n }, (_, i) => {
    const variance = matrix[i * n + i] as number;
    assert(variance > 0, 'the nearest covariance keeps variances, which are positive');
    return Math.sqrt(variance);
  });
  const scaled = matrix.map(
    (value, at) =>
      value / ((deviation[Math.floor(at / n)] as number) * (deviation[at % n] as number)),
  );
  const { correlation, isConverged } = nearestCorrelation(scaled, n);
  const covariance = correlation.map((value, at) => {
    const r = Math.floor(at / n);
    const c = at % n;
    return r === c
      ? (matrix[at] as number)
      : value * ((deviation[r] as number) * (deviation[c] as number));
  });
  return { covariance, isConverged };
}

export interface NearestCovariance {
  /** n x n; the diagonal is that of the input, bit for bit. */
  readonly covariance: Float64Array;
  readonly isConverged: boolean;
}
