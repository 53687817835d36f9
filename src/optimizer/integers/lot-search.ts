/**
 * Whole lots near a point: first moves of one lot that lessen what the rows are violated by, then moves of one
 * lot and exchanges between two assets for as long as they improve the objective and break no row.
 */
import { curveValue, type ChoiceProblem } from './choice-problem.ts';

export interface LotProblem {
  /** The objective and the rows; its pieces are those that may be held, in weight, before lots. */
  readonly problem: ChoiceProblem;
  /** n; weight of one lot. */
  readonly unit: Float64Array;
}

/** Rows may be missed by this much, in weight: sums of lots are rounded. */
const ROW_SLACK = 1e-12;
const IMPROVEMENT_LEAST = 1e-13;
const REPAIRS_PER_ASSET = 60;
const ROUNDS_MAX = 400;
/** Exchanges look at this many assets on either side, the most promising ones. */
const PARTNERS_MAX = 40;

interface State {
  readonly lots: LotProblem;
  /** n x n; coupling with the curvature on its diagonal is used through `own`. */
  readonly own: Float64Array;
  readonly counts: Float64Array;
  readonly weights: Float64Array;
  /** n; slope of the quadratic and linear terms. */
  readonly gradient: Float64Array;
  readonly activity: Float64Array;
  held: number;
}

/** One asset moved by a number of lots. */
interface Move {
  readonly i: number;
  readonly lots: number;
}

/**
 * @param near weights to begin at; rounded towards zero
 * @returns weights that are whole lots and meet every row, piece and count, or null when none were found
 */
export function searchLots(lots: LotProblem, near: Float64Array): Float64Array | null {
  const state = startState(lots, near);
  if (!repair(state)) return null;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const moves = bestImprovement(state);
    if (moves === null) break;
    for (const move of moves) apply(state, move);
  }
  return state.weights;
}

function startState(lots: LotProblem, near: Float64Array): State {
  const { problem, unit } = lots;
  const n = problem.size;
  const state: State = {
    lots,
    own: Float64Array.from(
      { length: n },
      (_, i) => (problem.curvature[i] as number) + (problem.coupling[i * n + i] as number),
    ),
    counts: new Float64Array(n),
    weights: new Float64Array(n),
    gradient: problem.linear.slice(),
    activity: new Float64Array(problem.rows.count),
    held: 0,
  };
  for (let i = 0; i < n; i += 1) {
    if (!isAllowed(state, i, 0))
      apply(state, { i, lots: nearestAllowed(lots, i, near[i] as number) });
  }
  for (let i = 0; i < n; i += 1) {
    const target = Math.trunc((near[i] as number) / (unit[i] as number) + 1e-9);
    const change = target - (state.counts[i] as number);
    if (change !== 0 && isAllowed(state, i, target) && keepsCount(state, [{ i, lots: change }])) {
      apply(state, { i, lots: change });
    }
  }
  return state;
}

/** For an asset that may not be left out: the allowed number of lots nearest to a weight. */
function nearestAllowed({ problem, unit }: LotProblem, i: number, x: number): number {
  const { start, low, high } = problem.pieces;
  const u = unit[i] as number;
  let best = 0;
  let nearest = Infinity;
  for (let p = start[i] as number; p < (start[i + 1] as number); p += 1) {
    const from = Math.ceil((low[p] as number) / u - 1e-9);
    const to = Math.floor((high[p] as number) / u + 1e-9);
    if (from > to) continue;
    const count = Math.min(to, Math.max(from, Math.round(x / u)));
    if (Math.abs(count * u - x) < nearest) {
      nearest = Math.abs(count * u - x);
      best = count;
    }
  }
  return best;
}

function isAllowed({ lots: { problem, unit } }: State, i: number, count: number): boolean {
  const { start, low, high } = problem.pieces;
  const u = unit[i] as number;
  for (let p = start[i] as number; p < (start[i + 1] as number); p += 1) {
    const from = Math.ceil((low[p] as number) / u - 1e-9);
    const to = Math.floor((high[p] as number) / u + 1e-9);
    if (count >= from && count <= to) return true;
  }
  return false;
}

function keepsCount(state: State, moves: readonly Move[]): boolean {
  const limit = state.lots.problem.countLimit;
  if (limit === null) return true;
  let held = state.held;
  for (const { i, lots } of moves) {
    const before = state.counts[i] as number;
    held += Number(before + lots !== 0) - Number(before !== 0);
  }
  return held <= limit.maximum;
}

function apply(state: State, { i, lots }: Move): void {
  const { problem, unit } = state.lots;
  const n = problem.size;
  const before = state.counts[i] as number;
  const after = before + lots;
  state.held += Number(after !== 0) - Number(before !== 0);
  state.counts[i] = after;
  const x = after * (unit[i] as number);
  const change = x - (state.weights[i] as number);
  state.weights[i] = x;
  for (let j = 0; j < n; j += 1) {
    state.gradient[j] =
      (state.gradient[j] as number) + (problem.coupling[i * n + j] as number) * change;
  }
  state.gradient[i] = (state.gradient[i] as number) + (problem.curvature[i] as number) * change;
  for (let r = 0; r < problem.rows.count; r += 1) {
    state.activity[r] =
      (state.activity[r] as number) + (problem.rows.coefficients[r * n + i] as number) * change;
  }
}

/** Change of the objective by one or two moves. */
function costOf(state: State, moves: readonly Move[]): number {
  const { problem, unit } = state.lots;
  let cost = 0;
  for (const { i, lots } of moves) {
    const change = lots * (unit[i] as number);
    const x = state.weights[i] as number;
    const curve = problem.curves[i] ?? null;
    const origin = problem.origin[i] as number;
    cost += change * ((state.gradient[i] as number) + ((state.own[i] as number) / 2) * change);
    if (curve !== null) {
      cost += curveValue(curve, origin, x + change) - curveValue(curve, origin, x);
    }
  }
  const [first, second] = moves;
  if (first === undefined || second === undefined) return cost;
  const product = first.lots * (unit[first.i] as number) * second.lots * (unit[second.i] as number);
  return cost + product * (problem.coupling[first.i * problem.size + second.i] as number);
}

/** Sum of the rows' violations after moves. */
function violationAfter(state: State, moves: readonly Move[]): number {
  const { problem, unit } = state.lots;
  const { rows, size: n } = problem;
  let total = 0;
  for (let r = 0; r < rows.count; r += 1) {
    let value = state.activity[r] as number;
    for (const { i, lots } of moves) {
      value += (rows.coefficients[r * n + i] as number) * lots * (unit[i] as number);
    }
    const excess = Math.max(value - (rows.upper[r] as number), (rows.lower[r] as number) - value);
    if (excess > ROW_SLACK) total += excess;
  }
  return total;
}

/** Also brings an exact count of names to its number. */
function missing(state: State, moves: readonly Move[]): number {
  const limit = state.lots.problem.countLimit;
  if (limit === null) return 0;
  let held = state.held;
  for (const { i, lots } of moves) {
    const before = state.counts[i] as number;
    held += Number(before + lots !== 0) - Number(before !== 0);
  }
  return limit.isExact ? Math.abs(held - limit.maximum) : Math.max(0, held - limit.maximum);
}

function repair(state: State): boolean {
  const n = state.lots.problem.size;
  for (let pass = 0; pass < REPAIRS_PER_ASSET * n; pass += 1) {
    const violation = violationAfter(state, []) + missing(state, []);
    if (violation === 0) return true;
    let best: readonly Move[] | null = null;
    let bestScore = Infinity;
    for (const move of singleMoves(state)) {
      const after = violationAfter(state, [move]) + missing(state, [move]);
      if (!(after < violation - ROW_SLACK)) continue;
      // What each unit of violation removed costs; the cheapest first.
      const score = costOf(state, [move]) / (violation - after);
      if (score < bestScore) {
        bestScore = score;
        best = [move];
      }
    }
    if (best === null) best = repairingExchange(state, violation);
    if (best === null) return false;
    for (const move of best) apply(state, move);
  }
  return false;
}

function repairingExchange(state: State, violation: number): readonly Move[] | null {
  let best: readonly Move[] | null = null;
  let least = violation - ROW_SLACK;
  for (const moves of exchanges(state)) {
    const after = violationAfter(state, moves) + missing(state, moves);
    if (after >= least) continue;
    least = after;
    best = moves;
  }
  return best;
}

function* singleMoves(state: State): Generator<Move> {
  const n = state.lots.problem.size;
  for (let i = 0; i < n; i += 1) {
    for (const lots of stepsOf(state, i)) yield { i, lots };
  }
}

/** One lot either way, or across a gap between pieces to its other side, or out of the asset. */
function stepsOf(state: State, i: number): number[] {
  const { problem, unit } = state.lots;
  const present = state.counts[i] as number;
  const steps = new Set<number>();
  for (const lots of [1, -1]) if (isAllowed(state, i, present + lots)) steps.add(lots);
  const { start, low, high } = problem.pieces;
  const u = unit[i] as number;
  for (let p = start[i] as number; p < (start[i + 1] as number); p += 1) {
    const from = Math.ceil((low[p] as number) / u - 1e-9);
    const to = Math.floor((high[p] as number) / u + 1e-9);
    if (from > to || (present >= from && present <= to)) continue;
    steps.add((present < from ? from : to) - present);
  }
  return [...steps];
}

function bestImprovement(state: State): readonly Move[] | null {
  let best: readonly Move[] | null = null;
  let least = -IMPROVEMENT_LEAST;
  const consider = (moves: readonly Move[]): void => {
    const cost = costOf(state, moves);
    if (cost >= least || violationAfter(state, moves) > 0 || missing(state, moves) > 0) return;
    least = cost;
    best = moves;
  };
  for (const move of singleMoves(state)) consider([move]);
  if (best !== null) return best;
  for (const moves of exchanges(state)) consider(moves);
  return best;
}

/** One lot out of an asset against one, or as many as its money buys, of another. */
function* exchanges(state: State): Generator<readonly Move[]> {
  const { unit } = state.lots;
  const { buyers, sellers } = partners(state);
  for (const from of sellers) {
    for (const to of buyers) {
      if (from.i === to.i) continue;
      yield [from, to];
      const freed = Math.abs(from.lots) * (unit[from.i] as number);
      const most = Math.floor(freed / (unit[to.i] as number));
      const many = { i: to.i, lots: most };
      if (
        most > 1 &&
        to.lots === 1 &&
        isAllowed(state, to.i, (state.counts[to.i] as number) + most)
      ) {
        yield [from, many];
      }
      const needed = Math.ceil((unit[to.i] as number) / (unit[from.i] as number));
      const several = { i: from.i, lots: -needed };
      const left = (state.counts[from.i] as number) - needed;
      if (needed > 1 && from.lots === -1 && isAllowed(state, from.i, left)) yield [several, to];
    }
  }
}

/** Assets to buy and to sell, by what a unit of weight brings. */
function partners(state: State): { readonly buyers: Move[]; readonly sellers: Move[] } {
  const moves = [...singleMoves(state)];
  const rate = (move: Move): number =>
    costOf(state, [move]) / Math.abs(move.lots * (state.lots.unit[move.i] as number));
  const ranked = (ofSign: (move: Move) => boolean): Move[] =>
    moves
      .filter(ofSign)
      .map((move) => ({ move, rate: rate(move) }))
      .sort((a, b) => a.rate - b.rate || a.move.i - b.move.i)
      .slice(0, PARTNERS_MAX)
      .map(({ move }) => move);
  return { buyers: ranked(({ lots }) => lots > 0), sellers: ranked(({ lots }) => lots < 0) };
}
