/** The root of a monotone function of a positive number, each value of which is a program to solve. */

export interface RootSearch<P> {
  /** Solves at x; null ends the search (no answer there). */
  readonly evaluate: (x: number) => P | null;
  /** Falls as x rises; zero at the root; of order one far from it. */
  readonly value: (point: P) => number;
  readonly start: number;
  /** Ends beyond which there is no root. */
  readonly least: number;
  readonly most: number;
  /** |value| that counts as zero. */
  readonly tolerance: number;
}

export interface Bracket<P> {
  /** Value >= 0; null when every value down to `least` was negative. */
  readonly below: Side<P> | null;
  /** Value <= 0; null when every value up to `most` was positive. */
  readonly above: Side<P> | null;
}

export interface Side<P> {
  readonly x: number;
  readonly point: P;
  readonly value: number;
}

const STEPS_MAX = 60;
const GROWTH = 8;

/**
 * Brackets the root by growing steps, then closes in by the Illinois false position on log x, halving whenever
 * it is slow. A side that is a root is returned as both sides.
 *
 * @returns null when `evaluate` has no answer where it is needed
 */
export function findRoot<P>(search: RootSearch<P>): Bracket<P> | null {
  const first = sideAt(search, search.start);
  if (first === null) return null;
  if (isRoot(search, first)) return { below: first, above: first };
  const bracket = first.value > 0 ? grow(search, first, GROWTH) : grow(search, first, 1 / GROWTH);
  if (bracket === null || bracket.below === null || bracket.above === null) return bracket;
  return close(search, bracket.below, bracket.above);
}

function sideAt<P>(search: RootSearch<P>, x: number): Side<P> | null {
  const point = search.evaluate(x);
  return point === null ? null : { x, point, value: search.value(point) };
}

function isRoot<P>(search: RootSearch<P>, side: Side<P>): boolean {
  return Math.abs(side.value) <= search.tolerance;
}

function grow<P>(search: RootSearch<P>, first: Side<P>, factor: number): Bracket<P> | null {
  const isRising = factor > 1;
  let last = first;
  for (let k = 0; k < STEPS_MAX; k += 1) {
    const x = Math.min(search.most, Math.max(search.least, last.x * factor));
    if (x === last.x) break;
    const next = sideAt(search, x);
    if (next === null) return null;
    if (isRoot(search, next)) return { below: next, above: next };
    if (isRising && next.value < 0) return { below: last, above: next };
    if (!isRising && next.value > 0) return { below: next, above: last };
    last = next;
  }
  return isRising ? { below: last, above: null } : { below: null, above: last };
}

function close<P>(search: RootSearch<P>, from: Side<P>, to: Side<P>): Bracket<P> | null {
  let below = from;
  let above = to;
  let belowValue = below.value;
  let aboveValue = above.value;
  let lastSide = 0;
  for (let k = 0; k < STEPS_MAX; k += 1) {
    const low = Math.log(below.x);
    const high = Math.log(above.x);
    if (high - low <= 1e-14) break;
    const secant = (low * aboveValue - high * belowValue) / (aboveValue - belowValue);
    const isInside = secant > low && secant < high && k % 6 !== 5;
    const x = Math.exp(isInside ? secant : (low + high) / 2);
    if (x <= below.x || x >= above.x) break;
    const next = sideAt(search, x);
    if (next === null) return null;
    if (isRoot(search, next)) return { below: next, above: next };
    const side = next.value > 0 ? 1 : -1;
    if (side > 0) {
      below = next;
      belowValue = next.value;
      if (lastSide === side) aboveValue /= 2;
    } else {
      above = next;
      aboveValue = next.value;
      if (lastSide === side) belowValue /= 2;
    }
    lastSide = side;
  }
  return { below, above };
}
