/** `estimateExpectedReturns`: from a return history to expected returns per period. */
import { err, ok, type Result } from '../../kernel/index.ts';
import { errorFinding, type ExpectedReturnsChoice, type Finding } from '../../domain/index.ts';
import {
  choleskyFactor,
  choleskySolve,
  dot,
  multiplyVector,
  symmetricEigenvalues,
} from '../linear-algebra/index.ts';
import { HALF_LIFE_DEFAULT } from './covariance-estimate.ts';
import { readHistory, shortHistory, type History, type HistoryInput } from './history.ts';
import { exponentialWeights, meansOf, sampleCovariance, weightedMeans } from './moments.ts';

export interface ExpectedReturnsEstimate {
  /** n, per period of the history. */
  readonly expectedReturns: Float64Array;
  /** Share of the target in a shrinkage estimate; else null. */
  readonly shrinkage: number | null;
  readonly notes: readonly string[];
}

type Estimated = Result<ExpectedReturnsEstimate, readonly Finding[]>;

/**
 * @param input T x n simple returns, oldest first
 * @param covariance n x n, per period, for the estimators that use one (`jamesStein`, `bayesStein`,
 *   `bodnarOkhrin`, `equilibrium`, and every shrinkage to `minimumVariance`); null: the sample covariance, ddof 1
 * @refuses ESTIMATOR_HISTORY_SHORT, ESTIMATOR_SETTING_INVALID, ESTIMATOR_DATA_DEGENERATE
 * @remarks
 *   mean: arithmetic. geometricMean: (product of 1 + r)^(1/T) - 1. exponential: weights that halve every
 *   `halfLife` periods, adding up to one. capm: r_f + beta (mean market return - r_f), betas on the market by the
 *   sample covariance. equilibrium: r_f + riskAversion Sigma w, w the market's weights. Shrinkage: see each function.
 */
export function estimateExpectedReturns(
  input: HistoryInput,
  choice: ExpectedReturnsChoice,
  covariance: Float64Array | null = null,
): Estimated {
  const read = readHistory(input, null);
  if (!read.ok) return read;
  const history = read.value;
  const findings = settingFindings(history, choice);
  if (findings.length > 0) return err(findings);
  switch (choice.estimator) {
    case 'mean':
      return plain(meansOf(history));
    case 'geometricMean':
      return geometric(history);
    case 'exponential': {
      const weights = exponentialWeights(history.count, choice.halfLife ?? HALF_LIFE_DEFAULT);
      return plain(weightedMeans(history, weights));
    }
    case 'capm':
      return capitalAssetPricing(history, choice);
    case 'jamesStein':
    case 'bayesStein':
    case 'bodnarOkhrin':
    case 'shrunkMean':
    case 'equilibrium': {
      const short = shortHistory(history, 2, choice.estimator);
      if (covariance === null && short !== null) return err([short]);
      const Sigma = covariance ?? sampleCovariance(history, 1);
      return choice.estimator === 'equilibrium'
        ? plain(equilibriumReturns(Sigma, marketWeightsOf(history, choice), choice))
        : shrunkMeans(history, choice, Sigma);
    }
  }
}

function plain(expectedReturns: Float64Array): Estimated {
  return ok({ expectedReturns, shrinkage: null, notes: [] });
}

function geometric({ count, assetCount, returns, assets }: History): Estimated {
  const logs = new Float64Array(assetCount);
  for (let at = 0; at < returns.length; at += 1) {
    logs[at % assetCount] = (logs[at % assetCount] as number) + Math.log1p(returns[at] as number);
  }
  const lost = assets.filter((_, i) => !Number.isFinite(logs[i]));
  if (lost.length > 0) {
    const message = `${lost.join(', ')}: a return of -100 % or less leaves no geometric mean`;
    return err([errorFinding('ESTIMATOR_DATA_DEGENERATE', message)]);
  }
  return plain(logs.map((total) => Math.expm1(total / count)));
}

function capitalAssetPricing(history: History, choice: ExpectedReturnsChoice): Estimated {
  const { count: T, assetCount: n, returns } = history;
  const riskFreeRate = choice.riskFreeRate ?? 0;
  const market =
    choice.marketReturns ??
    Float64Array.from(
      { length: T },
      (_, t) =>
        meansOf({
          ...history,
          count: n,
          assetCount: 1,
          returns: returns.slice(t * n, (t + 1) * n),
        }).at(0) ?? 0,
    );
  const mean = market.reduce((total, value) => total + value, 0) / T;
  const away = market.map((value) => value - mean);
  const variance = dot(away, away);
  if (!(variance > 0)) {
    return err([
      errorFinding('ESTIMATOR_DATA_DEGENERATE', 'the market has the same return in every period'),
    ]);
  }
  const betas = new Float64Array(n);
  for (let at = 0; at < returns.length; at += 1) {
    const i = at % n;
    betas[i] =
      (betas[i] as number) +
      ((returns[at] as number) * (away[Math.floor(at / n)] as number)) / variance;
  }
  return plain(betas.map((beta) => riskFreeRate + beta * (mean - riskFreeRate)));
}

/** Reverse optimization: r_f + riskAversion Sigma w, the returns that make w the mean-variance choice. */
function equilibriumReturns(
  covariance: Float64Array,
  weights: Float64Array,
  { riskAversion, riskFreeRate }: ExpectedReturnsChoice,
): Float64Array {
  return multiplyVector(covariance, weights).map(
    (value) => (riskFreeRate ?? 0) + (riskAversion ?? 1) * value,
  );
}

function marketWeightsOf(history: History, choice: ExpectedReturnsChoice): Float64Array {
  const n = history.assetCount;
  return choice.marketWeights ?? new Float64Array(n).fill(1 / n);
}

interface MeanShrinkage {
  readonly means: Float64Array;
  readonly target: number;
  readonly covariance: Float64Array;
  readonly T: number;
  /** Sigma^-1 b. */
  readonly solve: (b: Float64Array) => Float64Array;
}

function shrunkMeans(
  history: History,
  choice: ExpectedReturnsChoice,
  covariance: Float64Array,
): Estimated {
  const n = history.assetCount;
  const means = meansOf(history);
  const outcome = choleskyFactor(covariance, n);
  const isInverseNeeded =
    choice.shrinkTo === 'minimumVariance' ||
    choice.estimator === 'bayesStein' ||
    choice.estimator === 'bodnarOkhrin';
  if (isInverseNeeded && outcome.kind !== 'factored') {
    const message = `${choice.estimator} inverts the covariance, which is singular (at asset ${String(outcome.index)}, counted from 0)`;
    return err([errorFinding('ESTIMATOR_DATA_DEGENERATE', message)]);
  }
  const solve = (b: Float64Array): Float64Array =>
    outcome.kind === 'factored' ? choleskySolve(outcome.factor, b) : b;
  const inverseOnes = solve(new Float64Array(n).fill(1));
  const target =
    choice.shrinkTo === 'minimumVariance'
      ? dot(inverseOnes, means) / inverseOnes.reduce((total, value) => total + value, 0)
      : means.reduce((total, value) => total + value, 0) / n;
  return drawn({ means, target, covariance, T: history.count, solve }, choice);
}

function drawn(input: MeanShrinkage, choice: ExpectedReturnsChoice): Estimated {
  const { means, target } = input;
  const n = means.length;
  if (choice.estimator === 'bodnarOkhrin') return bodnarOkhrin(input);
  const away = means.map((value) => value - target);
  const distance = dot(away, away);
  const raw =
    choice.estimator === 'shrunkMean'
      ? (choice.shrinkage ?? 0)
      : choice.estimator === 'jamesStein'
        ? jamesSteinShare(input, distance)
        : (n + 2) / (n + 2 + input.T * dot(away, input.solve(away)));
  const share = Math.max(0, Math.min(1, Number.isNaN(raw) ? 1 : raw));
  const notes =
    share === raw ? [] : [`shrinkage of ${raw.toPrecision(4)} limited to ${String(share)}`];
  const expectedReturns = means.map((value) => (1 - share) * value + share * target);
  return ok({ expectedReturns, shrinkage: share, notes });
}

/**
 * James and Stein for unequal variances: (n mean eigenvalue - 2 largest) / (T |mean - target|^2). Negative where one
 * eigenvalue dominates, above one where means hardly differ: limited to [0, 1] (the positive-part rule), with a note.
 */
function jamesSteinShare({ covariance, T, means }: MeanShrinkage, distance: number): number {
  const values = symmetricEigenvalues(covariance, means.length);
  const trace = values.reduce((total, value) => total + value, 0);
  return (trace - 2 * (values[0] as number)) / (T * distance);
}

/**
 * Bodnar, Okhrin, Parolya, "Optimal shrinkage estimator for high-dimensional mean vector", *J. Multivariate
 * Analysis* 170, 2019: a mean and b target, u = a'S^-1 a, v = a'S^-1 b, w = b'S^-1 b.
 */
function bodnarOkhrin({ means, target, T, solve }: MeanShrinkage): Estimated {
  const n = means.length;
  if (T <= n) {
    const message = `bodnarOkhrin needs more periods than assets; there are ${String(T)} and ${String(n)}`;
    return err([errorFinding('ESTIMATOR_HISTORY_SHORT', message)]);
  }
  const b = new Float64Array(n).fill(target);
  const u = dot(means, solve(means));
  const v = dot(means, solve(b));
  const w = dot(b, solve(b));
  const determinant = u * w - v * v;
  if (!(determinant > 1e-14 * u * w))
    return ok({
      expectedReturns: means,
      shrinkage: 0,
      notes: ['the means are the target already'],
    });
  const alpha = ((u - n / (T - n)) * w - v * v) / determinant;
  const beta = ((1 - alpha) * v) / w;
  const expectedReturns = means.map((value) => alpha * value + beta * target);
  return ok({ expectedReturns, shrinkage: beta, notes: [] });
}

function settingFindings(history: History, choice: ExpectedReturnsChoice): Finding[] {
  const { halfLife, marketReturns, marketWeights, shrinkage, riskAversion, riskFreeRate } = choice;
  const { count, assetCount } = history;
  const checks: readonly (readonly [boolean, string])[] = [
    [
      halfLife === undefined || (Number.isFinite(halfLife) && halfLife > 0),
      'halfLife is above zero',
    ],
    [riskFreeRate === undefined || Number.isFinite(riskFreeRate), 'riskFreeRate is finite'],
    [
      marketReturns === undefined ||
        (marketReturns.length === count && marketReturns.every(Number.isFinite)),
      `marketReturns has ${String(count)} finite numbers, one per period`,
    ],
    [
      marketWeights === undefined ||
        (marketWeights.length === assetCount && marketWeights.every(Number.isFinite)),
      `marketWeights has ${String(assetCount)} finite numbers, one per asset`,
    ],
    [
      choice.estimator !== 'equilibrium' ||
        (riskAversion !== undefined && Number.isFinite(riskAversion) && riskAversion > 0),
      'equilibrium takes a riskAversion above zero',
    ],
    [
      choice.estimator !== 'shrunkMean' ||
        (shrinkage !== undefined && shrinkage >= 0 && shrinkage <= 1),
      'shrunkMean takes a shrinkage from 0 to 1',
    ],
  ];
  return checks
    .filter(([holds]) => !holds)
    .map(([, message]) => errorFinding('ESTIMATOR_SETTING_INVALID', message));
}
