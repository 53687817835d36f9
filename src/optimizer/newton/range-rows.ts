/**
 * Which rows have a price and on which side they hold. A range row at price zero is *fixed* there while
 * it is slack; it is released when it is violated and fixed again when its price would change sign
 * (docs/concepts/optimizer.md). Rejected: a proximal term on the slack, which needs four times the
 * iterations, and releasing all violated rows at once, which jams.
 */
import type { EngineState } from './engine-state.ts';

/** A row waits until its violation is this much of the residual of everything else. */
export const RELEASE_RESIDUAL = 0.3;
/** Rows violated by more than this share of the largest violation are released together. */
const RELEASE_SHARE = 0.3;

/** By the start prices: rows without a price are fixed, equality rows never. */
export function beginRows(state: EngineState): void {
  for (let r = 0; r < state.rowCount; r += 1) {
    if (isEquality(state, r)) continue;
    const price = rowPrice(state, r);
    state.isFixed[r] = price === 0 ? 1 : 0;
    if (price < 0) state.side[r] = -1;
  }
}

function rowPrice({ prices, model }: EngineState, row: number): number {
  return prices[model.stride + row] as number;
}

function isEquality({ account }: EngineState, row: number): boolean {
  return account.rowLower[row] === account.rowUpper[row];
}

/** The limit that a row with a price is held at. */
export function heldLimit({ account, side }: EngineState, row: number): number {
  return (side[row] === 1 ? account.rowUpper[row] : account.rowLower[row]) as number;
}

/** > 0 above the upper limit, < 0 below the lower one, 0 inside. */
function rowExcess({ account, sums, model }: EngineState, row: number): number {
  const value = sums[model.stride + row] as number;
  const upper = account.rowUpper[row] as number;
  if (value > upper) return value - upper;
  const lower = account.rowLower[row] as number;
  return value < lower ? value - lower : 0;
}

/** Largest violation over the rows that have no price. */
export function largestFixedExcess(state: EngineState): number {
  let largest = 0;
  for (let r = 0; r < state.rowCount; r += 1) {
    if (state.isFixed[r] === 0) continue;
    largest = Math.max(largest, Math.abs(rowExcess(state, r)));
  }
  return largest;
}

/** Gives a price to the rows violated nearly as much as the worst. */
export function releaseRows(state: EngineState, largest: number): void {
  for (let r = 0; r < state.rowCount; r += 1) {
    if (state.isFixed[r] === 0) continue;
    const excess = rowExcess(state, r);
    if (Math.abs(excess) <= RELEASE_SHARE * largest) continue;
    state.isFixed[r] = 0;
    state.isReleased[r] = 1;
    state.side[r] = excess > 0 ? 1 : -1;
  }
}

/** Fixes newly released rows whose price would move against their violation; true if there was one. */
export function refixMisdirected(state: EngineState): boolean {
  const { direction, side, model } = state;
  let hasChanged = false;
  for (let r = 0; r < state.rowCount; r += 1) {
    if (state.isReleased[r] === 0) continue;
    if ((direction[model.stride + r] as number) * (side[r] as number) > 0) continue;
    state.isReleased[r] = 0;
    state.isFixed[r] = 1;
    hasChanged = true;
  }
  return hasChanged;
}

/** First step at which the price of a range row changes sign, and whose. */
export function firstSignChange(state: EngineState): {
  readonly step: number;
  readonly row: number;
} {
  let step = Infinity;
  let row = -1;
  for (let r = 0; r < state.rowCount; r += 1) {
    if (state.isFixed[r] === 1 || isEquality(state, r)) continue;
    const price = rowPrice(state, r);
    const change = state.direction[state.model.stride + r] as number;
    if (price * change >= 0) continue;
    const at = -price / change;
    if (at < step) {
      step = at;
      row = r;
    }
  }
  return { step, row };
}

/** Fixes every range row whose price has reached zero or gone beyond, as rows that tie with the first do. */
export function settleRows(state: EngineState): void {
  for (let r = 0; r < state.rowCount; r += 1) {
    if (state.isFixed[r] === 1 || isEquality(state, r)) continue;
    if (rowPrice(state, r) * (state.side[r] as number) <= 0) fixRow(state, r);
  }
}

export function fixRow(state: EngineState, row: number): void {
  state.prices[state.model.stride + row] = 0;
  state.isFixed[row] = 1;
}
