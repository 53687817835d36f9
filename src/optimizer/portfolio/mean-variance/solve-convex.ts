/** Solves the convex programs of the family and says, with proof, what became of them. */
import { isForAccountEngine, proposalOf } from './account-route.ts';
import type { ConvexAnswer, EngineStart } from './convex-answer.ts';
import type { ConvexPrices, ConvexProblem } from './convex-problem.ts';
import { rootOf } from './covariance-form.ts';
import { dot, objectiveScale, type ScaledLayout } from './engine-point.ts';
import { bindingOf, evidenceOf } from './evidence.ts';
import { conflictOf } from './feasibility.ts';
import { solveEngine } from './interior-point.ts';
import { layoutOf, weightsOf } from './layout.ts';
import { searchNorm, solveAtKink } from './norm-search.ts';
import { followActiveSet, polish, type Polished } from './polish.ts';
import { hasUnboundedRay } from './unbounded.ts';

export type { ConvexAnswer, EngineStart } from './convex-answer.ts';

const SOLVER = 'interior-point';
/** What the engine aims at, whatever the user asks: the price is an iteration or two. */
const ENGINE_TOLERANCE = 1e-13;
const VIOLATION_MAX = 1e-9;
/** Share of the objective's usual size that counts as zero: 1e-8 of a usual volatility, squared. */
const NOTHING = 1e-16;
/** The same where the norm of the weights is priced: at zero it has a kink, which steps only approach. */
const NOTHING_AT_KINK = 1e-10;
/** Of the sum of the sizes of the terms of a variance. */
const SUM_ROUNDING = 32 * Number.EPSILON;

/**
 * @param start the answer of a like problem; it costs little to try, and the proof tells whether it led to the answer
 * @param tolerance gap relative to the size of the objective's terms up to which an answer is `optimal`
 * @returns `optimal` with its proof; `infeasible` with limits in conflict; `unbounded` when a direction without
 *   risk and limit improves for ever; else `iterationLimit` with the best point and its honest gap
 */
export function solveConvex(
  stated: ConvexProblem,
  tolerance: number,
  start: EngineStart | null = null,
): ConvexAnswer {
  const problem = withoutPoints(stated);
  const warm = start === null ? null : solveWarm(problem, tolerance, start);
  if (warm !== null) return warm;
  const answer = solveFeasible(problem, tolerance);
  if (answer.status === 'optimal') return answer;
  const conflict = conflictOf(stated, solveOnly);
  if (conflict !== null) return { ...answer, status: 'infeasible', binding: [], conflict };
  if (hasUnboundedRay(problem, solveOnly)) return { ...answer, status: 'unbounded', binding: [] };
  return answer;
}

/**
 * A sphere of no size has no inside, so it is stated by what it means: no exposure to any factor of risk, one row
 * each, after the problem's own.
 */
function withoutPoints(problem: ConvexProblem): ConvexProblem {
  const points = problem.spheres.filter(({ maximum }) => maximum === 0);
  if (points.length === 0) return problem;
  const { covariance } = problem;
  const { factors, factorCount: k } = rootOf(covariance);
  const rows = points.flatMap(({ name, center }) =>
    Array.from({ length: k }, (_, f) => {
      const coefficients = center.map((__, i) => factors[i * k + f] as number);
      const limit = dot(coefficients, center);
      return { name: `${name} (factor ${String(f)})`, coefficients, lower: limit, upper: limit };
    }),
  );
  const spheres = problem.spheres.filter(({ maximum }) => maximum > 0);
  return { ...problem, rows: [...problem.rows, ...rows], spheres };
}

/** Without the search for reasons: what the searches themselves use. */
function solveOnly(problem: ConvexProblem): ConvexAnswer {
  return solveFeasible(withoutPoints(problem), 1e-9);
}

/** Directly, and where the kink of a norm is in the way by quadratic programs. */
function solveFeasible(problem: ConvexProblem, tolerance: number): ConvexAnswer {
  if (isForAccountEngine(problem) && !isCrossed(problem)) return solveRouted(problem, tolerance);
  const direct = solveDirectly(problem, tolerance);
  const { norm } = problem;
  if (direct.status === 'optimal' || norm === null || !(norm.radius > 0)) return direct;
  const stated = { ...problem, norm };
  const solve = (part: ConvexProblem): ConvexAnswer => solveDirectly(part, tolerance);
  const still = solveAtKink(stated, solve);
  const isStill = still !== null && still.evidence.gap <= tolerance * still.evidence.size;
  if (isStill) return { ...still, solver: `${SOLVER}, at the kink of the norm` };
  const { answer, slopeLength } = searchNorm(stated, direct.weights, solve);
  const kinked = { ...problem, norm: { ...norm, leastLength: slopeLength } };
  const evidence = evidenceOf(kinked, answer.weights, answer.prices);
  const solver = `${SOLVER}, the norm by quadratic programs`;
  const best = { weights: answer.weights, prices: answer.prices, evidence, solver };
  if (defect(best) > defect(direct)) return direct;
  const layout = { problem: kinked, scale: objectiveScale(problem) };
  const judged = { tolerance, mayBeOptimal: answer.status === 'optimal' };
  return { ...answerOf(layout, best, judged), iterations: answer.iterations, start: null };
}

/**
 * By the account engine, whose answers are proved to some 1e-12 of the terms; where this one is not, directly too,
 * and the better proof is returned. The solver's name says what was tried.
 */
function solveRouted(problem: ConvexProblem, tolerance: number): ConvexAnswer {
  const proposal = proposalOf(problem);
  const { weights, prices, iterations, solver } = proposal;
  if (proposal.status !== 'optimal') {
    const direct = solveDirectly(problem, tolerance);
    return { ...direct, solver: `${direct.solver}, after ${solver} said ${proposal.status}` };
  }
  const layout = { problem, scale: objectiveScale(problem) };
  const found = { weights, prices, evidence: evidenceOf(problem, weights, prices), solver };
  const judgedAt = (limit: number): ConvexAnswer => ({
    ...answerOf(layout, found, { tolerance: limit, mayBeOptimal: true }),
    iterations,
    start: null,
  });
  const routed = judgedAt(Math.min(tolerance, ROUTED_GAP_MOST));
  if (routed.status === 'optimal') return routed;
  const direct = solveDirectly(problem, tolerance);
  if (direct.status !== 'optimal') {
    const loose = judgedAt(tolerance);
    if (loose.status === 'optimal') {
      return { ...loose, solver: `${solver}, closer than ${direct.solver}` };
    }
  }
  return { ...direct, solver: `${direct.solver}, after ${solver} was not exact enough` };
}

function isCrossed(problem: ConvexProblem): boolean {
  const isBoxCrossed = problem.lower.some((low, i) => low > (problem.upper[i] as number));
  return isBoxCrossed || problem.rows.some((row) => row.lower > row.upper);
}

function solveDirectly(problem: ConvexProblem, tolerance: number): ConvexAnswer {
  if (isCrossed(problem)) return withoutAnswer(problem);
  const layout: ScaledLayout = { ...layoutOf(problem), scale: objectiveScale(problem) };
  const run = solveEngine(layout, ENGINE_TOLERANCE);
  const first = candidate(layout, run.state, SOLVER);
  const polished = run.outcome === 'runaway' ? null : polish(layout, run.state);
  const second =
    polished === null ? null : candidate(layout, polished, `${SOLVER}, finished on the active set`);
  const isBetter = second !== null && isAsGood(second, first);
  const best = isBetter ? second : first;
  return {
    ...answerOf(layout, best, { tolerance, mayBeOptimal: run.outcome !== 'runaway' }),
    iterations: run.iterations,
    start: isBetter ? startOf(layout, polished) : null,
  };
}

/** A smaller defect beside its terms; or, where the terms vanish with it, a smaller gap outright. */
function isAsGood(second: Candidate, first: Candidate): boolean {
  if (defect(second) <= Math.max(defect(first), 1e-12)) return true;
  const { gap, maxViolation } = second.evidence;
  return gap <= first.evidence.gap && maxViolation <= Math.max(first.evidence.maxViolation, 1e-12);
}

/** Gap of a routed answer beside its terms: looser ones are solved directly as well. */
const ROUTED_GAP_MOST = 1e-10;
const WARM_CHANGES_MOST = 25;

/** null when the start does not fit or does not lead to a proved answer. */
function solveWarm(
  problem: ConvexProblem,
  tolerance: number,
  start: EngineStart,
): ConvexAnswer | null {
  const layout: ScaledLayout = { ...layoutOf(problem), scale: objectiveScale(problem) };
  const rowCount = layout.rows.length + problem.spheres.length;
  if (start.v.length !== layout.count || start.prices.length !== rowCount) return null;
  const prices = start.prices.map((price) => price * layout.scale);
  const from = { v: start.v, prices, set: start.set };
  const followed = followActiveSet(layout, from, WARM_CHANGES_MOST);
  if (followed === null) return null;
  const best = candidate(layout, followed, 'active set from the answer before');
  const answer = answerOf(layout, best, { tolerance: WARM_GAP_MOST, mayBeOptimal: true });
  if (answer.status !== 'optimal' || !(best.evidence.gap <= tolerance * best.evidence.size)) {
    return null;
  }
  return { ...answer, iterations: followed.rounds, start: startOf(layout, followed) };
}

/** A warm answer is as exact as a cold one, or it is not taken. */
const WARM_GAP_MOST = 1e-12;

function startOf(layout: ScaledLayout, polished: Polished | null): EngineStart | null {
  if (polished === null) return null;
  const { v, prices, set } = polished;
  return { v, prices: prices.map((price) => price / layout.scale), set };
}

function answerOf(
  layout: Pick<ScaledLayout, 'problem' | 'scale'>,
  best: Candidate,
  { tolerance, mayBeOptimal }: { readonly tolerance: number; readonly mayBeOptimal: boolean },
): Omit<ConvexAnswer, 'iterations'> {
  const { problem } = layout;
  const nothing = problem.norm === null ? NOTHING : NOTHING_AT_KINK;
  const { gap, size } = best.evidence;
  const lost = nothing / layout.scale + roundingOf(problem, best.weights);
  const isOptimal =
    mayBeOptimal &&
    gap <= tolerance * size + lost &&
    best.evidence.maxViolation <= VIOLATION_MAX * Math.max(1, sizeOf(best.weights));
  return {
    ...best,
    status: isOptimal ? 'optimal' : 'iterationLimit',
    binding: bindingOf({ problem, weights: best.weights, prices: best.prices }, 1),
    conflict: [],
  };
}

/** Below this a variance is lost in the sum of its terms, whichever way it is added up. */
export function roundingOf(
  { covariance, center, curvature }: ConvexProblem,
  weights: Float64Array,
): number {
  let gross = 0;
  weights.forEach((w, i) => {
    gross += Math.abs(w - (center[i] as number)) * Math.sqrt(covariance.variance[i] as number);
  });
  return SUM_ROUNDING * (curvature / 2) * gross ** 2;
}

type Candidate = Pick<ConvexAnswer, 'weights' | 'prices' | 'evidence' | 'solver'>;

function candidate(
  layout: ScaledLayout,
  { v, prices }: { readonly v: Float64Array; readonly prices: Float64Array },
  solver: string,
): Candidate {
  const { problem } = layout;
  const weights = weightsOf(layout, v).map((w, i) =>
    Math.min(problem.upper[i] as number, Math.max(problem.lower[i] as number, w)),
  );
  const inUserUnits = userPrices(layout, prices);
  const evidence = evidenceOf(problem, weights, inUserUnits);
  return { weights, prices: inUserUnits, evidence, solver };
}

function userPrices(layout: ScaledLayout, prices: Float64Array): ConvexPrices {
  const { problem, scale, rows } = layout;
  const ofRows = new Float64Array(problem.rows.length);
  let turnover = 0;
  rows.forEach((row, r) => {
    const price = (prices[r] as number) / scale / row.unit;
    if (row.kind === 'turnover') turnover = Math.max(0, price);
    else if (Number.isFinite(price > 0 ? row.upper : row.lower)) ofRows[row.index] = price;
  });
  const spheres = Float64Array.from(problem.spheres, ({ maximum }, j) =>
    Math.max(0, (prices[rows.length + j] as number) / scale / maximum ** 2),
  );
  return { rows: ofRows, turnover, spheres };
}

function defect({ evidence }: Candidate): number {
  const { gap, size, maxViolation } = evidence;
  const worst = Math.max(Math.abs(gap) / (size + 1e-300), maxViolation);
  return Number.isNaN(worst) ? Infinity : worst;
}

function sizeOf(weights: Float64Array): number {
  let most = 0;
  for (const w of weights) most = Math.max(most, Math.abs(w));
  return most;
}

function withoutAnswer(problem: ConvexProblem): ConvexAnswer {
  const prices = {
    rows: new Float64Array(problem.rows.length),
    turnover: 0,
    spheres: new Float64Array(problem.spheres.length),
  };
  const weights = problem.current.map((w, i) =>
    Math.min(problem.upper[i] as number, Math.max(problem.lower[i] as number, w)),
  );
  return {
    status: 'iterationLimit',
    weights,
    prices,
    evidence: evidenceOf(problem, weights, prices),
    binding: [],
    conflict: [],
    iterations: 0,
    solver: SOLVER,
    start: null,
  };
}
