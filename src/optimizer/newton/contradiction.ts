import type { EngineState } from './engine-state.ts';

/** Rows and boxes that miss each other by no more than this are held to meet, in weight. */
const CONTRADICTION_LEAST = 2e-10;
/** An open end of a box counts as this weight (see infeasibility/farkas.ts). */
const OPEN_END = 1e6;
const ROUNDING = 1e-14;

/**
 * False where the present prices can prove nothing: the present weights lie in the box, so that their activity
 * bounds the margin from above.
 */
export function mayProve({ account, model, prices, sums, rowCount }: EngineState): boolean {
  let bound = 0;
  for (let r = 0; r < rowCount; r += 1) {
    const price = prices[model.stride + r] as number;
    if (price === 0) continue;
    const limit = (price > 0 ? account.rowUpper[r] : account.rowLower[r]) as number;
    bound += price * ((sums[model.stride + r] as number) - limit);
  }
  return bound > 0;
}

/**
 * Whether the row part of `prices` proves that rows and boxes contradict each other. A quick look over sparse rows;
 * whoever reports it verifies it by infeasibility/farkas.ts.
 */
export function hasFarkasProof(state: EngineState, prices: Float64Array): boolean {
  const { account, model } = state;
  const { stride } = model;
  let size = 0;
  let margin = 0;
  for (let r = 0; r < state.rowCount; r += 1) {
    const price = prices[stride + r] as number;
    if (price === 0) continue;
    size += Math.abs(price);
    margin -= price * ((price > 0 ? account.rowUpper[r] : account.rowLower[r]) as number);
  }
  if (size === 0) return false;
  let magnitude = Math.abs(margin);
  for (let i = 0; i < model.assetCount; i += 1) {
    const weight = rowWeight(state, prices, i);
    if (weight === 0) continue;
    const upper = account.segmentEnd[(account.segmentStart[i + 1] as number) - 1] as number;
    const end = weight > 0 ? (account.lower[i] as number) : upper;
    const least = weight * (end < -OPEN_END ? -OPEN_END : end > OPEN_END ? OPEN_END : end);
    margin += least;
    magnitude += Math.abs(least);
  }
  if (!(Math.abs(margin) < Infinity)) return false;
  return margin / size > CONTRADICTION_LEAST && margin > ROUNDING * magnitude;
}

function rowWeight({ account, model }: EngineState, prices: Float64Array, i: number): number {
  const { start, row, value } = account.rows;
  let weight = 0;
  for (let e = start[i] as number; e < (start[i + 1] as number); e += 1) {
    weight += (prices[model.stride + (row[e] as number)] as number) * (value[e] as number);
  }
  return weight;
}
