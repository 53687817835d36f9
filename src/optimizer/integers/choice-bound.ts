/**
 * The bound that any prices prove, evaluated exactly over the pieces: with s = linear + coupling y + A'eta,
 *
 *   constant + sum over assets of the least term among their pieces - 1/2 y' coupling y - h(eta),
 *
 * where at most K assets may answer from a piece that counts: the K that gain most by it. The best price of
 * a place is part of that sum, so it need not be known. Valid for every y and eta, converged or not.
 */
import { curveValue, leastPoint, type ChoiceProblem } from './choice-problem.ts';

/** What the prices say of every piece of every asset. */
export interface PieceTerms {
  /** Per piece: the least term in it; Infinity where it is not allowed. */
  readonly least: Float64Array;
  /** n; index of the best piece among those that do not count, or that count; -1: none. */
  readonly bestFree: Int32Array;
  readonly bestCounted: Int32Array;
  /** n; what answering from a counted piece adds; only where both kinds are allowed. */
  readonly gain: Float64Array;
  /** n; 1 where the bound lets the asset take a place. */
  readonly isPlaced: Uint8Array;
  /** Gain of the last asset placed, and of the first one not placed (0 where places stay empty). */
  lastPlaced: number;
  firstWaiting: number;
  bound: number;
}

export function newPieceTerms(problem: ChoiceProblem): PieceTerms {
  const n = problem.size;
  return {
    least: new Float64Array(problem.pieces.low.length),
    bestFree: new Int32Array(n),
    bestCounted: new Int32Array(n),
    gain: new Float64Array(n),
    isPlaced: new Uint8Array(n),
    lastPlaced: 0,
    firstWaiting: 0,
    bound: -Infinity,
  };
}

export interface DualPoint {
  readonly allowed: Uint8Array;
  /** n; linear + coupling y + A'eta. */
  readonly signal: Float64Array;
  /** y' coupling y. */
  readonly square: number;
  /** m; prices of the rows. */
  readonly rowPrices: Float64Array;
}

/** Fills `terms`; its bound is Infinity where the counts alone cannot be met. */
export function evaluateBound(problem: ChoiceProblem, point: DualPoint, terms: PieceTerms): void {
  let total = problem.constant - point.square / 2;
  for (let r = 0; r < problem.rows.count; r += 1) {
    const price = point.rowPrices[r] as number;
    if (price === 0) continue;
    total -= price * ((price > 0 ? problem.rows.upper[r] : problem.rows.lower[r]) as number);
  }
  let forced = 0;
  const choosers: number[] = [];
  for (let i = 0; i < problem.size; i += 1) {
    judgePieces(problem, point, { i, terms });
    const free = terms.bestFree[i] as number;
    const counted = terms.bestCounted[i] as number;
    terms.isPlaced[i] = 0;
    if (free < 0) {
      forced += 1;
      terms.isPlaced[i] = 1;
      total += counted < 0 ? Infinity : (terms.least[counted] as number);
      continue;
    }
    total += terms.least[free] as number;
    if (counted < 0) continue;
    terms.gain[i] = (terms.least[counted] as number) - (terms.least[free] as number);
    choosers.push(i);
  }
  terms.bound = total + placeBest(problem, terms, { choosers, forced });
}

function judgePieces(
  problem: ChoiceProblem,
  point: DualPoint,
  { i, terms }: { readonly i: number; readonly terms: PieceTerms },
): void {
  const { start, low, high, counts } = problem.pieces;
  const curve = problem.curves[i] ?? null;
  const curvature = problem.curvature[i] as number;
  const tilt = point.signal[i] as number;
  let free = -1;
  let counted = -1;
  for (let p = start[i] as number; p < (start[i + 1] as number); p += 1) {
    if (point.allowed[p] === 0) {
      terms.least[p] = Infinity;
      continue;
    }
    const x = leastPoint({
      curvature,
      tilt,
      curve,
      low: low[p] as number,
      high: high[p] as number,
    });
    const value =
      (curvature / 2) * x * x + tilt * x + curveValue(curve, problem.origin[i] as number, x);
    terms.least[p] = value;
    if (counts[p] === 1) {
      if (counted < 0 || value < (terms.least[counted] as number)) counted = p;
    } else if (free < 0 || value < (terms.least[free] as number)) free = p;
  }
  terms.bestFree[i] = free;
  terms.bestCounted[i] = counted;
}

/** Gives the places left to the assets that gain most; returns what that adds to the bound. */
function placeBest(
  problem: ChoiceProblem,
  terms: PieceTerms,
  { choosers, forced }: { readonly choosers: number[]; readonly forced: number },
): number {
  const limit = problem.countLimit;
  const places = limit === null ? choosers.length : limit.maximum - forced;
  const isExact = limit?.isExact === true;
  if (places < 0 || (isExact && places > choosers.length)) return Infinity;
  const gains = terms.gain;
  const wanted = isExact ? choosers : choosers.filter((i) => (gains[i] as number) < 0);
  if (wanted.length > places || isExact) {
    wanted.sort((a, b) => (gains[a] as number) - (gains[b] as number) || a - b);
  }
  const taken = Math.min(places, wanted.length);
  let total = 0;
  for (let w = 0; w < taken; w += 1) {
    const i = wanted[w] as number;
    terms.isPlaced[i] = 1;
    total += gains[i] as number;
  }
  const isFull = taken === places;
  terms.lastPlaced = isFull ? (taken > 0 ? (gains[wanted[taken - 1] as number] as number) : 0) : 0;
  const waiting = wanted[taken];
  terms.firstWaiting =
    waiting === undefined ? (isExact ? Infinity : 0) : (gains[waiting] as number);
  if (isFull && taken === 0) terms.lastPlaced = -Infinity;
  return total;
}

/**
 * Lower bound when asset i must answer from piece p: what the swap adds to the bound.
 *
 * With the places full, an asset that takes one pushes out the last one placed; one that gives its place up
 * lets the first one waiting in.
 */
export function boundWithPiece(
  problem: ChoiceProblem,
  terms: PieceTerms,
  { i, p }: { readonly i: number; readonly p: number },
): number {
  const least = terms.least[p] as number;
  const free = terms.bestFree[i] as number;
  const counted = terms.bestCounted[i] as number;
  const isPlaced = terms.isPlaced[i] === 1;
  const present = terms.least[isPlaced ? counted : free] as number;
  const isCounting = problem.pieces.counts[p] === 1;
  if (problem.countLimit === null || isCounting === isPlaced) return terms.bound + least - present;
  return isCounting
    ? terms.bound + least - present - terms.lastPlaced
    : terms.bound + least - present + terms.firstWaiting;
}

/**
 * Forbids every piece whose bound reaches the cutoff.
 *
 * @returns how many were forbidden; -1 when an asset has none left, so that nothing beats the cutoff
 */
export function forbidPieces(
  problem: ChoiceProblem,
  terms: PieceTerms,
  { allowed, cutoff }: { readonly allowed: Uint8Array; readonly cutoff: number },
): number {
  const { start } = problem.pieces;
  let forbidden = 0;
  for (let i = 0; i < problem.size; i += 1) {
    const first = start[i] as number;
    const end = start[i + 1] as number;
    let left = 0;
    for (let p = first; p < end; p += 1) {
      if (allowed[p] === 0) continue;
      if (boundWithPiece(problem, terms, { i, p }) >= cutoff) {
        allowed[p] = 0;
        forbidden += 1;
      } else left += 1;
    }
    if (left === 0) return -1;
  }
  return forbidden;
}

/** Rows and pieces that miss each other by no more than this are held to meet, in weight. */
const CONTRADICTION_LEAST = 2e-10;

/**
 * Whether row prices prove that no choice meets the rows (Farkas): over all pieces, and no more counted ones
 * than allowed, eta'Ax stays above h(eta).
 */
export function provesInfeasible(
  problem: ChoiceProblem,
  allowed: Uint8Array,
  rowPrices: Float64Array,
): boolean {
  const { rows, size: n } = problem;
  const signal = new Float64Array(n);
  let size = 0;
  for (let r = 0; r < rows.count; r += 1) {
    const price = rowPrices[r] as number;
    if (price === 0) continue;
    size += Math.abs(price);
    for (let i = 0; i < n; i += 1) {
      signal[i] = (signal[i] as number) + price * (rows.coefficients[r * n + i] as number);
    }
  }
  if (!(size > 0 && Number.isFinite(size))) return false;
  const bare: ChoiceProblem = {
    ...problem,
    curvature: new Float64Array(n),
    linear: signal,
    curves: problem.curves.map(() => null),
    constant: 0,
  };
  const terms = newPieceTerms(bare);
  evaluateBound(bare, { allowed, signal, square: 0, rowPrices }, terms);
  return terms.bound / size > CONTRADICTION_LEAST;
}
