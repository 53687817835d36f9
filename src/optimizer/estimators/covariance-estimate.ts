/** `estimateCovariance`: from a return history to a covariance, by the estimator chosen. */
import { err, ok, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  type CovarianceEstimator,
  type EstimatorChoice,
  type Finding,
} from '../../domain/index.ts';
import { judgeDefiniteness, diagonalOf } from '../linear-algebra/index.ts';
import { denoiseCorrelation } from './denoising.ts';
import {
  covarianceOfModel,
  fundamentalFactors,
  statisticalFactors,
  type FactorModel,
} from './factor-models.ts';
import { gerberStatistic } from './gerber.ts';
import {
  constantAssets,
  readHistory,
  shortHistory,
  type History,
  type HistoryInput,
} from './history.ts';
import {
  correlationOf,
  covarianceFrom,
  exponentialWeights,
  sampleCovariance,
  semicovarianceOf,
  weightedCovariance,
} from './moments.ts';
import { repairCovariance } from './repair.ts';
import {
  shrinkByOracle,
  shrinkToConstantCorrelation,
  shrinkToConstantVariance,
  shrinkToSingleFactor,
  type ShrunkCovariance,
} from './shrinkage.ts';

/** Periods after which an exponential weight halves, when none is given. */
export const HALF_LIFE_DEFAULT = 40;
/** Standard deviations from which a move counts for Gerber's statistic. */
export const GERBER_THRESHOLD_DEFAULT = 0.5;

export interface CovarianceEstimate {
  /** n x n, per period of the history, symmetric bit for bit. */
  readonly covariance: Float64Array;
  /** Sigma = diag(specificVariance) + F F' for the estimators that are factor models; else null. */
  readonly factorModel: FactorModel | null;
  /** Share of the target in a shrinkage estimate; else null. */
  readonly shrinkage: number | null;
  /** What the estimator chose by itself, and what was repaired. */
  readonly notes: readonly string[];
}

/**
 * Divisor T - ddof where the choice leaves it open. The shrinkage estimators divide by T, as their papers and
 * scikit-learn do; the exponential one is corrected for bias unless ddof is 0.
 */
const DDOF_DEFAULT: Readonly<Record<CovarianceEstimator, number>> = {
  sample: 1,
  exponential: 1,
  ledoitWolf: 0,
  ledoitWolfConstantVariance: 0,
  ledoitWolfSingleFactor: 0,
  ledoitWolfConstantCorrelation: 0,
  oas: 0,
  denoised: 1,
  statisticalFactors: 1,
  fundamentalFactors: 1,
  semicovariance: 0,
  gerber: 1,
};

/**
 * @param input T x n simple returns, oldest first
 * @param assets n names for messages, or null
 * @refuses ESTIMATOR_HISTORY_SHORT, ESTIMATOR_SETTING_INVALID, ESTIMATOR_DATA_DEGENERATE, all causes at once
 * @remarks Sources stand at each estimator: `moments`, `shrinkage`, `denoising`, `factor-models`, `gerber`.
 *   `ledoitWolf` is `ledoitWolfConstantVariance`.
 */
export function estimateCovariance(
  input: HistoryInput,
  choice: EstimatorChoice,
  assets: readonly string[] | null = null,
): Result<CovarianceEstimate, readonly Finding[]> {
  const read = readHistory(input, assets);
  if (!read.ok) return read;
  const history = read.value;
  const ddof = choice.ddof ?? DDOF_DEFAULT[choice.estimator];
  const findings = settingFindings(history, choice, ddof);
  const short = shortHistory(history, Math.max(2, ddof + 1), 'a covariance');
  if (short !== null) findings.push(short);
  if (findings.length > 0) return err(findings);
  return byEstimator(history, choice, ddof);
}

function byEstimator(
  history: History,
  choice: EstimatorChoice,
  ddof: number,
): Result<CovarianceEstimate, readonly Finding[]> {
  switch (choice.estimator) {
    case 'sample':
      return ok(plain(sampleCovariance(history, ddof)));
    case 'exponential':
      return ok(exponential(history, choice.halfLife ?? HALF_LIFE_DEFAULT, ddof));
    case 'ledoitWolf':
    case 'ledoitWolfConstantVariance':
      return ok(shrunk(shrinkToConstantVariance(history, ddof), 'the mean variance'));
    case 'ledoitWolfSingleFactor':
      return ok(shrunk(shrinkToSingleFactor(history, ddof), 'a single factor'));
    case 'ledoitWolfConstantCorrelation':
      return withVariances(history, ddof, () =>
        ok(shrunk(shrinkToConstantCorrelation(history, ddof), 'a constant correlation')),
      );
    case 'oas':
      return ok(shrunk(shrinkByOracle(history, ddof), 'the mean variance'));
    case 'denoised':
      return withVariances(history, ddof, (sample) => ok(denoised(history, choice, sample)));
    case 'statisticalFactors': {
      const model = statisticalFactors(history, { ddof, factorCount: choice.factorCount });
      return ok(ofModel(model, [`statistical factors: ${String(model.factorCount)}`]));
    }
    case 'fundamentalFactors':
      return fundamental(history, choice, ddof);
    case 'semicovariance':
      return ok(plain(semicovarianceOf(history, choice.threshold ?? null, ddof)));
    case 'gerber':
      return withVariances(history, ddof, (sample) => gerber(history, choice, sample));
  }
}

function plain(covariance: Float64Array, notes: readonly string[] = []): CovarianceEstimate {
  return { covariance, factorModel: null, shrinkage: null, notes };
}

function shrunk(estimate: ShrunkCovariance, target: string): CovarianceEstimate {
  const note = `shrunk towards ${target} by ${estimate.shrinkage.toPrecision(6)}`;
  return { ...plain(estimate.covariance, [note]), shrinkage: estimate.shrinkage };
}

function ofModel(model: FactorModel, notes: readonly string[]): CovarianceEstimate {
  return { covariance: covarianceOfModel(model), factorModel: model, shrinkage: null, notes };
}

function exponential(history: History, halfLife: number, ddof: number): CovarianceEstimate {
  const weights = exponentialWeights(history.count, halfLife);
  const effective = 1 / weights.reduce((sum, w) => sum + w * w, 0);
  return plain(weightedCovariance(history, weights, ddof > 0), [
    `half-life of ${String(halfLife)} periods: as many as ${effective.toPrecision(4)} equally weighted ones`,
  ]);
}

function denoised(
  history: History,
  choice: EstimatorChoice,
  sample: Float64Array,
): CovarianceEstimate {
  const { correlation, deviations } = correlationOf(sample, history.assetCount);
  const result = denoiseCorrelation(correlation, history.count / history.assetCount, {
    kind: choice.denoising ?? 'constantResidual',
    noiseKept: choice.noiseKept ?? 0,
    factorCount: choice.factorCount,
  });
  const source =
    result.fit === null
      ? 'as asked'
      : `above the fitted edge ${result.fit.edge.toPrecision(6)} (noise variance ${result.fit.variance.toPrecision(6)})`;
  return plain(covarianceFrom(result.correlation, deviations), [
    `${String(result.signalCount)} of ${String(history.assetCount)} eigenvalues are signal, ${source}`,
  ]);
}

function fundamental(
  history: History,
  choice: EstimatorChoice,
  ddof: number,
): Result<CovarianceEstimate, readonly Finding[]> {
  const model = fundamentalFactors(history, {
    exposures: choice.exposures ?? new Float64Array(0),
    exposureCount: choice.exposureCount ?? 0,
    weights: choice.regressionWeights ?? null,
    ddof,
  });
  return model.ok
    ? ok(
        ofModel(model.value, [
          `factors by regression on exposures: ${String(model.value.factorCount)}`,
        ]),
      )
    : model;
}

function gerber(
  history: History,
  choice: EstimatorChoice,
  sample: Float64Array,
): Result<CovarianceEstimate, readonly Finding[]> {
  const n = history.assetCount;
  const { deviations } = correlationOf(sample, n);
  const threshold = choice.threshold ?? GERBER_THRESHOLD_DEFAULT;
  const covariance = covarianceFrom(gerberStatistic(history, deviations, threshold), deviations);
  if (judgeDefiniteness(covariance, n).kind !== 'indefinite') return ok(plain(covariance));
  const repaired = repairCovariance(covariance, n, 'nearestCovariance');
  return ok(plain(repaired.covariance, repaired.notes));
}

function withVariances(
  history: History,
  ddof: number,
  estimate: (sample: Float64Array) => Result<CovarianceEstimate, readonly Finding[]>,
): Result<CovarianceEstimate, readonly Finding[]> {
  const sample = sampleCovariance(history, ddof);
  const findings = constantAssets(history, diagonalOf(sample, history.assetCount), 'a correlation');
  return findings.length > 0 ? err(findings) : estimate(sample);
}

/** Every setting out of range, in the order of `EstimatorChoice`. */
function settingFindings(history: History, choice: EstimatorChoice, ddof: number): Finding[] {
  const { halfLife, factorCount, noiseKept, threshold } = choice;
  const n = history.assetCount;
  const checks: readonly (readonly [boolean, string])[] = [
    [Number.isInteger(ddof) && ddof >= 0, `ddof is a whole number >= 0, not ${String(ddof)}`],
    [halfLife === null || (Number.isFinite(halfLife) && halfLife > 0), 'halfLife is above zero'],
    [
      factorCount === null ||
        (Number.isInteger(factorCount) && factorCount >= 0 && factorCount <= n),
      `factorCount is a whole number from 0 to ${String(n)}`,
    ],
    [noiseKept === undefined || (noiseKept >= 0 && noiseKept <= 1), 'noiseKept is from 0 to 1'],
    [
      threshold === undefined ||
        (Number.isFinite(threshold) && (choice.estimator !== 'gerber' || threshold > 0)),
      'threshold is finite, and above zero for the Gerber statistic',
    ],
    ...exposureChecks(n, choice),
  ];
  return checks
    .filter(([holds]) => !holds)
    .map(([, message]) => errorFinding('ESTIMATOR_SETTING_INVALID', message));
}

function exposureChecks(
  n: number,
  choice: EstimatorChoice,
): readonly (readonly [boolean, string])[] {
  if (choice.estimator !== 'fundamentalFactors') return [];
  const k = choice.exposureCount ?? 0;
  const weights = choice.regressionWeights;
  return [
    [
      Number.isInteger(k) && k >= 1 && k < n && choice.exposures?.length === n * k,
      `fundamentalFactors takes exposures, assets x factors, with fewer factors than the ${String(n)} assets`,
    ],
    [choice.exposures?.every(Number.isFinite) ?? true, 'exposures are finite'],
    [
      weights === undefined ||
        (weights.length === n && weights.every((w) => Number.isFinite(w) && w > 0)),
      'regressionWeights has one number above zero per asset',
    ],
  ];
}
