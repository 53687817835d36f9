/**
 * Portfolio problems in whole lots: a search over lots near the convex answer, then branch and bound whose
 * pieces are the lots themselves around that answer and intervals farther out.
 */
import { ok, err, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  type Finding,
  type LinearRow,
  type PortfolioConstraints,
  type PortfolioResult,
} from '../../domain/index.ts';
import type { ResolvedProblem } from '../portfolio/resolved-problem.ts';
import { choiceValue, type ChoiceProblem, type Pieces } from './choice-problem.ts';
import { searchChoices, type SearchOptions } from './choice-search.ts';
import { searchLots, type LotProblem } from './lot-search.ts';
import {
  cappedBox,
  choiceRows,
  countLimitOf,
  heldLeast,
  quadraticOf,
} from './portfolio-choices.ts';
import { holdingPieces } from './name-pieces.ts';
import type { ObjectiveForm } from './objective-form.ts';

type RoundLots = NonNullable<PortfolioConstraints['roundLots']>;

/** Lots on each side of the convex answer that are pieces of their own. */
const WINDOW = 3;
/** Up to this many assets the search may go on until it has a proof. */
const BRANCHED_ASSETS_MAX = 40;
const NODES_DEFAULT = 20_000;
/** Up to this many it closes some of the distance; beyond, the relaxation alone bounds. */
const SAMPLED_ASSETS_MAX = 250;
const NODES_SAMPLED = 100;
/** For the choice of names and trades in fractions of lots, from which the lots begin. */
const NAMED_NODES_MAX = 200;
/** The cash left is less than that lot by this share of it at least: more than rows may be missed by. */
const MONEY_SLACK = 1e-6;

/** @refuses METHOD_INPUT_INVALID prices, lot sizes or budgets that are not positive numbers */
export function solvePortfolioLots(
  resolved: ResolvedProblem,
  form: ObjectiveForm,
  options: SearchOptions,
): Result<PortfolioResult, readonly Finding[]> {
  const lots = resolved.problem.constraints.roundLots as RoundLots;
  const findings = invalidLots(lots, resolved.assetCount);
  if (findings.length > 0) return err(findings);
  const { rows, notes } = moneyRows(resolved, lots);
  const money: ResolvedProblem = { ...resolved, rows };
  const relaxed = form.solve(money);
  if (relaxed.status !== 'optimal' && relaxed.status !== 'iterationLimit') return ok(relaxed);
  const lotProblem = lotProblemOf(money, form, lots);
  const answer = searchWholeLots(lotProblem, relaxed.weights, options);
  return ok(resultOf({ resolved: money, form, lots, relaxed, answer, notes }));
}

function invalidLots(lots: RoundLots, n: number): Finding[] {
  const findings: Finding[] = [];
  const refuse = (message: string, field: string): void => {
    const location = { pointer: `/constraints/roundLots/${field}` };
    findings.push(errorFinding('METHOD_INPUT_INVALID', message, location));
  };
  const isPositive = (values: Float64Array): boolean =>
    values.length === n && values.every((value) => value > 0 && Number.isFinite(value));
  if (!isPositive(lots.prices)) refuse('every asset has a price above zero', 'prices');
  if (!isPositive(lots.lotSizes)) refuse('every asset has a lot size above zero', 'lotSizes');
  if (!(lots.budget > 0 && Number.isFinite(lots.budget))) refuse('budget is above zero', 'budget');
  if (lots.minimumBudget !== null && !(lots.minimumBudget <= lots.budget)) {
    refuse('minimumBudget is not above budget', 'minimumBudget');
  }
  return findings;
}

/**
 * In lots the budget row cannot hold with equality: at most the money is spent, and at least `minimumBudget`,
 * or else so much that the cheapest lot can no longer be bought; where names or trades are limited, so much that
 * the dearest one cannot: the cheapest may not be among the names held.
 */
function moneyRows(
  resolved: ResolvedProblem,
  lots: RoundLots,
): { readonly rows: readonly LinearRow[]; readonly notes: readonly string[] } {
  const { maximumNames, exactNames, minimumWeight, minimumTrade } = resolved.problem.constraints;
  const isLimited = [maximumNames, exactNames, minimumWeight, minimumTrade].some((x) => x !== null);
  const room = isLimited ? Math.max(...unitsOf(lots)) : Math.min(...unitsOf(lots));
  const notes: string[] = [];
  const hasBudget = resolved.rows.some((row) => row.name === 'budget');
  const limited = (row: LinearRow): LinearRow => {
    if (row.name !== 'budget') return row;
    const least = (lots.minimumBudget ?? 0) / lots.budget;
    const lower = lots.minimumBudget === null ? row.lower - room * (1 - MONEY_SLACK) : least;
    if (lots.minimumBudget === null) {
      notes.push(
        `roundLots without minimumBudget: less than the ${isLimited ? 'dearest' : 'cheapest'} lot stays in cash`,
      );
    }
    return { ...row, lower: Math.min(lower, row.upper) };
  };
  const rows = resolved.rows.map(limited);
  if (hasBudget) return { rows, notes };
  const row: LinearRow = {
    name: 'roundLots',
    coefficients: new Float64Array(resolved.assetCount).fill(1),
    lower: lots.minimumBudget === null ? -Infinity : lots.minimumBudget / lots.budget,
    upper: 1,
  };
  return { rows: [row, ...rows], notes };
}

/** Weight of one lot of each asset. */
function unitsOf({ prices, lotSizes, budget }: RoundLots): Float64Array {
  return prices.map((price, i) => (price * (lotSizes[i] as number)) / budget);
}

function lotProblemOf(resolved: ResolvedProblem, form: ObjectiveForm, lots: RoundLots): LotProblem {
  const { constraints } = resolved.problem;
  const countLimit = countLimitOf(constraints);
  const pieces = holdingPieces({
    ...cappedBox(resolved),
    current: resolved.current,
    minimumWeight: heldLeast(constraints),
    minimumTrade: new Float64Array(resolved.assetCount).fill(constraints.minimumTrade ?? 0),
    isLiquidationFree: false,
    countLimit,
  });
  const rows = choiceRows([...resolved.rows, ...form.rows], resolved.assetCount);
  const problem: ChoiceProblem = { ...quadraticOf(resolved, form), rows, pieces, countLimit };
  return { problem, unit: unitsOf(lots) };
}

export interface LotAnswer {
  readonly weights: Float64Array | null;
  readonly value: number;
  readonly bound: number;
  readonly nodes: number;
  readonly isProved: boolean;
  /** No whole lots meet the rows. */
  readonly isInfeasible: boolean;
}

/** @param near the convex answer, around which lots are pieces of their own */
export function searchWholeLots(
  lots: LotProblem,
  near: Float64Array,
  options: SearchOptions,
): LotAnswer {
  const { problem, unit } = lots;
  const named = withChoices(problem, options);
  const first = bestOf(problem, [
    searchLots(lots, near),
    named === null ? null : searchLots(lots, named),
  ]);
  const pieces = lotPieces(lots, [named ?? near, ...(first === null ? [] : [first])]);
  const answer = searchChoices(
    { ...problem, pieces },
    {
      ...options,
      nodesMax: options.nodesMax ?? defaultNodes(problem.size),
      first,
      repair: (weights) => searchLots(lots, weights),
      isWhole: (weights) => isWholeLots(weights, unit),
    },
  );
  const weights = answer.weights;
  const isProved = answer.status === 'proved';
  return {
    weights,
    value: weights === null ? Infinity : choiceValue(problem, weights),
    bound: answer.bound,
    nodes: answer.nodes,
    isProved,
    isInfeasible: answer.status === 'infeasible',
  };
}

/** The best weights in fractions of lots that meet the limits on names and trades, where there are any. */
function withChoices(problem: ChoiceProblem, options: SearchOptions): Float64Array | null {
  const { start } = problem.pieces;
  const hasChoice = start.some((at, i) => i > 0 && at - (start[i - 1] as number) > 1);
  if (!hasChoice) return null;
  return searchChoices(problem, { ...options, nodesMax: NAMED_NODES_MAX }).weights;
}

function bestOf(
  problem: ChoiceProblem,
  candidates: readonly (Float64Array | null)[],
): Float64Array | null {
  let best: Float64Array | null = null;
  let least = Infinity;
  for (const weights of candidates) {
    if (weights === null) continue;
    const value = choiceValue(problem, weights);
    if (value >= least) continue;
    least = value;
    best = weights;
  }
  return best;
}

function defaultNodes(size: number): number {
  if (size <= BRANCHED_ASSETS_MAX) return NODES_DEFAULT;
  return size <= SAMPLED_ASSETS_MAX ? NODES_SAMPLED : 1;
}

function isWholeLots(weights: Float64Array, unit: Float64Array): boolean {
  return weights.every((x, i) => {
    const count = x / (unit[i] as number);
    return Math.abs(count - Math.round(count)) <= 1e-9 * Math.max(1, Math.abs(count));
  });
}

/** Single lots within the window of each center, the rest of each holding piece as intervals of whole lots. */
function lotPieces({ problem, unit }: LotProblem, centers: readonly Float64Array[]): Pieces {
  const { start, low, high, counts } = problem.pieces;
  const n = problem.size;
  const pieceStart = new Int32Array(n + 1);
  const all: { low: number; high: number; counts: number }[] = [];
  for (let i = 0; i < n; i += 1) {
    const u = unit[i] as number;
    const marks = centers.map((center) => (center[i] as number) / u);
    const near = Math.floor(Math.min(...marks)) - WINDOW;
    const far = Math.ceil(Math.max(...marks)) + WINDOW;
    for (let p = start[i] as number; p < (start[i + 1] as number); p += 1) {
      const from = Math.ceil((low[p] as number) / u - 1e-9);
      const to = Math.floor((high[p] as number) / u + 1e-9);
      const add = (a: number, b: number): void => {
        if (a <= b) all.push({ low: a * u, high: b * u, counts: counts[p] as number });
      };
      add(from, Math.min(to, near - 1));
      for (let k = Math.max(from, near); k <= Math.min(to, far); k += 1) add(k, k);
      add(Math.max(from, far + 1), to);
    }
    pieceStart[i + 1] = all.length;
  }
  return {
    start: pieceStart,
    low: Float64Array.from(all, (one) => one.low),
    high: Float64Array.from(all, (one) => one.high),
    counts: Uint8Array.from(all, (one) => one.counts),
  };
}

interface LotResult {
  readonly resolved: ResolvedProblem;
  readonly form: ObjectiveForm;
  readonly lots: RoundLots;
  readonly relaxed: PortfolioResult;
  readonly answer: LotAnswer;
  readonly notes: readonly string[];
}

function resultOf({ resolved, form, lots, relaxed, answer, notes }: LotResult): PortfolioResult {
  const { weights } = answer;
  const solver = { name: 'branch and bound over lots', iterations: answer.nodes };
  if (weights === null) {
    const status = answer.isInfeasible ? 'infeasible' : 'iterationLimit';
    const note = answer.isInfeasible
      ? 'no whole lots meet the limits; in fractions of lots they can be met'
      : 'no whole lots were found that meet the limits; these weights are in fractions of lots';
    const conflict = answer.isInfeasible ? [{ constraint: 'roundLots', relaxation: 1 }] : [];
    return {
      ...relaxed,
      status,
      certificate: null,
      binding: [],
      conflict,
      notes: [...relaxed.notes, ...notes, note],
      solver,
    };
  }
  const unit = unitsOf(lots);
  const shares = weights.map(
    (x, i) => Math.round(x / (unit[i] as number)) * (lots.lotSizes[i] as number),
  );
  // Boxes of no width: the convex method only measures these weights, in its own way.
  const measured = form.solve({ ...resolved, lower: weights, upper: weights });
  const sign = form.isMaximized ? -1 : 1;
  const value = sign * measured.objective;
  const bound = Math.min(answer.bound, value);
  const gap = value - bound;
  return {
    ...measured,
    status: 'optimal',
    weights,
    shares,
    certificate: {
      primal: value,
      dual: bound,
      gap,
      maxViolation: measured.certificate?.maxViolation ?? 0,
    },
    integerProof: {
      kind: answer.isProved ? 'proved' : 'heuristic',
      bound: sign * bound,
      gap,
      nodes: answer.nodes,
    },
    binding: [],
    conflict: [],
    notes: [...measured.notes, ...notes],
    solver,
  };
}
