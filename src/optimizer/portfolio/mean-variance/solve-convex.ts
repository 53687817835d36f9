/** Solves the convex programs of the family and says, with proof, what became of them. */
import type { BindingConstraint, PortfolioResult } from '../../../domain/index.ts';
import type { ConvexPrices, ConvexProblem } from './convex-problem.ts';
import { objectiveScale, type ScaledLayout } from './engine-point.ts';
import { bindingOf, evidenceOf, type Evidence } from './evidence.ts';
import { conflictOf } from './feasibility.ts';
import { solveEngine } from './interior-point.ts';
import { layoutOf, weightsOf } from './layout.ts';
import { polish } from './polish.ts';
import { hasUnboundedRay } from './unbounded.ts';

export interface ConvexAnswer {
  readonly status: PortfolioResult['status'];
  readonly weights: Float64Array;
  readonly prices: ConvexPrices;
  readonly evidence: Evidence;
  readonly binding: readonly BindingConstraint[];
  readonly conflict: PortfolioResult['conflict'];
  readonly iterations: number;
  /** Which of the engine's answers this is. */
  readonly solver: string;
}

const SOLVER = 'interior-point';
/** What the engine aims at, whatever the user asks: the price is an iteration or two. */
const ENGINE_TOLERANCE = 1e-13;
const VIOLATION_MAX = 1e-9;
/** Share of the objective's usual size that counts as zero: a billionth of a usual volatility, squared. */
const NOTHING = 1e-18;

/**
 * @param tolerance gap relative to the size of the objective's terms up to which an answer is `optimal`
 * @returns `optimal` with its proof; `infeasible` with limits in conflict; `unbounded` when a direction without
 *   risk and limit improves for ever; else `iterationLimit` with the best point and its honest gap
 */
export function solveConvex(problem: ConvexProblem, tolerance: number): ConvexAnswer {
  const answer = solveFeasible(problem, tolerance);
  if (answer.status === 'optimal') return answer;
  const conflict = conflictOf(problem, solveOnly);
  if (conflict !== null) return { ...answer, status: 'infeasible', binding: [], conflict };
  if (hasUnboundedRay(problem, solveOnly)) return { ...answer, status: 'unbounded', binding: [] };
  return answer;
}

/** Without the search for reasons: what the searches themselves use. */
function solveOnly(problem: ConvexProblem): ConvexAnswer {
  return solveFeasible(problem, 1e-9);
}

function solveFeasible(problem: ConvexProblem, tolerance: number): ConvexAnswer {
  const crossed = problem.lower.some((low, i) => low > (problem.upper[i] as number));
  const isCrossed = crossed || problem.rows.some((row) => row.lower > row.upper);
  if (isCrossed) return withoutAnswer(problem);
  const layout: ScaledLayout = { ...layoutOf(problem), scale: objectiveScale(problem) };
  const run = solveEngine(layout, ENGINE_TOLERANCE);
  const first = candidate(layout, run.state, SOLVER);
  const polished = run.outcome === 'runaway' ? null : polish(layout, run.state);
  const second =
    polished === null ? null : candidate(layout, polished, `${SOLVER}, finished on the active set`);
  const best = second !== null && defect(second) <= Math.max(defect(first), 1e-12) ? second : first;
  const isOptimal =
    run.outcome !== 'runaway' &&
    best.evidence.gap <= tolerance * best.evidence.size + NOTHING / layout.scale &&
    best.evidence.maxViolation <= VIOLATION_MAX * Math.max(1, sizeOf(best.weights));
  return {
    ...best,
    status: isOptimal ? 'optimal' : 'iterationLimit',
    binding: bindingOf({ problem, weights: best.weights, prices: best.prices }, 1),
    conflict: [],
    iterations: run.iterations,
  };
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
  };
}
