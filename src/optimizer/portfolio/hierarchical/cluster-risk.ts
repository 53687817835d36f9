/** Risk of single assets and of clusters held in inverse proportion to their assets' risk. */
import { err, ok, type Result } from '../../../kernel/index.ts';
import { errorFinding, type Finding, type MeasureChoice } from '../../../domain/index.ts';
import type { ResolvedProblem, Scenarios } from '../resolved-problem.ts';
import { measureValue, scenarioMeasureOf, type ScenarioMeasure } from '../scenario/index.ts';

/**
 * Under the variance both the weights inside a cluster and the split between clusters go by variance, as in Lopez
 * de Prado 2016; under any other measure by the measure itself, as in Riskfolio-Lib.
 */
export interface ClusterRisk {
  /** Weights that add up to one, in the order of `items`, in inverse proportion to the assets' risk. */
  inverseRiskWeights(items: readonly number[]): Float64Array;
  /** Risk of the cluster at those weights. */
  riskOf(items: readonly number[]): number;
}

/**
 * @refuses METHOD_INPUT_INVALID without a history for a measure other than variance, or for an asset whose risk
 *   is not above zero: in inverse proportion to it, it would take everything
 */
export function clusterRisk(
  resolved: ResolvedProblem,
  choice: MeasureChoice,
): Result<ClusterRisk, readonly Finding[]> {
  const { risk, assetCount: n, problem } = resolved;
  let portfolioRisk = varianceOf(risk.covariance, n);
  if (choice.measure !== 'variance') {
    const measured = scenarioMeasureOf(resolved, choice);
    if (!measured.ok) return measured;
    portfolioRisk = measureOf(measured.value.measure, measured.value.scenarios, n);
  }
  const own = Float64Array.from({ length: n }, (_, i) => portfolioRisk([i], Float64Array.of(1)));
  const findings = problem.assets.flatMap((name, i) =>
    (own[i] as number) > 0
      ? []
      : [
          errorFinding(
            'METHOD_INPUT_INVALID',
            `the ${choice.measure} of ${name} is ${String(own[i])}; weights in inverse proportion need it above zero`,
            { symbol: name },
          ),
        ],
  );
  if (findings.length > 0) return err(findings);
  const inverseRiskWeights = (items: readonly number[]): Float64Array => {
    const inverse = Float64Array.from(items, (i) => 1 / (own[i] as number));
    const total = inverse.reduce((sum, value) => sum + value, 0);
    return inverse.map((value) => value / total);
  };
  return ok({
    inverseRiskWeights,
    riskOf: (items) => Math.max(0, portfolioRisk(items, inverseRiskWeights(items))),
  });
}

type PortfolioRisk = (items: readonly number[], weights: Float64Array) => number;

function varianceOf(covariance: Float64Array, n: number): PortfolioRisk {
  return (items, weights) => {
    let total = 0;
    items.forEach((i, a) => {
      items.forEach((j, b) => {
        total +=
          (weights[a] as number) * (weights[b] as number) * (covariance[i * n + j] as number);
      });
    });
    return total;
  };
}

function measureOf(measure: ScenarioMeasure, scenarios: Scenarios, n: number): PortfolioRisk {
  return (items, weights) => {
    const all = new Float64Array(n);
    items.forEach((i, a) => {
      all[i] = weights[a] as number;
    });
    return measureValue(measure, all, scenarios);
  };
}
