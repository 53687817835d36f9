/** The `risk` and `expectedReturns` of a portfolio problem. */
import {
  COVARIANCE_ESTIMATORS,
  COVARIANCE_REPAIRS,
  EXPECTED_RETURNS_ESTIMATORS,
} from '../../domain/index.ts';
import type {
  CovarianceEstimator,
  CovarianceRepair,
  EstimatorChoice,
  ExpectedReturnsChoice,
  PortfolioRisk,
} from '../../domain/index.ts';
import {
  given,
  isObject,
  type DocumentReading,
  type JsonObject,
  type Place,
} from './document-reading.ts';

const SOURCES = ['covariance', 'factors', 'returns'] as const;
export const ESTIMATOR_FIELDS = [
  'estimator',
  'ddof',
  'halfLife',
  'factorCount',
  'denoising',
  'noiseKept',
  'threshold',
  'exposures',
  'regressionWeights',
] as const;

const OF_MATRICES = ['repair', ...ESTIMATOR_FIELDS] as const;

/** What each setting changes; `ddof` also stands for the divisor of measures, and is always of use. */
const OF_ESTIMATORS = {
  halfLife: ['exponential'],
  factorCount: ['denoised', 'statisticalFactors'],
  denoising: ['denoised'],
  noiseKept: ['denoised'],
  threshold: ['semicovariance', 'gerber'],
  exposures: ['fundamentalFactors'],
  regressionWeights: ['fundamentalFactors'],
} as const satisfies Record<string, readonly CovarianceEstimator[]>;

/** @param n number of assets @returns null with an error when it cannot be told what kind it is */
export function readRisk(reading: DocumentReading, place: Place, n: number): PortfolioRisk | null {
  const object = reading.object(place, [...SOURCES, 'repair', ...ESTIMATOR_FIELDS]);
  if (object === null) return null;
  const { pointer } = place;
  const sources = SOURCES.filter((name) => given(object, pointer, name) !== null);
  if (sources.length !== 1) {
    const message = `give one of ${SOURCES.join(', ')}; there ${sources.length === 0 ? 'is none' : `are ${sources.join(' and ')}`}`;
    reading.error('PORTFOLIO_FIELD_REQUIRED', pointer, message);
    return null;
  }
  const [kind] = sources;
  const unused =
    kind === 'covariance' ? ESTIMATOR_FIELDS : kind === 'factors' ? OF_MATRICES : ['repair'];
  for (const name of unused) {
    const setting = given(object, pointer, name);
    if (setting === null) continue;
    const message = `${name} does not apply to risk given as ${String(kind)}`;
    reading.warning('PORTFOLIO_FIELD_UNKNOWN', setting.pointer, message);
  }
  if (kind === 'covariance') return readCovariance(reading, object, { pointer, n });
  if (kind === 'factors') return readFactors(reading, given(object, pointer, 'factors'), n);
  return readReturns(reading, object, { pointer, n });
}

interface Where {
  readonly pointer: string;
  readonly n: number;
}

function readCovariance(
  reading: DocumentReading,
  object: JsonObject,
  { pointer, n }: Where,
): PortfolioRisk | null {
  const place = given(object, pointer, 'covariance');
  if (place === null) return null;
  const { values } = reading.matrix(place, { rows: n, columns: n, of: ['assets', 'assets'] });
  const repair = given(object, pointer, 'repair');
  const chosen: CovarianceRepair | null =
    repair === null ? null : reading.choice(repair, COVARIANCE_REPAIRS);
  return {
    kind: 'covariance',
    covariance: values,
    ...(chosen === null ? {} : { repair: chosen }),
  };
}

function readFactors(
  reading: DocumentReading,
  place: Place | null,
  n: number,
): PortfolioRisk | null {
  if (place === null) return null;
  const object = reading.object(place, ['loadings', 'covariance', 'specificVariance']);
  if (object === null) return null;
  const { pointer } = place;
  const loadings = reading.required(object, pointer, 'loadings');
  const specific = reading.required(object, pointer, 'specificVariance');
  if (loadings === null || specific === null) return null;
  const k = columnCountOf(loadings.value);
  const { values } = reading.matrix(loadings, { rows: n, columns: k, of: ['assets', 'factors'] });
  const covariance = given(object, pointer, 'covariance');
  return {
    kind: 'factors',
    factorCount: k,
    loadings: values,
    factorCovariance:
      covariance === null
        ? null
        : reading.matrix(covariance, { rows: k, columns: k, of: ['factors', 'factors'] }).values,
    specificVariance: reading.vector(specific, { length: n, of: 'assets', range: { least: 0 } }),
  };
}

function columnCountOf(value: unknown): number {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return Array.isArray(first) ? first.length : 0;
}

function readReturns(
  reading: DocumentReading,
  object: JsonObject,
  { pointer, n }: Where,
): PortfolioRisk | null {
  const place = given(object, pointer, 'returns');
  if (place === null) return null;
  const { values, rows } = reading.matrix(place, {
    rows: null,
    columns: n,
    of: ['observations', 'assets'],
  });
  if (rows < 2) {
    const message = `${String(rows)} observations; a risk needs at least 2`;
    reading.error('PORTFOLIO_LENGTH_MISMATCH', place.pointer, message);
  }
  return {
    kind: 'returns',
    observationCount: rows,
    returns: values,
    choice: readEstimator(reading, object, { pointer, n }),
  };
}

function readEstimator(
  reading: DocumentReading,
  object: JsonObject,
  { pointer, n }: Where,
): EstimatorChoice {
  const number = (name: string, least: number, isInteger = false): number | null =>
    reading.optionalNumber(object, pointer, { name, least, isInteger, otherwise: null });
  const noiseKept = reading.optionalNumber(object, pointer, {
    name: 'noiseKept',
    least: 0,
    most: 1,
    otherwise: null,
  });
  const threshold = reading.optionalNumber(object, pointer, { name: 'threshold', otherwise: null });
  const denoising = given(object, pointer, 'denoising');
  const weights = given(object, pointer, 'regressionWeights');
  const estimator = reading.optionalChoice(object, pointer, {
    name: 'estimator',
    known: COVARIANCE_ESTIMATORS,
  });
  warnOfUnused(reading, object, { pointer, estimator });
  return {
    estimator,
    ddof: number('ddof', 0),
    halfLife: reading.optionalNumber(object, pointer, {
      name: 'halfLife',
      above: 0,
      otherwise: null,
    }),
    factorCount: number('factorCount', 1, true),
    ...(noiseKept === null ? {} : { noiseKept }),
    ...(threshold === null ? {} : { threshold }),
    ...(denoising === null
      ? {}
      : { denoising: reading.choice(denoising, ['constantResidual', 'targetShrinkage']) }),
    ...(weights === null
      ? {}
      : {
          regressionWeights: reading.vector(weights, {
            length: n,
            of: 'assets',
            range: { above: 0 },
          }),
        }),
    ...readExposures(reading, given(object, pointer, 'exposures'), n),
  };
}

function warnOfUnused(
  reading: DocumentReading,
  object: JsonObject,
  { pointer, estimator }: { readonly pointer: string; readonly estimator: CovarianceEstimator },
): void {
  for (const [name, estimators] of Object.entries(OF_ESTIMATORS)) {
    const setting = given(object, pointer, name);
    if (setting === null || estimators.some((one) => one === estimator)) continue;
    const message = `${name} does not change the estimator ${estimator}; it is for ${estimators.join(', ')}`;
    reading.warning('PORTFOLIO_FIELD_UNKNOWN', setting.pointer, message);
  }
}

function readExposures(
  reading: DocumentReading,
  place: Place | null,
  n: number,
): Pick<EstimatorChoice, 'exposures' | 'exposureCount'> {
  if (place === null) return {};
  const columns = columnCountOf(place.value);
  const { values } = reading.matrix(place, { rows: n, columns, of: ['assets', 'exposures'] });
  return { exposures: values, exposureCount: columns };
}

const RETURNS_FIELDS = [
  'estimator',
  'halfLife',
  'riskFreeRate',
  'marketReturns',
  'marketWeights',
  'riskAversion',
  'shrinkTo',
  'shrinkage',
] as const;

/** A list of n numbers, or how they are estimated from the return history. */
export function readExpectedReturns(
  reading: DocumentReading,
  place: Place | null,
  { n, observations }: { readonly n: number; readonly observations: number | null },
): { readonly values: Float64Array | null; readonly choice: ExpectedReturnsChoice | null } {
  if (place === null) return { values: null, choice: null };
  if (!isObject(place.value)) {
    return { values: reading.vector(place, { length: n, of: 'assets' }), choice: null };
  }
  const object = reading.object(place, RETURNS_FIELDS);
  if (object === null) return { values: null, choice: null };
  const { pointer } = place;
  if (observations === null) {
    const message = 'expected returns can be estimated only where risk is given as returns';
    reading.error('RETURN_HISTORY_REQUIRED', pointer, message);
  }
  const number = (name: string, range: { least?: number; most?: number; above?: number } = {}) => {
    const value = reading.optionalNumber(object, pointer, { name, ...range, otherwise: null });
    return value === null ? {} : { [name]: value };
  };
  const vector = (name: string, length: number, of: string) => {
    const at = given(object, pointer, name);
    return at === null ? {} : { [name]: reading.vector(at, { length, of }) };
  };
  const shrinkTo = given(object, pointer, 'shrinkTo');
  const choice: ExpectedReturnsChoice = {
    estimator: reading.optionalChoice(object, pointer, {
      name: 'estimator',
      known: EXPECTED_RETURNS_ESTIMATORS,
    }),
    ...number('halfLife', { above: 0 }),
    ...number('riskFreeRate'),
    ...number('riskAversion', { above: 0 }),
    ...number('shrinkage', { least: 0, most: 1 }),
    ...vector('marketReturns', observations ?? 0, 'observations'),
    ...vector('marketWeights', n, 'assets'),
    ...(shrinkTo === null
      ? {}
      : { shrinkTo: reading.choice(shrinkTo, ['grandMean', 'minimumVariance']) }),
  };
  return { values: null, choice };
}
