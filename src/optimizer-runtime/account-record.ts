/**
 * One account as a binary record over a batch model: what a vault writes and a worker reads without parsing.
 * Layout, little-endian, every block padded to 8 bytes:
 *
 *   Int32    magic, n, m, flags, breakpoints, slopes, bytes of id, bytes of extras
 *   text     account id (UTF-8)
 *   Float64  target n, current n, lower n, upper n; linear n if flagged
 *   Float64  rowLower m, rowUpper m
 *   Int32    kinks per asset n;  Float64 breakpoints, slopes (one more than kinks where there are any)
 *   Float64  factor prices k, row prices m, if a start is flagged
 *   text     JSON of what few accounts have: hard budgets, impact, soft rows, rows of its own
 */
import { assert } from '../kernel/index.ts';
import type {
  HardBudget,
  ImpactCost,
  LinearRow,
  OptimizationProblem,
  OptimizationResult,
  PiecewiseCost,
  SoftLimit,
} from '../domain/index.ts';
import type { BatchModel } from './batch-model.ts';
import { fromTaggedJson, toTaggedJson } from './tagged-json.ts';
import { padded, RecordReader, RecordWriter } from './record-bytes.ts';

const MAGIC = 0x314b4c45;
const HEADER = 8;
const HAS_LINEAR = 1;
const HAS_START = 2;

/** Prices to begin from; a start changes the last bits, so it is part of the record. */
export type StartPrices = Pick<OptimizationResult, 'factorPrices' | 'binding'>;

export interface AccountRecord {
  readonly accountId: string;
  readonly problem: OptimizationProblem;
  readonly start: StartPrices | null;
}

/** What few accounts have, and what therefore is not a column. */
interface Extras {
  readonly rows?: readonly LinearRow[];
  readonly soft?: Readonly<Record<string, SoftLimit>>;
  readonly impact?: ImpactCost;
  readonly budgets?: readonly HardBudget[];
}

/**
 * @param problem over the model's assets; rows of the model's names must have the model's coefficients, and
 *   those that the model lacks travel with the account
 * @throws AssertionError when the problem is not one over this model
 */
export function encodeAccount(
  model: BatchModel,
  { accountId, problem, start }: AccountRecord,
): Uint8Array<ArrayBuffer> {
  const n = model.assets.length;
  const m = model.rows.length;
  assert(problem.assets.length === n, 'the account has the assets of the model');
  assert(problem.factorCount === model.factorCount, 'the account has the factors of the model');
  assert(
    problem.riskAversion === model.riskAversion,
    'the account has the risk aversion of the model',
  );
  const id = new TextEncoder().encode(accountId);
  const text = extrasText(model, problem);
  const extras = new TextEncoder().encode(text);
  const { kinks, breakpoints, slopes } = curvesOf(problem);
  const limits = limitsOf(model, problem);
  const flags = (problem.linear === null ? 0 : HAS_LINEAR) | (start === null ? 0 : HAS_START);
  const startPrices = start === null ? [] : startColumns(model, start);
  const floats =
    4 * n + (problem.linear === null ? 0 : n) + 2 * m + breakpoints.length + slopes.length;
  const writer = new RecordWriter(
    4 * HEADER +
      padded(id.length) +
      8 * (floats + startPrices.length) +
      padded(4 * n) +
      padded(extras.length),
  );
  writer.integers([
    MAGIC,
    n,
    m,
    flags,
    breakpoints.length,
    slopes.length,
    id.length,
    extras.length,
  ]);
  writer.text(id);
  for (const values of [problem.target, problem.current, problem.lower, problem.upper]) {
    assert(values.length === n, 'every column has one entry per asset');
    writer.floats(values);
  }
  if (problem.linear !== null) writer.floats(problem.linear);
  writer.floats(limits.lower);
  writer.floats(limits.upper);
  writer.integers(kinks);
  writer.floats(breakpoints);
  writer.floats(slopes);
  writer.floats(startPrices);
  writer.text(extras);
  return writer.bytes;
}

/** @throws AssertionError when the bytes are not an account over this model */
export function decodeAccount(model: BatchModel, bytes: Uint8Array): AccountRecord {
  const reader = new RecordReader(bytes);
  const header = reader.integers(HEADER);
  const [magic, n, m, flags, breakpointCount, slopeCount, idBytes, extrasBytes] = header;
  assert(magic === MAGIC, 'the bytes are an account record');
  assert(n === model.assets.length && m === model.rows.length, 'the record belongs to the model');
  const accountId = reader.text(idBytes as number);
  const [target, current, lower, upper] = [0, 1, 2, 3].map(() => reader.floats(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const linear = ((flags as number) & HAS_LINEAR) === 0 ? null : reader.floats(n);
  const rowLower = reader.floats(m);
  const rowUpper = reader.floats(m);
  const kinks = reader.integers(n);
  const breakpoints = reader.floats(breakpointCount as number);
  const slopes = reader.floats(slopeCount as number);
  const hasStart = ((flags as number) & HAS_START) !== 0;
  const start = hasStart
    ? startOf(model, reader.floats(model.factorCount), reader.floats(m))
    : null;
  const text = reader.text(extrasBytes as number);
  const extras = text === '' ? {} : (fromTaggedJson(text) as Extras);
  const rows = model.rows.map(({ name, coefficients }, r): LinearRow => {
    const limits = { lower: rowLower[r] as number, upper: rowUpper[r] as number };
    const soft = extras.soft?.[name];
    return { name, coefficients, ...limits, ...(soft === undefined ? {} : { soft }) };
  });
  const problem: OptimizationProblem = {
    assets: model.assets,
    target,
    current,
    specificVariance: model.specificVariance,
    factors: model.factors,
    factorCount: model.factorCount,
    riskAversion: model.riskAversion,
    linear,
    costs: costsOf(kinks, breakpoints, slopes),
    lower,
    upper,
    rows: [...rows, ...(extras.rows ?? [])],
    ...(extras.impact === undefined ? {} : { impact: extras.impact }),
    ...(extras.budgets === undefined ? {} : { budgets: extras.budgets }),
  };
  return { accountId, problem, start };
}

function curvesOf({ costs }: OptimizationProblem): {
  readonly kinks: Int32Array;
  readonly breakpoints: number[];
  readonly slopes: number[];
} {
  const kinks = new Int32Array(costs.length);
  const breakpoints: number[] = [];
  const slopes: number[] = [];
  costs.forEach((cost, i) => {
    if (cost === null) return;
    // A curve without a kink is a slope: one kink at zero with the same slope on both sides.
    const own = cost.breakpoints.length === 0 ? [0] : cost.breakpoints;
    const ownSlopes = cost.slopes.length === 1 ? [...cost.slopes, ...cost.slopes] : cost.slopes;
    kinks[i] = own.length;
    breakpoints.push(...own);
    slopes.push(...ownSlopes);
  });
  return { kinks, breakpoints, slopes };
}

function costsOf(
  kinks: Int32Array,
  breakpoints: Float64Array,
  slopes: Float64Array,
): (PiecewiseCost | null)[] {
  // Plain loops: Array.from over views takes longer than the solve.
  let atKink = 0;
  let atSlope = 0;
  const costs: (PiecewiseCost | null)[] = [];
  for (const count of kinks) {
    if (count === 0) {
      costs.push(null);
      continue;
    }
    costs.push({
      breakpoints: numbersOf(breakpoints, atKink, count),
      slopes: numbersOf(slopes, atSlope, count + 1),
    });
    atKink += count;
    atSlope += count + 1;
  }
  return costs;
}

function numbersOf(values: Float64Array, from: number, count: number): number[] {
  const numbers: number[] = [];
  for (let i = from; i < from + count; i += 1) numbers.push(values[i] as number);
  return numbers;
}

function limitsOf(
  model: BatchModel,
  problem: OptimizationProblem,
): { readonly lower: number[]; readonly upper: number[] } {
  const byName = new Map(problem.rows.map((row) => [row.name, row]));
  return {
    lower: model.rows.map(({ name }) => byName.get(name)?.lower ?? -Infinity),
    upper: model.rows.map(({ name }) => byName.get(name)?.upper ?? Infinity),
  };
}

function extrasText(model: BatchModel, problem: OptimizationProblem): string {
  const shared = new Map(model.rows.map((row) => [row.name, row.coefficients]));
  const own: LinearRow[] = [];
  const soft: Record<string, SoftLimit> = {};
  for (const row of problem.rows) {
    const coefficients = shared.get(row.name);
    if (coefficients === undefined) own.push(row);
    else {
      const isSame =
        coefficients === row.coefficients ||
        coefficients.every((value, i) => value === row.coefficients[i]);
      assert(isSame, `row ${row.name} has the coefficients of the model`);
      if (row.soft !== undefined) soft[row.name] = row.soft;
    }
  }
  const { impact, budgets } = problem;
  const extras: Extras = {
    ...(own.length === 0 ? {} : { rows: own }),
    ...(Object.keys(soft).length === 0 ? {} : { soft }),
    ...(impact === undefined || impact === null ? {} : { impact }),
    ...(budgets === undefined || budgets.length === 0 ? {} : { budgets }),
  };
  return Object.keys(extras).length === 0 ? '' : toTaggedJson(extras);
}

/** Factor prices, then one price per row of the model. */
function startColumns(model: BatchModel, start: StartPrices): number[] {
  assert(start.factorPrices.length === model.factorCount, 'a start has one price per factor');
  const byName = new Map(start.binding.map((one) => [one.constraint, one.shadowPrice]));
  return [...start.factorPrices, ...model.rows.map(({ name }) => byName.get(name) ?? 0)];
}

function startOf(
  model: BatchModel,
  factorPrices: Float64Array,
  rowPrices: Float64Array,
): StartPrices {
  const binding = model.rows
    .map(({ name }, r) => ({ constraint: name, shadowPrice: rowPrices[r] as number }))
    .filter(({ shadowPrice }) => shadowPrice !== 0);
  return { factorPrices, binding };
}
