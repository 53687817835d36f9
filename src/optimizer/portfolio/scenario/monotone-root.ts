/**
 * The root of a monotone function of x > 0, each value of which is a program to solve.
 *
 * The functions here are made of squares of a distance that is A + B x^2 while the active limits stay: false
 * position in x^2 is then exact, and one step from the root once both points lie on its piece.
 */

export interface RootSearch<P> {
  /** Solves at x; null ends the search (no answer there). */
  readonly evaluate: (x: number) => P | null;
  /** Falls as x rises, linear in x^2 piece by piece; zero at the root. */
  readonly value: (point: P, x: number) => number;
  readonly isRoot: (point: P, x: number) => boolean;
  /** First guess of root / x from a point. */
  readonly ratio: (point: P, x: number) => number;
  readonly start: number;
  /** Ends beyond which there is no root. */
  readonly least: number;
  readonly most: number;
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
  readonly isRoot: boolean;
}

const STEPS_MAX = 60;
const GROWTH = 8;

/** @returns the root as both sides, or the closest points around it; null when `evaluate` has no answer */
export function findRoot<P>(search: RootSearch<P>): Bracket<P> | null {
  const first = sideAt(search, search.start);
  if (first === null) return null;
  let last: Side<P> = first;
  let x = within(search, last.x * limited(search.ratio(last.point, last.x)));
  for (let k = 0; k < STEPS_MAX; k += 1) {
    if (last.isRoot) return { below: last, above: last };
    if (x === last.x) break;
    const next: Side<P> | null = sideAt(search, x);
    if (next === null) return null;
    if (next.isRoot) return { below: next, above: next };
    if (next.value > 0 !== last.value > 0) {
      return next.value > 0 ? close(search, next, last) : close(search, last, next);
    }
    x = within(search, next.x * beyond(last, next));
    last = next;
  }
  return last.value > 0 ? { below: last, above: null } : { below: null, above: last };
}

function sideAt<P>(search: RootSearch<P>, x: number): Side<P> | null {
  const point = search.evaluate(x);
  if (point === null) return null;
  return { x, point, value: search.value(point, x), isRoot: search.isRoot(point, x) };
}

function within<P>({ least, most }: RootSearch<P>, x: number): number {
  return Math.min(most, Math.max(least, x));
}

function limited(factor: number): number {
  return factor > 0 ? Math.min(GROWTH, Math.max(1 / GROWTH, factor)) : 1 / GROWTH;
}

/** Factor to where the line through two points of one side meets zero, or a large step the same way. */
function beyond<P>(a: Side<P>, b: Side<P>): number {
  const step = b.value > 0 ? GROWTH : 1 / GROWTH;
  const square = zeroBetween(a, b, [a.value, b.value]);
  const factor = limited(Math.sqrt(square) / b.x);
  const isForward = factor > 1 === step > 1;
  return Number.isFinite(square) && square > 0 && isForward ? factor : step;
}

/** Where the line through the two values, in x squared, meets zero. */
function zeroBetween<P>(a: Side<P>, b: Side<P>, [u, v]: readonly [number, number]): number {
  return (a.x ** 2 * v - b.x ** 2 * u) / (v - u);
}

/** Illinois' false position, halved in log x whenever it is slow. */
function close<P>(search: RootSearch<P>, from: Side<P>, to: Side<P>): Bracket<P> | null {
  let below = from;
  let above = to;
  let values: readonly [number, number] = [below.value, above.value];
  let lastSide = 0;
  for (let k = 0; k < STEPS_MAX; k += 1) {
    const secant = Math.sqrt(zeroBetween(below, above, values));
    const isInside = secant > below.x && secant < above.x && k % 6 !== 5;
    const x = isInside ? secant : Math.sqrt(below.x) * Math.sqrt(above.x);
    if (x <= below.x || x >= above.x) break;
    const next = sideAt(search, x);
    if (next === null) return null;
    if (next.isRoot) return { below: next, above: next };
    const side = next.value > 0 ? 1 : -1;
    const share = lastSide === side ? 0.5 : 1;
    if (side > 0) {
      below = next;
      values = [next.value, values[1] * share];
    } else {
      above = next;
      values = [values[0] * share, next.value];
    }
    lastSide = side;
  }
  return { below, above };
}
