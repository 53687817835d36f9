/** Eigenvalue repair of a covariance that is not one. */
import { clipEigenvalues, judgeDefiniteness, nearestCovariance } from '../linear-algebra/index.ts';

export type CovarianceRepair = 'clippedEigenvalues' | 'nearestCovariance';

export interface RepairedCovariance {
  /** n x n, positive semidefinite up to rounding. */
  readonly covariance: Float64Array;
  /** Empty when nothing was wrong. */
  readonly notes: readonly string[];
}

/**
 * Makes a symmetric matrix positive semidefinite and says what it did.
 *
 * `clippedEigenvalues` sets negative eigenvalues to zero: the nearest such matrix, whose variances rise a
 * little. `nearestCovariance` keeps the variances and moves the correlations as little as possible (Higham 2002).
 *
 * @param covariance n x n, symmetric, with a positive diagonal; returned as it is when it has no negative eigenvalue
 */
export function repairCovariance(
  covariance: Float64Array,
  size: number,
  repair: CovarianceRepair,
): RepairedCovariance {
  const verdict = judgeDefiniteness(covariance, size);
  if (verdict.kind !== 'indefinite') return { covariance, notes: [] };
  const found = `${String(verdict.negativeCount)} negative eigenvalues, the smallest ${verdict.smallestEigenvalue.toPrecision(6)}`;
  if (repair === 'clippedEigenvalues') {
    return {
      covariance: clipEigenvalues(covariance, size),
      notes: [`covariance repaired: ${found}, set to zero`],
    };
  }
  const nearest = nearestCovariance(covariance, size);
  const note = `covariance repaired: ${found}; replaced by the nearest with the same variances`;
  return {
    covariance: nearest.covariance,
    notes: [nearest.isConverged ? note : `${note} (search stopped early: a nearer one may exist)`],
  };
}
