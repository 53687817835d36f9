/**
 * Every name's answer to the prices, in closed form, by a walk along the segments of its cost curve. Twin of
 * `kernels/assembly/asset-step.ts`.
 */
import type { EngineProblem } from '../problem/engine-problem.ts';
import type { EngineState } from './engine-state.ts';
import { smoothSlope, solveSmooth, type SmoothCost } from './smooth-cost.ts';

/** into += G z, for an engine problem with dense columns. */
export function addColumns(problem: EngineProblem, prices: Float64Array, into: Float64Array): void {
  const { columns, assetCount } = problem;
  const width = prices.length;
  for (let i = 0, at = 0; i < assetCount; i += 1) {
    let total = 0;
    for (let c = 0; c < width; c += 1, at += 1) {
      total += (columns[at] as number) * (prices[c] as number);
    }
    into[i] = (into[i] as number) + total;
  }
}

/** A segment, with the slopes of its neighbors: infinite beyond the ends. */
interface Segment {
  readonly low: number;
  readonly high: number;
  readonly slopeBelow: number;
  readonly slope: number;
  readonly slopeAbove: number;
}

function segmentAt({ account }: EngineState, i: number, p: number): Segment {
  const { segmentEnd, segmentSlope, segmentStart } = account;
  const isFirst = p === segmentStart[i];
  const isLast = p + 1 === segmentStart[i + 1];
  return {
    low: (isFirst ? account.lower[i] : segmentEnd[p - 1]) as number,
    high: segmentEnd[p] as number,
    slopeBelow: isFirst ? -Infinity : (segmentSlope[p - 1] as number),
    slope: segmentSlope[p] as number,
    slopeAbove: isLast ? Infinity : (segmentSlope[p + 1] as number),
  };
}

/**
 * Moves every name to the weight that answers signal + step * change.
 *
 * @returns the sum of weight times change, which is what the line search needs, even and odd names apart
 */
export function moveAssets(state: EngineState, step: number): number {
  const { account, signal, change } = state;
  const sums: [number, number] = [0, 0];
  for (let i = 0; i < state.model.assetCount; i += 1) {
    const along = change[i] as number;
    const pull = -((signal[i] as number) + step * along);
    const x = account.impact === null ? answer(state, i, pull) : answerWithImpact(state, i, pull);
    state.weights[i] = x;
    sums[(i & 1) as 0 | 1] += x * along;
  }
  return sums[0] + sums[1];
}

/** Weights inside a segment take the step that their slack and the change foretell, as far as the segment goes. */
export function stepWeights(state: EngineState): void {
  for (let i = 0; i < state.model.assetCount; i += 1) {
    const slack = state.slack[i] as number;
    if (slack === 0) continue;
    const { low, high } = segmentAt(state, i, state.cursor[i] as number);
    const x = (state.weights[i] as number) - slack * (state.change[i] as number);
    state.weights[i] = x > high ? high : x < low ? low : x;
  }
}

/** A comparison with NaN ends the walk where it is. */
function answer(state: EngineState, i: number, pull: number): number {
  const give = state.give[i] as number;
  for (let p = state.cursor[i] as number; ;) {
    const { low, high, slopeBelow, slope, slopeAbove } = segmentAt(state, i, p);
    const inside = (pull - slope) * give;
    state.cursor[i] = p;
    state.slack[i] = 0;
    if (inside >= high) {
      if (!((pull - slopeAbove) * give > high)) return high;
      p += 1;
    } else if (inside > low) {
      state.slack[i] = give;
      return inside;
    } else {
      if (!((pull - slopeBelow) * give < low)) return low;
      p -= 1;
    }
  }
}

/** The same walk, by the slopes of curvature and impact at the segment's ends. */
function answerWithImpact(state: EngineState, i: number, pull: number): number {
  const cost = smoothCostOf(state, i);
  for (let p = state.cursor[i] as number; ;) {
    const { low, high, slopeBelow, slope, slopeAbove } = segmentAt(state, i, p);
    const wanted = pull - slope;
    const atHigh = smoothSlope(cost, high);
    const atLow = smoothSlope(cost, low);
    state.cursor[i] = p;
    state.slack[i] = 0;
    if (wanted >= atHigh) {
      if (!(pull - slopeAbove > atHigh)) return high;
      p += 1;
    } else if (wanted > atLow) {
      const { x, slack } = solveSmooth(cost, wanted);
      state.slack[i] = slack;
      return x > high ? high : x < low ? low : x;
    } else {
      if (!(pull - slopeBelow < atLow)) return low;
      p -= 1;
    }
  }
}

function smoothCostOf({ model, account }: EngineState, i: number): SmoothCost {
  return {
    curvature: model.curvature[i] as number,
    kappa: account.impact?.kappa[i] ?? 0,
    center: account.impact?.center[i] ?? 0,
    exponent: (account.impact?.power ?? 1) - 1,
  };
}
