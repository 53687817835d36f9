/**
 * A covariance as the engine uses it: products, and solves with a diagonal added. Where it is the product of
 * few factors (a short return history, a factor model) neither needs the n x n matrix.
 */
import { choleskySolve } from '../../linear-algebra/index.ts';
import { eigenRoot } from '../resolve/resolved-risk.ts';
import { tiledCholesky } from './tiled-cholesky.ts';

export interface CovarianceForm {
  readonly size: number;
  /** n; the diagonal of Sigma. */
  readonly variance: Float64Array;
  /** k of `factors`; 0 when the matrix is dense. */
  readonly factorCount: number;
  /** Sigma = diag(specific) + F F' when factorCount > 0. */
  readonly specific: Float64Array;
  /** n x k. */
  readonly factors: Float64Array;
  /** n x n; empty when factorCount > 0. */
  readonly dense: Float64Array;
}

/** @param matrix n x n, symmetric */
export function denseCovariance(matrix: Float64Array, size: number): CovarianceForm {
  return {
    size,
    variance: Float64Array.from({ length: size }, (_, i) => matrix[i * size + i] as number),
    factorCount: 0,
    specific: new Float64Array(0),
    factors: new Float64Array(0),
    dense: matrix,
  };
}

/** @param factors n x k; worth its while when k is well below n */
export function factorCovariance(
  specific: Float64Array,
  factors: Float64Array,
  factorCount: number,
): CovarianceForm {
  const size = specific.length;
  const variance = specific.slice();
  for (let i = 0; i < size; i += 1) {
    for (let f = 0; f < factorCount; f += 1) {
      variance[i] = (variance[i] as number) + (factors[i * factorCount + f] as number) ** 2;
    }
  }
  return { size, variance, factorCount, specific, factors, dense: new Float64Array(0) };
}

/** @returns Sigma x */
export function covarianceTimes(form: CovarianceForm, x: Float64Array): Float64Array {
  const { size: n, factorCount: k } = form;
  const out = new Float64Array(n);
  if (k === 0) {
    for (let i = 0; i < n; i += 1) {
      let total = 0;
      const row = i * n;
      for (let j = 0; j < n; j += 1) total += (form.dense[row + j] as number) * (x[j] as number);
      out[i] = total;
    }
    return out;
  }
  const exposure = new Float64Array(k);
  for (let i = 0; i < n; i += 1) {
    const value = x[i] as number;
    if (value === 0) continue;
    for (let f = 0; f < k; f += 1) {
      exposure[f] = (exposure[f] as number) + (form.factors[i * k + f] as number) * value;
    }
  }
  for (let i = 0; i < n; i += 1) {
    let total = (form.specific[i] as number) * (x[i] as number);
    for (let f = 0; f < k; f += 1) {
      total += (form.factors[i * k + f] as number) * (exposure[f] as number);
    }
    out[i] = total;
  }
  return out;
}

/** Sigma_ij. */
export function covarianceEntry(form: CovarianceForm, i: number, j: number): number {
  const { size: n, factorCount: k } = form;
  if (k === 0) return form.dense[i * n + j] as number;
  let total = i === j ? (form.specific[i] as number) : 0;
  for (let f = 0; f < k; f += 1) {
    total += (form.factors[i * k + f] as number) * (form.factors[j * k + f] as number);
  }
  return total;
}

/** R with R R' = Sigma, n x k: what a portfolio without risk has no exposure to. */
export function rootOf(form: CovarianceForm): {
  readonly factors: Float64Array;
  readonly factorCount: number;
} {
  const { size: n } = form;
  const matrix =
    form.factorCount === 0
      ? form.dense
      : Float64Array.from({ length: n * n }, (_, at) =>
          covarianceEntry(form, Math.floor(at / n), at % n),
        );
  return eigenRoot(matrix, n);
}

export interface ShiftedSystem {
  readonly form: CovarianceForm;
  /** Multiple of Sigma. */
  readonly multiple: number;
  /** Indices of the rows and columns kept. */
  readonly free: Int32Array;
  /** As many as `free`; > 0; added to the diagonal. */
  readonly shift: Float64Array;
  /** n x n, symmetric, positive semidefinite, added to multiple Sigma; null: nothing. */
  readonly extra: Float64Array | null;
}

/** Names up to which a system of a factor covariance is solved densely: exact where F alone is singular. */
const DENSE_MAX = 400;

/** @returns solver of (multiple Sigma + extra + diag(shift)) x = b on the free rows, or null when it breaks down */
export function shiftedSolver(system: ShiftedSystem): ((b: Float64Array) => Float64Array) | null {
  const { form, free } = system;
  const isWide = form.factorCount > 0 && free.length > Math.max(DENSE_MAX, form.factorCount);
  return isWide && system.extra === null ? woodburySolver(system) : denseSolver(system);
}

function denseSolver({ form, multiple, free, shift, extra }: ShiftedSystem) {
  const size = free.length;
  const n = form.size;
  const matrix = new Float64Array(size * size);
  for (let a = 0; a < size; a += 1) {
    const i = free[a] as number;
    for (let b = 0; b <= a; b += 1) {
      const j = free[b] as number;
      const added = extra === null ? 0 : (extra[i * n + j] as number);
      matrix[a * size + b] = (multiple === 0 ? 0 : multiple * covarianceEntry(form, i, j)) + added;
    }
    matrix[a * size + a] = (matrix[a * size + a] as number) + (shift[a] as number);
  }
  const factor = factoredWithRidge(matrix, size);
  return factor === null ? null : (b: Float64Array) => choleskySolve(factor, b);
}

/** Rounding can leave a singular matrix a hair below zero: the least ridge that lets it factor is added. */
function factoredWithRidge(matrix: Float64Array, size: number): Float64Array | null {
  const first = matrix.slice();
  if (tiledCholesky(first, size)) return first;
  let trace = 0;
  for (let a = 0; a < size; a += 1) trace += matrix[a * size + a] as number;
  if (!Number.isFinite(trace)) return null;
  for (let ridge = 1e-15; ridge < 1e-6; ridge *= 20) {
    const raised = matrix.slice();
    for (let a = 0; a < size; a += 1) {
      const at = a * size + a;
      raised[at] = (raised[at] as number) * (1 + ridge) + (ridge * trace) / size;
    }
    if (tiledCholesky(raised, size)) return raised;
  }
  return null;
}

/** (d + F F')^-1 = d^-1 - d^-1 F (I + F' d^-1 F)^-1 F' d^-1. */
function woodburySolver({ form, multiple, free, shift }: ShiftedSystem) {
  const { factorCount: k, factors, specific } = form;
  const size = free.length;
  const root = Math.sqrt(multiple);
  const d = shift.map((s, a) => s + multiple * (specific[free[a] as number] as number));
  const inner = new Float64Array(k * k);
  for (let a = 0; a < size; a += 1) {
    const row = (free[a] as number) * k;
    const weight = multiple / (d[a] as number);
    for (let f = 0; f < k; f += 1) {
      const value = weight * (factors[row + f] as number);
      for (let g = 0; g <= f; g += 1) {
        inner[f * k + g] = (inner[f * k + g] as number) + value * (factors[row + g] as number);
      }
    }
  }
  for (let f = 0; f < k; f += 1) inner[f * k + f] = (inner[f * k + f] as number) + 1;
  const factor = factoredWithRidge(inner, k);
  if (factor === null) return null;
  return (b: Float64Array): Float64Array => {
    const projected = new Float64Array(k);
    for (let a = 0; a < size; a += 1) {
      const row = (free[a] as number) * k;
      const value = (root * (b[a] as number)) / (d[a] as number);
      for (let f = 0; f < k; f += 1) {
        projected[f] = (projected[f] as number) + value * (factors[row + f] as number);
      }
    }
    const price = choleskySolve(factor, projected);
    return b.map((value, a) => {
      const row = (free[a] as number) * k;
      let common = 0;
      for (let f = 0; f < k; f += 1) common += (factors[row + f] as number) * (price[f] as number);
      return (value - root * common) / (d[a] as number);
    });
  };
}
