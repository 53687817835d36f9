/**
 * Objectives of variance as convex programs. Trading costs are added to what is minimized and taken from
 * what is maximized:
 *
 *   minimumRisk     min  w'Sigma w + costs
 *   targetReturn    min  w'Sigma w + costs               s.t. mu'w >= return
 *   meanRisk        max  mu'w - costs - lambda/2 w'Sigma w
 *   targetRisk      max  mu'w - costs                    s.t. sqrt(w'Sigma w) <= limit
 *   trackingError   min  a'Sigma a + costs, or with lambda: max mu'w - costs - lambda/2 a'Sigma a;  a = w - b
 *   maximumRatio    maximum-ratio.ts;  robust: ../robust
 */
import type { PortfolioObjective, PortfolioResult } from '../../../domain/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import type { ConvexProblem } from './convex-problem.ts';
import { dot } from './engine-point.ts';
import {
  certificateAround,
  programOf,
  resultOf,
  returnRow,
  riskOf,
  tradingCosts,
} from './program.ts';
import { solveConvex, type EngineStart } from './solve-convex.ts';

type Objective<K extends PortfolioObjective['kind']> = Extract<PortfolioObjective, { kind: K }>;

/** min w'Sigma w + costs. */
export function minimumVariance(resolved: ResolvedProblem): PortfolioResult {
  return minimized(resolved, { ...programOf(resolved), curvature: 2 });
}

/** The answer before, for a run of problems that differ a little; null at first. */
export interface WarmStart {
  start: EngineStart | null;
}

/** @param warm read and replaced: along a frontier each point begins from the last */
export function targetReturnVariance(
  resolved: ResolvedProblem,
  objective: Pick<Objective<'targetReturn'>, 'return'>,
  warm?: WarmStart,
): PortfolioResult {
  const program = programOf(resolved);
  const row = returnRow(resolved.expectedReturns, objective.return);
  const bent = { ...program, curvature: 2, rows: [...program.rows, row] };
  return minimized(resolved, bent, warm === undefined ? {} : { warm });
}

export function meanVariance(
  resolved: ResolvedProblem,
  { riskAversion }: Objective<'meanRisk'>,
): PortfolioResult {
  return maximized(resolved, {
    ...programOf(resolved),
    curvature: riskAversion,
    linear: negated(resolved.expectedReturns),
  });
}

export function targetVolatility(
  resolved: ResolvedProblem,
  { limit }: Objective<'targetRisk'>,
): PortfolioResult {
  const program = programOf(resolved);
  const center = new Float64Array(resolved.assetCount);
  return maximized(resolved, {
    ...program,
    linear: negated(resolved.expectedReturns),
    spheres: [...program.spheres, { name: 'risk', center, maximum: limit }],
  });
}

/**
 * Means of a return history do not count here: an index is tracked, not bet against, unless expected returns
 * are given with a price of risk.
 */
export function trackingErrorVariance(
  resolved: ResolvedProblem,
  { benchmark, riskAversion }: Objective<'trackingError'>,
): PortfolioResult {
  const { problem } = resolved;
  const program = { ...programOf(resolved), center: benchmark };
  const notes = ['risk is the tracking error: the volatility of the difference to the benchmark'];
  if (riskAversion === null) {
    return minimized(resolved, { ...program, curvature: 2 }, { center: benchmark, notes });
  }
  const isGiven = problem.expectedReturns !== null || problem.expectedReturnsChoice !== undefined;
  const linear = isGiven ? negated(resolved.expectedReturns) : program.linear;
  return maximized(
    resolved,
    { ...program, curvature: riskAversion, linear },
    { center: benchmark, notes },
  );
}

interface Report {
  readonly center?: Float64Array;
  readonly notes?: readonly string[];
  readonly warm?: WarmStart;
}

/** The program's value is the objective. */
function minimized(
  resolved: ResolvedProblem,
  program: ConvexProblem,
  report: Report = {},
): PortfolioResult {
  const { warm, ...shown } = report;
  const answer = solveConvex(program, resolved.problem.tolerance, warm?.start ?? null);
  if (warm !== undefined) warm.start = answer.start ?? warm.start;
  const { risk } = riskOf(resolved, answer.weights, report.center ?? null);
  const objective = risk ** 2 + tradingCosts(resolved, answer.weights);
  return resultOf({
    resolved,
    answer,
    objective,
    certificate: certificateAround(objective, answer),
    ...shown,
  });
}

/** The program's value is minus the objective. */
export function maximized(
  resolved: ResolvedProblem,
  program: ConvexProblem,
  report: Omit<Report, 'warm'> = {},
): PortfolioResult {
  const answer = solveConvex(program, resolved.problem.tolerance);
  const { weights } = answer;
  const { risk } = riskOf(resolved, weights, report.center ?? null);
  const value = dot(program.linear, weights) + (program.curvature / 2) * risk ** 2;
  const objective = -(value + tradingCosts(resolved, weights));
  return resultOf({
    resolved,
    answer,
    objective,
    certificate: certificateAround(-objective, answer),
    ...report,
  });
}

export function negated(values: Float64Array): Float64Array {
  return values.map((x) => 0 - x);
}
