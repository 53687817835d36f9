/**
 * An account's problem with a least size of trades and of holdings: a few warm convex solves that drop the
 * small trades, with the convex relaxation as the bound, and branch and bound from there where it is asked for.
 */
import { assert } from '../../kernel/index.ts';
import type {
  Certificate,
  ConflictingConstraint,
  IntegerProof,
  OptimizationProblem,
  OptimizationResult,
} from '../../domain/index.ts';
import { optimize, type OptimizeOptions } from '../optimize.ts';
import { validateProblem } from '../problem/validation.ts';
import type { ChoiceProblem, Pieces } from './choice-problem.ts';
import { searchChoices, type SearchOptions } from './choice-search.ts';
import { splitDiagonal, withoutDiagonal } from './diagonal-split.ts';
import { holdingPieces } from './name-pieces.ts';
import { choiceRows } from './portfolio-choices.ts';

export interface MinimumTradeOptions extends SearchOptions {
  /** Least absolute change of weight of a name that trades; one for all, or n. */
  readonly minimumTrade: number | Float64Array;
  /** Least weight of a name that is held; default 0. */
  readonly minimumWeight?: number;
  /** A holding below the least trade may still be sold whole; default true. */
  readonly isLiquidationFree?: boolean;
  /** Nodes of branch and bound after the warm solves; default 0. */
  readonly nodesMax?: number;
  /** Prices to begin from. */
  readonly start?: OptimizeOptions['start'];
}

export interface MinimumTradeResult {
  /** The certificate's dual is the bound of `proof`. */
  readonly result: OptimizationResult;
  readonly proof: IntegerProof;
}

/** Trades below this share of the least one are dropped first, then below the next: each solve moves the rest. */
const SHARES = [0.25, 0.5, 1];
/** Of the least trade: from here on a small trade is enlarged, below it is dropped. */
const ENLARGED_FROM = 0.5;
const PROVED = 1e-7;
/** Moves below this are rounding, in weight. */
const MOVED_LEAST = 1e-10;
const SWEEP_REPAIRS_MAX = 3;

/**
 * Solves an account's problem without trades that are too small.
 *
 * @returns `optimal` weights, each unchanged or changed by at least `minimumTrade` (or sold whole), with
 *   `proof.kind` proved when the bound meets the value, else heuristic and at which distance; `infeasible` when the
 *   limits themselves contradict each other, a box demands a trade that is too small (conflict
 *   `minimumTrade:SYM`), or branch and bound proves that no sizes of trades meet the rows;
 *   `iterationLimit` when none were found: the weights are then those of the problem without least sizes
 * @throws AssertionError on a malformed problem, or on negative least sizes
 */
export function optimizeWithMinimumTrade(
  problem: OptimizationProblem,
  options: MinimumTradeOptions,
): MinimumTradeResult {
  validateProblem(problem);
  const pieces = piecesOf(problem, options);
  const warm = options.start === undefined ? {} : { start: options.start };
  const relaxed = optimize(problem, warm);
  const bound = relaxed.certificate.dual;
  if (relaxed.status === 'infeasible') return noAnswer(relaxed, 0);
  const conflict = forcedTrades(problem, pieces, options);
  if (conflict.length > 0) {
    return noAnswer({ ...relaxed, conflict }, 0);
  }
  const found = dropSmallTrades(problem, pieces, relaxed);
  const nodesMax = options.nodesMax ?? 0;
  const isPlain = (problem.budgets ?? []).length === 0 && (problem.impact ?? null) === null;
  const isSearchable = isPlain && problem.rows.every((row) => row.soft === undefined);
  const isOpen = found === null || !isProved(found, bound);
  if (nodesMax > 0 && isSearchable && isOpen) {
    return searched({ problem, pieces, relaxed, found, options: { ...options, nodesMax } });
  }
  return found === null
    ? plain({ ...relaxed, status: 'iterationLimit' }, { bound, nodes: 0 })
    : plain(found, { bound, nodes: 0 });
}

function piecesOf(problem: OptimizationProblem, options: MinimumTradeOptions): Pieces {
  const n = problem.assets.length;
  const { minimumTrade, minimumWeight = 0 } = options;
  const least =
    typeof minimumTrade === 'number' ? new Float64Array(n).fill(minimumTrade) : minimumTrade;
  assert(least.length === n && least.every((t) => t >= 0), 'minimumTrade is n numbers >= 0');
  assert(minimumWeight >= 0, 'minimumWeight is >= 0');
  return holdingPieces({
    lower: problem.lower,
    upper: problem.upper,
    current: problem.current,
    minimumWeight,
    minimumTrade: least,
    isLiquidationFree: options.isLiquidationFree ?? true,
    countLimit: null,
  });
}

function noAnswer(result: OptimizationResult, nodes: number): MinimumTradeResult {
  return {
    result: { ...result, status: 'infeasible' },
    proof: { kind: 'proved', bound: Infinity, gap: 0, nodes },
  };
}

/** By how much the least trade would have to give for the answer that has none. */
function shortfall(problem: OptimizationProblem, pieces: Pieces, weights: Float64Array): number {
  let most = 0;
  weights.forEach((x, i) => {
    const gap = gapAround(pieces, i, x);
    const held = problem.current[i] as number;
    if (gap !== null) most = Math.max(most, gap.high - gap.low - Math.abs(x - held));
  });
  return most;
}

/** Names whose box demands a trade that is too small: what the least trade would have to be for each. */
function forcedTrades(
  problem: OptimizationProblem,
  pieces: Pieces,
  { minimumTrade }: MinimumTradeOptions,
): ConflictingConstraint[] {
  return problem.assets.flatMap((asset, i) => {
    if (pieces.start[i] !== pieces.start[i + 1]) return [];
    const held = problem.current[i] as number;
    const least = typeof minimumTrade === 'number' ? minimumTrade : (minimumTrade[i] as number);
    const room = Math.max((problem.upper[i] as number) - held, held - (problem.lower[i] as number));
    return [{ constraint: `minimumTrade:${asset}`, relaxation: Math.max(0, least - room) }];
  });
}

function isProved(result: OptimizationResult, bound: number): boolean {
  const { primal } = result.certificate;
  return result.status === 'optimal' && primal - bound <= PROVED * Math.abs(primal);
}

/** The result with a bound that holds for the least sizes too. */
function plain(
  result: OptimizationResult,
  { bound, nodes }: { readonly bound: number; readonly nodes: number },
): MinimumTradeResult {
  const { primal, maxViolation } = result.certificate;
  const dual = Math.min(bound, primal);
  const certificate: Certificate = { primal, dual, gap: primal - dual, maxViolation };
  const kind = isProved(result, dual) ? 'proved' : 'heuristic';
  return {
    result: { ...result, certificate },
    proof: { kind, bound: dual, gap: certificate.gap, nodes },
  };
}

/** Null when the last solve finds no weights. */
function dropSmallTrades(
  problem: OptimizationProblem,
  pieces: Pieces,
  relaxed: OptimizationResult,
): OptimizationResult | null {
  let answer = relaxed;
  let free: Box = { lower: problem.lower, upper: problem.upper };
  for (const share of SHARES.slice(0, -1)) {
    const box = withoutSmall(problem, { pieces, weights: answer.weights, free, share });
    if (box === null) continue;
    const next = optimize({ ...problem, ...box }, { start: answer });
    if (next.status !== 'optimal') break;
    answer = next;
    free = box;
  }
  const last = optimize(
    { ...problem, ...nearestPieces(pieces, answer.weights, problem) },
    { start: answer },
  );
  if (last.status === 'optimal') return ownPrices(problem, last);
  return repaired(problem, pieces, { relaxed, answer });
}

interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

interface Dropping {
  readonly pieces: Pieces;
  readonly weights: Float64Array;
  readonly free: Box;
  readonly share: number;
}

/** Names whose trade is below the share of the least one stay where they are; null when there are none. */
function withoutSmall(
  { current }: OptimizationProblem,
  { pieces, weights, free, share }: Dropping,
): Box | null {
  const lower = free.lower.slice();
  const upper = free.upper.slice();
  let dropped = 0;
  for (let i = 0; i < weights.length; i += 1) {
    const x = weights[i] as number;
    const held = current[i] as number;
    if (Math.abs(x - held) <= MOVED_LEAST || lower[i] === upper[i]) continue;
    const gap = gapAround(pieces, i, x);
    if (gap === null || (gap.low !== held && gap.high !== held)) continue;
    const away = Math.abs(x - held) / (gap.high - gap.low);
    if (away >= share) continue;
    lower[i] = held;
    upper[i] = held;
    dropped += 1;
  }
  return dropped === 0 ? null : { lower, upper };
}

/** The gap between two pieces that x lies in, or null when x is in a piece. */
function gapAround(
  pieces: Pieces,
  i: number,
  x: number,
): { readonly low: number; readonly high: number } | null {
  for (let p = pieces.start[i] as number; p + 1 < (pieces.start[i + 1] as number); p += 1) {
    const low = pieces.high[p] as number;
    const high = pieces.low[p + 1] as number;
    if (x > low + MOVED_LEAST && x < high - MOVED_LEAST) return { low, high };
  }
  return null;
}

/** The piece of every asset that its weight is nearest to; small trades grow from half the least one on. */
function nearestPieces(pieces: Pieces, weights: Float64Array, problem: OptimizationProblem): Box {
  const lower = problem.lower.slice();
  const upper = problem.upper.slice();
  for (let i = 0; i < weights.length; i += 1) {
    const x = weights[i] as number;
    const held = problem.current[i] as number;
    let nearest = Infinity;
    for (let p = pieces.start[i] as number; p < (pieces.start[i + 1] as number); p += 1) {
      const low = pieces.low[p] as number;
      const high = pieces.high[p] as number;
      const isHeld = low === held && high === held;
      const outside = Math.max(low - x, x - high, 0);
      const distance = isHeld ? (outside * ENLARGED_FROM) / (1 - ENLARGED_FROM) : outside;
      // Among pieces at no distance the one that is a point is what the weight was fixed to.
      if (distance > nearest || (distance === nearest && high > low)) continue;
      nearest = distance;
      lower[i] = low;
      upper[i] = high;
    }
  }
  return { lower, upper };
}

/**
 * The sides chosen leave no room: the names that were about to trade most are let trade again, then all that
 * the relaxed answer trades at all.
 */
function repaired(
  problem: OptimizationProblem,
  pieces: Pieces,
  {
    relaxed,
    answer,
  }: { readonly relaxed: OptimizationResult; readonly answer: OptimizationResult },
): OptimizationResult | null {
  for (let attempt = 1; attempt <= SWEEP_REPAIRS_MAX; attempt += 1) {
    const pull = attempt / SWEEP_REPAIRS_MAX;
    const weights = answer.weights.map((x, i) => {
      const held = problem.current[i] as number;
      const wished = relaxed.weights[i] as number;
      if (Math.abs(wished - held) <= MOVED_LEAST) return x;
      const gap = gapAround(pieces, i, wished);
      if (gap === null) return wished;
      // Pulled to the far side of its gap: a trade of the least size.
      const far = Math.abs(gap.low - held) > Math.abs(gap.high - held) ? gap.low : gap.high;
      return wished + pull * (far - wished);
    });
    const next = optimize(
      { ...problem, ...nearestPieces(pieces, weights, problem) },
      { start: relaxed },
    );
    if (next.status === 'optimal') return ownPrices(problem, next);
  }
  return null;
}

/** A box end that is the user's own binds; the end of a piece is a choice. */
function ownPrices(problem: OptimizationProblem, result: OptimizationResult): OptimizationResult {
  const index = new Map(problem.assets.map((asset, i) => [asset, i]));
  const binding = result.binding.filter(({ constraint }) => {
    const kind = constraint.slice(0, 6);
    const i = kind === 'lower:' || kind === 'upper:' ? index.get(constraint.slice(6)) : undefined;
    if (i === undefined) return true;
    const end = (kind === 'lower:' ? problem.lower[i] : problem.upper[i]) as number;
    return Math.abs((result.weights[i] as number) - end) <= MOVED_LEAST;
  });
  return { ...result, binding };
}

interface Searching {
  readonly problem: OptimizationProblem;
  readonly pieces: Pieces;
  readonly relaxed: OptimizationResult;
  readonly found: OptimizationResult | null;
  readonly options: SearchOptions;
}

function searched({ problem, pieces, relaxed, found, options }: Searching): MinimumTradeResult {
  const choices = choiceProblemOf(problem, pieces);
  const answer = searchChoices(choices, { ...options, first: found?.weights ?? null });
  if (answer.status === 'infeasible') {
    const relaxation = shortfall(problem, pieces, relaxed.weights);
    const conflict = [{ constraint: 'minimumTrade', relaxation }];
    return noAnswer({ ...relaxed, conflict }, answer.nodes);
  }
  const bound = Math.max(relaxed.certificate.dual, answer.bound);
  const { nodes } = answer;
  if (answer.weights === null) {
    return plain({ ...relaxed, status: 'iterationLimit' }, { bound, nodes });
  }
  const box = nearestPieces(pieces, answer.weights, problem);
  const last = optimize({ ...problem, ...box }, { start: relaxed });
  const isBetter =
    last.status === 'optimal' &&
    (found === null || last.certificate.primal <= found.certificate.primal);
  const best = isBetter ? ownPrices(problem, last) : found;
  return plain(best ?? { ...relaxed, status: 'iterationLimit' }, { bound, nodes });
}

/** Above this size the model's own specific variance is the diagonal; below, a larger one is split off. */
const SPLIT_SIZE_MAX = 200;

function choiceProblemOf(problem: OptimizationProblem, pieces: Pieces): ChoiceProblem {
  const n = problem.assets.length;
  const k = problem.factorCount;
  const { factors, riskAversion, target } = problem;
  const coupling = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let value = i === j ? (problem.specificVariance[i] as number) : 0;
      for (let f = 0; f < k; f += 1) {
        value += (factors[i * k + f] as number) * (factors[j * k + f] as number);
      }
      coupling[i * n + j] = value * riskAversion;
      coupling[j * n + i] = value * riskAversion;
    }
  }
  const own = problem.specificVariance.map((d) => d * riskAversion);
  const start = own.every((d) => d > 0) ? own : null;
  const curvature =
    n <= SPLIT_SIZE_MAX ? splitDiagonal(coupling, n, { weights: null, start }) : own;
  const linear = problem.linear?.slice() ?? new Float64Array(n);
  let constant = 0;
  for (let i = 0; i < n; i += 1) {
    let product = 0;
    for (let j = 0; j < n; j += 1) {
      product += (coupling[i * n + j] as number) * (target[j] as number);
    }
    linear[i] = (linear[i] as number) - product;
    constant += (product * (target[i] as number)) / 2;
  }
  return {
    size: n,
    coupling: withoutDiagonal(coupling, curvature),
    curvature,
    linear,
    curves: problem.costs,
    origin: problem.current,
    pieces,
    rows: choiceRows(problem.rows, n),
    countLimit: null,
    constant,
  };
}
