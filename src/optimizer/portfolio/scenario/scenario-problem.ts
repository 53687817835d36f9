/** What this folder solves: the resolved problem with the return history that its measure needs. */
import type { ImpactCost, LinearRow, PiecewiseCost } from '../../../domain/index.ts';
import type { ResolvedProblem, Scenarios } from '../resolved-problem.ts';
import type { ScenarioMeasure } from './scenario-measure.ts';

export interface ScenarioProblem {
  readonly assets: readonly string[];
  readonly measure: ScenarioMeasure;
  readonly scenarios: Scenarios;
  /** n x n; for the limit on tracking error alone. */
  readonly covariance: Float64Array;
  /** n. */
  readonly expectedReturns: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** The user's rows, and `targetReturn` where the objective asks for one. */
  readonly rows: readonly LinearRow[];
  readonly costs: readonly (PiecewiseCost | null)[];
  readonly impact: ImpactCost | null;
  readonly current: Float64Array;
  readonly turnover: {
    readonly measure: 'gross' | 'oneWay' | 'sellSide';
    readonly maximum: number;
  } | null;
  readonly tracking: { readonly benchmark: Float64Array; readonly maximum: number } | null;
  /** The size of a period's return: what one unit of the programs stands for. */
  readonly unit: number;
}

/** @param scenarios the history of `resolved`, T x n */
export function scenarioProblemOf(
  resolved: ResolvedProblem,
  measure: ScenarioMeasure,
  scenarios: Scenarios,
): ScenarioProblem {
  const { turnover, trackingError, problem } = resolved;
  const kind = turnover?.kind ?? 'perAsset';
  return {
    assets: problem.assets,
    measure,
    scenarios,
    covariance: resolved.risk.covariance,
    expectedReturns: resolved.expectedReturns,
    lower: resolved.lower,
    upper: resolved.upper,
    rows: resolved.rows,
    costs: resolved.costs,
    impact: problem.costs.impact,
    current: resolved.current,
    turnover:
      turnover === null || kind === 'perAsset'
        ? null
        : { measure: kind, maximum: turnover.maximum },
    tracking: trackingError,
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
