/**
 * The second engine: a primal-dual interior point over the segments of every cost curve, with the factors
 * eliminated by Woodbury's identity down to one (k + m) matrix per iteration. It shares
 * the matrix kernels with the first engine, not its active sets: degenerate rows do not trouble it.
 *
 * Each segment p of asset i is a variable y in [0, width]; x_i = lower_i + sum y. A range row has a slack
 * z in [rowLower, rowUpper]. Convexity fills the segments in their order.
 */
import { addColumns } from '../newton/asset-step.ts';
import type { EngineAnswer } from '../newton/dual-newton.ts';
import { buildNewtonMatrix, factorNewtonMatrix, solveFactored } from '../newton/newton-matrix.ts';
import { farkasMargin } from '../infeasibility/farkas.ts';
import type { EngineProblem } from '../problem/engine-problem.ts';

/** Open ends are taken this far out, in weight; the certificate judges the answer on the true ends. */
const OPEN_END = 1e3;
/** Narrower ranges are one point. */
const WIDTH_LEAST = 1e-13;
const STEP_SHARE = 0.995;
const COMPLEMENTARITY_MAX = 1e-14;
/** Where rows leave the box no interior, prices run away while the barrier vanishes: it stops here. */
const AIM_LEAST = 1e-16;

/** Variables with two ends: all segments, then one slack per row. */
interface Barrier {
  readonly width: Float64Array;
  /** Distance from the lower end, inside (0, width). */
  readonly inside: Float64Array;
  readonly lowPrice: Float64Array;
  readonly highPrice: Float64Array;
  readonly change: Float64Array;
}

interface Work {
  readonly problem: EngineProblem;
  readonly barrier: Barrier;
  readonly segmentCount: number;
  readonly low: Float64Array;
  readonly weights: Float64Array;
  readonly prices: Float64Array;
  readonly signal: Float64Array;
  /** Of the row slack from its lower end. */
  readonly rowLow: Float64Array;
  readonly right: Float64Array;
  readonly slack: Float64Array;
  readonly shift: Float64Array;
  readonly matrix: Float64Array;
  readonly factor: Float64Array;
  readonly isFixed: Uint8Array;
  /** Largest slope of the objective, at least one: prices begin there and are small beside it. */
  readonly priceSize: number;
}

export function solveInteriorPoint(
  problem: EngineProblem,
  options: { readonly tolerance: number; readonly iterationsMax: number },
): EngineAnswer {
  const work = newWork(problem);
  const answer = (status: EngineAnswer['status'], iterations: number): EngineAnswer => ({
    status,
    weights: work.weights,
    prices: work.prices,
    iterations,
  });
  let centering = 0.5;
  for (let iteration = 0; iteration < options.iterationsMax; iteration += 1) {
    const complementarity = meanComplementarity(work.barrier);
    const aim = Math.max(AIM_LEAST, centering * complementarity);
    const residual = prepare(work, aim);
    if (residual < options.tolerance && complementarity < COMPLEMENTARITY_MAX * work.priceSize) {
      return answer('converged', iteration);
    }
    if (farkasMargin(problem, work.prices.subarray(problem.factorCount)) > 0) {
      return answer('infeasible', iteration);
    }
    const step = advance(work, aim);
    if (!Number.isFinite(step)) return answer('stopped', iteration);
    // A short step means the point is off the central path: aim at the path before the optimum.
    centering = Math.min(0.8, Math.max(0.02, (1 - step) ** 2));
  }
  return answer('stopped', options.iterationsMax);
}

function newWork(problem: EngineProblem): Work {
  const { assetCount: n, rowCount: m, factorCount: k, segmentEnd } = problem;
  const segmentCount = problem.segmentStart[n] as number;
  const count = segmentCount + m;
  const width = new Float64Array(count);
  const low = problem.lower.map(clipped);
  for (let i = 0; i < n; i += 1) {
    let from = low[i] as number;
    for (
      let p = problem.segmentStart[i] as number;
      p < (problem.segmentStart[i + 1] as number);
      p += 1
    ) {
      const end = clipped(segmentEnd[p] as number);
      width[p] = end - from;
      from = end;
    }
  }
  const rowLow = problem.rowLower.map(clipped);
  for (let r = 0; r < m; r += 1) {
    width[segmentCount + r] = clipped(problem.rowUpper[r] as number) - (rowLow[r] as number);
  }
  let priceSize = 1;
  for (const value of problem.linear) priceSize = Math.max(priceSize, Math.abs(value));
  for (const value of problem.segmentSlope) priceSize = Math.max(priceSize, Math.abs(value));
  const isFree = (w: number): boolean => w > WIDTH_LEAST;
  return {
    problem,
    segmentCount,
    low,
    rowLow,
    barrier: {
      width,
      inside: width.map((w) => (isFree(w) ? w / 2 : 0)),
      lowPrice: width.map((w) => (isFree(w) ? priceSize : 0)),
      highPrice: width.map((w) => (isFree(w) ? priceSize : 0)),
      change: new Float64Array(count),
    },
    weights: new Float64Array(n),
    prices: new Float64Array(k + m),
    signal: new Float64Array(n),
    right: new Float64Array(k + m),
    slack: new Float64Array(n),
    shift: new Float64Array(n),
    matrix: new Float64Array((k + m) ** 2),
    factor: new Float64Array((k + m) ** 2),
    isFixed: new Uint8Array(m),
    priceSize,
  };
}

function clipped(value: number): number {
  return Math.min(OPEN_END, Math.max(-OPEN_END, value));
}

function meanComplementarity({ width, inside, lowPrice, highPrice }: Barrier): number {
  let total = 0;
  let count = 0;
  for (let v = 0; v < width.length; v += 1) {
    const w = width[v] as number;
    if (w <= WIDTH_LEAST) continue;
    const y = inside[v] as number;
    total += (lowPrice[v] as number) * y + (highPrice[v] as number) * (w - y);
    count += 2;
  }
  return count === 0 ? 0 : total / count;
}

/** Stiffness of the barrier, 1/W: zero for a variable without room. */
function give({ width, inside, lowPrice, highPrice }: Barrier, v: number): number {
  const w = width[v] as number;
  if (w <= WIDTH_LEAST) return 0;
  const y = inside[v] as number;
  return 1 / ((lowPrice[v] as number) / y + (highPrice[v] as number) / (w - y));
}

/** Gradient of -aim (log y + log(width - y)). */
function pull({ width, inside }: Barrier, v: number, aim: number): number {
  const y = inside[v] as number;
  return -aim / y + aim / ((width[v] as number) - y);
}

/**
 * Builds the reduced matrix and right side at the present point.
 *
 * @returns the largest residual of rows, factor prices and optimality
 */
function prepare(work: Work, aim: number): number {
  const { problem, barrier, weights, prices, signal } = work;
  const { segmentStart, segmentSlope, curvature, assetCount } = problem;
  signal.set(problem.linear);
  addColumns(problem, prices, signal);
  let residual = 0;
  for (let i = 0; i < assetCount; i += 1) {
    let x = work.low[i] as number;
    const first = segmentStart[i] as number;
    const end = segmentStart[i + 1] as number;
    for (let p = first; p < end; p += 1) {
      x += (barrier.width[p] as number) > WIDTH_LEAST ? (barrier.inside[p] as number) : 0;
    }
    weights[i] = x;
    const d = curvature[i] as number;
    let gives = 0;
    let moves = 0;
    for (let p = first; p < end; p += 1) {
      const g = give(barrier, p);
      if (g === 0) continue;
      const smooth = d * x + (signal[i] as number) + (segmentSlope[p] as number);
      const priced = smooth - (barrier.lowPrice[p] as number) + (barrier.highPrice[p] as number);
      residual = Math.max(residual, Math.abs(priced) / work.priceSize);
      gives += g;
      moves += g * (smooth + pull(barrier, p, aim));
    }
    work.slack[i] = gives / (1 + d * gives);
    work.shift[i] = -moves / (1 + d * gives);
  }
  return Math.max(residual, fillRight(work, aim));
}

/** Right side of the reduced system; returns the largest residual of factor prices and rows. */
function fillRight(work: Work, aim: number): number {
  const { problem, barrier, right, weights, prices } = work;
  const { factorCount: k, rowCount: m, columns } = problem;
  const width = k + m;
  let residual = 0;
  for (let c = 0; c < width; c += 1) {
    let value = 0;
    let moved = 0;
    for (let i = 0; i < problem.assetCount; i += 1) {
      const column = columns[i * width + c] as number;
      value += column * (weights[i] as number);
      moved += column * (work.shift[i] as number);
    }
    const v = work.segmentCount + c - k;
    if (c < k) value -= (problem.anchor[c] as number) + (prices[c] as number);
    else value -= (work.rowLow[c - k] as number) + (barrier.inside[v] as number);
    residual = Math.max(residual, Math.abs(value));
    right[c] = value + moved;
    if (c < k) continue;
    const g = give(barrier, v);
    if (g > 0)
      right[c] = (right[c] as number) + g * (pull(barrier, v, aim) - (prices[c] as number));
  }
  return residual;
}

/** One step towards the point whose complementarity is `aim`; returns its length. */
function advance(work: Work, aim: number): number {
  const { problem, barrier, right, prices, matrix } = work;
  const { factorCount: k, rowCount: m } = problem;
  buildNewtonMatrix(problem, work.slack, matrix);
  for (let r = 0; r < m; r += 1) {
    const at = (k + r) * (k + m) + k + r;
    matrix[at] = (matrix[at] as number) + give(barrier, work.segmentCount + r);
  }
  factorNewtonMatrix(problem, matrix, { factor: work.factor, isFixed: work.isFixed });
  solveFactored(work.factor, right);
  fillChanges(work, aim);
  const step = Math.min(1, STEP_SHARE * longestStep(barrier, aim));
  for (let c = 0; c < prices.length; c += 1) {
    prices[c] = (prices[c] as number) + step * (right[c] as number);
  }
  for (let v = 0; v < barrier.width.length; v += 1) {
    if ((barrier.width[v] as number) <= WIDTH_LEAST) continue;
    const [low, high] = priceChanges(barrier, v, aim);
    barrier.inside[v] = (barrier.inside[v] as number) + step * (barrier.change[v] as number);
    barrier.lowPrice[v] = (barrier.lowPrice[v] as number) + step * low;
    barrier.highPrice[v] = (barrier.highPrice[v] as number) + step * high;
  }
  return step;
}

/** Moves of the segments and slacks that follow from the price moves in `right`. */
function fillChanges(work: Work, aim: number): void {
  const { problem, barrier, right, signal, slack, shift } = work;
  const moved = new Float64Array(problem.assetCount);
  addColumns(problem, right, moved);
  for (let i = 0; i < problem.assetCount; i += 1) {
    const d = problem.curvature[i] as number;
    const x = work.weights[i] as number;
    const change = (shift[i] as number) - (slack[i] as number) * (moved[i] as number);
    const first = problem.segmentStart[i] as number;
    for (let p = first; p < (problem.segmentStart[i + 1] as number); p += 1) {
      const g = give(barrier, p);
      if (g === 0) continue;
      const smooth = d * x + (signal[i] as number) + (problem.segmentSlope[p] as number);
      barrier.change[p] = -g * (smooth + pull(barrier, p, aim) + d * change + (moved[i] as number));
    }
  }
  const k = problem.factorCount;
  for (let r = 0; r < problem.rowCount; r += 1) {
    const v = work.segmentCount + r;
    const g = give(barrier, v);
    if (g === 0) continue;
    const price = (work.prices[k + r] as number) + (right[k + r] as number);
    barrier.change[v] = g * (price - pull(barrier, v, aim));
  }
}

function priceChanges(barrier: Barrier, v: number, aim: number): readonly [number, number] {
  const y = barrier.inside[v] as number;
  const room = (barrier.width[v] as number) - y;
  const change = barrier.change[v] as number;
  const low = barrier.lowPrice[v] as number;
  const high = barrier.highPrice[v] as number;
  return [(aim - low * change) / y - low, (aim + high * change) / room - high];
}

/** The step at which the first variable or price would reach an end. */
function longestStep(barrier: Barrier, aim: number): number {
  let longest = Infinity;
  for (let v = 0; v < barrier.width.length; v += 1) {
    const w = barrier.width[v] as number;
    if (w <= WIDTH_LEAST) continue;
    const y = barrier.inside[v] as number;
    const change = barrier.change[v] as number;
    if (change < 0) longest = Math.min(longest, -y / change);
    if (change > 0) longest = Math.min(longest, (w - y) / change);
    const [low, high] = priceChanges(barrier, v, aim);
    if (low < 0) longest = Math.min(longest, -(barrier.lowPrice[v] as number) / low);
    if (high < 0) longest = Math.min(longest, -(barrier.highPrice[v] as number) / high);
  }
  return longest;
}
