import type { AccountBlock, RiskModelBlock } from '../problem/account-block.ts';
import { roundedToFour } from '../problem/account-block.ts';

/**
 * Everything the reference engine works on. Vectors over prices have `width` entries: factors first, padded to a
 * multiple of four with zeros, then rows from `stride` on.
 */
export interface EngineState {
  readonly model: RiskModelBlock;
  readonly account: AccountBlock;
  readonly rowCount: number;
  readonly width: number;
  /** n; 1/d. */
  readonly give: Float64Array;
  /** n; curvature times target taken from the tilt. */
  readonly linear: Float64Array;
  /** stride; F'b. */
  readonly anchor: Float64Array;
  readonly prices: Float64Array;
  /** n; price signal s = linear + G z. */
  readonly signal: Float64Array;
  /** n; G times the direction. */
  readonly change: Float64Array;
  /** n; argmin of d/2 x^2 + s x + g(x). */
  readonly weights: Float64Array;
  /** n; -dx/ds: 1/d strictly inside a segment without impact, else less, down to 0 at a kink. */
  readonly slack: Float64Array;
  /** n; segment of the last visit: the scan starts there, so that its cost is constant on average. */
  readonly cursor: Int32Array;
  /** n; slack as the Newton matrix has it. */
  readonly slackIn: Float64Array;
  /** n; weights as the sums have them. */
  readonly weightsIn: Float64Array;
  /** width; G' weights. */
  readonly sums: Float64Array;
  readonly gradient: Float64Array;
  readonly direction: Float64Array;
  /** m; 1 where the price stays zero. */
  readonly isFixed: Uint8Array;
  /** m; +1 held at the upper limit, -1 at the lower one; equality rows keep +1. */
  readonly side: Int8Array;
  /** m; 1 for a row released in this iteration. */
  readonly isReleased: Uint8Array;
  /** m; names inside a segment with a coefficient in the row. */
  readonly insideCount: Int32Array;
  /** stride x stride, row-major, lower triangle: I + F' T F. */
  readonly matrix: Float64Array;
  /** m x stride: A T F. */
  readonly rowMatrix: Float64Array;
  /** m x m, lower triangle: A T A'. */
  readonly rowSquare: Float64Array;
  /** width x width, lower triangle, over the factors and the rows that have a price. */
  readonly factor: Float64Array;
  readonly pivotInverse: Float64Array;
  /** Names and values of the update in work, in order of names. */
  readonly listed: { readonly names: Int32Array; readonly values: Float64Array; count: number };
  readonly counters: {
    /** Names added to or taken from the matrix since it was built. */
    updates: number;
    iterations: number;
    /** Largest sum since they were made from scratch, in weight. */
    sumPeak: number;
    /** See `raisedPivot` in cholesky.ts. */
    raisedPivot: number;
  };
}

export function newEngineState(
  model: RiskModelBlock,
  give: Float64Array,
  account: AccountBlock,
): EngineState {
  const { assetCount: n, stride } = model;
  const rowCount = account.rowLower.length;
  const width = stride + roundedToFour(rowCount);
  const anchor = new Float64Array(stride);
  if (account.target === null) anchor.set(account.anchor);
  return {
    model,
    account,
    rowCount,
    width,
    give,
    linear: account.linear.slice(),
    anchor,
    prices: new Float64Array(width),
    signal: new Float64Array(n),
    change: new Float64Array(n),
    weights: new Float64Array(n),
    slack: new Float64Array(n),
    cursor: account.segmentStart.slice(0, n),
    slackIn: new Float64Array(n),
    weightsIn: new Float64Array(n),
    sums: new Float64Array(width),
    gradient: new Float64Array(width),
    direction: new Float64Array(width),
    isFixed: new Uint8Array(rowCount),
    side: new Int8Array(rowCount).fill(1),
    isReleased: new Uint8Array(rowCount),
    insideCount: new Int32Array(rowCount),
    matrix: new Float64Array(stride * stride),
    rowMatrix: new Float64Array(rowCount * stride),
    rowSquare: new Float64Array(rowCount * rowCount),
    factor: new Float64Array(width * width),
    pivotInverse: new Float64Array(width),
    listed: { names: new Int32Array(n), values: new Float64Array(n), count: 0 },
    counters: { updates: 0, iterations: 0, sumPeak: 0, raisedPivot: 0 },
  };
}

/** Lists the names whose value is not zero, in their order. */
export function listNames(state: EngineState, valueOf: (name: number) => number): void {
  const { listed } = state;
  listed.count = 0;
  for (let i = 0; i < state.model.assetCount; i += 1) {
    const value = valueOf(i);
    if (value === 0) continue;
    listed.names[listed.count] = i;
    listed.values[listed.count] = value;
    listed.count += 1;
  }
}
