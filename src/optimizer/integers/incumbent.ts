/**
 * Feasible answers to a choice problem: one piece per asset makes it convex, and local search changes the
 * pieces of one or two assets at a time.
 */
import { choiceValue, clamp, leastPoint, type ChoiceProblem } from './choice-problem.ts';
import { allowedPieces, inWhole, resplit, shrinkRegion, type Region } from './choice-region.ts';
import { relax, type RelaxationAnswer } from './choice-relaxation.ts';

/** One piece per asset. */
export type Choice = Int32Array;

export interface Candidate {
  readonly choice: Choice;
  /** n of the region's problem. */
  readonly weights: Float64Array;
  readonly value: number;
  /** n; linear + coupling x + A'eta at the answer: what entering would cost per unit. */
  readonly signal: Float64Array;
}

const VIOLATION_MAX = 1e-9;
const ENTRANTS = 4;

export type ChoiceOutcome =
  | ({ readonly kind: 'solved' } & Candidate)
  /** Prices prove that no weights meet the rows. */
  | { readonly kind: 'infeasible' }
  | { readonly kind: 'unknown' };

/** The best weights with every asset in its chosen piece, or null when none were found. */
export function solveChoice(
  region: Region,
  choice: Choice,
  near: Float64Array | null,
): Candidate | null {
  const outcome = judgeChoice(region, choice, near);
  return outcome.kind === 'solved' ? outcome : null;
}

/** The best weights with every asset in its chosen piece, or whether there are any. */
export function judgeChoice(
  region: Region,
  choice: Choice,
  near: Float64Array | null,
): ChoiceOutcome {
  const { problem } = region;
  const limit = problem.countLimit;
  let places = 0;
  const allowed = new Uint8Array(region.allowed.length);
  for (const p of choice) {
    allowed[p] = 1;
    places += problem.pieces.counts[p] as number;
  }
  if (limit !== null && (limit.isExact ? places !== limit.maximum : places > limit.maximum)) {
    return { kind: 'infeasible' };
  }
  const base: Region = {
    ...region,
    assets: indices(problem.size),
    frame: new Float64Array(problem.size),
  };
  const small = shrinkRegion(base, allowed);
  const m = problem.rows.count;
  const size = small.problem.size;
  // A singular covariance has no diagonal to split off; that of a few of its assets mostly has.
  const isFlat = small.problem.curvature.some((d) => d === 0);
  const convex = {
    ...(isFlat ? resplit(small.problem, null) : small.problem),
    countLimit: null,
  };
  const y = Float64Array.from(small.assets, (i) =>
    near === null ? 1 / size : (near[i] as number),
  );
  const answer = relax(
    convex,
    { y, prices: new Float64Array(m + 1) },
    { allowed: small.allowed, cutoff: Infinity, tolerance: 1e-15 * magnitude(convex), patience: 0 },
  );
  if (answer.status === 'cutOff') return { kind: 'infeasible' };
  if (!(answer.violation <= VIOLATION_MAX)) return { kind: 'unknown' };
  const weights = inWhole(small, answer.assets.weights);
  return {
    kind: 'solved',
    choice,
    weights,
    value: choiceValue(problem, weights),
    signal: signalAt(problem, weights, answer.dual.prices),
  };
}

function indices(size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, i) => i);
}

/** A size of the objective against which a step's promise is rounding. */
export function magnitude(problem: ChoiceProblem): number {
  let size = 1;
  for (const q of problem.linear) size = Math.max(size, Math.abs(q));
  return size;
}

function signalAt(problem: ChoiceProblem, x: Float64Array, prices: Float64Array): Float64Array {
  const n = problem.size;
  const signal = problem.linear.slice();
  for (let j = 0; j < n; j += 1) {
    const value = x[j] as number;
    if (value === 0) continue;
    for (let i = 0; i < n; i += 1) {
      signal[i] = (signal[i] as number) + (problem.coupling[j * n + i] as number) * value;
    }
  }
  for (let r = 0; r < problem.rows.count; r += 1) {
    const price = prices[r] as number;
    for (let i = 0; i < n; i += 1) {
      signal[i] = (signal[i] as number) + price * (problem.rows.coefficients[r * n + i] as number);
    }
  }
  return signal;
}

/** Pieces near a relaxation's answer: places go to the assets that take the largest parts of one. */
export function roundedChoice(
  problem: ChoiceProblem,
  allowed: Uint8Array,
  answer: RelaxationAnswer,
): Choice | null {
  const { counts } = problem.pieces;
  const { weights, places } = answer.assets;
  const limit = problem.countLimit;
  const choice = new Int32Array(problem.size);
  const takers: number[] = [];
  let left = limit === null ? Infinity : limit.maximum;
  for (let i = 0; i < problem.size; i += 1) {
    const own = allowedPieces(problem, allowed, i);
    const counted = own.filter((p) => counts[p] === 1);
    const free = own.filter((p) => counts[p] === 0);
    if (own.length === 0) return null;
    if (limit === null) choice[i] = nearest(problem, own, weights[i] as number);
    else if (free.length === 0) {
      choice[i] = nearest(problem, counted, weights[i] as number);
      left -= 1;
    } else {
      choice[i] = nearest(problem, free, weights[i] as number);
      if (counted.length > 0 && (limit.isExact || (places[i] as number) > 1e-9)) takers.push(i);
    }
  }
  takers.sort(
    (a, b) =>
      (places[b] as number) - (places[a] as number) ||
      Math.abs(weights[b] as number) - Math.abs(weights[a] as number) ||
      (answer.terms.gain[a] as number) - (answer.terms.gain[b] as number) ||
      a - b,
  );
  for (const i of takers.slice(0, Math.max(0, left))) {
    const counted = allowedPieces(problem, allowed, i).filter((p) => counts[p] === 1);
    choice[i] = nearest(problem, counted, weights[i] as number);
  }
  return choice;
}

function nearest(problem: ChoiceProblem, own: readonly number[], x: number): number {
  const { low, high } = problem.pieces;
  const distance = (p: number): number =>
    Math.abs(x - clamp(x, low[p] as number, high[p] as number));
  return own.reduce((best, p) => (distance(p) < distance(best) ? p : best));
}

export interface LocalSearchOptions {
  readonly allowed: Uint8Array;
  /** Convex problems solved at most. */
  readonly solvesMax: number;
}

/** Moves one asset to another piece, or two between counting and not, for as long as that improves. */
export function improve(region: Region, from: Candidate, options: LocalSearchOptions): Candidate {
  let best = from;
  let solves = 0;
  for (;;) {
    let better: Candidate | null = null;
    for (const choice of neighbours(region, best, options)) {
      if (solves >= options.solvesMax) return best;
      solves += 1;
      const candidate = solveChoice(region, choice, best.weights);
      if (candidate !== null && candidate.value < best.value - 1e-12 * Math.abs(best.value)) {
        better = candidate;
        break;
      }
    }
    if (better === null) return best;
    best = better;
  }
}

/** Single moves first, then swaps; the entrants that promise most for each leaver. */
function* neighbours(
  region: Region,
  at: Candidate,
  { allowed }: LocalSearchOptions,
): Generator<Choice> {
  const { problem } = region;
  const { counts } = problem.pieces;
  const limit = problem.countLimit;
  const entrants = rankedEntrants(problem, at, allowed);
  const placed: number[] = [];
  let places = 0;
  for (let i = 0; i < problem.size; i += 1) {
    const present = at.choice[i] as number;
    if (counts[present] === 1) {
      places += 1;
      placed.push(i);
    }
  }
  const isFull = limit !== null && places >= limit.maximum;
  if (limit?.isExact !== true) {
    for (const i of placed) {
      for (const p of allowedPieces(problem, allowed, i)) {
        if (counts[p] === 0) yield moved(at.choice, [i, p]);
      }
    }
    if (!isFull)
      for (const { i, p } of entrants.slice(0, 3 * ENTRANTS)) yield moved(at.choice, [i, p]);
  }
  yield* sameKindMoves(problem, at, allowed);
  if (!isFull) return;
  // Leavers by weight: a small holding is missed least.
  placed.sort((a, b) => Math.abs(at.weights[a] as number) - Math.abs(at.weights[b] as number));
  for (const i of placed) {
    const out = allowedPieces(problem, allowed, i).find((p) => counts[p] === 0);
    if (out === undefined) continue;
    const without = withoutPlace(region, at, [i, out]);
    const ranked = without === null ? entrants : rankedEntrants(problem, without, allowed);
    for (const { i: j, p } of ranked.filter((one) => one.i !== i).slice(0, ENTRANTS)) {
      const next = moved(at.choice, [i, out]);
      next[j] = p;
      yield next;
    }
  }
}

/** Between pieces that both count or both do not. */
function* sameKindMoves(
  problem: ChoiceProblem,
  at: Candidate,
  allowed: Uint8Array,
): Generator<Choice> {
  const { counts } = problem.pieces;
  for (let i = 0; i < problem.size; i += 1) {
    const present = at.choice[i] as number;
    for (const p of allowedPieces(problem, allowed, i)) {
      if (p !== present && counts[p] === counts[present]) yield moved(at.choice, [i, p]);
    }
  }
}

function withoutPlace(
  region: Region,
  at: Candidate,
  move: readonly [number, number],
): Candidate | null {
  const limit = region.problem.countLimit;
  const relaxed: Region =
    limit?.isExact === true
      ? {
          ...region,
          problem: { ...region.problem, countLimit: { maximum: limit.maximum, isExact: false } },
        }
      : region;
  return solveChoice(relaxed, moved(at.choice, move), at.weights);
}

function moved(choice: Choice, [i, p]: readonly [number, number]): Choice {
  const next = choice.slice();
  next[i] = p;
  return next;
}

/** Assets without a place, by what the gradient and their own variance promise. */
function rankedEntrants(
  problem: ChoiceProblem,
  at: Candidate,
  allowed: Uint8Array,
): { readonly i: number; readonly p: number; readonly gain: number }[] {
  const { low, high, counts } = problem.pieces;
  const entrants: { i: number; p: number; gain: number }[] = [];
  for (let i = 0; i < problem.size; i += 1) {
    if (counts[at.choice[i] as number] === 1) continue;
    const x = at.weights[i] as number;
    const own = problem.coupling[i * problem.size + i] as number;
    const curvature = (problem.curvature[i] as number) + own;
    const tilt = (at.signal[i] as number) - own * x;
    for (const p of allowedPieces(problem, allowed, i)) {
      if (counts[p] === 0) continue;
      const curve = problem.curves[i] ?? null;
      const to = leastPoint({
        curvature,
        tilt,
        curve,
        low: low[p] as number,
        high: high[p] as number,
      });
      const gain = (curvature / 2) * (to * to - x * x) + tilt * (to - x);
      entrants.push({ i, p, gain });
    }
  }
  return entrants.sort((a, b) => a.gain - b.gain || a.p - b.p);
}
