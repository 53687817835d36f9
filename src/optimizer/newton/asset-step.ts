import type { EngineProblem } from '../problem/engine-problem.ts';

/** Per asset: the weight that answers the prices, and where on its cost curve it lies. */
export interface AssetState {
  /** n; price signal s = linear + F nu + A' eta. */
  readonly signal: Float64Array;
  /** n; argmin of curvature/2 x^2 + s x + g(x). */
  readonly weights: Float64Array;
  /** n; -dx/ds: 1/curvature strictly inside a segment, else 0. */
  readonly slack: Float64Array;
  /** n; segment of the last visit: the scan starts there, so that its cost is constant on average. */
  readonly cursor: Int32Array;
}

export function newAssetState(problem: EngineProblem): AssetState {
  const n = problem.assetCount;
  return {
    signal: new Float64Array(n),
    weights: new Float64Array(n),
    slack: new Float64Array(n),
    cursor: problem.segmentStart.slice(0, n),
  };
}

/** s = linear + G z, from scratch: sums of steps would drift. */
export function signalAt(problem: EngineProblem, prices: Float64Array, signal: Float64Array): void {
  signal.set(problem.linear);
  addColumns(problem, prices, signal);
}

/** into += G z. */
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

/**
 * Moves every asset to the weight that answers `signal + step * direction`, in closed form.
 *
 * @returns the sum of x_i direction_i, which is what the line search needs (0 without a direction)
 */
export function moveAssets(
  problem: EngineProblem,
  state: AssetState,
  along: { readonly direction: Float64Array; readonly step: number } | null,
): number {
  const { curvature, segmentStart, segmentEnd, segmentSlope, lower, assetCount } = problem;
  let slope = 0;
  for (let i = 0; i < assetCount; i += 1) {
    const first = segmentStart[i] as number;
    const last = (segmentStart[i + 1] as number) - 1;
    const d = curvature[i] as number;
    const direction = along === null ? 0 : (along.direction[i] as number);
    const s = (state.signal[i] as number) + (along === null ? 0 : along.step * direction);
    let p = state.cursor[i] as number;
    let x: number;
    let slack = 0;
    for (;;) {
      const low = p === first ? (lower[i] as number) : (segmentEnd[p - 1] as number);
      const high = segmentEnd[p] as number;
      const inside = (-s - (segmentSlope[p] as number)) / d;
      if (inside >= high) {
        if (p === last || (-s - (segmentSlope[p + 1] as number)) / d <= high) {
          x = high;
          break;
        }
        p += 1;
      } else if (inside <= low) {
        if (p === first || (-s - (segmentSlope[p - 1] as number)) / d >= low) {
          x = low;
          break;
        }
        p -= 1;
      } else {
        x = inside;
        slack = 1 / d;
        break;
      }
    }
    state.cursor[i] = p;
    state.weights[i] = x;
    state.slack[i] = slack;
    slope += x * direction;
  }
  return slope;
}
