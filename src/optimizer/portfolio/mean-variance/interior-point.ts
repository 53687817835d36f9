/**
 * Primal-dual interior point with Mehrotra's predictor and corrector for the convex programs of this folder.
 * Quadratic limits and smooth convex costs enter with their own curvature; every step starts from the true
 * residuals, so an inexact step costs an iteration and never an answer. polish.ts finishes to the last digits.
 */
import { dot, pointAt, type EnginePoint, type ScaledLayout } from './engine-point.ts';
import { newtonSolver, type NewtonSolver } from './newton-system.ts';

/** Proximal curvature that vanishes with the steps: keeps open, riskless directions solvable. */
const PROXIMAL = 1e-11;
const WIDTH_LEAST = 1e-13;
const STEP_SHARE = 0.995;
const RESIDUAL_GROWTH = 2;
const HALVINGS_MAX = 12;
/** Beyond this, in weight, an open problem is taken to run away. */
const RUNAWAY = 1e9;

/** State of one problem: variables, row slacks, and the prices of every end. */
export interface EngineState {
  readonly v: Float64Array;
  readonly slack: Float64Array;
  /** Rows, then spheres; > 0 where the upper limit holds. */
  readonly prices: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly slackLow: Float64Array;
  readonly slackHigh: Float64Array;
}

export interface EngineRun {
  readonly state: EngineState;
  readonly outcome: 'converged' | 'stopped' | 'runaway';
  readonly iterations: number;
}

interface Limits {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

interface Residuals {
  readonly dual: Float64Array;
  readonly primal: Float64Array;
  readonly size: number;
  readonly complementarity: number;
}

export const ITERATIONS_MAX = 120;

export function solveEngine(layout: ScaledLayout, tolerance: number): EngineRun {
  const limits = limitsOf(layout);
  let state = initialState(layout, limits);
  let best = { state, defect: Infinity, iteration: 0 };
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration += 1) {
    const point = pointAt(layout, state.v, spherePrices(layout, state));
    const residuals = residualsOf(layout, { limits, state, point });
    const defect = Math.max(residuals.size, residuals.complementarity);
    if (!Number.isFinite(defect)) break;
    if (defect < best.defect / 2 || best.defect === Infinity) best = { state, defect, iteration };
    else if (defect < best.defect) best = { state, defect, iteration: best.iteration };
    if (defect < tolerance) return { state, outcome: 'converged', iterations: iteration };
    if (iteration - best.iteration > 30) break;
    if (state.v.some((x) => Math.abs(x) > RUNAWAY)) {
      return { state, outcome: 'runaway', iterations: iteration };
    }
    const next = advance(layout, { limits, state, point, residuals });
    if (next === null) break;
    state = next;
  }
  const outcome = best.defect < Math.sqrt(tolerance) ? 'converged' : 'stopped';
  return { state: best.state, outcome, iterations: best.iteration };
}

export function spherePrices(
  layout: ScaledLayout,
  state: Pick<EngineState, 'prices'>,
): Float64Array {
  return state.prices.slice(layout.rows.length);
}

/** Rows, then spheres (value <= 0). */
export function limitsOf(layout: ScaledLayout): Limits {
  const spheres = layout.problem.spheres.length;
  return {
    lower: Float64Array.from([
      ...layout.rows.map((row) => row.lower),
      ...Array.from({ length: spheres }, () => -Infinity),
    ]),
    upper: Float64Array.from([
      ...layout.rows.map((row) => row.upper),
      ...Array.from({ length: spheres }, () => 0),
    ]),
  };
}

const isEquality = ({ lower, upper }: Limits, r: number): boolean =>
  (upper[r] as number) - (lower[r] as number) <= WIDTH_LEAST;

export const isHeld = (layout: ScaledLayout, c: number): boolean =>
  (layout.upper[c] as number) - (layout.lower[c] as number) <= WIDTH_LEAST;

function initialState(layout: ScaledLayout, limits: Limits): EngineState {
  const { count, lower, upper } = layout;
  const v = new Float64Array(count);
  const low = new Float64Array(count);
  const high = new Float64Array(count);
  const reach = 1 / Math.max(1, Math.sqrt(layout.assetCount));
  for (let c = 0; c < count; c += 1) {
    const from = lower[c] as number;
    const to = upper[c] as number;
    v[c] = inside(from, to, reach);
    if (isHeld(layout, c)) continue;
    low[c] = from > -Infinity ? 1 : 0;
    high[c] = to < Infinity ? 1 : 0;
  }
  const m = limits.lower.length;
  const slack = new Float64Array(m);
  const slackLow = new Float64Array(m);
  const slackHigh = new Float64Array(m);
  const prices = new Float64Array(m);
  const values = activities(layout, v);
  for (let r = 0; r < m; r += 1) {
    const from = limits.lower[r] as number;
    const to = limits.upper[r] as number;
    if (isEquality(limits, r)) {
      slack[r] = to;
      continue;
    }
    const room = Math.min(reach, (to - from) / 4);
    slack[r] = Math.min(to - room, Math.max(from + room, values[r] ?? to - 0.5));
    slackLow[r] = from > -Infinity ? 1 : 0;
    slackHigh[r] = to < Infinity ? 1 : 0;
    prices[r] = (slackHigh[r] as number) - (slackLow[r] as number);
  }
  return { v, slack, prices, low, high, slackLow, slackHigh };
}

function inside(from: number, to: number, reach: number): number {
  if (from === -Infinity && to === Infinity) return 0;
  if (from === -Infinity) return Math.min(0, to - reach);
  if (to === Infinity) return Math.max(0, from + reach);
  const room = Math.min((to - from) / 2, reach);
  // Near zero where the ends allow it, however far away they are.
  if (from <= 0 && to > 0) return Math.min(to / 2, reach);
  return to <= 0 ? to - room : from + room;
}

function activities(layout: ScaledLayout, v: Float64Array): Float64Array {
  return Float64Array.from(layout.rows, (row) => dot(row.coefficients, v));
}

interface Here {
  readonly limits: Limits;
  readonly state: EngineState;
  readonly point: EnginePoint;
}

function gradientRows(layout: ScaledLayout, point: EnginePoint): readonly Float64Array[] {
  return [...layout.rows.map((row) => row.coefficients), ...point.sphereGradients];
}

function residualsOf(layout: ScaledLayout, { limits, state, point }: Here): Residuals {
  const rows = gradientRows(layout, point);
  const dual = point.gradient.slice();
  rows.forEach((row, r) => {
    const price = state.prices[r] as number;
    if (price === 0) return;
    for (let c = 0; c < dual.length; c += 1) {
      dual[c] = (dual[c] as number) + price * (row[c] as number);
    }
  });
  let size = 0;
  let total = 0;
  let pairs = 0;
  for (let c = 0; c < dual.length; c += 1) {
    if (isHeld(layout, c)) {
      dual[c] = 0;
      continue;
    }
    const low = state.low[c] as number;
    const high = state.high[c] as number;
    size = Math.max(size, Math.abs((dual[c] as number) - low + high));
    if (low > 0) total += low * ((state.v[c] as number) - (layout.lower[c] as number));
    if (high > 0) total += high * ((layout.upper[c] as number) - (state.v[c] as number));
    pairs += (low > 0 ? 1 : 0) + (high > 0 ? 1 : 0);
  }
  const values = activities(layout, state.v);
  const primal = Float64Array.from(rows, (_, r) => {
    const value = values[r] ?? (point.sphereValues[r - layout.rows.length] as number);
    return value - (state.slack[r] as number);
  });
  for (let r = 0; r < rows.length; r += 1) {
    size = Math.max(size, Math.abs(primal[r] as number));
    if (isEquality(limits, r)) continue;
    const low = state.slackLow[r] as number;
    const high = state.slackHigh[r] as number;
    size = Math.max(size, Math.abs((state.prices[r] as number) + low - high));
    if (low > 0) total += low * ((state.slack[r] as number) - (limits.lower[r] as number));
    if (high > 0) total += high * ((limits.upper[r] as number) - (state.slack[r] as number));
    pairs += (low > 0 ? 1 : 0) + (high > 0 ? 1 : 0);
  }
  return { dual, primal, size, complementarity: pairs === 0 ? 0 : total / pairs };
}

/** Changes of a pair (distance to an end, its price) given the aim for their product. */
interface Direction {
  readonly dv: Float64Array;
  readonly ds: Float64Array;
  readonly dy: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly slackLow: Float64Array;
  readonly slackHigh: Float64Array;
}

interface Targets {
  readonly low: (c: number) => number;
  readonly high: (c: number) => number;
  readonly slackLow: (r: number) => number;
  readonly slackHigh: (r: number) => number;
}

function advance(
  layout: ScaledLayout,
  here: Here & { readonly residuals: Residuals },
): EngineState | null {
  const { state, residuals, limits, point } = here;
  const barrier = new Float64Array(layout.count);
  for (let c = 0; c < layout.count; c += 1) barrier[c] = barrierOf(layout, state, c);
  const give = Float64Array.from(limits.lower, (_, r) => {
    const stiff = rowStiffness(limits, state, r);
    return stiff === Infinity ? 0 : 1 / stiff;
  });
  const solve = newtonSolver({ layout, point, barrier, rows: gradientRows(layout, point), give });
  if (solve === null) return null;
  const aimZero: Targets = { low: () => 0, high: () => 0, slackLow: () => 0, slackHigh: () => 0 };
  const { complementarity: mu } = residuals;
  const predicted = directionTo(layout, here, { solve, targets: aimZero });
  const reach = longestStep(layout, here, predicted);
  const after = complementarityAfter(layout, here, { direction: predicted, step: reach });
  const sigma = mu === 0 ? 0 : Math.min(1, Math.max(1e-6, (after / mu) ** 3));
  const aim = sigma * mu;
  const corrected: Targets = {
    low: (c) => aim - clip((predicted.dv[c] as number) * (predicted.low[c] as number), mu),
    high: (c) => aim + clip((predicted.dv[c] as number) * (predicted.high[c] as number), mu),
    slackLow: (r) =>
      aim - clip((predicted.ds[r] as number) * (predicted.slackLow[r] as number), mu),
    slackHigh: (r) =>
      aim + clip((predicted.ds[r] as number) * (predicted.slackHigh[r] as number), mu),
  };
  const direction = directionTo(layout, here, { solve, targets: corrected });
  const step = Math.min(1, STEP_SHARE * longestStep(layout, here, direction));
  return isBent(layout)
    ? shortened(layout, here, { direction, step })
    : moved(state, direction, step);
}

function isBent({ problem }: ScaledLayout): boolean {
  return problem.spheres.length > 0 || problem.norm !== null || problem.impact !== null;
}

/** Where limits or costs are bent, a step is halved while it leaves far more residual than it found. */
function shortened(
  layout: ScaledLayout,
  { limits, state, residuals }: Here & { readonly residuals: Residuals },
  { direction, step }: { readonly direction: Direction; readonly step: number },
): EngineState {
  const most = RESIDUAL_GROWTH * Math.max(residuals.size, residuals.complementarity);
  let next = moved(state, direction, step);
  for (let halving = 1; halving <= HALVINGS_MAX; halving += 1) {
    const point = pointAt(layout, next.v, spherePrices(layout, next));
    const { size } = residualsOf(layout, { limits, state: next, point });
    if (size <= most) break;
    next = moved(state, direction, step / 2 ** halving);
  }
  return next;
}

/** A corrector far beyond the present complementarity does harm (Gondzio 1996). */
function clip(value: number, mu: number): number {
  const most = 1e3 * mu;
  return Math.min(most, Math.max(-most, value));
}

function barrierOf(layout: ScaledLayout, state: EngineState, c: number): number {
  if (isHeld(layout, c)) return Infinity;
  const low = state.low[c] as number;
  const high = state.high[c] as number;
  const v = state.v[c] as number;
  let stiff = PROXIMAL;
  if (low > 0) stiff += low / (v - (layout.lower[c] as number));
  if (high > 0) stiff += high / ((layout.upper[c] as number) - v);
  return Math.min(stiff, 1e200);
}

function rowStiffness(limits: Limits, state: EngineState, r: number): number {
  if (isEquality(limits, r)) return Infinity;
  const low = state.slackLow[r] as number;
  const high = state.slackHigh[r] as number;
  const s = state.slack[r] as number;
  let stiff = 0;
  if (low > 0) stiff += low / (s - (limits.lower[r] as number));
  if (high > 0) stiff += high / ((limits.upper[r] as number) - s);
  return stiff;
}

function directionTo(
  layout: ScaledLayout,
  { limits, state, residuals }: Here & { readonly residuals: Residuals },
  { solve, targets }: { readonly solve: NewtonSolver; readonly targets: Targets },
): Direction {
  const { v, slack } = state;
  const roomLow = (c: number): number => (v[c] as number) - (layout.lower[c] as number);
  const roomHigh = (c: number): number => (layout.upper[c] as number) - (v[c] as number);
  const top = residuals.dual.map((d, c) => {
    if (isHeld(layout, c)) return 0;
    const low = (state.low[c] as number) > 0 ? targets.low(c) / roomLow(c) : 0;
    const high = (state.high[c] as number) > 0 ? targets.high(c) / roomHigh(c) : 0;
    return -d + low - high;
  });
  const slackRoomLow = (r: number): number => (slack[r] as number) - (limits.lower[r] as number);
  const slackRoomHigh = (r: number): number => (limits.upper[r] as number) - (slack[r] as number);
  const pull = slack.map((_, r) => {
    if (isEquality(limits, r)) return 0;
    const low = (state.slackLow[r] as number) > 0 ? targets.slackLow(r) / slackRoomLow(r) : 0;
    const high = (state.slackHigh[r] as number) > 0 ? targets.slackHigh(r) / slackRoomHigh(r) : 0;
    return (state.prices[r] as number) + low - high;
  });
  const bottom = residuals.primal.map((p, r) => {
    const stiff = rowStiffness(limits, state, r);
    return stiff === Infinity ? -p : -p + (pull[r] as number) / stiff;
  });
  const { dv, dy } = solve(top, bottom);
  const ds = dy.map((y, r) => {
    const stiff = rowStiffness(limits, state, r);
    return stiff === Infinity ? 0 : (y + (pull[r] as number)) / stiff;
  });
  return {
    dv,
    dy,
    ds,
    low: state.low.map((price, c) =>
      priceChange(price, { target: targets.low(c), room: roomLow(c), move: dv[c] as number }),
    ),
    high: state.high.map((price, c) =>
      priceChange(price, { target: targets.high(c), room: roomHigh(c), move: -(dv[c] as number) }),
    ),
    slackLow: state.slackLow.map((price, r) =>
      priceChange(price, {
        target: targets.slackLow(r),
        room: slackRoomLow(r),
        move: ds[r] as number,
      }),
    ),
    slackHigh: state.slackHigh.map((price, r) =>
      priceChange(price, {
        target: targets.slackHigh(r),
        room: slackRoomHigh(r),
        move: -(ds[r] as number),
      }),
    ),
  };
}

/** What keeps price times room on its target while the room changes; an end that is open has no price. */
function priceChange(
  price: number,
  { target, room, move }: { readonly target: number; readonly room: number; readonly move: number },
): number {
  return price > 0 ? (target - price * move) / room - price : 0;
}

function longestStep(layout: ScaledLayout, { limits, state }: Here, to: Direction): number {
  let longest = Infinity;
  const visit = (room: number, change: number): void => {
    if (change < 0) longest = Math.min(longest, -room / change);
  };
  for (let c = 0; c < layout.count; c += 1) {
    const v = state.v[c] as number;
    const dv = to.dv[c] as number;
    if ((state.low[c] as number) > 0) {
      visit(v - (layout.lower[c] as number), dv);
      visit(state.low[c] as number, to.low[c] as number);
    }
    if ((state.high[c] as number) > 0) {
      visit((layout.upper[c] as number) - v, -dv);
      visit(state.high[c] as number, to.high[c] as number);
    }
  }
  for (let r = 0; r < limits.lower.length; r += 1) {
    const s = state.slack[r] as number;
    const ds = to.ds[r] as number;
    if ((state.slackLow[r] as number) > 0) {
      visit(s - (limits.lower[r] as number), ds);
      visit(state.slackLow[r] as number, to.slackLow[r] as number);
    }
    if ((state.slackHigh[r] as number) > 0) {
      visit((limits.upper[r] as number) - s, -ds);
      visit(state.slackHigh[r] as number, to.slackHigh[r] as number);
    }
  }
  return Math.min(1 / STEP_SHARE, longest);
}

function complementarityAfter(
  layout: ScaledLayout,
  { limits, state, point }: Here,
  { direction, step }: { readonly direction: Direction; readonly step: number },
): number {
  const next = moved(state, direction, Math.min(1, step));
  return residualsOf(layout, { limits, state: next, point }).complementarity;
}

function moved(state: EngineState, to: Direction, step: number): EngineState {
  const add = (a: Float64Array, b: Float64Array): Float64Array =>
    a.map((x, i) => x + step * (b[i] as number));
  return {
    v: add(state.v, to.dv),
    slack: add(state.slack, to.ds),
    prices: add(state.prices, to.dy),
    low: add(state.low, to.low),
    high: add(state.high, to.high),
    slackLow: add(state.slackLow, to.slackLow),
    slackHigh: add(state.slackHigh, to.slackHigh),
  };
}
