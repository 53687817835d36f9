/**
 * The price of one hard budget: the quantity falls as its price rises, so the price at which it meets the
 * limit is a bracketed root, each trial a warm solve: false position with the weights of Anderson and
 * Bjorck, and every third time where the tangents of the dual meet, which finds its kinks exactly. Where the quantity jumps over the limit (names without
 * curvature), every mixture of the answers on both sides of the jump is as good as they are, and one of them
 * lies on the limit.
 */
import type { HardBudget } from '../../domain/index.ts';
import { primalValue } from '../certificate/certificate.ts';
import { measureOf } from '../certificate/measures.ts';
import type { PlainAnswer } from '../plain-solve.ts';
import {
  excessOf,
  slopeScale,
  solveAt,
  type PricedPoint,
  type PricedProblems,
} from './priced-problem.ts';

/** A tenth of what the certificate allows. */
export const LIMIT_TOLERANCE = 1e-11;
const EXPANSIONS_MAX = 60;
/** After so many prices without reaching the limit, whether it can be reached at all is asked. */
export const EXPANSIONS_PATIENT = 8;
const TRIALS_MAX = 120;
const MIXINGS_MAX = 100;
/** A dual this close to the bound that its tangents draw is at its top. */
const PEAK_RELATIVE = 1e-13;

export interface BudgetAnswer {
  readonly status: 'solved' | 'out of reach';
  readonly weights: Float64Array;
  readonly budgetPrices: Float64Array;
  /** Candidates for the prices: the certificate decides. */
  readonly candidates: readonly PricedPoint[];
  readonly solves: number;
  readonly iterations: number;
}

interface Side {
  readonly point: PricedPoint;
  /** > 0: above the limit. */
  readonly excess: number;
}

interface Search {
  readonly priced: PricedProblems;
  readonly budget: HardBudget;
  solves: number;
  iterations: number;
}

/** @param isReachable asked at most once, when the quantity does not come down to the limit */
export function solveOneBudget(
  priced: PricedProblems,
  first: PricedPoint,
  isReachable: () => boolean,
): BudgetAnswer {
  const budget = priced.budgets[0] as HardBudget;
  const search: Search = { priced, budget, solves: 0, iterations: 0 };
  let low: Side = { point: first, excess: straightExcess(budget, first.values[0] as number) };
  const given = priced.options.start?.budgetPrices?.[0] ?? 0;
  let price = given > 0 ? given : firstPrice(priced, first, low.excess);
  for (let expansion = 0; expansion < EXPANSIONS_MAX; expansion += 1) {
    if (expansion === EXPANSIONS_PATIENT && !isReachable()) {
      return answerAt(search, low, 'out of reach');
    }
    const side = trial(search, price, low.point);
    if (Math.abs(side.excess) <= LIMIT_TOLERANCE) return answerAt(search, side);
    if (side.excess < 0) return narrow(search, low, side);
    price = nextPrice(low, side);
    low = side;
  }
  return answerAt(search, low);
}

function trial(search: Search, price: number, near: PricedPoint): Side {
  const point = solveAt(search.priced, Float64Array.of(price), near);
  search.solves += 1;
  search.iterations += point.answer.iterations;
  return { point, excess: straightExcess(search.budget, point.values[0] as number) };
}

function answerAt(
  { solves, iterations }: Search,
  { point }: Side,
  status: BudgetAnswer['status'] = 'solved',
): BudgetAnswer {
  const { answer, budgetPrices } = point;
  return { status, weights: answer.weights, budgetPrices, candidates: [point], solves, iterations };
}

/** @param from above the limit; @param to below it */
function narrow(search: Search, from: Side, to: Side): BudgetAnswer {
  const { priced, budget } = search;
  let [low, high] = [from, to];
  let [lowWeight, highWeight] = [low.excess, high.excess];
  let streak = 0;
  let tip: PricedPoint | null = null;
  for (let step = 0; step < TRIALS_MAX; step += 1) {
    const [least, most] = [priceOf(low), priceOf(high)];
    if (most - least <= 4e-16 * most) break;
    const crossing = step % 3 === 2 ? tangentCrossing(priced, low, high) : null;
    const share = lowWeight / (lowWeight - highWeight);
    const middle = crossing?.price ?? least + (most - least) * share;
    if (!(middle > least && middle < most)) break;
    const side = trial(search, middle, low.excess < -high.excess ? low.point : high.point);
    if (Math.abs(side.excess) <= LIMIT_TOLERANCE) return answerAt(search, side);
    if (crossing !== null && isAtTop(priced, side, crossing.bound)) {
      tip = side.point;
      break;
    }
    if (side.excess > 0) {
      highWeight = streak > 0 ? highWeight * retained(side.excess, low.excess) : high.excess;
      lowWeight = side.excess;
      low = side;
      streak = Math.max(1, streak + 1);
    } else {
      lowWeight = streak < 0 ? lowWeight * retained(side.excess, high.excess) : low.excess;
      highWeight = side.excess;
      high = side;
      streak = Math.min(-1, streak - 1);
    }
  }
  return {
    ...answerAt(search, high),
    weights: mixture(priced, budget, { low: low.point.answer, high: high.point.answer }),
    candidates: [...(tip === null ? [] : [tip]), high.point, low.point],
  };
}

function isAtTop(priced: PricedProblems, side: Side, bound: number): boolean {
  return bound - dualValue(priced, side) <= PEAK_RELATIVE * (1 + Math.abs(bound));
}

/** Value of the priced problem: a lower bound of the best value, concave in the price. */
function dualValue({ problem, budgets }: PricedProblems, { point }: Side): number {
  const slope = excessOf(budgets[0] as HardBudget, point.values[0] as number);
  return primalValue({ problem, ...point.answer }) + (point.budgetPrices[0] as number) * slope;
}

/** Where the tangents of the dual at both ends meet, and how high: nowhere is the dual higher. */
function tangentCrossing(
  priced: PricedProblems,
  low: Side,
  high: Side,
): { readonly price: number; readonly bound: number } {
  const budget = priced.budgets[0] as HardBudget;
  const rise = excessOf(budget, low.point.values[0] as number);
  const fall = excessOf(budget, high.point.values[0] as number);
  const from = priceOf(low);
  const value = dualValue(priced, low);
  const ahead = (dualValue(priced, high) - value - fall * (priceOf(high) - from)) / (rise - fall);
  return { price: from + ahead, bound: value + rise * ahead };
}

function priceOf({ point }: Side): number {
  return point.budgetPrices[0] as number;
}

function retained(excess: number, previous: number): number {
  const share = 1 - excess / previous;
  return share > 0 ? share : 0.5;
}

/** A tracking error falls nearly like the inverse of its price: its inverse is then nearly straight. */
function straightExcess(budget: HardBudget, value: number): number {
  const { maximum } = budget;
  if (budget.kind !== 'trackingError') return value - maximum;
  return value <= 0 ? -maximum : maximum - (maximum * maximum) / value;
}

/** A first guess of the price, too low rather than too high: names move less together than each alone. */
function firstPrice(
  { problem, budgets, curves }: PricedProblems,
  point: PricedPoint,
  excess: number,
): number {
  const budget = budgets[0] as HardBudget;
  const { weights } = point.answer;
  if (budget.kind === 'trackingError') {
    const value = point.values[0] as number;
    const ratio = value / budget.maximum - 1;
    const price = problem.riskAversion * budget.maximum * ratio;
    return price > 0 ? price : slopeScale(problem);
  }
  let moves = 0;
  for (let i = 0; i < weights.length; i += 1) {
    const merged = curves[i] ?? null;
    const d = problem.riskAversion * (problem.specificVariance[i] as number);
    const slopes = merged?.budgets[0] ?? null;
    if (merged === null || slopes === null || d === 0) continue;
    let p = 0;
    while (
      p < merged.breakpoints.length &&
      (merged.breakpoints[p] as number) < (weights[i] as number)
    )
      p += 1;
    if (merged.breakpoints[p] === weights[i]) continue;
    moves += (slopes[p] as number) ** 2 / d;
  }
  const price = excess / moves;
  const scale = slopeScale(problem);
  return Number.isFinite(price) && price > 0 ? Math.min(price, scale * 10) : scale;
}

/** Along the last two answers to a little beyond the limit, between twice and sixteen times the price. */
function nextPrice(before: Side, last: Side): number {
  const price = priceOf(last);
  const slope = (before.excess - last.excess) / (price - priceOf(before));
  const aim = slope > 0 ? price + (1.2 * last.excess) / slope : Infinity;
  return Math.min(16 * price, Math.max(1.1 * price, aim));
}

/** The point between two answers on the limit: the quantity is convex, so it is met once from below. */
function mixture(
  { problem }: PricedProblems,
  budget: HardBudget,
  ends: { readonly low: PlainAnswer; readonly high: PlainAnswer },
): Float64Array {
  const at = (share: number): Float64Array =>
    ends.high.weights.map((x, i) => x + share * ((ends.low.weights[i] as number) - x));
  let inside = 0;
  let outside = 1;
  for (let mixing = 0; mixing < MIXINGS_MAX; mixing += 1) {
    const share = (inside + outside) / 2;
    if (share === inside || share === outside) break;
    const excess = measureOf(problem, budget, at(share)) - budget.maximum;
    if (excess > 0) outside = share;
    else inside = share;
    if (Math.abs(excess) <= 1e-15) break;
  }
  return at(inside);
}
