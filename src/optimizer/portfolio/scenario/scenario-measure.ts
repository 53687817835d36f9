/**
 * Risk measures of a return history, evaluated exactly, with their Euler contributions.
 *
 * Every measure here is a largest value of linear functions of the portfolio's returns y: with a density q taken
 * from the measure's own set, risk(y) >= sum_t q_t (center - y_t), with equality for the best density. The center
 * is the mean of y, the threshold, or zero. A density is therefore a subgradient and a proof of a lower bound at
 * once (Rockafellar, Uryasev and Zabarankin, "Generalized deviations in risk analysis", 2006).
 */
import type { MeasureChoice } from '../../../domain/index.ts';
import type { Scenarios } from '../resolved-problem.ts';

/**
 * A measure with the conventions that fix its number.
 *
 * `ddof` is subtracted from T in the variance and the semivariance alone (1 is what skfolio 1.12 and
 * Riskfolio-Lib 7.4 do, 0 what PyPortfolioOpt 1.6 does); every other measure divides by T.
 */
export interface ScenarioMeasure extends MeasureChoice {
  readonly ddof: number;
}

/** What stands beside -y_t in the measure: the mean of y, a fixed return, or nothing. */
export type Center =
  | { readonly kind: 'mean' }
  | { readonly kind: 'threshold'; readonly value: number }
  | { readonly kind: 'none' };

export function centerOf(measure: ScenarioMeasure): Center {
  switch (measure.measure) {
    case 'variance':
      return { kind: 'mean' };
    case 'semivariance':
    case 'meanAbsoluteDeviation':
      return measure.threshold === null
        ? { kind: 'mean' }
        : { kind: 'threshold', value: measure.threshold };
    default:
      return { kind: 'none' };
  }
}

/** Measures whose risk is the root of a mean square: a cone, not a polyhedron. */
export function isRootMeasure({ measure }: Pick<ScenarioMeasure, 'measure'>): boolean {
  return measure === 'variance' || measure === 'semivariance' || measure === 'ulcer';
}

export function isDrawdownMeasure({ measure }: Pick<ScenarioMeasure, 'measure'>): boolean {
  return (
    measure === 'maximumDrawdown' ||
    measure === 'averageDrawdown' ||
    measure === 'cdar' ||
    measure === 'ulcer'
  );
}

/** @returns T portfolio returns R w */
export function portfolioReturns(weights: Float64Array, scenarios: Scenarios): Float64Array {
  const n = weights.length;
  const out = new Float64Array(scenarios.count);
  for (let t = 0; t < scenarios.count; t += 1) {
    let total = 0;
    const row = t * n;
    for (let i = 0; i < n; i += 1) {
      total += (scenarios.returns[row + i] as number) * (weights[i] as number);
    }
    out[t] = total;
  }
  return out;
}

/**
 * Fall from the highest point so far, the start included. Uncompounded: in return units of the start value.
 * Compounded: as a share of the peak, wealth being the product of 1 + y_t.
 *
 * @returns T drawdowns, >= 0
 */
export function drawdownsOf(returns: Float64Array, isCompounded: boolean): Float64Array {
  const out = new Float64Array(returns.length);
  if (isCompounded) {
    let wealth = 1;
    let peak = 1;
    returns.forEach((y, t) => {
      wealth *= 1 + y;
      peak = Math.max(peak, wealth);
      out[t] = 1 - wealth / peak;
    });
    return out;
  }
  let depth = 0;
  returns.forEach((y, t) => {
    depth = Math.max(0, depth - y);
    out[t] = depth;
  });
  return out;
}

/**
 * Risk of a return path in return units (the standard deviation for `variance`, the root of the semivariance).
 *
 * - cvar, cdar: mean of the worst `alpha` T losses (drawdowns); a fraction of a scenario counts as a fraction
 *   (Rockafellar and Uryasev 2002), so that the measure is convex for every alpha.
 * - worstRealization: the largest loss.  - averageDrawdown, ulcer: mean and root mean square over T periods.
 * - semivariance: losses below the mean, or below `threshold`; meanAbsoluteDeviation likewise, both sides.
 *
 * @param returns T portfolio returns, T >= 1 (T > ddof for variance and semivariance)
 */
export function riskOfReturns(measure: ScenarioMeasure, returns: Float64Array): number {
  const T = returns.length;
  switch (measure.measure) {
    case 'variance': {
      const mean = meanOf(returns);
      return lengthOf(returns.map((y) => y - mean)) / Math.sqrt(T - measure.ddof);
    }
    case 'semivariance': {
      const center = measure.threshold ?? meanOf(returns);
      return lengthOf(returns.map((y) => Math.max(0, center - y))) / Math.sqrt(T - measure.ddof);
    }
    case 'meanAbsoluteDeviation': {
      const center = measure.threshold ?? meanOf(returns);
      return meanOf(returns.map((y) => Math.abs(y - center)));
    }
    case 'cvar':
      return tailMean(
        returns.map((y) => 0 - y),
        measure.alpha,
      );
    case 'worstRealization':
      return largestOf(returns.map((y) => 0 - y));
    case 'maximumDrawdown':
      return largestOf(drawdownsOf(returns, measure.isCompounded));
    case 'averageDrawdown':
      return meanOf(drawdownsOf(returns, measure.isCompounded));
    case 'cdar':
      return tailMean(drawdownsOf(returns, measure.isCompounded), measure.alpha);
    case 'ulcer':
      return lengthOf(drawdownsOf(returns, measure.isCompounded)) / Math.sqrt(T);
  }
}

/** Risk of weights over a history, in return units per period: `riskOfReturns` of R w. */
export function measureValue(
  measure: ScenarioMeasure,
  weights: Float64Array,
  scenarios: Scenarios,
): number {
  return riskOfReturns(measure, portfolioReturns(weights, scenarios));
}

/** Mean of the worst alpha T entries, the last one in part. */
function tailMean(losses: Float64Array, alpha: number): number {
  const sorted = losses.slice().sort();
  const size = alpha * losses.length;
  let left = size;
  let total = 0;
  for (let k = sorted.length - 1; k >= 0 && left > 0; k -= 1) {
    total += Math.min(1, left) * (sorted[k] as number);
    left -= 1;
  }
  return total / size;
}

export function meanOf(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total / values.length;
}

export function largestOf(values: Float64Array): number {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** Euclidean length; scaled by the largest entry so that tiny returns do not underflow. */
export function lengthOf(values: Float64Array): number {
  let scale = 0;
  for (const value of values) scale = Math.max(scale, Math.abs(value));
  if (scale === 0) return 0;
  let total = 0;
  for (const value of values) total += (value / scale) ** 2;
  return scale * Math.sqrt(total);
}
