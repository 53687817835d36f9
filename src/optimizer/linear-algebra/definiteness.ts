/** Whether a symmetric matrix can be a covariance, and which eigenvalue says no. */
import { choleskyFactor } from './cholesky.ts';
import { diagonalOf } from './matrix.ts';
import { symmetricEigen, symmetricEigenvalues } from './symmetric-eigen.ts';

export type Definiteness =
  /** A Cholesky factor exists; the smallest eigenvalue is not computed. */
  | { readonly kind: 'positiveDefinite' }
  /** The smallest eigenvalue is zero up to rounding: `n * epsilon * largest`, or the tolerance given. */
  | {
      readonly kind: 'positiveSemidefinite';
      readonly smallestEigenvalue: number;
      readonly largestEigenvalue: number;
      /** Eigenvalues that are zero up to the tolerance. */
      readonly nullity: number;
    }
  | {
      readonly kind: 'indefinite';
      readonly smallestEigenvalue: number;
      readonly largestEigenvalue: number;
      readonly negativeCount: number;
      /** n; unit vector of the smallest eigenvalue: its large entries are the assets that contradict. */
      readonly direction: Float64Array;
    };

/**
 * @param matrix n x n, symmetric, finite
 * @param relativeTolerance eigenvalues within this of zero, relative to the largest by magnitude, count as
 *   zero; default n * epsilon * 16, what rounding in forming the matrix may leave
 */
export function judgeDefiniteness(
  matrix: Float64Array,
  size: number,
  relativeTolerance = 16 * size * Number.EPSILON,
): Definiteness {
  if (size === 0) return { kind: 'positiveDefinite' };
  if (choleskyFactor(matrix, size).kind === 'factored') return { kind: 'positiveDefinite' };
  const values = symmetricEigenvalues(matrix, size);
  const largest = values[0] as number;
  const smallest = values[size - 1] as number;
  const least = relativeTolerance * Math.max(Math.abs(largest), Math.abs(smallest));
  const ends = { smallestEigenvalue: smallest, largestEigenvalue: largest };
  if (smallest >= -least) {
    const nullity = values.reduce((count, value) => count + (Math.abs(value) <= least ? 1 : 0), 0);
    return { kind: 'positiveSemidefinite', ...ends, nullity };
  }
  const { vectors } = symmetricEigen(matrix, size);
  return {
    kind: 'indefinite',
    ...ends,
    negativeCount: values.reduce((count, value) => count + (value < -least ? 1 : 0), 0),
    direction: vectors.slice((size - 1) * size),
  };
}

/** Index of the first diagonal entry that is not positive, or null: an asset without variance. */
export function firstWithoutVariance(matrix: Float64Array, size: number): number | null {
  const index = diagonalOf(matrix, size).findIndex((value) => !(value > 0));
  return index < 0 ? null : index;
}
