/**
 * Linear shrinkage: (1 - s) S + s F, with S the sample covariance, F a target with structure, and the share s
 * estimated from the same history. S divides by N = T - ddof, with ddof zero unless asked for: the papers and
 * scikit-learn do so; ddof 1 puts N in every place of T, as the authors' later programs do.
 */
import { innerGram } from '../linear-algebra/index.ts';
import type { History } from './history.ts';
import { centered, meansOf } from './moments.ts';

export interface ShrunkCovariance {
  /** n x n. */
  readonly covariance: Float64Array;
  /** Share of the target, 0 to 1. */
  readonly shrinkage: number;
}

interface Sample {
  readonly n: number;
  readonly T: number;
  readonly N: number;
  /** T x n deviations from the means. */
  readonly x: Float64Array;
  /** n x n, divisor N. */
  readonly S: Float64Array;
}

function sampleOf(history: History, ddof: number): Sample {
  const { assetCount: n, count: T } = history;
  const x = centered(history, meansOf(history));
  const N = T - ddof;
  return { n, T, N, x, S: innerGram(x, n).map((total) => total / N) };
}

function mixed(S: Float64Array, F: (at: number) => number, share: number): ShrunkCovariance {
  const covariance = S.map((value, at) => (1 - share) * value + share * F(at));
  return { covariance, shrinkage: share };
}

function traceOf({ S, n }: Sample): number {
  let total = 0;
  for (let i = 0; i < n; i += 1) total += S[i * n + i] as number;
  return total;
}

/** 1/N sum over t of (sum over i of x_ti^2)^2: the sum over all pairs of the mean of x_i^2 x_j^2. */
function sumOfFourth({ x, n, T, N }: Sample): number {
  let total = 0;
  for (let t = 0; t < T; t += 1) {
    let row = 0;
    for (let i = 0; i < n; i += 1) row += (x[t * n + i] as number) ** 2;
    total += row * row;
  }
  return total / N;
}

function squareSum(values: Float64Array): number {
  return values.reduce((total, value) => total + value * value, 0);
}

function clamp(share: number): number {
  return Number.isNaN(share) ? 0 : Math.max(0, Math.min(1, share));
}

/**
 * Towards the mean variance times the identity (Ledoit and Wolf, "A well-conditioned estimator for
 * large-dimensional covariance matrices", *J. Multivariate Analysis* 88, 2004).
 */
export function shrinkToConstantVariance(history: History, ddof: number): ShrunkCovariance {
  const sample = sampleOf(history, ddof);
  const { S, n, N } = sample;
  const mean = traceOf(sample) / n;
  const squares = squareSum(S);
  const distance = (squares - 2 * mean * traceOf(sample) + n * mean * mean) / n;
  const noise = Math.min((sumOfFourth(sample) - squares) / (n * N), distance);
  const share = noise <= 0 || distance <= 0 ? 0 : noise / distance;
  return mixed(S, (at) => (at % (n + 1) === 0 ? mean : 0), share);
}

/**
 * Oracle approximating shrinkage to the same target (Chen, Wiesel, Eldar, Hero, "Shrinkage algorithms for MMSE
 * covariance estimation", *IEEE Trans. Signal Processing* 58, 2010, eq. 23 without its terms in 2/n, as
 * scikit-learn leaves them out).
 */
export function shrinkByOracle(history: History, ddof: number): ShrunkCovariance {
  const sample = sampleOf(history, ddof);
  const { S, n, N } = sample;
  if (n === 1) return { covariance: S, shrinkage: 0 };
  const alpha = squareSum(S) / (n * n);
  const mean = traceOf(sample) / n;
  const denominator = (N + 1) * (alpha - (mean * mean) / n);
  const share = denominator <= 0 ? 1 : Math.min(1, (alpha + mean * mean) / denominator);
  return mixed(S, (at) => (at % (n + 1) === 0 ? mean : 0), share);
}

/**
 * Towards the covariance of a one-factor model whose factor is the equally weighted mean of the assets, with
 * the sample variances on the diagonal (Ledoit and Wolf, "Improved estimation of the covariance matrix of
 * stock returns with an application to portfolio selection", *J. Empirical Finance* 10, 2003).
 */
export function shrinkToSingleFactor(history: History, ddof: number): ShrunkCovariance {
  const sample = sampleOf(history, ddof);
  const { x, S, n, T, N } = sample;
  const market = new Float64Array(T);
  for (let t = 0; t < T; t += 1) {
    let total = 0;
    for (let i = 0; i < n; i += 1) total += x[t * n + i] as number;
    market[t] = total / n;
  }
  const variance = squareSum(market) / N;
  if (n === 1 || variance === 0) return { covariance: S, shrinkage: 0 };
  const b = new Float64Array(n);
  for (let t = 0; t < T; t += 1) {
    for (let i = 0; i < n; i += 1) {
      b[i] = (b[i] as number) + ((x[t * n + i] as number) * (market[t] as number)) / N;
    }
  }
  const target = (at: number): number => {
    const r = Math.floor(at / n);
    const c = at % n;
    return r === c ? (S[at] as number) : ((b[r] as number) * (b[c] as number)) / variance;
  };
  const distance = S.reduce((total, value, at) => total + (value - target(at)) ** 2, 0);
  const pi = sumOfFourth(sample) - squareSum(S);
  const rho = singleFactorRho(sample, market, { b, variance });
  return mixed(S, target, distance <= 0 ? 0 : clamp((pi - rho) / distance / N));
}

/** Sum of the asymptotic covariances of the entries of S with those of the target; the diagonal's agree with S. */
function singleFactorRho(
  { x, S, n, T, N }: Sample,
  market: Float64Array,
  { b, variance }: { readonly b: Float64Array; readonly variance: number },
): number {
  let diagonal = 0;
  let first = 0;
  let third = 0;
  for (let t = 0; t < T; t += 1) {
    const m = market[t] as number;
    let squares = 0;
    let along = 0;
    for (let i = 0; i < n; i += 1) {
      const value = x[t * n + i] as number;
      squares += value * value;
      along += (b[i] as number) * value;
    }
    for (let i = 0; i < n; i += 1) {
      const value = x[t * n + i] as number;
      const beta = b[i] as number;
      diagonal += value ** 4 / N;
      first += (value * value * m * (along - beta * value)) / N;
      third += (m * m * beta * value * (along - beta * value)) / N;
    }
  }
  for (let i = 0; i < n; i += 1) {
    diagonal -= (S[i * n + i] as number) ** 2;
    for (let j = 0; j < n; j += 1) {
      if (i === j) continue;
      const product = (b[i] as number) * (b[j] as number) * (S[i * n + j] as number);
      first -= product;
      third -= variance * product;
    }
  }
  return diagonal + (2 * first) / variance - third / (variance * variance);
}

/**
 * Towards the sample variances with one correlation, the mean of all (Ledoit and Wolf, "Honey, I shrunk the
 * sample covariance matrix", *J. Portfolio Management* 30, 2004, appendix).
 *
 * @remarks Takes variances above zero, which the caller has checked.
 */
export function shrinkToConstantCorrelation(history: History, ddof: number): ShrunkCovariance {
  const sample = sampleOf(history, ddof);
  const { S, n, N } = sample;
  if (n === 1) return { covariance: S, shrinkage: 0 };
  const root = Float64Array.from({ length: n }, (_, i) => Math.sqrt(S[i * n + i] as number));
  let total = 0;
  for (let r = 0; r < n; r += 1) {
    for (let c = 0; c < r; c += 1) {
      total += (S[r * n + c] as number) / ((root[r] as number) * (root[c] as number));
    }
  }
  const mean = (2 * total) / (n * (n - 1));
  const target = (at: number): number => {
    const r = Math.floor(at / n);
    const c = at % n;
    return r === c ? (S[at] as number) : mean * ((root[r] as number) * (root[c] as number));
  };
  const distance = S.reduce((sum, value, at) => sum + (value - target(at)) ** 2, 0);
  const pi = sumOfFourth(sample) - squareSum(S);
  const rho = constantCorrelationRho(sample, root, mean);
  return mixed(S, target, distance <= 0 ? 0 : clamp((pi - rho) / distance / N));
}

/** Diagonal of pi plus mean correlation times sum over i != j of sqrt(s_jj / s_ii) theta_ii,ij. */
function constantCorrelationRho(
  { x, S, n, T, N }: Sample,
  root: Float64Array,
  mean: number,
): number {
  let diagonal = 0;
  let theta = 0;
  for (let t = 0; t < T; t += 1) {
    let along = 0;
    for (let j = 0; j < n; j += 1) along += (x[t * n + j] as number) * (root[j] as number);
    for (let i = 0; i < n; i += 1) {
      const value = x[t * n + i] as number;
      const own = root[i] as number;
      diagonal += value ** 4 / N;
      theta += (value ** 3 * (along - own * value)) / (own * N);
    }
  }
  for (let i = 0; i < n; i += 1) {
    const variance = S[i * n + i] as number;
    diagonal -= variance * variance;
    for (let j = 0; j < n; j += 1) {
      if (i === j) continue;
      theta -= ((root[j] as number) / (root[i] as number)) * variance * (S[i * n + j] as number);
    }
  }
  return diagonal + mean * theta;
}
