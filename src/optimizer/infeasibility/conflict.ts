/**
 * Why limits cannot hold together: a smallest set of them by deletion, and for each the least relaxation
 * that would cure the conflict (docs/concepts/optimizer.md).
 */
import type { ConflictingConstraint, LinearRow, OptimizationProblem } from '../../domain/index.ts';
import { solveInteriorPoint } from '../interior-point/interior-point.ts';
import { solveDualNewton } from '../newton/dual-newton.ts';
import { solveWithFloor } from '../newton/proximal-loop.ts';
import { allLimits, limitName, limitProblem, type Limit } from './limit-set.ts';

const OPTIONS = { tolerance: 1e-10, iterationsMax: 100 } as const;
/** Ends that cross by no more than this are one number, rounded twice. */
const CROSSING_LEAST = 1e-12;
/** Ratios of the prices of two rows that are tried; groups of names have one or two. */
const RATIOS_MAX = 50;
/** Margin of a contradiction, in weight at a price of one, below which it is rounding. */
const MARGIN_LEAST = 2e-10;
/** So many box ends of a conflict are tried beside all limits of the problem. */
const BOXES_TRIED = 12;
/** A priced sum this small beside its parts is rounding. */
const CANCELED_RELATIVE = 1e-11;
/** Deletions tried: at least so many, and more where names are few, because each takes a solve over all names. */
const TRIALS_LEAST = 40;
const TRIALS_OF_ALL_NAMES = 60_000;
/** Columns that differ by less, relative to their size, depend on each other. */
const RANK_RELATIVE = 1e-9;
/** Added to a relaxation when it is tried. */
const ROOM_RELATIVE = 1e-9;
const ROOM_LEAST = 4e-10;

/** A row or a box whose own ends cross; null when there is none. The engines take none of these. */
export function crossedLimits(problem: OptimizationProblem): ConflictingConstraint[] | null {
  for (const row of problem.rows) {
    const relaxation = row.lower - row.upper;
    if (relaxation > CROSSING_LEAST) return [{ constraint: row.name, relaxation }];
  }
  for (let i = 0; i < problem.assets.length; i += 1) {
    const relaxation = (problem.lower[i] as number) - (problem.upper[i] as number);
    if (relaxation <= CROSSING_LEAST) continue;
    return (['lower', 'upper'] as const).map((kind) => ({
      constraint: limitName(problem, { kind, index: i }),
      relaxation,
    }));
  }
  return null;
}

/**
 * @param rowPrices m; the Farkas vector, verified over the box
 * @returns rows in their order, then boxes by asset. Without any one of them the others can hold together.
 *   A relaxation is infinite where giving way on that limit alone cures nothing.
 */
export function findConflict(
  problem: OptimizationProblem,
  rowPrices: Float64Array,
): ConflictingConstraint[] {
  let limits = provingLimits(problem, rowPrices);
  let prices = rowPrices;
  if (isOnlyProof(problem, rowPrices)) return relaxed(problem, limits, { limits, prices });
  ({ limits, prices } = dropNeedless(problem, { limits, prices }, 'row'));
  const rows = limits.filter(({ kind }) => kind === 'row');
  // In a conflict of one row every box end that counts is needed: without it the row has no bound at all.
  if (rows.length === 2) {
    prices = sparsestPrices(problem, prices);
    limits = provingLimits(problem, prices);
  } else if (rows.length > 2 && !isOnlyProof(problem, prices)) {
    ({ limits, prices } = dropNeedless(problem, { limits, prices }, 'box'));
  }
  return relaxed(problem, limits, { limits, prices });
}

/** Like findConflict, with the boxes taken for granted: only rows are named. */
export function findRowConflict(
  problem: OptimizationProblem,
  rowPrices: Float64Array,
): ConflictingConstraint[] {
  const every = allLimits(problem);
  const boxes = every.filter(({ kind }) => kind !== 'row');
  let rows = every.filter(({ kind, index }) => kind === 'row' && rowPrices[index] !== 0);
  let prices = rowPrices;
  if (isOnlyProof(problem, rowPrices))
    return relaxed(problem, rows, { limits: [...rows, ...boxes], prices });
  for (const limit of rows) {
    if (!rows.includes(limit) || rows.length === 1) continue;
    const proof = contradiction(problem, [...rows.filter((one) => one !== limit), ...boxes]);
    if (proof === null) continue;
    prices = proof;
    rows = rows.filter((one) => one !== limit && proof[one.index] !== 0);
  }
  return relaxed(problem, rows, { limits: [...rows, ...boxes], prices });
}

/**
 * Each limit with its least relaxation: for all limits of the problem to hold, unless a second conflict, apart
 * from this one, makes that impossible, or the list is long; then for this conflict alone.
 */
function relaxed(
  problem: OptimizationProblem,
  named: readonly Limit[],
  proof: Proof,
): ConflictingConstraint[] {
  const every = allLimits(problem);
  const others = every.filter(
    ({ kind, index }) => !named.some((one) => one.kind === kind && one.index === index),
  );
  const isAlone = contradiction(problem, others) === null;
  return named.map((limit, position) => ({
    constraint: limitName(problem, limit),
    relaxation: leastRelaxation(problem, limit, {
      ...proof,
      every: isAlone && (limit.kind === 'row' || position < BOXES_TRIED) ? every : null,
    }),
  }));
}

/** Row prices that prove the rows and boxes of a problem contradictory, or null when they can hold. */
export function contradictionOf(problem: OptimizationProblem): Float64Array | null {
  return contradiction(problem, allLimits(problem));
}

/**
 * Whether no other prices prove a contradiction from the same limits: the names whose priced sums cancel then
 * leave the prices one degree of freedom, their size. Without any one of its limits such a proof falls, so
 * that none needs to be tried.
 */
function isOnlyProof(problem: OptimizationProblem, prices: Float64Array): boolean {
  const used = problem.rows.filter((_, r) => prices[r] !== 0);
  const basis: number[][] = [];
  const size = used.length;
  const leaning = new Set(
    provingLimits(problem, prices).flatMap(({ kind, index }) => (kind === 'row' ? [] : [index])),
  );
  for (let i = 0; i < problem.assets.length && basis.length < size - 1; i += 1) {
    if (leaning.has(i)) continue;
    const column = used.map(({ coefficients }) => coefficients[i] as number);
    const largest = Math.max(...column.map(Math.abs));
    for (const known of basis) {
      const pivot = known.findIndex((value) => value === 1);
      const share = column[pivot] as number;
      known.forEach((value, r) => {
        column[r] = (column[r] as number) - share * value;
      });
    }
    const pivot = column.findIndex((value) => Math.abs(value) > RANK_RELATIVE * largest);
    if (pivot < 0) continue;
    const scale = column[pivot] as number;
    const row = column.map((value, r) => (r < pivot ? 0 : r === pivot ? 1 : value / scale));
    basis.push(row);
  }
  return basis.length === size - 1;
}

/** The limits that a Farkas vector uses: rows with a price, and the box ends that its sum leans on. */
function provingLimits(problem: OptimizationProblem, rowPrices: Float64Array): Limit[] {
  const limits: Limit[] = [];
  problem.rows.forEach((_, index) => {
    if (rowPrices[index] !== 0) limits.push({ kind: 'row', index });
  });
  for (let i = 0; i < problem.assets.length; i += 1) {
    let weight = 0;
    let size = 0;
    problem.rows.forEach((row, r) => {
      const part = (rowPrices[r] as number) * (row.coefficients[i] as number);
      weight += part;
      size += Math.abs(part);
    });
    if (Math.abs(weight) > CANCELED_RELATIVE * size)
      limits.push({ kind: weight > 0 ? 'lower' : 'upper', index: i });
  }
  return limits;
}

interface Proof {
  readonly limits: Limit[];
  /** m; the Farkas vector of these limits. */
  readonly prices: Float64Array;
}

/**
 * Deletes limits of one kind for as long as the rest still contradict each other: first in large groups, which
 * spares most trials where few limits matter, then one by one. Among thousands of names the trials end at a
 * number, and the set then contradicts itself without being a smallest one.
 */
function dropNeedless(problem: OptimizationProblem, from: Proof, group: 'row' | 'box'): Proof {
  const isOfGroup = (limit: Limit): boolean => (limit.kind === 'row') === (group === 'row');
  let { limits: kept, prices } = from;
  let trials = Math.max(TRIALS_LEAST, Math.floor(TRIALS_OF_ALL_NAMES / problem.assets.length));
  let size = group === 'row' ? 1 : Math.ceil(kept.filter(isOfGroup).length / 2);
  for (;;) {
    const candidates = kept.filter(isOfGroup);
    for (let at = 0; at < candidates.length && trials > 0; at += size) {
      const chunk = new Set(candidates.slice(at, at + size).filter((one) => kept.includes(one)));
      if (chunk.size === 0) continue;
      const without = kept.filter((one) => !chunk.has(one));
      trials -= 1;
      const proof = contradiction(problem, without);
      if (proof === null) continue;
      const proving = new Set(
        provingLimits(problem, proof).map(({ kind, index }) => `${kind}:${String(index)}`),
      );
      prices = proof;
      kept = without.filter(({ kind, index }) => proving.has(`${kind}:${String(index)}`));
    }
    if (size === 1 || trials <= 0) return { limits: kept, prices };
    size = Math.ceil(size / 4);
  }
}

/**
 * Of two rows that contradict each other, the prices that lean on the fewest box ends: only where the prices
 * are in a ratio that cancels some name can an end be spared, and there are few such ratios.
 */
function sparsestPrices(problem: OptimizationProblem, prices: Float64Array): Float64Array {
  const [first, second] = [...prices.keys()].filter((r) => prices[r] !== 0);
  if (first === undefined || second === undefined) return prices;
  const a = (problem.rows[first] as LinearRow).coefficients;
  const b = (problem.rows[second] as LinearRow).coefficients;
  const sign = Math.sign(prices[second] as number);
  const ratios = new Set<number>();
  a.forEach((coefficient, i) => {
    const ratio = (-coefficient * Math.sign(prices[first] as number)) / (b[i] as number);
    if (Number.isFinite(ratio) && ratio * sign > 0) ratios.add(ratio);
  });
  let best = prices;
  let fewest = provingLimits(problem, prices).length;
  if (ratios.size > RATIOS_MAX) return prices;
  for (const ratio of ratios) {
    const candidate = new Float64Array(prices.length);
    candidate[first] = Math.sign(prices[first] as number);
    candidate[second] = ratio;
    const leaning = provingLimits(problem, candidate);
    if (leaning.length >= fewest || !(marginOf(problem, candidate) > MARGIN_LEAST)) continue;
    fewest = leaning.length;
    best = candidate;
  }
  return best;
}

/** By how much the priced sum of rows misses its limits over the whole box; -infinity without a bound. */
function marginOf(problem: OptimizationProblem, prices: Float64Array): number {
  let margin = 0;
  for (const limit of provingLimits(problem, prices)) {
    const price = priceOf(problem, limit, prices);
    if (limit.kind === 'row') {
      const row = problem.rows[limit.index] as LinearRow;
      margin -= price * (price > 0 ? row.upper : row.lower);
    } else {
      const ends = limit.kind === 'lower' ? problem.lower : problem.upper;
      margin += price * (ends[limit.index] as number);
    }
  }
  return Number.isNaN(margin) ? -Infinity : margin;
}

/** What one unit of a limit counts in a Farkas vector: for a box end, the priced sum of its name. */
function priceOf(
  problem: OptimizationProblem,
  { kind, index }: Limit,
  prices: Float64Array,
): number {
  if (kind === 'row') return prices[index] as number;
  return problem.rows.reduce(
    (sum, row, r) => sum + (prices[r] as number) * (row.coefficients[index] as number),
    0,
  );
}

/** Row prices that prove the limits contradictory, or null when a point meets them all. */
function contradiction(
  problem: OptimizationProblem,
  limits: readonly Limit[],
): Float64Array | null {
  const engine = limitProblem(problem, limits, { kind: 'nearest' });
  const first = solveDualNewton(engine, new Float64Array(engine.rowCount), OPTIONS);
  const answer = first.status === 'stopped' ? solveInteriorPoint(engine, OPTIONS) : first;
  return answer.status === 'infeasible' ? answer.prices : null;
}

interface Held extends Proof {
  /** All limits of the problem; null where only the conflict itself is to be cured. */
  readonly every: readonly Limit[] | null;
}

/**
 * How far the limit must give way. By the Farkas vector no less than the margin over its price, which cures
 * the conflict itself; when that much lets all limits hold, as one more feasibility solve shows, it is the
 * answer. Otherwise the nearest point beyond the open limit is looked for, if there is any.
 */
function leastRelaxation(problem: OptimizationProblem, limit: Limit, held: Held): number {
  const least = marginOf(problem, held.prices) / Math.abs(priceOf(problem, limit, held.prices));
  const isBounded = least > 0 && least < Infinity;
  const { every } = held;
  if (every === null) return isBounded ? least : beyond(problem, limit, held.limits);
  if (isBounded && cures(problem, limit, { every, by: least })) return least;
  const found = beyond(problem, limit, every);
  if (found < Infinity) return found;
  // Another conflict without this limit remains: then the amount that cures this one alone is given.
  return isBounded ? least : beyond(problem, limit, held.limits);
}

/** With the one limit open and the others held, how far beyond it the nearest feasible point lies. */
function beyond(problem: OptimizationProblem, limit: Limit, limits: readonly Limit[]): number {
  const others = limits.filter(({ kind, index }) => kind !== limit.kind || index !== limit.index);
  if (contradiction(problem, others) !== null) return Infinity;
  const excesses = directionsOf(problem, limit).map(({ linear, bound }) => {
    const engine = limitProblem(problem, others, { kind: 'least', linear });
    const options = { ...OPTIONS, center: problem.current };
    const first = solveWithFloor(engine, new Float64Array(engine.rowCount), options);
    // Without curvature the Newton steps can stop at once; the second engine does not need any.
    const answer = first.status === 'stopped' ? solveInteriorPoint(engine, options) : first;
    return answer.status === 'converged' ? dot(linear, answer.weights) - bound : Infinity;
  });
  return Math.max(...excesses);
}

/** Whether every limit can hold once the one has given way by so much (and a rounding). */
function cures(
  problem: OptimizationProblem,
  { kind, index }: Limit,
  { every, by }: { readonly every: readonly Limit[]; readonly by: number },
): boolean {
  const room = by * (1 + ROOM_RELATIVE) + ROOM_LEAST;
  const lower = problem.lower.slice();
  const upper = problem.upper.slice();
  let { rows } = problem;
  if (kind === 'lower') lower[index] = (lower[index] as number) - room;
  else if (kind === 'upper') upper[index] = (upper[index] as number) + room;
  else {
    rows = rows.map((row, r) =>
      r === index ? { ...row, lower: row.lower - room, upper: row.upper + room } : row,
    );
  }
  const engine = limitProblem({ ...problem, lower, upper, rows }, every, { kind: 'nearest' });
  return solveDualNewton(engine, new Float64Array(engine.rowCount), OPTIONS).status === 'converged';
}

/** A limit as `linear x <= bound`, once per finite side. */
function directionsOf(
  problem: OptimizationProblem,
  { kind, index }: Limit,
): { readonly linear: Float64Array; readonly bound: number }[] {
  const unit = new Float64Array(problem.assets.length);
  if (kind === 'upper') {
    unit[index] = 1;
    return [{ linear: unit, bound: problem.upper[index] as number }];
  }
  if (kind === 'lower') {
    unit[index] = -1;
    return [{ linear: unit, bound: -(problem.lower[index] as number) }];
  }
  const row = problem.rows[index] as LinearRow;
  const sides = [];
  if (row.upper !== Infinity) sides.push({ linear: row.coefficients, bound: row.upper });
  if (row.lower !== -Infinity) {
    sides.push({ linear: row.coefficients.map((c) => -c), bound: -row.lower });
  }
  return sides;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] as number) * (b[i] as number);
  return total;
}
