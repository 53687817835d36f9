/**
 * Densities: the T numbers q with risk(y) >= sum_t q_t (center - y_t) for every return path y.
 *
 * `densityAt` gives the best one at a path (a subgradient of the measure), `admissibleDensity` moves any T
 * numbers, such as the prices of a solver, into the measure's own set, so that the bound they give is valid
 * whatever the solver did.
 */
import {
  centerOf,
  drawdownsOf,
  lengthOf,
  meanOf,
  portfolioReturns,
  riskOfReturns,
  type ScenarioMeasure,
} from './scenario-measure.ts';
import type { Scenarios } from '../resolved-problem.ts';

/** Losses this close, relative to the spread, tie: they share what remains of the tail. */
const TIE_RELATIVE = 1e-12;

/** risk(w) >= constant + gradient'w for all weights. */
export interface RiskPlane {
  /** n. */
  readonly gradient: Float64Array;
  readonly constant: number;
}

/** A best density at a return path; ties are shared equally, so that equal scenarios are treated alike. */
export function densityAt(measure: ScenarioMeasure, returns: Float64Array): Float64Array {
  const T = returns.length;
  switch (measure.measure) {
    case 'variance':
    case 'semivariance': {
      const center = centerValue(measure, returns);
      const below = returns.map((y) =>
        measure.measure === 'variance' ? center - y : Math.max(0, center - y),
      );
      return scaledTo(below, 1 / Math.sqrt(T - measure.ddof));
    }
    case 'meanAbsoluteDeviation': {
      const center = centerValue(measure, returns);
      return returns.map((y) => Math.sign(center - y) / T);
    }
    case 'cvar':
      return tailDensity(
        returns.map((y) => 0 - y),
        measure.alpha * T,
      );
    case 'worstRealization':
      return tailDensity(
        returns.map((y) => 0 - y),
        1,
      );
    default:
      return pathDensity(returns, drawdownDensity(measure, drawdownsOf(returns, false)));
  }
}

/** Weights of the drawdowns in the measure at this path. */
function drawdownDensity(measure: ScenarioMeasure, drawdowns: Float64Array): Float64Array {
  const T = drawdowns.length;
  if (measure.measure === 'maximumDrawdown') return tailDensity(drawdowns, 1);
  if (measure.measure === 'cdar') return tailDensity(drawdowns, measure.alpha * T);
  if (measure.measure === 'averageDrawdown') return new Float64Array(T).fill(1 / T);
  return scaledTo(drawdowns.slice(), 1 / Math.sqrt(T));
}

/** A drawdown is the sum of -y since its peak: weight a_t falls on every period since. */
function pathDensity(returns: Float64Array, ofDrawdowns: Float64Array): Float64Array {
  const drawdowns = drawdownsOf(returns, false);
  const out = new Float64Array(returns.length);
  let carried = 0;
  for (let t = returns.length - 1; t >= 0; t -= 1) {
    carried = (drawdowns[t] as number) > 0 ? carried + (ofDrawdowns[t] as number) : 0;
    out[t] = carried;
  }
  return out;
}

/** 1/size on the worst `size` losses; the last ones, tied, share what remains. */
function tailDensity(losses: Float64Array, size: number): Float64Array {
  const sorted = losses.slice().sort();
  const last = sorted[Math.max(0, sorted.length - Math.ceil(size))] as number;
  const spread = Math.max(Math.abs(sorted[0] as number), Math.abs(sorted.at(-1) as number));
  const slack = TIE_RELATIVE * spread;
  let above = 0;
  let tied = 0;
  for (const loss of losses) {
    if (loss > last + slack) above += 1;
    else if (loss >= last - slack) tied += 1;
  }
  const share = Math.max(0, size - above) / tied;
  return losses.map((loss) => {
    if (loss > last + slack) return 1 / size;
    return loss >= last - slack ? share / size : 0;
  });
}

/**
 * @param candidate T numbers, near the measure's set or not
 * @returns T numbers in the set, unchanged where they were in it
 */
export function admissibleDensity(measure: ScenarioMeasure, candidate: Float64Array): Float64Array {
  const T = candidate.length;
  switch (measure.measure) {
    case 'variance':
      return withinLength(candidate, 1 / Math.sqrt(T - measure.ddof));
    case 'semivariance':
      return withinLength(positive(candidate), 1 / Math.sqrt(T - measure.ddof));
    case 'meanAbsoluteDeviation':
      return candidate.map((q) => Math.min(1 / T, Math.max(-1 / T, q)));
    case 'cvar':
      return cappedProbability(candidate, 1 / (measure.alpha * T));
    case 'worstRealization':
      return cappedProbability(candidate, 1);
    default:
      return admissiblePath(measure, positive(candidate));
  }
}

/** For drawdowns: q_t <= a_t + q_(t+1) with the weights a of the drawdowns in their own set. */
function admissiblePath(measure: ScenarioMeasure, candidate: Float64Array): Float64Array {
  const T = candidate.length;
  const next = (values: Float64Array, t: number): number =>
    t + 1 < T ? (values[t + 1] as number) : 0;
  const raw = candidate.map((q, t) => Math.max(0, q - next(candidate, t)));
  const weights = admissibleWeights(measure, raw);
  const out = new Float64Array(T);
  for (let t = T - 1; t >= 0; t -= 1) {
    out[t] = Math.min(candidate[t] as number, (weights[t] as number) + next(out, t));
  }
  return out;
}

/** Drawdowns are never negative, so a total below one is a valid bound as it stands. */
function admissibleWeights(measure: ScenarioMeasure, raw: Float64Array): Float64Array {
  const T = raw.length;
  if (measure.measure === 'averageDrawdown') return raw.map((a) => Math.min(a, 1 / T));
  if (measure.measure === 'ulcer') return withinLength(raw, 1 / Math.sqrt(T));
  const cap = measure.measure === 'cdar' ? 1 / (measure.alpha * T) : 1;
  const capped = raw.map((a) => Math.min(a, cap));
  let total = 0;
  for (const a of capped) total += a;
  return total > 1 ? capped.map((a) => a / total) : capped;
}

/** Numbers in [0, cap] that add up to one; what is missing goes where there is already some, then anywhere. */
function cappedProbability(candidate: Float64Array, cap: number): Float64Array {
  const out = candidate.map((q) => Math.min(cap, Math.max(0, q)));
  for (let round = 0; round < 4; round += 1) {
    let total = 0;
    for (const q of out) total += q;
    if (total >= 1) return out.map((q) => q / total);
    const room = out.map((q) => (cap - q) * (round < 3 ? q : 1));
    let roomTotal = 0;
    for (const r of room) roomTotal += r;
    if (roomTotal === 0) continue;
    out.forEach((q, t) => {
      out[t] = Math.min(cap, q + ((1 - total) * (room[t] as number)) / roomTotal);
    });
  }
  let total = 0;
  for (const q of out) total += q;
  return out.map((q) => q / Math.max(total, 1));
}

/** The plane that a density spans under the measure. */
export function planeOf(
  measure: ScenarioMeasure,
  density: Float64Array,
  scenarios: Scenarios,
): RiskPlane {
  const T = scenarios.count;
  const n = scenarios.returns.length / T;
  const gradient = new Float64Array(n);
  let total = 0;
  for (let t = 0; t < T; t += 1) {
    const q = density[t] as number;
    total += q;
    if (q === 0) continue;
    for (let i = 0; i < n; i += 1) {
      gradient[i] = (gradient[i] as number) - q * (scenarios.returns[t * n + i] as number);
    }
  }
  const center = centerOf(measure);
  if (center.kind === 'threshold') return { gradient, constant: total * center.value };
  if (center.kind === 'mean') {
    const means = assetMeans(scenarios);
    means.forEach((mean, i) => {
      gradient[i] = (gradient[i] as number) + total * mean;
    });
  }
  return { gradient, constant: 0 };
}

/** n means of the history. */
export function assetMeans(scenarios: Scenarios): Float64Array {
  const T = scenarios.count;
  const n = scenarios.returns.length / T;
  const means = new Float64Array(n);
  for (let t = 0; t < T; t += 1) {
    for (let i = 0; i < n; i += 1) {
      means[i] = (means[i] as number) + (scenarios.returns[t * n + i] as number);
    }
  }
  return means.map((total) => total / T);
}

export interface MeasureSlope extends RiskPlane {
  /** Risk at the weights, in return units. */
  readonly value: number;
}

/** Value and a subgradient of the measure at weights; uncompounded. */
export function measureSlope(
  measure: ScenarioMeasure,
  weights: Float64Array,
  scenarios: Scenarios,
): MeasureSlope {
  const returns = portfolioReturns(weights, scenarios);
  const plane = planeOf(measure, densityAt(measure, returns), scenarios);
  return { value: riskOfReturns(measure, returns), ...plane };
}

/**
 * Shares of the risk by asset that add up to it (Euler): w_i times the slope in w_i.
 *
 * @returns null where the measure has none: compounded drawdowns, or a threshold other than zero, under which
 *   the risk is not proportional to the size of the portfolio
 */
export function riskContributions(
  measure: ScenarioMeasure,
  weights: Float64Array,
  scenarios: Scenarios,
): Float64Array | null {
  const center = centerOf(measure);
  if (center.kind === 'threshold' && center.value !== 0) return null;
  if (measure.isCompounded && isPathMeasure(measure)) return null;
  const { gradient } = measureSlope(measure, weights, scenarios);
  return gradient.map((g, i) => g * (weights[i] as number));
}

function isPathMeasure(measure: ScenarioMeasure): boolean {
  return ['maximumDrawdown', 'averageDrawdown', 'cdar', 'ulcer'].includes(measure.measure);
}

function centerValue(measure: ScenarioMeasure, returns: Float64Array): number {
  const center = centerOf(measure);
  if (center.kind === 'mean') return meanOf(returns);
  return center.kind === 'threshold' ? center.value : 0;
}

function positive(values: Float64Array): Float64Array {
  return values.map((value) => Math.max(0, value));
}

function withinLength(values: Float64Array, length: number): Float64Array {
  return lengthOf(values) > length ? scaledTo(values, length) : values;
}

function scaledTo(values: Float64Array, length: number): Float64Array {
  const present = lengthOf(values);
  return present === 0 ? values : values.map((value) => (value / present) * length);
}
