/**
 * The convex relaxation of a choice problem, by the dual semismooth Newton method of the account engine
 * written in the space of weights: the dual point is y (factor prices are F'y) and a price per row and for
 * a place, and a Newton step needs only the assets strictly inside a stretch, of which sparse answers have
 * few. The bound of every iterate is exact, so the method may stop at any of them.
 */
import { evaluateBound, newPieceTerms, provesInfeasible, type PieceTerms } from './choice-bound.ts';
import type { ChoiceProblem } from './choice-problem.ts';
import { advance, solveStep } from './relaxation-step.ts';
import {
  addProduct,
  addRows,
  newRelaxationWork,
  type DualStart,
  type RelaxationWork,
} from './relaxation-work.ts';
import { moveRelaxed, recenter, type RelaxedAssets } from './relaxed-assets.ts';

export interface RelaxationOptions {
  /** One entry per piece; 1 where the asset may sit in it. */
  readonly allowed: Uint8Array;
  /** Stops as soon as the bound reaches it. */
  readonly cutoff: number;
  /** Stops when a step promises less, in objective units. */
  readonly tolerance: number;
  /** Stops, too, when a step promises less than this share of what the bound lacks to the cutoff. */
  readonly patience: number;
}

export interface RelaxationAnswer {
  /** `cutOff`: the bound reaches the cutoff; `stopped`: out of iterations. */
  readonly status: 'solved' | 'cutOff' | 'stopped';
  readonly bound: number;
  readonly terms: PieceTerms;
  readonly assets: RelaxedAssets;
  /** n; linear + coupling y + A' prices at the end. */
  readonly signal: Float64Array;
  /** To begin a related problem from. */
  readonly dual: DualStart;
  readonly iterations: number;
  /** Largest violation of a row or of the places, in their units. */
  readonly violation: number;
}

const ITERATIONS_MAX = 80;
/** With proximal terms, whose centers move. */
const PROXIMAL_ITERATIONS_MAX = 100;
const CENTER_SETTLED = 1e-10;
/** Products are rebuilt this often: sums of steps drift. */
const REFRESH_EVERY = 12;
/** Iterations between two looks at whether the prices run away because the rows cannot be met. */
const FARKAS_EVERY = 8;
const VIOLATION_MAX = 1e-9;
/** Prices beyond it (curvatures are of order one) have run away; what they prove is rounding. */
const PRICE_MAX = 1e9;

/** @param start not changed */
export function relax(
  problem: ChoiceProblem,
  start: DualStart,
  options: RelaxationOptions,
): RelaxationAnswer {
  const work = newRelaxationWork(problem, start, options.allowed);
  const terms = newPieceTerms(problem);
  const { signal, assets, prices, y, product } = work;
  let iterations = 0;
  const answer = (status: RelaxationAnswer['status']): RelaxationAnswer => ({
    status,
    bound: terms.bound,
    terms,
    assets,
    signal,
    dual: { y, prices },
    iterations,
    violation: largestExcess(work),
  });
  const isProximal = assets.proximal.some((curvature) => curvature > 0);
  const iterationsMax = isProximal ? PROXIMAL_ITERATIONS_MAX : ITERATIONS_MAX;
  let isFresh = true;
  for (; ; iterations += 1) {
    if (iterations % REFRESH_EVERY === REFRESH_EVERY - 1) isFresh = refreshed(work);
    updateSignal(work);
    const theta = prices[problem.rows.count] as number;
    moveRelaxed(problem, assets, { signal, along: null, theta });
    const square = dot(y, product);
    const point = { allowed: options.allowed, signal, square, rowPrices: prices };
    evaluateBound(problem, point, terms);
    if (terms.bound >= options.cutoff) {
      if (isFresh) return answer('cutOff');
      // What closes a node is judged by a product without the steps' rounding.
      isFresh = refreshed(work);
      continue;
    }
    updateActivity(work);
    if (iterations % FARKAS_EVERY === FARKAS_EVERY - 1 && isInfeasible(work, options.allowed)) {
      terms.bound = Infinity;
      return answer('cutOff');
    }
    if (iterations === iterationsMax) return answer('stopped');
    releaseRows(work);
    const slope = solveStep(work);
    const lacking = options.cutoff - terms.bound;
    const hopeless = Number.isFinite(lacking) ? options.patience * lacking : 0;
    if (!(slope > Math.max(options.tolerance, hopeless))) {
      if (!isProximal || recenter(assets) <= CENTER_SETTLED) return answer('solved');
      continue;
    }
    advance(work, slope);
    isFresh = false;
    if (prices.every((price) => Math.abs(price) < PRICE_MAX)) continue;
    if (!isInfeasible(work, options.allowed)) return answer('stopped');
    terms.bound = Infinity;
    return answer('cutOff');
  }
}

/** Rebuilds coupling y; true. */
function refreshed({ problem, y, product }: RelaxationWork): true {
  product.fill(0);
  addProduct(problem, y, product);
  return true;
}

/** By the prices, or by where they are going. */
function isInfeasible(
  { problem, prices, priceChange }: RelaxationWork,
  allowed: Uint8Array,
): boolean {
  return (
    provesInfeasible(problem, allowed, prices) || provesInfeasible(problem, allowed, priceChange)
  );
}

function updateSignal({ problem, product, prices, signal }: RelaxationWork): void {
  const { size, linear, rows } = problem;
  for (let i = 0; i < size; i += 1) signal[i] = (linear[i] as number) + (product[i] as number);
  addRows(rows, prices, signal);
}

function updateActivity({ problem, assets, activity }: RelaxationWork): void {
  const { rows, size } = problem;
  for (let r = 0; r < rows.count; r += 1) {
    let total = 0;
    const at = r * size;
    for (let i = 0; i < size; i += 1) {
      total += (rows.coefficients[at + i] as number) * (assets.weights[i] as number);
    }
    activity[r] = total;
  }
  let places = 0;
  for (let i = 0; i < size; i += 1) places += assets.places[i] as number;
  activity[rows.count] = places;
}

/** > 0 above the upper limit, < 0 below the lower one. */
function excessOf({ problem, activity }: RelaxationWork, r: number): number {
  const value = activity[r] as number;
  if (r === problem.rows.count) {
    const limit = problem.countLimit;
    if (limit === null) return 0;
    const excess = value - limit.maximum;
    return limit.isExact ? excess : Math.max(0, excess);
  }
  const upper = problem.rows.upper[r] as number;
  if (value > upper) return value - upper;
  return Math.min(0, value - (problem.rows.lower[r] as number));
}

function largestExcess(work: RelaxationWork): number {
  let largest = 0;
  for (let r = 0; r <= work.problem.rows.count; r += 1) {
    largest = Math.max(largest, Math.abs(excessOf(work, r)));
  }
  return largest;
}

/** Prices the rows violated by more than half the largest violation, once the rest has settled. */
function releaseRows(work: RelaxationWork): void {
  const { isFixed, isReleased, side, assets, y } = work;
  const m = work.problem.rows.count;
  let largest = 0;
  let residual = 0;
  for (let r = 0; r <= m; r += 1) {
    const excess = Math.abs(excessOf(work, r));
    if (isFixed[r] === 1) largest = Math.max(largest, excess);
    else if (r < m) residual = Math.max(residual, excess);
  }
  for (let i = 0; i < y.length; i += 1) {
    residual = Math.max(residual, Math.abs((assets.weights[i] as number) - (y[i] as number)));
  }
  if (largest <= VIOLATION_MAX || largest <= residual) return;
  for (let r = 0; r <= m; r += 1) {
    const excess = excessOf(work, r);
    if (isFixed[r] === 0 || Math.abs(excess) <= largest / 2) continue;
    isFixed[r] = 0;
    isReleased[r] = 1;
    side[r] = excess > 0 ? 1 : -1;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] as number) * (b[i] as number);
  return total;
}
