/**
 * Branch and bound over the pieces of a choice problem. Every bound comes from prices and is valid at any
 * iterate; answers come from convex problems with one piece per asset. Depth first, so memory stays small.
 */
import { forbidPieces } from './choice-bound.ts';
import { choiceValue, type ChoiceProblem } from './choice-problem.ts';
import {
  allowedPieces,
  inWhole,
  resplit,
  shrinkRegion,
  wholeRegion,
  type Region,
} from './choice-region.ts';
import { withoutDiagonal } from './diagonal-split.ts';
import { relax, type RelaxationAnswer } from './choice-relaxation.ts';
import { improve, judgeChoice, roundedChoice, solveChoice, type Candidate } from './incumbent.ts';
import type { DualStart } from './relaxation-work.ts';

export interface SearchOptions {
  /** Relative distance of bound and value at which an answer counts as proved; default 1e-7. */
  readonly tolerance?: number;
  /** Relaxations solved at most; default 100,000. */
  readonly nodesMax?: number;
  /** Asked before every node; true ends the search with the bound proved so far. */
  readonly shouldStop?: () => boolean;
}

/** What only some problems have: answers known before, and pieces that stand for more than an interval. */
export interface SearchExtras {
  /** Weights that meet everything, to begin with. */
  readonly first?: Float64Array | null;
  /** Makes allowed weights out of a relaxation's. */
  readonly repair?: (weights: Float64Array) => Float64Array | null;
  /** Whether weights within the pieces are allowed; default: they are. */
  readonly isWhole?: (weights: Float64Array) => boolean;
}

export interface SearchAnswer {
  /** `infeasible`: no choice meets the rows; `stopped`: before any was found. */
  readonly status: 'proved' | 'bounded' | 'infeasible' | 'stopped';
  readonly weights: Float64Array | null;
  readonly value: number;
  readonly bound: number;
  readonly nodes: number;
}

const TOLERANCE = 1e-7;
const NODES_MAX = 100_000;
/** Rounds of bounding, forbidding and splitting anew before the first branch. */
const ROUNDS_MAX = 10;
/** Rounds in a row that neither forbid a piece nor close this share of what the bound lacks. */
const FAILURES_MAX = 2;
const ROUND_GAIN_LEAST = 0.02;
/** See RelaxationOptions: nodes that will be branched need no last digits. */
const PATIENCE = 0.02;
const ROOT_SOLVES_MAX = 400;
const NODE_SOLVES_MAX = 30;
const HEURISTIC_EVERY = 20;
/** Prices above it (curvatures are of order one) have run away. */
const PRICE_LARGE = 1e6;

interface Search {
  readonly whole: Region;
  readonly tolerance: number;
  readonly nodesMax: number;
  readonly shouldStop: () => boolean;
  readonly extras: SearchExtras;
  nodes: number;
  best: { readonly weights: Float64Array; readonly value: number } | null;
  /** Least bound among the nodes given up unsolved. */
  openBound: number;
}

interface Node {
  readonly region: Region;
  readonly allowed: Uint8Array;
  readonly dual: DualStart;
  readonly bound: number;
  /** n of the region; where the relaxations' gaps have come from. */
  readonly weights: Float64Array;
  /** The last relaxation left nothing to branch on: the next is solved to the last digit. */
  readonly isSettling: boolean;
}

/** @throws AssertionError never; the problem's shapes are its maker's promise */
export function searchChoices(
  given: ChoiceProblem,
  options: SearchOptions & SearchExtras = {},
): SearchAnswer {
  const scale = objectiveScale(given);
  const problem = scaled(given, scale);
  const whole = wholeRegion(problem, new Uint8Array(problem.pieces.low.length).fill(1));
  const search: Search = {
    whole,
    tolerance: options.tolerance ?? TOLERANCE,
    nodesMax: options.nodesMax ?? NODES_MAX,
    shouldStop: options.shouldStop ?? ((): boolean => false),
    extras: options,
    nodes: 0,
    best: null,
    openBound: Infinity,
  };
  offerWhole(search, options.first ?? null);
  const root = {
    region: whole,
    allowed: whole.allowed,
    dual: coldStart(problem),
    bound: -Infinity,
    weights: new Float64Array(problem.size).fill(1 / Math.max(1, problem.size)),
    isSettling: false,
  };
  const node = tighten(search, root);
  if (node !== null) explore(search, node);
  const answer = answerOf(search);
  return { ...answer, value: answer.value / scale, bound: answer.bound / scale };
}

/** The power of four that brings the mean curvature nearest to one: thresholds then mean the same everywhere. */
function objectiveScale({ curvature, coupling, linear, size }: ChoiceProblem): number {
  let total = 0;
  let whole = 0;
  let steepest = 0;
  for (let i = 0; i < size; i += 1) {
    total += curvature[i] as number;
    whole += coupling[i * size + i] as number;
    steepest = Math.max(steepest, Math.abs(linear[i] as number));
  }
  const mean = Math.max(total, 1e-3 * whole) / Math.max(1, size) || steepest;
  if (!(mean > 1e-200)) return 1;
  return 4 ** Math.max(-150, Math.min(150, Math.round(-Math.log2(mean) / 2)));
}

function scaled(problem: ChoiceProblem, scale: number): ChoiceProblem {
  const times = (values: Float64Array): Float64Array => values.map((value) => value * scale);
  return {
    ...problem,
    coupling: times(problem.coupling),
    curvature: times(problem.curvature),
    linear: times(problem.linear),
    curves: problem.curves.map((curve) =>
      curve === null ? null : { ...curve, slopes: curve.slopes.map((slope) => slope * scale) },
    ),
    constant: problem.constant * scale,
  };
}

function answerOf(search: Search): SearchAnswer {
  const { best, openBound, nodes } = search;
  if (best === null) {
    const status = openBound === Infinity ? 'infeasible' : 'stopped';
    return { status, weights: null, value: Infinity, bound: openBound, nodes };
  }
  // Nodes were closed at the cutoff: what is proved is that nothing lies below it.
  const bound = Math.min(openBound, cutoffOf(search));
  const status =
    best.value - bound <= search.tolerance * Math.abs(best.value) ? 'proved' : 'bounded';
  return { status, weights: best.weights, value: best.value, bound, nodes };
}

/** Nodes whose bound reaches it hold nothing that matters. */
function cutoffOf({ best, tolerance }: Search): number {
  return best === null ? Infinity : best.value - 0.9 * tolerance * Math.abs(best.value);
}

function coldStart(problem: ChoiceProblem): DualStart {
  const m = problem.rows.count;
  const prices = new Float64Array(m + 1);
  const { curvature, size } = problem;
  const mean = curvature.reduce((total, d) => total + d, 0) / Math.max(1, size);
  const limit = problem.countLimit;
  if (limit !== null && limit.maximum > 0) prices[m] = mean / (2 * limit.maximum ** 2);
  return { y: new Float64Array(size).fill(1 / size), prices };
}

/** Bounds, finds answers, forbids pieces and splits the diagonal anew, until that helps no more. */
function tighten(search: Search, root: Node): Node | null {
  let node = root;
  let diagonal = inWhole(root.region, root.region.problem.curvature);
  let best = -Infinity;
  let failures = 0;
  for (let round = 0; round < ROUNDS_MAX && failures < FAILURES_MAX; round += 1) {
    const answer = bounded(search, node, 0);
    if (answer === null) return null;
    offerRounded(search, node, {
      answer,
      solvesMax: round === 0 ? ROOT_SOLVES_MAX : NODE_SOLVES_MAX,
    });
    const cutoff = cutoffOf(search);
    if (answer.bound >= cutoff) return null;
    const allowed = node.allowed.slice();
    const forbidden = forbidPieces(node.region.problem, answer.terms, { allowed, cutoff });
    if (forbidden < 0) return null;
    const isBetter = answer.bound > best + ROUND_GAIN_LEAST * (cutoff - answer.bound);
    failures = isBetter || forbidden > 0 ? 0 : failures + 1;
    if (answer.bound > best) {
      best = answer.bound;
      diagonal = inWhole(node.region, node.region.problem.curvature);
    }
    const next = splitAnew({ ...node, allowed, bound: best }, answer, 2 / (round + 3));
    if (next.region.problem.size === 0) return settleEmpty(search, next);
    node = next;
  }
  return withDiagonal(node, diagonal);
}

/** The node with the diagonal of another split of the same objective. */
function withDiagonal(node: Node, diagonal: Float64Array): Node {
  const { problem, assets } = node.region;
  const curvature = Float64Array.from(assets, (i) => diagonal[i] as number);
  const coupling = withoutDiagonal(
    problem.coupling,
    curvature.map((d, i) => d - (problem.curvature[i] as number)),
  );
  return { ...node, region: { ...node.region, problem: { ...problem, curvature, coupling } } };
}

/** Everything is fixed: the frame is the only candidate. */
function settleEmpty(search: Search, node: Node): null {
  const { problem, frame } = node.region;
  const isMet = problem.rows.lower.every(
    (lower, r) => lower <= 1e-9 && (problem.rows.upper[r] as number) >= -1e-9,
  );
  if (isMet) offer(search, node.region, { weights: new Float64Array(0), value: problem.constant });
  else if (frame.length === 0) search.openBound = Math.min(search.openBound, node.bound);
  return null;
}

/** @param share how much of the weights comes from this answer; the rest is from those before */
function splitAnew(node: Node, answer: RelaxationAnswer, share: number): Node {
  const small = shrinkRegion(node.region, node.allowed);
  const index = indexOf(node.region);
  const local = Array.from(small.assets, (i) => index.get(i) as number);
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(local, (i) => values[i] as number);
  const spread = pick(answer.assets.spread);
  const total = spread.reduce((sum, value) => sum + value, 0);
  const weights = pick(node.weights).map((w, i) =>
    total > 0 ? (1 - share) * w + (share * (spread[i] as number)) / total : w,
  );
  const region = { ...small, problem: resplit(small.problem, weights) };
  return {
    region,
    allowed: region.allowed,
    dual: { y: pick(answer.assets.weights), prices: answer.dual.prices },
    bound: node.bound,
    weights,
    isSettling: false,
  };
}

function indexOf(region: Region): Map<number, number> {
  return new Map(Array.from(region.assets, (whole, i) => [whole, i]));
}

/** One relaxation; null when the node is closed or the search is over. */
function bounded(search: Search, node: Node, patience: number): RelaxationAnswer | null {
  if (search.nodes >= search.nodesMax || search.shouldStop()) {
    search.openBound = Math.min(search.openBound, node.bound);
    return null;
  }
  search.nodes += 1;
  const { problem } = node.region;
  const options = {
    allowed: node.allowed,
    cutoff: search.best === null ? infeasibleAbove(problem, node.allowed) : cutoffOf(search),
    tolerance: 1e-9 * Math.max(search.best === null ? 0 : Math.abs(search.best.value), 1e-6),
    patience,
  };
  let answer = relax(problem, node.dual, options);
  // Prices that ran away at an ancestor hold a node up; from nothing it mostly goes through.
  const hasRunAway = answer.dual.prices.some((price) => Math.abs(price) > PRICE_LARGE);
  if (answer.status === 'stopped' && (hasRunAway || !isFlat(problem))) {
    answer = relax(problem, coldStart(problem), options);
  }
  return answer.status === 'cutOff' ? null : answer;
}

/** Assets without curvature are held by proximal terms, whose many rounds a second start would only repeat. */
function isFlat({ curvature }: ChoiceProblem): boolean {
  return curvature.some((d) => d === 0);
}

/** More than any point of the box costs: a bound above it says that none meets the rows. */
function infeasibleAbove(problem: ChoiceProblem, allowed: Uint8Array): number {
  const { low, high } = problem.pieces;
  const n = problem.size;
  const reach = new Float64Array(n);
  let value = problem.constant;
  for (let i = 0; i < n; i += 1) {
    for (const p of allowedPieces(problem, allowed, i)) {
      reach[i] = Math.max(
        reach[i] as number,
        Math.abs(low[p] as number),
        Math.abs(high[p] as number),
      );
    }
    const r = reach[i] as number;
    value += (problem.curvature[i] as number) * r * r + Math.abs(problem.linear[i] as number) * r;
    const curve = problem.curves[i] ?? null;
    if (curve !== null) {
      const steepest = Math.max(...curve.slopes.map(Math.abs));
      value += steepest * (r + Math.abs(problem.origin[i] as number));
    }
  }
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      value +=
        Math.abs(problem.coupling[i * n + j] as number) *
        (reach[i] as number) *
        (reach[j] as number);
    }
  }
  return value;
}

function offerRounded(
  search: Search,
  node: Node,
  { answer, solvesMax }: { readonly answer: RelaxationAnswer; readonly solvesMax: number },
): void {
  const { repair } = search.extras;
  if (repair !== undefined) {
    offerWhole(search, repair(inWhole(node.region, answer.assets.weights)));
    return;
  }
  const choice = roundedChoice(node.region.problem, node.allowed, answer);
  if (choice === null) return;
  const candidate = solveChoice(node.region, choice, answer.assets.weights);
  if (candidate === null) return;
  offer(search, node.region, candidate);
  const improved = improve(node.region, candidate, { allowed: node.allowed, solvesMax });
  offer(search, node.region, improved);
}

function offerWhole(search: Search, weights: Float64Array | null): void {
  if (weights === null) return;
  const value = choiceValue(search.whole.problem, weights);
  if (search.best === null || value < search.best.value) search.best = { weights, value };
}

function offer(search: Search, region: Region, one: Pick<Candidate, 'weights' | 'value'>): void {
  if (search.best !== null && one.value >= search.best.value) return;
  const weights = inWhole(region, one.weights);
  if (search.extras.isWhole?.(weights) === false) return;
  search.best = { weights, value: one.value };
}

function explore(search: Search, start: Node): void {
  const stack: Node[] = [start];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.bound >= cutoffOf(search)) continue;
    const children = expand(search, node);
    for (let c = children.length - 1; c >= 0; c -= 1) stack.push(children[c] as Node);
  }
}

/** Bounds a node; its children, the more promising first. */
function expand(search: Search, node: Node): Node[] {
  const answer = bounded(search, node, node.isSettling ? 0 : PATIENCE);
  if (answer === null) return [];
  const bound = Math.max(node.bound, answer.bound);
  const { problem } = node.region;
  if (search.nodes % HEURISTIC_EVERY === 0) {
    offerRounded(search, node, { answer, solvesMax: NODE_SOLVES_MAX });
  }
  const allowed = node.allowed.slice();
  const cutoff = cutoffOf(search);
  const forbidden = forbidPieces(problem, answer.terms, { allowed, cutoff });
  if (forbidden < 0) return [];
  const branch = branchAsset(problem, allowed, answer);
  if (branch < 0) {
    const same = { ...node, allowed, dual: answer.dual, bound, isSettling: true };
    if (forbidden > 0 || !node.isSettling) return [same];
    return closeLeaf(search, same, answer);
  }
  const next = splitAnew({ ...node, allowed, dual: answer.dual, bound }, answer, 0.5);
  const local = next.region.assets.indexOf(node.region.assets[branch] as number);
  return branches(next, local, answer.assets.weights[branch] as number);
}

/** Children: the asset counted, then not; with one kind of piece only, those on either side of its weight. */
function branches(node: Node, i: number, x: number): Node[] {
  const { problem } = node.region;
  const { counts, low, high } = problem.pieces;
  const own = allowedPieces(problem, node.allowed, i);
  const counted = own.filter((p) => counts[p] === 1);
  const free = own.filter((p) => counts[p] === 0);
  const groups =
    counted.length > 0 && free.length > 0 ? [counted, free] : sidesOf(own, { low, high, x });
  return groups.map((group) => {
    const allowed = node.allowed.slice();
    for (const p of own) if (!group.includes(p)) allowed[p] = 0;
    return { ...node, allowed, isSettling: false };
  });
}

/** Two groups of pieces, the one nearer to x first. */
function sidesOf(
  own: readonly number[],
  at: { readonly low: Float64Array; readonly high: Float64Array; readonly x: number },
): number[][] {
  const { low, high, x } = at;
  const cut = own.findIndex((p) => ((low[p] as number) + (high[p] as number)) / 2 > x);
  const count = Math.min(own.length - 1, Math.max(1, cut < 0 ? own.length - 1 : cut));
  const below = own.slice(0, count);
  const above = own.slice(count);
  const toBelow = x - (high[below.at(-1) as number] as number);
  const toAbove = (low[above[0] as number] as number) - x;
  return toBelow <= toAbove ? [below, above] : [above, below];
}

/** The asset whose bridge hides most of the gap; -1 when every asset sits in a piece of its own. */
function branchAsset(
  problem: ChoiceProblem,
  allowed: Uint8Array,
  answer: RelaxationAnswer,
): number {
  let branch = -1;
  let most = 0;
  for (let i = 0; i < problem.size; i += 1) {
    const score = (problem.curvature[i] as number) * (answer.assets.spread[i] as number);
    if (score <= most || allowedPieces(problem, allowed, i).length < 2) continue;
    most = score;
    branch = i;
  }
  return branch;
}

/**
 * The relaxation's answer is a choice already: solved exactly, it closes the node, up to what rounding left
 * between its value and the bound; then the asset with the widest choice is branched on.
 */
function closeLeaf(search: Search, node: Node, answer: RelaxationAnswer): Node[] {
  const { problem } = node.region;
  const choice = roundedChoice(problem, node.allowed, answer);
  const candidate =
    choice === null ? null : judgeChoice(node.region, choice, answer.assets.weights);
  if (candidate?.kind === 'solved') offer(search, node.region, candidate);
  if (node.bound >= cutoffOf(search)) return [];
  for (let i = 0; i < problem.size; i += 1) {
    if (allowedPieces(problem, node.allowed, i).length > 1)
      return branches(node, i, answer.assets.weights[i] as number);
  }
  // Every asset has one piece: the candidate is the node's optimum, or its rows are proved unmeetable.
  const isLoose =
    candidate?.kind === 'solved' &&
    search.extras.isWhole?.(inWhole(node.region, candidate.weights)) === false;
  if (candidate?.kind === 'unknown' || isLoose) {
    search.openBound = Math.min(search.openBound, node.bound);
  }
  return [];
}
