/** One Newton direction of the relaxation and one line search along it. */
import { moveRelaxed } from './relaxed-assets.ts';
import {
  addProduct,
  addRows,
  heldLimit,
  isAlwaysPriced,
  type RelaxationWork,
} from './relaxation-work.ts';

const PIVOT_DEPENDENT = 1e-9;
const PIVOT_RELATIVE = 1e-10;
const PIVOT_ABSOLUTE = 1e-12;
/** Pivot of a row in which no asset is free: a long step, which the line search then shortens. */
const PIVOT_EMPTY = 1e-3;
const PASSES_MAX = 60;
/** A step grows fourfold this often at most: beyond it the prices run away. */
const WIDENINGS_MAX = 15;

/** Assets strictly inside a stretch, and what they add to each row per unit. */
interface StepSystem {
  readonly active: Int32Array;
  /** a x a, lower triangle of the Cholesky factor of diag(stiffness) + coupling. */
  readonly factor: Float64Array;
  /** Rows with a price (index m: places). */
  readonly free: readonly number[];
  /** f x a; coefficients of the active assets, then those divided by the factor's matrix. */
  readonly columns: readonly Float64Array[];
  readonly solved: readonly Float64Array[];
  /** a; answer without any change of prices. */
  readonly base: Float64Array;
}

/**
 * Solves for the point and the prices at which, with every asset on its present stretch, all conditions
 * hold: `target` and `priceChange` of the work. Newly released rows whose price would move against their
 * violation are fixed again.
 *
 * @returns the dual's slope along the step
 */
export function solveStep(work: RelaxationWork): number {
  const { problem, isReleased } = work;
  const first = factorActive(work);
  // Each attempt fixes at least one row again.
  for (let attempt = 0; attempt <= problem.rows.count + 1; attempt += 1) {
    const system = withRows(work, first);
    solvePrices(work, system);
    placeTarget(work, system);
    if (!refixMisdirected(work)) break;
  }
  isReleased.fill(0);
  const { signalChange, productChange, target, priceChange, product } = work;
  productChange.fill(0);
  addProduct(problem, target, productChange);
  for (let i = 0; i < problem.size; i += 1) {
    productChange[i] = (productChange[i] as number) - (product[i] as number);
  }
  signalChange.set(productChange);
  addRows(problem.rows, priceChange, signalChange);
  return slopeAt(work, 0);
}

type ActiveFactor = Pick<StepSystem, 'active' | 'factor' | 'base'>;

function factorActive({ problem, assets, product }: RelaxationWork): ActiveFactor {
  const { size: n, coupling } = problem;
  const { stiffness, weights } = assets;
  const list: number[] = [];
  const held: number[] = [];
  for (let i = 0; i < n; i += 1) {
    if ((stiffness[i] as number) > 0) list.push(i);
    else if (weights[i] !== 0) held.push(i);
  }
  const a = list.length;
  const factor = new Float64Array(a * a);
  const base = new Float64Array(a);
  for (let r = 0; r < a; r += 1) {
    const i = list[r] as number;
    const at = i * n;
    for (let c = 0; c <= r; c += 1)
      factor[r * a + c] = coupling[at + (list[c] as number)] as number;
    const k = stiffness[i] as number;
    factor[r * a + r] = (factor[r * a + r] as number) + k;
    let value = k * (weights[i] as number) + (product[i] as number);
    for (const j of held) value -= (coupling[at + j] as number) * (weights[j] as number);
    base[r] = value;
  }
  factorInPlace(factor, a);
  solveInPlace(factor, base);
  return { active: Int32Array.from(list), factor, base };
}

function withRows(work: RelaxationWork, first: ActiveFactor): StepSystem {
  const { problem, assets, isFixed } = work;
  const m = problem.rows.count;
  const free: number[] = [];
  for (let r = 0; r <= m; r += 1) {
    const isAbsent = r === m && problem.countLimit === null;
    if (isFixed[r] === 0 && !isAbsent) free.push(r);
  }
  const columns = free.map((r) =>
    Float64Array.from(first.active, (i) =>
      r === m
        ? (assets.placeSlope[i] as number)
        : (problem.rows.coefficients[r * problem.size + i] as number),
    ),
  );
  const solved = columns.map((column) => {
    const copy = column.slice();
    solveInPlace(first.factor, copy);
    return copy;
  });
  return { ...first, free, columns, solved };
}

/** The Schur complement of the rows: (A K^-1 A' + effect of the price of a place) change = residual. */
function solvePrices(work: RelaxationWork, system: StepSystem): void {
  const { assets, activity, priceChange, problem } = work;
  const { free, columns, solved, active, base } = system;
  const f = free.length;
  const m = problem.rows.count;
  const matrix = new Float64Array(f * f);
  const change = new Float64Array(f);
  for (let r = 0; r < f; r += 1) {
    const row = free[r] as number;
    const column = columns[r] as Float64Array;
    for (let c = 0; c <= r; c += 1) matrix[r * f + c] = dot(column, solved[c] as Float64Array);
    let value = (activity[row] as number) - heldLimit(work, row);
    for (let e = 0; e < active.length; e += 1) {
      const moved = (base[e] as number) - (assets.weights[active[e] as number] as number);
      value += (column[e] as number) * moved;
    }
    change[r] = value;
    if (row !== m) continue;
    let effect = 0;
    for (const i of active) effect += assets.priceEffect[i] as number;
    matrix[r * f + r] = (matrix[r * f + r] as number) + effect;
  }
  factorRegularized(matrix, f);
  solveInPlace(matrix, change);
  priceChange.fill(0);
  free.forEach((row, r) => {
    priceChange[row] = change[r] as number;
  });
}

/** Active assets at the system's solution, the others where they answer now. */
function placeTarget(work: RelaxationWork, { active, base, free, solved }: StepSystem): void {
  const { target, assets, priceChange } = work;
  target.set(assets.weights);
  for (let e = 0; e < active.length; e += 1) {
    let value = base[e] as number;
    for (let r = 0; r < free.length; r += 1) {
      value -= (solved[r]?.[e] as number) * (priceChange[free[r] as number] as number);
    }
    target[active[e] as number] = value;
  }
}

function refixMisdirected({ isReleased, isFixed, priceChange, side }: RelaxationWork): boolean {
  let hasChanged = false;
  for (let r = 0; r < isReleased.length; r += 1) {
    if (isReleased[r] === 0 || (priceChange[r] as number) * (side[r] as number) > 0) continue;
    isReleased[r] = 0;
    isFixed[r] = 1;
    hasChanged = true;
  }
  return hasChanged;
}

/** Derivative of the dual along the direction; leaves the assets at that step. */
function slopeAt(work: RelaxationWork, step: number): number {
  const { problem, assets, signal, signalChange, prices, priceChange } = work;
  const m = problem.rows.count;
  const theta = (prices[m] as number) + step * (priceChange[m] as number);
  const along = { direction: signalChange, step };
  let slope = moveRelaxed(problem, assets, { signal, along, theta });
  const { y, target, productChange } = work;
  for (let i = 0; i < y.length; i += 1) {
    const yi = y[i] as number;
    slope -= (yi + step * ((target[i] as number) - yi)) * (productChange[i] as number);
  }
  for (let r = 0; r < m; r += 1) {
    const change = priceChange[r] as number;
    if (change !== 0) slope -= heldLimit(work, r) * change;
  }
  const change = priceChange[m] as number;
  if (change !== 0) {
    let places = 0;
    for (let i = 0; i < problem.size; i += 1) places += assets.places[i] as number;
    slope += change * (places - heldLimit(work, m));
  }
  return slope;
}

/** Moves y and the prices along the step just solved; a price that reaches zero is fixed there. */
export function advance(work: RelaxationWork, slopeAtZero: number): void {
  const { problem, y, product, target, productChange, prices, priceChange, isFixed } = work;
  let limit = Infinity;
  let blocking = -1;
  for (let r = 0; r < prices.length; r += 1) {
    const price = prices[r] as number;
    const change = priceChange[r] as number;
    if (isFixed[r] === 1 || isAlwaysPriced(problem, r) || price * change >= 0) continue;
    if (-price / change < limit) {
      limit = -price / change;
      blocking = r;
    }
  }
  const step = searchStep(work, slopeAtZero, limit);
  for (let i = 0; i < y.length; i += 1) {
    y[i] = (y[i] as number) + step * ((target[i] as number) - (y[i] as number));
    product[i] = (product[i] as number) + step * (productChange[i] as number);
  }
  if (step === 1) y.set(target);
  for (let r = 0; r < prices.length; r += 1) {
    prices[r] = (prices[r] as number) + step * (priceChange[r] as number);
  }
  if (step === limit && blocking >= 0) {
    prices[blocking] = 0;
    isFixed[blocking] = 1;
  }
}

/**
 * The full step when good enough, else a bracket and false position. A step past the top is taken only when
 * the falling slopes prove that the dual rose over it: where all curvature is spent at the start of a long
 * step, a slope small at its end says nothing.
 */
function searchStep(work: RelaxationWork, slopeAtZero: number, limit: number): number {
  let high = Math.min(1, limit);
  let slopeHigh = slopeAt(work, high);
  let ratio = slopeHigh / slopeAtZero;
  if (ratio >= 0 && (ratio <= 0.9 || high === limit)) return high;
  if (ratio < 0 && ratio >= -0.5 && slopeAt(work, high / 2) >= -slopeHigh) return high;
  let low = 0;
  let slopeLow = slopeAtZero;
  for (let pass = 0; ratio > 0.1 && high < limit && pass < WIDENINGS_MAX; pass += 1) {
    low = high;
    slopeLow = slopeHigh;
    high = Math.min(high * 4, limit);
    slopeHigh = slopeAt(work, high);
    ratio = slopeHigh / slopeAtZero;
  }
  if (ratio >= 0) return high;
  let step = high;
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const share = slopeLow / (slopeLow - slopeHigh);
    step = low + (high - low) * Math.min(0.9, Math.max(0.1, share));
    const slope = slopeAt(work, step);
    ratio = slope / slopeAtZero;
    const isRise = slope >= 0 || low * slopeLow + (step - low) * slope >= 0;
    if (ratio >= -0.1 && ratio <= 0.5 && isRise) break;
    if (slope > 0) {
      low = step;
      slopeLow = slope;
    } else {
      high = step;
      slopeHigh = slope;
    }
  }
  return step;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] as number) * (b[i] as number);
  return total;
}

/** Cholesky factor over the lower triangle; the matrix is positive definite up to rounding. */
function factorInPlace(matrix: Float64Array, size: number): void {
  for (let r = 0; r < size; r += 1) {
    const row = r * size;
    for (let c = 0; c <= r; c += 1) {
      const other = c * size;
      let value = matrix[row + c] as number;
      for (let e = 0; e < c; e += 1) {
        value -= (matrix[row + e] as number) * (matrix[other + e] as number);
      }
      if (c < r) matrix[row + c] = value / (matrix[other + c] as number);
      else
        matrix[row + r] = Math.sqrt(Math.max(value, 1e-14 * (matrix[row + r] as number), 1e-300));
    }
  }
}

/** The same with raised pivots for rows that follow from others, or that no active asset is in. */
function factorRegularized(matrix: Float64Array, size: number): void {
  for (let r = 0; r < size; r += 1) {
    const row = r * size;
    for (let c = 0; c < r; c += 1) {
      let value = matrix[row + c] as number;
      for (let e = 0; e < c; e += 1) {
        value -= (matrix[row + e] as number) * (matrix[c * size + e] as number);
      }
      matrix[row + c] = value / (matrix[c * size + c] as number);
    }
    const original = matrix[row + r] as number;
    let pivot = original;
    for (let e = 0; e < r; e += 1) pivot -= (matrix[row + e] as number) ** 2;
    if (original <= PIVOT_ABSOLUTE) pivot = PIVOT_EMPTY;
    else if (pivot <= PIVOT_DEPENDENT * original) {
      pivot = Math.max(pivot, 0) + PIVOT_RELATIVE * original + PIVOT_ABSOLUTE;
    }
    matrix[row + r] = Math.sqrt(pivot);
  }
}

/** Solves L L' x = rhs in place. */
function solveInPlace(factor: Float64Array, rhs: Float64Array): void {
  const size = rhs.length;
  for (let r = 0; r < size; r += 1) {
    let value = rhs[r] as number;
    for (let c = 0; c < r; c += 1) value -= (factor[r * size + c] as number) * (rhs[c] as number);
    rhs[r] = value / (factor[r * size + r] as number);
  }
  for (let r = size - 1; r >= 0; r -= 1) {
    let value = rhs[r] as number;
    for (let c = r + 1; c < size; c += 1) {
      value -= (factor[c * size + r] as number) * (rhs[c] as number);
    }
    rhs[r] = value / (factor[r * size + r] as number);
  }
}
