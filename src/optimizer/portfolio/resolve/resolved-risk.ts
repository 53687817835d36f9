/** The covariance behind a problem in all the forms that methods ask for, each made when it is first asked for. */
import {
  choleskyFactor,
  symmetricEigen,
  symmetricEigenvalues,
} from '../../linear-algebra/index.ts';
import type { ResolvedRisk, Scenarios } from '../resolved-problem.ts';

/** Share of the smallest eigenvalue that becomes specific variance: the rest stays positive definite. */
const SPECIFIC_SHARE = 0.98;
/** Smallest eigenvalue, relative to the largest, below which nothing is split off. */
const SPLIT_LEAST = 1e-10;
/** Eigenvalues below this share of the largest are rounding. */
const EIGEN_LEAST = 1e-14;

interface Split {
  readonly specificVariance: Float64Array;
  readonly factors: Float64Array;
  readonly factorCount: number;
}

/** A covariance given as a matrix. */
export class DenseRisk implements ResolvedRisk {
  /** Says that the factors would have to be made: who can use the matrix should. */
  readonly isDense = true;
  readonly covariance: Float64Array;
  readonly scenarios: Scenarios | null;
  readonly #size: number;
  #split: Split | null = null;

  /** @param covariance n x n, symmetric, without negative eigenvalues */
  constructor(covariance: Float64Array, size: number, scenarios: Scenarios | null) {
    this.covariance = covariance;
    this.scenarios = scenarios;
    this.#size = size;
  }

  get specificVariance(): Float64Array {
    return this.#parts.specificVariance;
  }

  get factors(): Float64Array {
    return this.#parts.factors;
  }

  get factorCount(): number {
    return this.#parts.factorCount;
  }

  get #parts(): Split {
    this.#split ??= splitCovariance(this.covariance, this.#size);
    return this.#split;
  }
}

/** A covariance given as factors, or made of few observations. */
export class FactorRisk implements ResolvedRisk {
  readonly specificVariance: Float64Array;
  readonly factors: Float64Array;
  readonly factorCount: number;
  readonly scenarios: Scenarios | null;
  #covariance: Float64Array | null = null;

  constructor(split: Split, scenarios: Scenarios | null) {
    this.specificVariance = split.specificVariance;
    this.factors = split.factors;
    this.factorCount = split.factorCount;
    this.scenarios = scenarios;
  }

  get covariance(): Float64Array {
    this.#covariance ??= productOf(this);
    return this.#covariance;
  }
}

function productOf({ specificVariance, factors, factorCount: k }: Split): Float64Array {
  const n = specificVariance.length;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let total = i === j ? (specificVariance[i] as number) : 0;
      for (let f = 0; f < k; f += 1) {
        total += (factors[i * k + f] as number) * (factors[j * k + f] as number);
      }
      out[i * n + j] = total;
      out[j * n + i] = total;
    }
  }
  return out;
}

/**
 * Sigma = d I + F F' with d near the smallest eigenvalue. A singular matrix has d = 0 and as many factors as it
 * has rank.
 */
export function splitCovariance(covariance: Float64Array, size: number): Split {
  const values = symmetricEigenvalues(covariance, size);
  const largest = values[0] ?? 0;
  const smallest = values[size - 1] ?? 0;
  if (smallest > SPLIT_LEAST * largest) {
    const specific = SPECIFIC_SHARE * smallest;
    const rest = covariance.slice();
    for (let i = 0; i < size; i += 1) {
      rest[i * size + i] = (rest[i * size + i] as number) - specific;
    }
    const outcome = choleskyFactor(rest, size);
    if (outcome.kind === 'factored') {
      const specificVariance = new Float64Array(size).fill(specific);
      return { specificVariance, factors: outcome.factor, factorCount: size };
    }
  }
  return { specificVariance: new Float64Array(size), ...eigenRoot(covariance, size) };
}

/** F with F F' = M, n x rank. */
export function eigenRoot(
  matrix: Float64Array,
  size: number,
): { readonly factors: Float64Array; readonly factorCount: number } {
  const { values, vectors } = symmetricEigen(matrix, size);
  const least = EIGEN_LEAST * (values[0] ?? 0);
  const kept = [...values].filter((value) => value > least).length;
  const factors = new Float64Array(size * kept);
  for (let f = 0; f < kept; f += 1) {
    const root = Math.sqrt(values[f] as number);
    for (let i = 0; i < size; i += 1) {
      factors[i * kept + f] = root * (vectors[f * size + i] as number);
    }
  }
  return { factors, factorCount: kept };
}
