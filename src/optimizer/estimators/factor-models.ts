/** Covariances of the form diag(specificVariance) + F F'. */
import { err, ok, type Result } from '../../kernel/index.ts';
import { errorFinding, type Finding } from '../../domain/index.ts';
import {
  choleskyFactor,
  choleskySolve,
  multiply,
  outerGram,
  symmetricEigen,
  symmetricEigenvalues,
  transpose,
} from '../linear-algebra/index.ts';
import type { History } from './history.ts';
import { centered, covarianceOf, meansOf } from './moments.ts';

export interface FactorModel {
  readonly factorCount: number;
  /** n x k: loadings times a root of the factor covariance. */
  readonly factors: Float64Array;
  /** n, >= 0. */
  readonly specificVariance: Float64Array;
}

/** @returns diag(specificVariance) + F F', n x n */
export function covarianceOfModel(model: FactorModel): Float64Array {
  const n = model.specificVariance.length;
  const covariance =
    model.factorCount === 0 ? new Float64Array(n * n) : outerGram(model.factors, model.factorCount);
  for (let i = 0; i < n; i += 1) {
    covariance[i * n + i] =
      (covariance[i * n + i] as number) + (model.specificVariance[i] as number);
  }
  return covariance;
}

/**
 * Principal components of the sample covariance; what they leave of each variance is specific, so variances are
 * those of the sample.
 *
 * @param factorCount null: as many as correlation eigenvalues above the edge (1 + sqrt(n / T))^2 that
 *   independent returns would stay below (Marchenko and Pastur, 1967), at least one
 * @remarks With fewer periods than assets the T x T matrix of products is decomposed instead: with XX'u = l u the
 *   column of F is X'u itself. So 5000 assets with 30 periods are quick.
 */
export function statisticalFactors(
  history: History,
  { ddof, factorCount }: { readonly ddof: number; readonly factorCount: number | null },
): FactorModel {
  const { assetCount: n, count: T } = history;
  const scale = 1 / Math.sqrt(T - ddof);
  const x = centered(history, meansOf(history)).map((value) => value * scale);
  const most = Math.min(n, T);
  const k = Math.min(most, factorCount ?? signalCount(x, n, T));
  const columns = principalColumns(x, n, k);
  const kept = columns.length;
  const factors = new Float64Array(n * kept);
  columns.forEach((column, f) => {
    column.forEach((value, i) => {
      factors[i * kept + f] = value;
    });
  });
  const specificVariance = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    let variance = 0;
    for (let t = 0; t < T; t += 1) variance += (x[t * n + i] as number) ** 2;
    let explained = 0;
    for (let f = 0; f < kept; f += 1) explained += (factors[i * kept + f] as number) ** 2;
    // What is left of a name that the components explain wholly is rounding of either sign.
    const isRounding = variance - explained <= 1e-12 * variance;
    specificVariance[i] = isRounding ? 0 : variance - explained;
  }
  return { factorCount: kept, factors, specificVariance };
}

function signalCount(x: Float64Array, n: number, T: number): number {
  const norm = new Float64Array(n);
  for (let at = 0; at < x.length; at += 1) {
    norm[at % n] = (norm[at % n] as number) + (x[at] as number) ** 2;
  }
  const z = x.map((value, at) => {
    const square = norm[at % n] as number;
    return square > 0 ? value / Math.sqrt(square) : 0;
  });
  const gram = T < n ? outerGram(z, n) : covarianceOf(z, n, 1);
  const edge = (1 + Math.sqrt(n / T)) ** 2;
  const values = symmetricEigenvalues(gram, Math.min(n, T));
  return Math.max(1, values.filter((value) => value > edge).length);
}

/** A component below this share of the largest one is rounding. */
const EIGENVALUE_RELATIVE_MIN = 1e-12;

function principalColumns(x: Float64Array, n: number, k: number): Float64Array[] {
  const T = x.length / n;
  const isByPeriod = T < n;
  const size = isByPeriod ? T : n;
  const { values, vectors } = symmetricEigen(
    isByPeriod ? outerGram(x, n) : covarianceOf(x, n, 1),
    size,
  );
  const least = EIGENVALUE_RELATIVE_MIN * Math.max(0, values[0] ?? 0);
  const columns: Float64Array[] = [];
  for (let f = 0; f < k && (values[f] as number) > least; f += 1) {
    const v = vectors.slice(f * size, (f + 1) * size);
    const root = Math.sqrt(values[f] as number);
    columns.push(oriented(isByPeriod ? multiply(v, x, T) : v.map((value) => value * root)));
  }
  return columns;
}

/** The largest loading by magnitude is positive: a sign is otherwise arbitrary. */
function oriented(column: Float64Array): Float64Array {
  let lead = 0;
  for (const value of column) if (Math.abs(value) > Math.abs(lead)) lead = value;
  return lead < 0 ? column.map((value) => -value) : column;
}

export interface FundamentalModel extends FactorModel {
  /** T x k: returns of the factors, one cross-sectional regression per period. */
  readonly factorReturns: Float64Array;
  /** k x k sample covariance of the factor returns. */
  readonly factorCovariance: Float64Array;
}

export interface FundamentalChoice {
  /** n x k. */
  readonly exposures: Float64Array;
  readonly exposureCount: number;
  /** n, > 0, or null for equal weights. */
  readonly weights: Float64Array | null;
  readonly ddof: number;
}

/**
 * Factor returns by a weighted least-squares regression of each period's returns on the exposures, as in
 * Fama and MacBeth: f_t = (B'WB)^-1 B'W r_t. Their sample covariance is the factor covariance; the sample variance
 * of each asset's residuals is its specific variance (residuals of different assets are taken as uncorrelated).
 *
 * @refuses ESTIMATOR_DATA_DEGENERATE if a factor's exposures are a combination of those before it
 */
export function fundamentalFactors(
  history: History,
  choice: FundamentalChoice,
): Result<FundamentalModel, readonly Finding[]> {
  const { assetCount: n, count: T, returns } = history;
  const { exposures, exposureCount: k, ddof } = choice;
  const weights = choice.weights ?? new Float64Array(n).fill(1);
  const weighted = exposures.map((value, at) => value * (weights[Math.floor(at / k)] as number));
  const outcome = choleskyFactor(multiply(transpose(weighted, k), exposures, n), k);
  if (outcome.kind !== 'factored') {
    return err([
      errorFinding(
        'ESTIMATOR_DATA_DEGENERATE',
        `the exposures to factor ${String(outcome.index)} (counted from 0) are a combination of those before it`,
      ),
    ]);
  }
  const projected = multiply(returns, weighted, n);
  const factorReturns = new Float64Array(T * k);
  for (let t = 0; t < T; t += 1) {
    factorReturns.set(choleskySolve(outcome.factor, projected.slice(t * k, (t + 1) * k)), t * k);
  }
  const fitted = multiply(factorReturns, transpose(exposures, k), k);
  const residuals = returns.map((value, at) => value - (fitted[at] as number));
  const factorHistory = { ...history, assetCount: k, returns: factorReturns };
  const factorCovariance = covarianceOf(
    centered(factorHistory, meansOf(factorHistory)),
    k,
    T - ddof,
  );
  return ok({
    factorCount: k,
    factors: multiply(exposures, symmetricRoot(factorCovariance, k), k),
    specificVariance: variancesOf({ ...history, returns: residuals }, ddof),
    factorReturns,
    factorCovariance,
  });
}

function variancesOf(history: History, ddof: number): Float64Array {
  const { assetCount, count } = history;
  const variances = new Float64Array(assetCount);
  centered(history, meansOf(history)).forEach((value, at) => {
    variances[at % assetCount] = (variances[at % assetCount] as number) + value * value;
  });
  return variances.map((total) => total / (count - ddof));
}

/** A root R with R R' = M that also exists for a singular M: eigenvectors times roots of eigenvalues. */
export function symmetricRoot(matrix: Float64Array, size: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, size);
  const root = new Float64Array(size * size);
  for (let f = 0; f < size; f += 1) {
    const scale = Math.sqrt(Math.max(0, values[f] as number));
    for (let i = 0; i < size; i += 1) {
      root[i * size + f] = scale * (vectors[f * size + i] as number);
    }
  }
  return root;
}
