/**
 * A smaller problem for the assets that still have a choice or a range: those fixed at one point are folded
 * into the constant, the linear terms and the rows. With fewer assets more of the diagonal can be split off,
 * so the bounds of a region are tighter than those of the problem it came from.
 */
import {
  curveValue,
  type ChoiceProblem,
  type ChoiceRows,
  type CountLimit,
  type Pieces,
} from './choice-problem.ts';
import { splitDiagonal, withoutDiagonal } from './diagonal-split.ts';

export interface Region {
  readonly problem: ChoiceProblem;
  /** One entry per piece of `problem`. */
  readonly allowed: Uint8Array;
  /** Index in the whole problem of each asset of the region, and of each of its pieces. */
  readonly assets: Int32Array;
  readonly pieces: Int32Array;
  /** Weights of the whole problem; the region fills in its own. */
  readonly frame: Float64Array;
}

export function wholeRegion(problem: ChoiceProblem, allowed: Uint8Array): Region {
  return {
    problem,
    allowed,
    assets: Int32Array.from({ length: problem.size }, (_, i) => i),
    pieces: Int32Array.from({ length: problem.pieces.low.length }, (_, p) => p),
    frame: new Float64Array(problem.size),
  };
}

/** The region without the assets that `allowed` leaves a single point, and without forbidden pieces. */
export function shrinkRegion(region: Region, allowed: Uint8Array): Region {
  const { problem } = region;
  const { low, high, counts } = problem.pieces;
  const kept: number[] = [];
  const fixed: { readonly i: number; readonly x: number }[] = [];
  const frame = region.frame.slice();
  let places = 0;
  for (let i = 0; i < problem.size; i += 1) {
    const own = allowedPieces(problem, allowed, i);
    const only = own.length === 1 ? (own[0] as number) : -1;
    if (only >= 0 && low[only] === high[only]) {
      const x = low[only] as number;
      places += counts[only] as number;
      frame[region.assets[i] as number] = x;
      fixed.push({ i, x });
    } else kept.push(i);
  }
  const pieceIndices = kept.map((i) => allowedPieces(problem, allowed, i));
  const flat = pieceIndices.flat();
  const pieceStart = new Int32Array(kept.length + 1);
  pieceIndices.forEach((own, e) => {
    pieceStart[e + 1] = (pieceStart[e] as number) + own.length;
  });
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(flat, (p) => values[p] as number);
  const pieces: Pieces = {
    start: pieceStart,
    low: pick(low),
    high: pick(high),
    counts: Uint8Array.from(flat, (p) => counts[p] as number),
  };
  const held = fixed.filter(({ x }) => x !== 0);
  return {
    problem: {
      ...foldObjective(problem, kept, fixed),
      pieces,
      rows: foldRows(problem.rows, { size: problem.size, kept, held }),
      countLimit: lessPlaces(problem.countLimit, places),
    },
    allowed: new Uint8Array(flat.length).fill(1),
    assets: Int32Array.from(kept, (i) => region.assets[i] as number),
    pieces: Int32Array.from(flat, (p) => region.pieces[p] as number),
    frame,
  };
}

export function allowedPieces(problem: ChoiceProblem, allowed: Uint8Array, i: number): number[] {
  const { start } = problem.pieces;
  const own: number[] = [];
  for (let p = start[i] as number; p < (start[i + 1] as number); p += 1) {
    if (allowed[p] === 1) own.push(p);
  }
  return own;
}

function lessPlaces(limit: CountLimit | null, places: number): CountLimit | null {
  return limit === null ? null : { ...limit, maximum: limit.maximum - places };
}

interface Fixed {
  readonly i: number;
  readonly x: number;
}

type Objective = Omit<ChoiceProblem, 'pieces' | 'rows' | 'countLimit'>;

function foldObjective(
  problem: ChoiceProblem,
  kept: readonly number[],
  fixed: readonly Fixed[],
): Objective {
  const n = problem.size;
  const size = kept.length;
  const coupling = new Float64Array(size * size);
  const linear = new Float64Array(size);
  const held = fixed.filter(({ x }) => x !== 0);
  kept.forEach((i, r) => {
    const at = i * n;
    for (let c = 0; c < size; c += 1) {
      coupling[r * size + c] = problem.coupling[at + (kept[c] as number)] as number;
    }
    let tilt = problem.linear[i] as number;
    for (const { i: j, x } of held) tilt += (problem.coupling[at + j] as number) * x;
    linear[r] = tilt;
  });
  let constant = problem.constant;
  for (const { i, x } of fixed) {
    constant += curveValue(problem.curves[i] ?? null, problem.origin[i] as number, x);
    if (x === 0) continue;
    let product = (problem.curvature[i] as number) * x;
    for (const { i: j, x: other } of held)
      product += (problem.coupling[i * n + j] as number) * other;
    constant += x * (product / 2 + (problem.linear[i] as number));
  }
  return {
    size,
    coupling,
    curvature: Float64Array.from(kept, (i) => problem.curvature[i] as number),
    linear,
    curves: kept.map((i) => problem.curves[i] ?? null),
    origin: Float64Array.from(kept, (i) => problem.origin[i] as number),
    constant,
  };
}

function foldRows(
  rows: ChoiceRows,
  {
    size,
    kept,
    held,
  }: { readonly size: number; readonly kept: readonly number[]; readonly held: readonly Fixed[] },
): ChoiceRows {
  const coefficients = new Float64Array(rows.count * kept.length);
  const lower = rows.lower.slice();
  const upper = rows.upper.slice();
  for (let r = 0; r < rows.count; r += 1) {
    const at = r * size;
    kept.forEach((i, e) => {
      coefficients[r * kept.length + e] = rows.coefficients[at + i] as number;
    });
    let taken = 0;
    for (const { i, x } of held) taken += (rows.coefficients[at + i] as number) * x;
    lower[r] = (lower[r] as number) - taken;
    upper[r] = (upper[r] as number) - taken;
  }
  return { count: rows.count, coefficients, lower, upper };
}

/** Moves diagonal between coupling and curvature so that what the bound sees counts where `weights` are. */
export function resplit(problem: ChoiceProblem, weights: Float64Array | null): ChoiceProblem {
  const whole = withoutDiagonal(
    problem.coupling,
    problem.curvature.map((d) => -d),
  );
  const curvature = splitDiagonal(whole, problem.size, {
    weights,
    start: problem.curvature.some((d) => d > 0) ? problem.curvature : null,
  });
  if (curvature.every((d) => d === 0)) return problem;
  return { ...problem, curvature, coupling: withoutDiagonal(whole, curvature) };
}

/** Weights of the whole problem from those of the region. */
export function inWhole(region: Region, weights: Float64Array): Float64Array {
  const whole = region.frame.slice();
  region.assets.forEach((i, e) => {
    whole[i] = weights[e] as number;
  });
  return whole;
}
