import type { ChoiceProblem } from './choice-problem.ts';
import { newRelaxedAssets, type RelaxedAssets } from './relaxed-assets.ts';

export interface DualStart {
  /** n; the point in the space of weights whose factor exposures are the factor prices. */
  readonly y: Float64Array;
  /** m + 1; prices of the rows, then of a place. */
  readonly prices: Float64Array;
}

/** The arrays of one relaxation; index m of the row arrays is the limit on places. */
export interface RelaxationWork {
  readonly problem: ChoiceProblem;
  readonly assets: RelaxedAssets;
  readonly y: Float64Array;
  /** n; coupling y. */
  readonly product: Float64Array;
  /** n; linear + coupling y + A' prices. */
  readonly signal: Float64Array;
  readonly prices: Float64Array;
  /** 1 where the price stays zero. */
  readonly isFixed: Uint8Array;
  /** 1 for a row released in this iteration. */
  readonly isReleased: Uint8Array;
  /** +1 held at the upper limit, -1 at the lower one. */
  readonly side: Int8Array;
  readonly activity: Float64Array;
  /** n; where a full step would move y. */
  readonly target: Float64Array;
  readonly priceChange: Float64Array;
  /** n; change of `product` along a full step, and of `signal`. */
  readonly productChange: Float64Array;
  readonly signalChange: Float64Array;
}

export function newRelaxationWork(
  problem: ChoiceProblem,
  start: DualStart,
  allowed: Uint8Array,
): RelaxationWork {
  const n = problem.size;
  const m = problem.rows.count;
  const isFixed = new Uint8Array(m + 1);
  const side = new Int8Array(m + 1).fill(1);
  const prices = start.prices.slice();
  if (problem.countLimit === null) prices[m] = 0;
  for (let r = 0; r <= m; r += 1) {
    if (isAlwaysPriced(problem, r)) continue;
    isFixed[r] = prices[r] === 0 ? 1 : 0;
    side[r] = (prices[r] as number) < 0 ? -1 : 1;
  }
  const y = start.y.slice();
  const product = new Float64Array(n);
  addProduct(problem, y, product);
  return {
    problem,
    assets: newRelaxedAssets(problem, allowed),
    y,
    product,
    signal: new Float64Array(n),
    prices,
    isFixed,
    isReleased: new Uint8Array(m + 1),
    side,
    activity: new Float64Array(m + 1),
    target: new Float64Array(n),
    priceChange: new Float64Array(m + 1),
    productChange: new Float64Array(n),
    signalChange: new Float64Array(n),
  };
}

/** Equality rows and an exact count have a price of either sign. */
export function isAlwaysPriced(problem: ChoiceProblem, r: number): boolean {
  if (r === problem.rows.count) return problem.countLimit?.isExact === true;
  return problem.rows.lower[r] === problem.rows.upper[r];
}

/** The limit that a row with a price is held at. */
export function heldLimit({ problem, side }: RelaxationWork, r: number): number {
  if (r === problem.rows.count) return problem.countLimit?.maximum ?? 0;
  return (side[r] === 1 ? problem.rows.upper[r] : problem.rows.lower[r]) as number;
}

/** into += coupling vector; zero entries cost nothing. */
export function addProduct(problem: ChoiceProblem, vector: Float64Array, into: Float64Array): void {
  const { size, coupling } = problem;
  for (let j = 0; j < size; j += 1) {
    const value = vector[j] as number;
    if (value === 0) continue;
    const at = j * size;
    for (let i = 0; i < size; i += 1) {
      into[i] = (into[i] as number) + (coupling[at + i] as number) * value;
    }
  }
}

/** into += A' prices. */
export function addRows(
  rows: ChoiceProblem['rows'],
  prices: Float64Array,
  into: Float64Array,
): void {
  const n = into.length;
  for (let r = 0; r < rows.count; r += 1) {
    const price = prices[r] as number;
    if (price === 0) continue;
    const at = r * n;
    for (let i = 0; i < n; i += 1) {
      into[i] = (into[i] as number) + price * (rows.coefficients[at + i] as number);
    }
  }
}
