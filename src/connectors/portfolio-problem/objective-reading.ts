/** The `objective` of a portfolio problem, nested ones included. */
import { RISK_MEASURES } from '../../domain/index.ts';
import type { MeasureChoice, PortfolioObjective, RiskMeasure, Views } from '../../domain/index.ts';
import { given, type DocumentReading, type JsonObject, type Place } from './document-reading.ts';

const MEASURE_FIELDS = ['measure', 'alpha', 'threshold', 'compounded'] as const;

/** Fields of each objective besides `kind`. */
export const OBJECTIVE_FIELDS = {
  minimumRisk: [...MEASURE_FIELDS],
  meanRisk: [...MEASURE_FIELDS, 'riskAversion'],
  targetReturn: [...MEASURE_FIELDS, 'return'],
  targetRisk: [...MEASURE_FIELDS, 'risk'],
  maximumRatio: [...MEASURE_FIELDS, 'riskFreeRate'],
  riskBudget: [...MEASURE_FIELDS, 'budgets'],
  mostDiversified: [],
  inverseVolatility: [],
  equalWeight: [],
  hierarchical: [...MEASURE_FIELDS, 'method', 'linkage', 'distance', 'clusterCount'],
  trackingError: ['benchmark', 'riskAversion'],
  robust: ['uncertainty', 'riskAversion'],
  blackLitterman: ['marketWeights', 'riskAversion', 'tau', 'views', 'then'],
} as const satisfies Record<PortfolioObjective['kind'], readonly string[]>;

export type ObjectiveKind = PortfolioObjective['kind'];
// The keys of an object literal, which TypeScript types as strings.
export const OBJECTIVE_KINDS = Object.keys(OBJECTIVE_FIELDS) as [ObjectiveKind, ...ObjectiveKind[]];

const TAU = 0.05;
const ALPHA = 0.05;

interface Context {
  readonly n: number;
  /** Inside Black-Litterman: it cannot contain itself. */
  readonly isNested: boolean;
}

/** @returns null with an error when the kind is not known or a part is missing */
export function readObjective(
  reading: DocumentReading,
  place: Place,
  context: Context,
): PortfolioObjective | null {
  const { value, pointer } = place;
  const kinds = context.isNested
    ? OBJECTIVE_KINDS.filter((kind) => kind !== 'blackLitterman')
    : OBJECTIVE_KINDS;
  const probe = reading.object(place, Object.keys(Object(value)));
  if (probe === null) return null;
  const kindPlace = reading.required(probe, pointer, 'kind');
  if (kindPlace === null) return null;
  const kind = kinds.find((one) => one === kindPlace.value);
  if (kind === undefined) {
    reading.choice(kindPlace, kinds as [ObjectiveKind, ...ObjectiveKind[]]);
    return null;
  }
  const object = reading.object(place, ['kind', ...OBJECTIVE_FIELDS[kind]]);
  return object === null ? null : objectiveOf(reading, object, { ...context, kind, pointer });
}

interface Where extends Context {
  readonly kind: ObjectiveKind;
  readonly pointer: string;
}

function objectiveOf(
  reading: DocumentReading,
  object: JsonObject,
  where: Where,
): PortfolioObjective | null {
  const { kind, pointer, n } = where;
  const risk = readMeasure(reading, object, pointer);
  const number = (name: string, range: { least?: number; above?: number } = {}): number =>
    reading.requiredNumber(object, pointer, { name, ...range });
  switch (kind) {
    case 'minimumRisk':
      return { kind, risk };
    case 'meanRisk':
      return { kind, risk, riskAversion: number('riskAversion', { least: 0 }) };
    case 'targetReturn':
      return { kind, risk, return: number('return') };
    case 'targetRisk':
      return { kind, risk, limit: number('risk', { least: 0 }) };
    case 'maximumRatio': {
      const name = 'riskFreeRate';
      const riskFreeRate = reading.optionalNumber(object, pointer, { name, otherwise: 0 });
      return { kind, risk, riskFreeRate };
    }
    case 'riskBudget':
      return { kind, risk, budgets: readBudgets(reading, given(object, pointer, 'budgets'), n) };
    case 'mostDiversified':
    case 'inverseVolatility':
    case 'equalWeight':
      return { kind };
    case 'hierarchical':
      return readHierarchical(reading, object, { pointer, risk });
    case 'trackingError':
      return readTrackingError(reading, object, where);
    case 'robust':
      return readRobust(reading, object, where);
    case 'blackLitterman':
      return readBlackLitterman(reading, object, where);
  }
}

const OF_MEASURES = {
  alpha: ['cvar', 'cdar'],
  threshold: ['semivariance', 'meanAbsoluteDeviation'],
  compounded: ['maximumDrawdown', 'averageDrawdown', 'cdar', 'ulcer'],
} as const satisfies Record<string, readonly RiskMeasure[]>;

function readMeasure(reading: DocumentReading, object: JsonObject, pointer: string): MeasureChoice {
  const choice = readMeasureFields(reading, object, pointer);
  for (const [name, measures] of Object.entries(OF_MEASURES)) {
    const place = given(object, pointer, name);
    if (place === null || measures.some((measure) => measure === choice.measure)) continue;
    const message = `${name} does not change ${choice.measure}; it is for ${measures.join(', ')}`;
    reading.warning('PORTFOLIO_FIELD_UNKNOWN', place.pointer, message);
  }
  return choice;
}

function readMeasureFields(
  reading: DocumentReading,
  object: JsonObject,
  pointer: string,
): MeasureChoice {
  const compounded = given(object, pointer, 'compounded');
  return {
    measure: reading.optionalChoice(object, pointer, { name: 'measure', known: RISK_MEASURES }),
    alpha: reading.optionalNumber(object, pointer, {
      name: 'alpha',
      above: 0,
      most: 1,
      otherwise: ALPHA,
    }),
    threshold: reading.optionalNumber(object, pointer, { name: 'threshold', otherwise: null }),
    isCompounded: compounded !== null && reading.boolean(compounded),
  };
}

function readBudgets(
  reading: DocumentReading,
  place: Place | null,
  n: number,
): Float64Array | null {
  if (place === null) return null;
  const budgets = reading.vector(place, { length: n, of: 'assets', range: { least: 0 } });
  let total = 0;
  for (const share of budgets) total += share;
  if (Number.isNaN(total)) return budgets;
  if (total <= 0) {
    reading.error('PORTFOLIO_NUMBER_OUT_OF_RANGE', place.pointer, 'the budgets add up to nothing');
    return budgets;
  }
  if (Math.abs(total - 1) > 1e-9) {
    const message = `the budgets add up to ${String(total)} and are taken as shares of that`;
    reading.warning('PORTFOLIO_NUMBER_OUT_OF_RANGE', place.pointer, message);
  }
  return budgets.map((share) => share / total);
}

function readHierarchical(
  reading: DocumentReading,
  object: JsonObject,
  { pointer, risk }: { readonly pointer: string; readonly risk: MeasureChoice },
): PortfolioObjective {
  return {
    kind: 'hierarchical',
    risk,
    method: reading.optionalChoice(object, pointer, {
      name: 'method',
      known: ['hrp', 'herc', 'nco'],
    }),
    linkage: reading.optionalChoice(object, pointer, {
      name: 'linkage',
      known: ['single', 'complete', 'average', 'ward'],
    }),
    distance: reading.optionalChoice(object, pointer, {
      name: 'distance',
      known: ['paper', 'condensed'],
    }),
    clusterCount: reading.optionalNumber(object, pointer, {
      name: 'clusterCount',
      least: 1,
      isInteger: true,
      otherwise: null,
    }),
  };
}

function readTrackingError(
  reading: DocumentReading,
  object: JsonObject,
  { pointer, n }: Where,
): PortfolioObjective | null {
  const benchmark = reading.required(object, pointer, 'benchmark');
  const riskAversion = reading.optionalNumber(object, pointer, {
    name: 'riskAversion',
    above: 0,
    otherwise: null,
  });
  if (benchmark === null) return null;
  return {
    kind: 'trackingError',
    benchmark: reading.vector(benchmark, { length: n, of: 'assets' }),
    riskAversion,
  };
}

function readRobust(
  reading: DocumentReading,
  object: JsonObject,
  { pointer, n }: Where,
): PortfolioObjective | null {
  const riskAversion = reading.requiredNumber(object, pointer, { name: 'riskAversion', least: 0 });
  const place = reading.required(object, pointer, 'uncertainty');
  const set =
    place === null ? null : reading.object(place, ['kind', 'covariance', 'radius', 'width']);
  if (place === null || set === null) return null;
  const at = place.pointer;
  const kind = reading.required(set, at, 'kind');
  if (kind === null) return null;
  if (reading.choice(kind, ['ellipsoid', 'box']) === 'box') {
    const width = reading.required(set, at, 'width');
    if (width === null) return null;
    const values = reading.numberOrVector(width, { length: n, of: 'assets', range: { least: 0 } });
    return { kind: 'robust', uncertainty: { kind: 'box', width: values }, riskAversion };
  }
  const radius = reading.requiredNumber(set, at, { name: 'radius', least: 0 });
  const covariance = reading.required(set, at, 'covariance');
  if (covariance === null) return null;
  const { values } = reading.matrix(covariance, { rows: n, columns: n, of: ['assets', 'assets'] });
  const uncertainty = { kind: 'ellipsoid', covariance: values, radius } as const;
  return { kind: 'robust', uncertainty, riskAversion };
}

function readBlackLitterman(
  reading: DocumentReading,
  object: JsonObject,
  { pointer, n }: Where,
): PortfolioObjective | null {
  const weights = reading.required(object, pointer, 'marketWeights');
  const riskAversion = reading.requiredNumber(object, pointer, { name: 'riskAversion', above: 0 });
  const tau = reading.optionalNumber(object, pointer, { name: 'tau', above: 0, otherwise: TAU });
  const viewsPlace = given(object, pointer, 'views');
  const views =
    viewsPlace === null
      ? { P: new Float64Array(0), Q: new Float64Array(0), omega: null, confidence: null }
      : readViews(reading, viewsPlace, n);
  const thenPlace = given(object, pointer, 'then');
  const then: PortfolioObjective | null =
    thenPlace === null
      ? { kind: 'meanRisk', risk: DEFAULT_MEASURE, riskAversion }
      : readObjective(reading, thenPlace, { n, isNested: true });
  if (weights === null || views === null || then === null) return null;
  return {
    kind: 'blackLitterman',
    marketWeights: reading.vector(weights, { length: n, of: 'assets' }),
    riskAversion,
    tau,
    views,
    // oxlint-disable-next-line unicorn/no-thenable -- the format's own word; no problem is ever awaited
    then,
  };
}

const DEFAULT_MEASURE: MeasureChoice = {
  measure: 'variance',
  alpha: ALPHA,
  threshold: null,
  isCompounded: false,
};

function readViews(reading: DocumentReading, place: Place, n: number): Views | null {
  const object = reading.object(place, ['P', 'Q', 'omega', 'confidence']);
  if (object === null) return null;
  const { pointer } = place;
  const picks = reading.required(object, pointer, 'P');
  const returns = reading.required(object, pointer, 'Q');
  if (picks === null || returns === null) return null;
  const { values: P, rows: k } = reading.matrix(picks, {
    rows: null,
    columns: n,
    of: ['views', 'assets'],
  });
  const omega = given(object, pointer, 'omega');
  const confidence = given(object, pointer, 'confidence');
  if (omega !== null && confidence !== null) {
    const message = 'omega and confidence both say how sure a view is; give one of them';
    reading.error('PORTFOLIO_FIELD_INVALID', confidence.pointer, message);
  }
  return {
    P,
    Q: reading.vector(returns, { length: k, of: 'views' }),
    omega: omega === null ? null : readOmega(reading, omega, k),
    confidence:
      confidence === null
        ? null
        : reading.numberOrVector(confidence, {
            length: k,
            of: 'views',
            range: { least: 0, most: 1 },
          }),
  };
}

/** k variances, or a k x k covariance of the errors of the views. */
function readOmega(reading: DocumentReading, place: Place, k: number): Float64Array {
  const isMatrix = Array.isArray(place.value) && Array.isArray(place.value[0]);
  if (!isMatrix) {
    return reading.vector(place, { length: k, of: 'views', range: { least: 0 } });
  }
  return reading.matrix(place, { rows: k, columns: k, of: ['views', 'views'] }).values;
}
