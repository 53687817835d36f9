/**
 * From an interior answer to the last digits: ends that hold are taken as equalities and the remaining system is
 * solved by Newton's method, while ends that would be crossed join and prices of the wrong sign leave. It
 * sees no barrier, so names at their limits sit exactly there.
 */
import { dot, pointAt, type ScaledLayout } from './engine-point.ts';
import { isHeld, limitsOf, type EngineState } from './interior-point.ts';
import { newtonSolver } from './newton-system.ts';

const ROUNDS_MAX = 40;
const PROXIMAL = 1e-12;
/** Crossing an end by less is rounding; the end is then met exactly. */
const CROSSING_LEAST = 1e-13;
const PRICE_LEAST = 1e-12;
const CHANGES_POLISH = 15;

export interface Polished {
  readonly v: Float64Array;
  readonly prices: Float64Array;
  readonly set: ActiveSet;
  /** Newton steps taken. */
  readonly rounds: number;
}

export interface ActiveSet {
  /** count; -1 at the lower end, +1 at the upper one, 0 free. */
  readonly side: Int8Array;
  /** Rows and spheres; -1, +1, or 0 slack. Equality rows are +1. */
  readonly rowSide: Int8Array;
}

/** From an interior answer. @returns the answer of the last active set, or null when its system breaks down */
export function polish(layout: ScaledLayout, state: EngineState): Polished | null {
  const set = activeSetOf(layout, state, limitsOf(layout));
  return followActiveSet(layout, { v: state.v, prices: state.prices, set }, CHANGES_POLISH);
}

/**
 * Newton's method on a guess of which limits hold, corrected as it goes: after a small change of the problem the
 * guess of the answer before is nearly right, and a few small systems replace all interior steps.
 *
 * @param changesMost rounds in which the guess may change
 */
export function followActiveSet(
  layout: ScaledLayout,
  start: Omit<Polished, 'rounds'>,
  changesMost: number,
): Polished | null {
  const limits = limitsOf(layout);
  const set = { side: start.set.side.slice(), rowSide: start.set.rowSide.slice() };
  let v = start.v.slice();
  let prices = start.prices.map((price, r) => (set.rowSide[r] === 0 ? 0 : price));
  let changes = 0;
  let round = 0;
  for (; round < ROUNDS_MAX; round += 1) {
    putAtEnds(layout, set, v);
    const moved = newtonMove(layout, { set, v, prices, limits });
    if (moved === null) return null;
    const { dv, dy, residual } = moved;
    v = v.map((x, c) => x + (dv[c] as number));
    prices = prices.map((y, r) => y + (dy[r] as number));
    if (!v.every(Number.isFinite)) return null;
    const isSmooth = residual < 1e-12 || round > 20;
    if (!isSmooth && layout.problem.spheres.length + nonlinear(layout) > 0) continue;
    const changed = changes < changesMost ? changeSet(layout, { set, v, prices, limits }) : 0;
    if (changed > 0) {
      changes += 1;
      prices = prices.map((price, r) => (set.rowSide[r] === 0 ? 0 : price));
      continue;
    }
    if (residual < 1e-15 || round > 3) break;
  }
  clipIntoEnds(layout, v);
  return { v, prices, set, rounds: round };
}

function nonlinear({ problem }: ScaledLayout): number {
  return problem.norm === null && problem.impact === null ? 0 : 1;
}

type Limits = ReturnType<typeof limitsOf>;

function activeSetOf(layout: ScaledLayout, state: EngineState, limits: Limits): ActiveSet {
  const side = new Int8Array(layout.count);
  for (let c = 0; c < layout.count; c += 1) {
    const v = state.v[c] as number;
    if (isHeld(layout, c)) side[c] = -1;
    else if ((state.low[c] as number) > v - (layout.lower[c] as number)) side[c] = -1;
    else if ((state.high[c] as number) > (layout.upper[c] as number) - v) side[c] = 1;
  }
  const rowSide = new Int8Array(limits.lower.length);
  for (let r = 0; r < rowSide.length; r += 1) {
    const from = limits.lower[r] as number;
    const to = limits.upper[r] as number;
    const s = state.slack[r] as number;
    if (to - from <= CROSSING_LEAST) rowSide[r] = 1;
    else if ((state.slackLow[r] as number) > s - from) rowSide[r] = -1;
    else if ((state.slackHigh[r] as number) > to - s) rowSide[r] = 1;
  }
  return { side, rowSide };
}

function putAtEnds(layout: ScaledLayout, { side }: ActiveSet, v: Float64Array): void {
  for (let c = 0; c < v.length; c += 1) {
    if (side[c] === -1) v[c] = layout.lower[c] as number;
    if (side[c] === 1) v[c] = layout.upper[c] as number;
  }
}

interface Place {
  readonly set: ActiveSet;
  readonly v: Float64Array;
  readonly prices: Float64Array;
  readonly limits: Limits;
}

/** Values of rows, then spheres, and their gradients, at v. */
function rowsAt(layout: ScaledLayout, { v, prices }: Pick<Place, 'v' | 'prices'>) {
  const point = pointAt(layout, v, prices.slice(layout.rows.length));
  const gradients = [...layout.rows.map((row) => row.coefficients), ...point.sphereGradients];
  const values = Float64Array.from([
    ...layout.rows.map((row) => dot(row.coefficients, v)),
    ...point.sphereValues,
  ]);
  const slope = point.gradient.slice();
  gradients.forEach((row, r) => {
    const price = prices[r] as number;
    if (price === 0) return;
    for (let c = 0; c < slope.length; c += 1) {
      slope[c] = (slope[c] as number) + price * (row[c] as number);
    }
  });
  return { point, gradients, values, slope };
}

function newtonMove(layout: ScaledLayout, place: Place) {
  const { set, limits } = place;
  const { point, gradients, values, slope } = rowsAt(layout, place);
  const barrier = Float64Array.from(set.side, (side) => (side === 0 ? PROXIMAL : Infinity));
  const active = [...set.rowSide.keys()].filter((r) => set.rowSide[r] !== 0);
  const solve = newtonSolver({
    layout,
    point,
    barrier,
    rows: active.map((r) => gradients[r] as Float64Array),
    give: new Float64Array(active.length),
  });
  if (solve === null) return null;
  const top = slope.map((value, c) => (set.side[c] === 0 ? -value : 0));
  const bottom = Float64Array.from(active, (r) => {
    const limit = set.rowSide[r] === 1 ? limits.upper[r] : limits.lower[r];
    return (limit as number) - (values[r] as number);
  });
  const step = solve(top, bottom);
  const dy = new Float64Array(place.prices.length);
  active.forEach((r, a) => {
    dy[r] = step.dy[a] as number;
  });
  let residual = 0;
  for (const value of top) residual = Math.max(residual, Math.abs(value));
  for (const value of bottom) residual = Math.max(residual, Math.abs(value));
  return { dv: step.dv, dy, residual };
}

/** Takes in ends that are crossed and lets go of those with a price against them; how many changed. */
function changeSet(layout: ScaledLayout, place: Place): number {
  const { set, v, prices, limits } = place;
  const { values, slope } = rowsAt(layout, place);
  let changed = 0;
  for (let c = 0; c < v.length; c += 1) {
    if (isHeld(layout, c)) continue;
    const before = set.side[c] as number;
    const x = v[c] as number;
    const d = slope[c] as number;
    if (before === 0 && x < (layout.lower[c] as number) - CROSSING_LEAST) set.side[c] = -1;
    else if (before === 0 && x > (layout.upper[c] as number) + CROSSING_LEAST) set.side[c] = 1;
    else if (before === -1 && d < -PRICE_LEAST) set.side[c] = 0;
    else if (before === 1 && d > PRICE_LEAST) set.side[c] = 0;
    if (set.side[c] !== before) changed += 1;
  }
  for (let r = 0; r < values.length; r += 1) {
    const from = limits.lower[r] as number;
    const to = limits.upper[r] as number;
    if (to - from <= CROSSING_LEAST) continue;
    const before = set.rowSide[r] as number;
    const value = values[r] as number;
    const price = prices[r] as number;
    if (before === 0 && value < from - CROSSING_LEAST) set.rowSide[r] = -1;
    else if (before === 0 && value > to + CROSSING_LEAST) set.rowSide[r] = 1;
    else if (before === 1 && price < -PRICE_LEAST) set.rowSide[r] = 0;
    else if (before === -1 && price > PRICE_LEAST) set.rowSide[r] = 0;
    if (set.rowSide[r] !== before) changed += 1;
  }
  return changed;
}

function clipIntoEnds(layout: ScaledLayout, v: Float64Array): void {
  for (let c = 0; c < v.length; c += 1) {
    v[c] = Math.min(layout.upper[c] as number, Math.max(layout.lower[c] as number, v[c] as number));
  }
}
