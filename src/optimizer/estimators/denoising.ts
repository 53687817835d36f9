/**
 * A correlation matrix without the eigenvalues that randomness alone explains (Lopez de Prado, *Machine
 * Learning for Asset Managers*, 2020, chapter 2): the Marchenko-Pastur density is fitted to the eigenvalues, and
 * those below its upper edge are noise.
 */
import { compose, symmetricEigen, type SymmetricEigen } from '../linear-algebra/index.ts';
import { rescaled } from './moments.ts';

/** As the book and its followers: bandwidth of the Gaussian kernel and points at which densities are compared. */
const BANDWIDTH = 0.01;
const POINTS = 1000;
/** Kernel values beyond this many bandwidths are below 1e-21 of the peak. */
const REACH = 10;
const GRID = 250;
const SECTIONS = 60;
const VARIANCE_MIN = 1e-5;

export interface NoiseFit {
  /** Share of the variance that is noise. */
  readonly variance: number;
  /** Upper edge of the noise: variance (1 + sqrt(n / T))^2. */
  readonly edge: number;
}

/**
 * The noise variance whose Marchenko-Pastur density is nearest to the kernel density of the eigenvalues in
 * squared error. The error has several local minima: it is read on a grid first, and refined by golden section
 * around the best point, where the usual programs descend from 0.5 and take what they meet.
 *
 * @param values n eigenvalues of a correlation matrix
 * @param ratio T / n
 */
export function fitNoise(values: Float64Array, ratio: number): NoiseFit {
  const sorted = values.toSorted();
  const step = (1 - 2 * VARIANCE_MIN) / GRID;
  let best = 0;
  let least = Infinity;
  for (let k = 0; k <= GRID; k += 1) {
    const error = densityError(sorted, ratio, VARIANCE_MIN + k * step);
    if (error < least) {
      least = error;
      best = k;
    }
  }
  let low = VARIANCE_MIN + Math.max(0, best - 1) * step;
  let high = VARIANCE_MIN + Math.min(GRID, best + 1) * step;
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let k = 0; k < SECTIONS; k += 1) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (densityError(sorted, ratio, left) <= densityError(sorted, ratio, right)) high = right;
    else low = left;
  }
  const variance = (low + high) / 2;
  return { variance, edge: variance * (1 + Math.sqrt(1 / ratio)) ** 2 };
}

function densityError(sorted: Float64Array, ratio: number, variance: number): number {
  const low = variance * (1 - Math.sqrt(1 / ratio)) ** 2;
  const high = variance * (1 + Math.sqrt(1 / ratio)) ** 2;
  let error = 0;
  let from = 0;
  for (let k = 0; k < POINTS; k += 1) {
    const at = low + ((high - low) * k) / (POINTS - 1);
    const inside = Math.max(0, (high - at) * (at - low));
    const theory = at > 0 ? (ratio / (2 * Math.PI * variance * at)) * Math.sqrt(inside) : 0;
    while (from < sorted.length && (sorted[from] as number) < at - REACH * BANDWIDTH) from += 1;
    error += (kernelDensity(sorted, from, at) - theory) ** 2;
  }
  return error;
}

function kernelDensity(sorted: Float64Array, from: number, at: number): number {
  let total = 0;
  for (let i = from; i < sorted.length; i += 1) {
    const away = ((sorted[i] as number) - at) / BANDWIDTH;
    if (away > REACH) break;
    total += Math.exp((-away * away) / 2);
  }
  return total / (sorted.length * BANDWIDTH * Math.sqrt(2 * Math.PI));
}

export interface DenoisingChoice {
  readonly kind: 'constantResidual' | 'targetShrinkage';
  /** Share of the noise correlations that `targetShrinkage` keeps. */
  readonly noiseKept: number;
  /** Signal eigenvalues; null: those above the fitted edge. */
  readonly factorCount: number | null;
}

export interface DenoisedCorrelation {
  readonly correlation: Float64Array;
  readonly signalCount: number;
  /** null when the number of signals was given. */
  readonly fit: NoiseFit | null;
}

/**
 * @param correlation n x n
 * @param ratio T / n
 * @returns the correlation with noise eigenvalues replaced by their mean and rescaled to a unit diagonal
 *   (`constantResidual`), or signal plus noise with the noise's off-diagonal part shrunk (`targetShrinkage`)
 */
export function denoiseCorrelation(
  correlation: Float64Array,
  ratio: number,
  choice: DenoisingChoice,
): DenoisedCorrelation {
  const n = Math.round(Math.sqrt(correlation.length));
  const eigen = symmetricEigen(correlation, n);
  const fit = choice.factorCount === null ? fitNoise(eigen.values, ratio) : null;
  const signalCount =
    choice.factorCount ?? eigen.values.filter((value) => value > (fit as NoiseFit).edge).length;
  if (signalCount >= n) return { correlation, signalCount: n, fit };
  const denoised =
    choice.kind === 'constantResidual'
      ? constantResidual(eigen, signalCount)
      : targetShrinkage(eigen, signalCount, choice.noiseKept);
  return { correlation: denoised, signalCount, fit };
}

function constantResidual(eigen: SymmetricEigen, signalCount: number): Float64Array {
  const n = eigen.values.length;
  const noise = eigen.values.slice(signalCount);
  const mean = noise.reduce((total, value) => total + value, 0) / noise.length;
  const values = eigen.values.map((value, k) => (k < signalCount ? value : mean));
  return rescaled(compose(eigen, values), n);
}

function targetShrinkage(
  eigen: SymmetricEigen,
  signalCount: number,
  noiseKept: number,
): Float64Array {
  const n = eigen.values.length;
  const signal = compose(
    eigen,
    eigen.values.map((value, k) => (k < signalCount ? value : 0)),
  );
  const noise = compose(
    eigen,
    eigen.values.map((value, k) => (k < signalCount ? 0 : value)),
  );
  return signal.map((value, at) =>
    at % (n + 1) === 0 ? 1 : value + noiseKept * (noise[at] as number),
  );
}
