/**
 * A statistical factor model from price history: principal components of the sample covariance of daily
 * simple returns, the rest of each name's variance as specific.
 *
 * The covariance is annualized by 252 trading days, sample moments divide by T - 1. Symbols are worked
 * through in text order whatever order they come in, so that a permutation permutes the model, bit for bit.
 */
import type { CalendarDate } from '../kernel/index.ts';
import {
  warningFinding,
  type Finding,
  type Instrument,
  type InstrumentSymbol,
  type PriceBar,
  type RiskModel,
} from '../domain/index.ts';
import { buildReturnMatrix, type ReturnMatrix } from './return-matrix.ts';
import { largestEigenpairs } from './symmetric-eigen.ts';

export const TRADING_DAYS_PER_YEAR = 252;
/**
 * Least specific variance, annualized: (1 %)^2. Components that explain a name wholly would leave none,
 * and a name without specific variance has no unique weight.
 */
export const SPECIFIC_VARIANCE_FLOOR = 1e-4;
/** Variance of a name when nothing at all can be estimated: (20 %)^2, an ordinary stock index. */
export const DEFAULT_VARIANCE = 0.04;
/** A component below this share of the largest one is rounding. */
const EIGENVALUE_RELATIVE_MIN = 1e-12;

export interface RiskModelInput {
  readonly symbols: readonly InstrumentSymbol[];
  readonly priceHistory: ReadonlyMap<InstrumentSymbol, readonly PriceBar[]>;
  readonly instruments: ReadonlyMap<InstrumentSymbol, Instrument>;
  /** Later bars are not looked at. */
  readonly asOfDate: CalendarDate;
}

export interface RiskModelOptions {
  /** Components asked for; the model has fewer where the returns have no more. */
  readonly factorCount: number;
  /** Returns used per name, counted in dates of the common calendar. */
  readonly returnDays: number;
}

export interface RiskModelEstimate {
  /** `assets` in the order of `symbols`. */
  readonly model: RiskModel;
  /** A warning for each name that stands on its peers. */
  readonly findings: readonly Finding[];
}

/** One name's row of the model. */
interface NameRisk {
  readonly factors: Float64Array;
  readonly specificVariance: number;
}

/**
 * Estimates the risk model that the accounts of a run share.
 *
 * A name with too little history (fewer returns than half the window, or than 20) takes the mean factor
 * row and mean specific variance of the estimated names of its sector, else of its asset class, else of
 * all; a money fund without peers takes the floor alone. Each such name is in the findings.
 */
export function estimateRiskModel(
  input: RiskModelInput,
  options: RiskModelOptions,
): RiskModelEstimate {
  const sorted = [...new Set(input.symbols)].sort();
  const returns = buildReturnMatrix({
    symbols: sorted,
    priceHistory: input.priceHistory,
    asOfDate: input.asOfDate,
    returnDays: options.returnDays,
  });
  const estimated = estimateNames(returns, options.factorCount);
  const factorCount = estimated.values().next().value?.factors.length ?? 0;
  const names = new Map(estimated);
  const findings: Finding[] = [];
  for (const { symbol, returnCount } of returns.short) {
    const proxy = proxyOf(symbol, { estimated, instruments: input.instruments, factorCount });
    names.set(symbol, proxy.risk);
    findings.push(
      warningFinding(
        'RISK_HISTORY_SHORT',
        `${symbol} has ${String(returnCount)} of ${String(returns.returnCount)} daily returns; its risk is ${proxy.source}`,
        { symbol },
      ),
    );
  }
  return { model: assemble(input.symbols, names, factorCount), findings };
}

function assemble(
  symbols: readonly InstrumentSymbol[],
  names: ReadonlyMap<InstrumentSymbol, NameRisk>,
  factorCount: number,
): RiskModel {
  const factors = new Float64Array(symbols.length * factorCount);
  const specificVariance = new Float64Array(symbols.length);
  symbols.forEach((symbol, i) => {
    const name = names.get(symbol) as NameRisk;
    factors.set(name.factors, i * factorCount);
    specificVariance[i] = name.specificVariance;
  });
  return {
    assets: symbols,
    factorCount,
    factors,
    specificVariance,
    factorNames: Array.from({ length: factorCount }, (_, f) => `component-${String(f + 1)}`),
  };
}

function estimateNames(
  returns: ReturnMatrix,
  factorCount: number,
): ReadonlyMap<InstrumentSymbol, NameRisk> {
  const columns = componentColumns(returns, factorCount);
  const scale = TRADING_DAYS_PER_YEAR / (returns.returnCount - 1);
  return new Map(
    returns.symbols.map((symbol, i) => {
      const factors = Float64Array.from(columns, (column) => column[i] as number);
      let residual = scale * squareSum(returns.series[i] as Float64Array);
      for (const loading of factors) residual -= loading * loading;
      return [symbol, { factors, specificVariance: Math.max(SPECIFIC_VARIANCE_FLOOR, residual) }];
    }),
  );
}

/**
 * Columns of F: eigenvector times the root of its eigenvalue. With fewer returns than names the T x T Gram
 * matrix is decomposed instead of the n x n covariance: with XX'u = l u the column is X'u itself.
 */
function componentColumns(returns: ReturnMatrix, factorCount: number): Float64Array[] {
  const { series, returnCount } = returns;
  const n = series.length;
  if (n === 0) return [];
  const scale = TRADING_DAYS_PER_YEAR / (returnCount - 1);
  const isByDate = returnCount < n;
  const vectors = isByDate ? transpose(series, returnCount) : series;
  const size = vectors.length;
  const { values, vectors: directions } = largestEigenpairs(gram(vectors, scale), {
    size,
    count: factorCount,
  });
  const least = EIGENVALUE_RELATIVE_MIN * (values[0] ?? 0);
  const kept = directions.filter((_, f) => (values[f] as number) > least);
  if (isByDate) {
    const root = Math.sqrt(scale);
    return kept.map((u) => oriented(Float64Array.from(series, (one) => root * dot(one, u))));
  }
  return kept.map((v, f) => v.map((value) => value * Math.sqrt(values[f] as number)));
}

/** Scaled inner products of all pairs, row-major. */
function gram(vectors: readonly Float64Array[], scale: number): Float64Array {
  const size = vectors.length;
  const matrix = new Float64Array(size * size);
  for (let r = 0; r < size; r += 1) {
    for (let c = 0; c <= r; c += 1) {
      const value = scale * dot(vectors[r] as Float64Array, vectors[c] as Float64Array);
      matrix[r * size + c] = value;
      matrix[c * size + r] = value;
    }
  }
  return matrix;
}

function transpose(series: readonly Float64Array[], length: number): Float64Array[] {
  return Array.from({ length }, (_, t) => Float64Array.from(series, (one) => one[t] as number));
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] as number) * (b[i] as number);
  return total;
}

function squareSum(values: Float64Array): number {
  return dot(values, values);
}

/** The largest loading by magnitude, the first of equals, is positive: a sign is otherwise arbitrary. */
function oriented(column: Float64Array): Float64Array {
  let lead = 0;
  for (const value of column) if (Math.abs(value) > Math.abs(lead)) lead = value;
  return lead < 0 ? column.map((value) => -value) : column;
}

interface ProxyContext {
  readonly estimated: ReadonlyMap<InstrumentSymbol, NameRisk>;
  readonly instruments: ReadonlyMap<InstrumentSymbol, Instrument>;
  readonly factorCount: number;
}

function proxyOf(
  symbol: InstrumentSymbol,
  context: ProxyContext,
): { readonly risk: NameRisk; readonly source: string } {
  const own = context.instruments.get(symbol);
  const peers = (isPeer: (one: Instrument | undefined) => boolean): NameRisk[] =>
    [...context.estimated]
      .filter(([name]) => isPeer(context.instruments.get(name)))
      .map(([, risk]) => risk);
  const sector = own?.sector ?? null;
  const inSector = sector === null ? [] : peers((one) => one?.sector === sector);
  if (inSector.length > 0) {
    return { risk: meanRisk(inSector), source: `the mean of sector ${sector ?? ''}` };
  }
  const inClass = own === undefined ? [] : peers((one) => one?.assetClass === own.assetClass);
  if (inClass.length > 0) {
    return { risk: meanRisk(inClass), source: `the mean of asset class ${own?.assetClass ?? ''}` };
  }
  const none = new Float64Array(context.factorCount);
  if (own?.assetClass === 'cash') {
    const risk = { factors: none, specificVariance: SPECIFIC_VARIANCE_FLOOR };
    return { risk, source: 'that of cash' };
  }
  if (context.estimated.size > 0) {
    return { risk: meanRisk([...context.estimated.values()]), source: 'the mean of all names' };
  }
  return {
    risk: { factors: none, specificVariance: DEFAULT_VARIANCE },
    source: 'the default of 20 % a year',
  };
}

function meanRisk(peers: readonly NameRisk[]): NameRisk {
  const factors = new Float64Array(peers[0]?.factors.length ?? 0);
  let specificVariance = 0;
  for (const peer of peers) {
    peer.factors.forEach((loading, f) => {
      factors[f] = (factors[f] as number) + loading / peers.length;
    });
    specificVariance += peer.specificVariance / peers.length;
  }
  return { factors, specificVariance };
}
