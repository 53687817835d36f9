/** What this folder solves: a program without an objective, the history, and the measure taken of it. */
import type { LinearRow, PortfolioObjective } from '../../../domain/index.ts';
import type { ConvexProblem } from '../mean-variance/convex-problem.ts';
import { programOf } from '../mean-variance/program.ts';
import type { ResolvedProblem, Scenarios } from '../resolved-problem.ts';
import type { ScenarioMeasure } from './scenario-measure.ts';

/** Objectives with a measure that are convex programs. */
export type ScenarioObjective = Extract<
  PortfolioObjective,
  { kind: 'minimumRisk' | 'meanRisk' | 'targetReturn' | 'targetRisk' | 'maximumRatio' }
>;

export interface ScenarioProblem {
  readonly measure: ScenarioMeasure;
  readonly scenarios: Scenarios;
  /** n. */
  readonly expectedReturns: Float64Array;
  /** n x n; for the limit on tracking error alone. */
  readonly covariance: Float64Array;
  /** Boxes, rows, turnover, tracking error, costs: everything but the objective. */
  readonly base: ConvexProblem;
  /** The size of a period's return: what one unit of the programs stands for. */
  readonly unit: number;
}

/** @param extraRows rows that the objective adds to the user's, such as `targetReturn` */
export function scenarioProblemOf(
  resolved: ResolvedProblem,
  measure: ScenarioMeasure,
  {
    scenarios,
    extraRows,
  }: { readonly scenarios: Scenarios; readonly extraRows: readonly LinearRow[] },
): ScenarioProblem {
  const base = programOf(resolved);
  return {
    measure,
    scenarios,
    expectedReturns: resolved.expectedReturns,
    covariance: resolved.risk.covariance,
    base: { ...base, rows: [...base.rows, ...extraRows] },
    unit: sizeOfReturns(scenarios.returns),
  };
}

/** Root mean square of the history; one for a history of zeros. */
function sizeOfReturns(returns: Float64Array): number {
  let total = 0;
  for (const r of returns) total += r * r;
  const size = Math.sqrt(total / returns.length);
  return size > 0 ? size : 1;
}
