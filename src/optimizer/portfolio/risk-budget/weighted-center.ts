/**
 * The engine of variance risk budgets: a primal-dual interior-point method that ends not at the corner but at a
 * weighted center. The term -level b_i ln x_i is a barrier that stays: its pair (x_i, v_i) is driven to
 * x_i v_i = level b_i, while the pairs of bounds and rows are driven to zero as usual. Equations:
 *
 *   Q x + q - v - zl + zu + G'y = 0,   x_i v_i = level b_i,   pairs of bounds and rows complementary
 *
 * The problem is convex for every level. Making the level an unknown beside x, with the budget as its equation, was
 * tried: fewer steps where it works, and jams where limits bind hard. `level-search` finds it instead.
 */
import { assert } from '../../../kernel/index.ts';
import { choleskyFactor, choleskySolve, dot, multiplyVector } from '../../linear-algebra/index.ts';
import { solveSquare } from './square-system.ts';

export interface CenterProblem {
  readonly size: number;
  /** n x n, positive semidefinite, entries of order one. */
  readonly Q: Float64Array;
  /** n. */
  readonly q: Float64Array;
  /** n, >= 0. */
  readonly b: Float64Array;
  /** n; below or at zero: the log term, or x >= 0 where b is zero, holds. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Rows without the budget: m x n and their limits; equal limits are an equality. */
  readonly G: Float64Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  /** > 0. */
  readonly level: number;
  /** n, > 0. */
  readonly start: Float64Array;
}

export interface CenterAnswer {
  readonly x: Float64Array;
  /** n; price of the upper bound less that of the lower, of x >= 0 where b is zero included. */
  readonly boundPrices: Float64Array;
  /** m; > 0 where the upper limit holds. */
  readonly rowPrices: Float64Array;
  /** Largest residual of any equation, in the scaled units of the problem. */
  readonly residual: number;
  readonly iterations: number;
}

const ITERATIONS_MAX = 150;
const TO_BOUNDARY = 0.995;
/** Below this the equations hold to rounding; steps go on while they still improve. */
const GOAL = 1e-15;

/** One complementary pair: distance from a limit (of variable or row `index`), and its price. */
interface Pair {
  readonly index: number;
  readonly isRow: boolean;
  /** +1: value - limit; -1: limit - value; moves with the value. */
  readonly sign: 1 | -1;
  readonly limit: number;
  price: number;
}

interface State {
  readonly x: Float64Array;
  readonly v: Float64Array;
  /** m: values of the rows, strictly between their limits. */
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly pairs: readonly Pair[];
}

interface Step {
  readonly dx: Float64Array;
  readonly dv: Float64Array;
  readonly ds: Float64Array;
  readonly dy: Float64Array;
  readonly dPrices: Float64Array;
}

/** @returns the best point met, with the residual of its equations; the caller judges it */
export function solveWeightedCenter(problem: CenterProblem): CenterAnswer {
  const state = startState(problem);
  let best = answerOf(problem, state, 0);
  let worse = 0;
  for (let iteration = 1; iteration <= ITERATIONS_MAX && best.residual > GOAL; iteration += 1) {
    const system = factorSystem(problem, state);
    if (system === null) break;
    const mu = meanProduct(state);
    const affine = system({ mu: 0, correction: null });
    if (affine === null) break;
    const reach = stepLength(state, affine, 1);
    const after = meanProductAfter(state, affine, reach);
    const sigma = mu === 0 ? 0 : Math.min(1, (after / mu) ** 3);
    const chosen = longerStep(state, [
      system({ mu: Math.max(sigma * mu, mu * 1e-4), correction: affine }),
      // Off center the second-order terms of an affine step mislead: without them, and less greedy.
      () => system({ mu: Math.max(sigma, 0.5) * mu, correction: null }),
    ]);
    if (chosen === null) break;
    apply(state, chosen.step, chosen.length);
    const here = answerOf(problem, state, iteration);
    if (Number.isNaN(here.residual)) break;
    worse = here.residual < best.residual / 2 ? 0 : worse + 1;
    if (here.residual < best.residual) best = here;
    if (worse > 6 && best.residual < 1e-11) break;
    if (worse > 40) break;
  }
  return best;
}

/** The first step if it reaches well, else the longer of the two. */
function longerStep(
  state: State,
  [first, second]: readonly [Step | null, () => Step | null],
): { readonly step: Step; readonly length: number } | null {
  const reachOf = (step: Step | null): number =>
    step === null ? 0 : stepLength(state, step, TO_BOUNDARY);
  const length = reachOf(first);
  if (first !== null && (length > 0.3 || state.pairs.length === 0)) return { step: first, length };
  const other = second();
  const otherLength = reachOf(other);
  if (other !== null && otherLength > length) return { step: other, length: otherLength };
  return first === null ? null : { step: first, length };
}

function startState(problem: CenterProblem): State {
  const { size: n, b, lower, upper, G, rowLower, rowUpper } = problem;
  const x = problem.start.map((value, i) =>
    inside(value, Math.max(0, lower[i] as number), upper[i] as number),
  );
  const { level } = problem;
  const activity = rowLower.length === 0 ? new Float64Array(0) : multiplyVector(G, x);
  const s = activity.map((value, r) => inside(value, rowLower[r] as number, rowUpper[r] as number));
  const mean = level / n;
  const slopes = multiplyVector(problem.Q, x);
  const pairs: Pair[] = [];
  const add = (pair: Omit<Pair, 'price'>, value: number): void => {
    const slope = pair.isRow ? 0 : pair.sign * (slopes[pair.index] as number);
    const price = mean / Math.max(1e-3, pair.sign * (value - pair.limit));
    pairs.push({ ...pair, price: Math.max(price, slope) });
  };
  for (let i = 0; i < n; i += 1) {
    const low = lower[i] as number;
    const high = upper[i] as number;
    const value = x[i] as number;
    if (low > 0) add({ index: i, isRow: false, sign: 1, limit: low }, value);
    else if (b[i] === 0) add({ index: i, isRow: false, sign: 1, limit: 0 }, value);
    if (high < Infinity) add({ index: i, isRow: false, sign: -1, limit: high }, value);
  }
  for (let r = 0; r < s.length; r += 1) {
    if (rowLower[r] === rowUpper[r]) continue;
    const low = rowLower[r] as number;
    const high = rowUpper[r] as number;
    if (low > -Infinity) add({ index: r, isRow: true, sign: 1, limit: low }, s[r] as number);
    if (high < Infinity) add({ index: r, isRow: true, sign: -1, limit: high }, s[r] as number);
  }
  const v = b.map((share, i) => (level * share) / (x[i] as number));
  return { x, v, s, y: new Float64Array(s.length), pairs };
}

/** A point strictly between two limits, near `value`; equal limits give the limit. */
function inside(value: number, low: number, high: number): number {
  if (low === high) return low;
  const room = Math.min(high - low, 1);
  const margin = Number.isFinite(room) ? 0.05 * room : 0.05;
  const raised = low > -Infinity ? Math.max(value, low + Math.min(margin, Math.abs(value))) : value;
  const capped = high < Infinity ? Math.min(raised, high - margin) : raised;
  return capped > low ? capped : low + margin;
}

/** The pair's distance from its limit. */
function distanceOf({ x, s }: State, pair: Pair): number {
  const value = (pair.isRow ? s[pair.index] : x[pair.index]) as number;
  return pair.sign * (value - pair.limit);
}

function meanProduct(state: State): number {
  let total = 0;
  for (const pair of state.pairs) total += pair.price * distanceOf(state, pair);
  return state.pairs.length === 0 ? 0 : total / state.pairs.length;
}

function meanProductAfter(state: State, step: Step, length: number): number {
  let total = 0;
  state.pairs.forEach((pair, p) => {
    const moved = (pair.isRow ? step.ds[pair.index] : step.dx[pair.index]) as number;
    total +=
      (pair.price + length * (step.dPrices[p] as number)) *
      (distanceOf(state, pair) + length * pair.sign * moved);
  });
  return state.pairs.length === 0 ? 0 : total / state.pairs.length;
}

interface Residuals {
  /** n: Qx + q - v + prices + G'y. */
  readonly dual: Float64Array;
  /** m: Gx - s. */
  readonly row: Float64Array;
  /** m: price of the row less that of its limits; zero for equalities. */
  readonly rowDual: Float64Array;
}

function residualsOf(problem: CenterProblem, state: State): Residuals {
  const { size: n, Q, q, G } = problem;
  const { x, v, y, s } = state;
  const dual = multiplyVector(Q, x);
  const m = s.length;
  for (let i = 0; i < n; i += 1) {
    let value = (dual[i] as number) + (q[i] as number) - (v[i] as number);
    for (let r = 0; r < m; r += 1) value += (G[r * n + i] as number) * (y[r] as number);
    dual[i] = value;
  }
  const rowDual = y.map((value, r) => (problem.rowLower[r] === problem.rowUpper[r] ? 0 : value));
  for (const { index, isRow, sign, price } of state.pairs) {
    if (isRow) rowDual[index] = (rowDual[index] as number) + sign * price;
    else dual[index] = (dual[index] as number) - sign * price;
  }
  const activity = m === 0 ? s : multiplyVector(G, x);
  return {
    dual,
    row: activity.map((value, r) => value - (s[r] as number)),
    rowDual,
  };
}

interface Target {
  readonly mu: number;
  /** A step whose second-order terms are compensated. */
  readonly correction: Step | null;
}

/** Factors the Newton matrix at a state; the function returned solves it for any target. */
function factorSystem(
  problem: CenterProblem,
  state: State,
): ((target: Target) => Step | null) | null {
  const { size: n, Q, b, G, level } = problem;
  const { x, v, s, pairs } = state;
  const m = s.length;
  const M = Q.slice();
  const theta = new Float64Array(m);
  for (let i = 0; i < n; i += 1) {
    M[i * n + i] = (M[i * n + i] as number) + (v[i] as number) / (x[i] as number);
  }
  for (const pair of pairs) {
    const weight = pair.price / distanceOf(state, pair);
    if (pair.isRow) theta[pair.index] = (theta[pair.index] as number) + weight;
    else M[pair.index * (n + 1)] = (M[pair.index * (n + 1)] as number) + weight;
  }
  // A distance that has underflowed makes an infinite weight.
  if (!M.every(Number.isFinite)) return null;
  const outcome = choleskyFactor(M, n);
  if (outcome.kind !== 'factored') return null;
  const factor = outcome.factor;
  // M^-1 of each row of G.
  const columns = Array.from({ length: m }, (_, r) =>
    choleskySolve(factor, G.slice(r * n, (r + 1) * n)),
  );
  const residuals = residualsOf(problem, state);
  const matrix = rowMatrix({ problem, columns, theta });

  return ({ mu, correction }) => {
    const targets = pairTargets(state, mu, correction);
    const r1 = residuals.dual.map((value, i) => {
      const share = level * (b[i] as number);
      const cross =
        correction === null ? 0 : (correction.dx[i] as number) * (correction.dv[i] as number);
      return -value + (share - (x[i] as number) * (v[i] as number) - cross) / (x[i] as number);
    });
    const r2 = residuals.rowDual.map((value) => -value);
    pairs.forEach((pair, p) => {
      const change = (targets[p] as number) / distanceOf(state, pair);
      if (pair.isRow) r2[pair.index] = (r2[pair.index] as number) - pair.sign * change;
      else r1[pair.index] = (r1[pair.index] as number) + pair.sign * change;
    });
    const direct = choleskySolve(factor, r1);
    const right = new Float64Array(m);
    for (let r = 0; r < m; r += 1) {
      const isEquality = problem.rowLower[r] === problem.rowUpper[r];
      right[r] =
        dot(G.slice(r * n, (r + 1) * n), direct) +
        (residuals.row[r] as number) +
        (isEquality ? 0 : (r2[r] as number) / (theta[r] as number));
    }
    const solution = solveSquare(matrix, right);
    if (solution === null) return null;
    return expand({
      problem,
      state,
      columns,
      theta,
      targets,
      r2,
      direct,
      solution,
      correction,
    });
  };
}

interface RowSystem {
  readonly problem: CenterProblem;
  readonly columns: readonly Float64Array[];
  readonly theta: Float64Array;
}

/** Schur complement in the row prices: G M^-1 G' + 1/theta. */
function rowMatrix({ problem, columns, theta }: RowSystem): Float64Array {
  const { size: n, G } = problem;
  const m = columns.length;
  const matrix = new Float64Array(m * m);
  for (let r = 0; r < m; r += 1) {
    const row = G.slice(r * n, (r + 1) * n);
    for (let c = 0; c < m; c += 1) matrix[r * m + c] = dot(row, columns[c] as Float64Array);
    const own = matrix[r * m + r] as number;
    // Equalities that repeat each other would leave no pivot; a trace of room changes the path, not its end.
    const isEquality = problem.rowLower[r] === problem.rowUpper[r];
    matrix[r * m + r] = isEquality ? own * (1 + 1e-13) : own + 1 / (theta[r] as number);
  }
  return matrix;
}

/** mu - price distance - second-order term, of each pair. */
function pairTargets(state: State, mu: number, correction: Step | null): Float64Array {
  return Float64Array.from(state.pairs, (pair, p) => {
    const product = pair.price * distanceOf(state, pair);
    if (correction === null) return mu - product;
    const moved = (pair.isRow ? correction.ds[pair.index] : correction.dx[pair.index]) as number;
    return mu - product - pair.sign * moved * (correction.dPrices[p] as number);
  });
}

interface Expansion extends RowSystem {
  readonly state: State;
  readonly targets: Float64Array;
  readonly r2: Float64Array;
  readonly direct: Float64Array;
  readonly solution: Float64Array;
  readonly correction: Step | null;
}

function expand(input: Expansion): Step {
  const { problem, state, columns, theta, targets, r2, direct, solution, correction } = input;
  const { b, level } = problem;
  const { x, v, pairs } = state;
  const dy = solution;
  const dx = direct.slice();
  columns.forEach((column, r) => {
    for (let i = 0; i < dx.length; i += 1) {
      dx[i] = (dx[i] as number) - (dy[r] as number) * (column[i] as number);
    }
  });
  const ds = dy.map((value, r) =>
    problem.rowLower[r] === problem.rowUpper[r]
      ? 0
      : ((r2[r] as number) - value) / -(theta[r] as number),
  );
  const dv = v.map((value, i) => {
    const cross =
      correction === null ? 0 : (correction.dx[i] as number) * (correction.dv[i] as number);
    const share = level * (b[i] as number);
    return (
      (share - (x[i] as number) * value - cross - value * (dx[i] as number)) / (x[i] as number)
    );
  });
  const dPrices = Float64Array.from(pairs, (pair, p) => {
    const moved = (pair.isRow ? ds[pair.index] : dx[pair.index]) as number;
    return ((targets[p] as number) - pair.price * pair.sign * moved) / distanceOf(state, pair);
  });
  return { dx, dv, ds, dy, dPrices };
}

/** Largest step, at most one, that keeps every distance and price positive. */
function stepLength(state: State, step: Step, share: number): number {
  let most = 1 / share;
  const limit = (value: number, change: number): void => {
    if (change < 0) most = Math.min(most, -value / change);
  };
  for (let i = 0; i < state.x.length; i += 1) {
    limit(state.x[i] as number, step.dx[i] as number);
    // Without a budget v is zero and stays so.
    if ((state.v[i] as number) > 0) limit(state.v[i] as number, step.dv[i] as number);
  }
  state.pairs.forEach((pair, p) => {
    const moved = (pair.isRow ? step.ds[pair.index] : step.dx[pair.index]) as number;
    limit(distanceOf(state, pair), pair.sign * moved);
    limit(pair.price, step.dPrices[p] as number);
  });
  return Math.min(1, share * most);
}

function apply(state: State, step: Step, length: number): void {
  const add = (to: Float64Array, change: Float64Array): void => {
    for (let i = 0; i < to.length; i += 1) {
      to[i] = (to[i] as number) + length * (change[i] as number);
    }
  };
  add(state.x, step.dx);
  add(state.v, step.dv);
  add(state.s, step.ds);
  add(state.y, step.dy);
  state.pairs.forEach((pair, p) => {
    pair.price += length * (step.dPrices[p] as number);
  });
}

function answerOf(problem: CenterProblem, state: State, iterations: number): CenterAnswer {
  const { b, size: n, level } = problem;
  const { x, v, pairs } = state;
  assert(x.length === n, 'a state has one weight per asset');
  const residuals = residualsOf(problem, state);
  let residual = 0;
  const note = (value: number): void => {
    residual = Number.isNaN(value) ? NaN : Math.max(residual, Math.abs(value));
  };
  residuals.dual.forEach(note);
  residuals.row.forEach(note);
  residuals.rowDual.forEach(note);
  for (let i = 0; i < n; i += 1) {
    if ((b[i] as number) > 0) note((x[i] as number) * (v[i] as number) - level * (b[i] as number));
  }
  const boundPrices = new Float64Array(n);
  for (const pair of pairs) {
    note(pair.price * distanceOf(state, pair));
    if (!pair.isRow) {
      boundPrices[pair.index] = (boundPrices[pair.index] as number) - pair.sign * pair.price;
    }
  }
  return { x: x.slice(), boundPrices, rowPrices: state.y.slice(), residual, iterations };
}
