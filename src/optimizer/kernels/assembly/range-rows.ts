/** Which rows have a price; the rules are told in `newton/range-rows.ts`. */
import {
  ACTIVE,
  DIRECTION,
  IS_FIXED,
  IS_RELEASED,
  LOWER,
  PRICES,
  ROW_INDEX,
  ROW_LOWER,
  ROW_START,
  ROW_UPPER,
  ROW_VALUE,
  SEGMENT_END,
  SEGMENT_START,
  SIDE,
  SUMS,
  assetCount,
  getF,
  getI,
  rowCount,
  setF,
  setI,
  stride,
} from './memory';

/** Rows violated by more than this share of the largest violation are released. */
const RELEASE_SHARE: f64 = 0.3;
const CONTRADICTION_LEAST: f64 = 2e-10;
const OPEN_END: f64 = 1e6;

export let limitStep: f64 = 0;
export let limitRow: i32 = -1;

export function beginRows(): void {
  for (let r = 0; r < rowCount; r += 1) {
    setI(IS_RELEASED, r, 0);
    setF(SIDE, r, 1);
    setI(IS_FIXED, r, 0);
    if (isEquality(r)) continue;
    const price = getF(PRICES, stride + r);
    if (price < 0) setF(SIDE, r, -1);
    if (price == 0) setI(IS_FIXED, r, 1);
  }
}

function isEquality(r: i32): bool {
  return getF(ROW_LOWER, r) == getF(ROW_UPPER, r);
}

export function heldLimit(r: i32): f64 {
  return getF(SIDE, r) == 1 ? getF(ROW_UPPER, r) : getF(ROW_LOWER, r);
}

function excess(r: i32): f64 {
  const value = getF(SUMS, stride + r);
  const upper = getF(ROW_UPPER, r);
  if (value > upper) return value - upper;
  const lower = getF(ROW_LOWER, r);
  return value < lower ? value - lower : 0;
}

export function largestFixedExcess(): f64 {
  let largest: f64 = 0;
  for (let r = 0; r < rowCount; r += 1) {
    if (getI(IS_FIXED, r) == 0) continue;
    const value = abs<f64>(excess(r));
    if (value > largest) largest = value;
  }
  return largest;
}

export function releaseRows(largest: f64): void {
  for (let r = 0; r < rowCount; r += 1) {
    if (getI(IS_FIXED, r) == 0) continue;
    const value = excess(r);
    if (abs<f64>(value) <= RELEASE_SHARE * largest) continue;
    setI(IS_FIXED, r, 0);
    setI(IS_RELEASED, r, 1);
    setF(SIDE, r, value > 0 ? 1 : -1);
  }
}

export function refixMisdirected(): bool {
  let hasChanged = false;
  for (let r = 0; r < rowCount; r += 1) {
    if (getI(IS_RELEASED, r) == 0) continue;
    if (getF(DIRECTION, stride + r) * getF(SIDE, r) > 0) continue;
    setI(IS_RELEASED, r, 0);
    setI(IS_FIXED, r, 1);
    hasChanged = true;
  }
  return hasChanged;
}

export function forgetReleases(): void {
  for (let r = 0; r < rowCount; r += 1) setI(IS_RELEASED, r, 0);
}

/** Fills ACTIVE with the rows that have a price; returns their number. */
export function listActive(): i32 {
  let count = 0;
  for (let r = 0; r < rowCount; r += 1) {
    if (getI(IS_FIXED, r) == 1) continue;
    setI(ACTIVE, count, r);
    count += 1;
  }
  return count;
}

export function fixRow(r: i32): void {
  setF(PRICES, stride + r, 0);
  setI(IS_FIXED, r, 1);
}

/** Fixes every range row whose price has reached zero or gone beyond, as rows that tie with the first do. */
export function settleRows(): void {
  for (let r = 0; r < rowCount; r += 1) {
    if (getI(IS_FIXED, r) == 1 || isEquality(r)) continue;
    if (getF(PRICES, stride + r) * getF(SIDE, r) <= 0) fixRow(r);
  }
}

/** Leaves the first step at which a row's price changes sign in `limitStep`, and the row in `limitRow`. */
export function findSignChange(): void {
  limitStep = Infinity;
  limitRow = -1;
  for (let r = 0; r < rowCount; r += 1) {
    if (getI(IS_FIXED, r) == 1 || isEquality(r)) continue;
    const price = getF(PRICES, stride + r);
    const change = getF(DIRECTION, stride + r);
    if (price * change >= 0) continue;
    const at = -price / change;
    if (at < limitStep) {
      limitStep = at;
      limitRow = r;
    }
  }
}

/** False where no proof can be: the present weights lie in the box, so that they bound the margin from above. */
export function mayProve(): bool {
  let bound: f64 = 0;
  for (let r = 0; r < rowCount; r += 1) {
    const price = getF(PRICES, stride + r);
    if (price == 0) continue;
    bound +=
      price * (getF(SUMS, stride + r) - (price > 0 ? getF(ROW_UPPER, r) : getF(ROW_LOWER, r)));
  }
  return bound > 0;
}

/** As `infeasibility/farkas.ts`, over sparse rows; the host verifies what this finds. */
export function hasFarkasProof(prices: usize): bool {
  const rows = prices + ((<usize>stride) << 3);
  let size: f64 = 0;
  let margin: f64 = 0;
  for (let r = 0; r < rowCount; r += 1) {
    const price = getF(rows, r);
    if (price == 0) continue;
    size += abs<f64>(price);
    margin -= price * (price > 0 ? getF(ROW_UPPER, r) : getF(ROW_LOWER, r));
  }
  if (size == 0) return false;
  let magnitude = abs<f64>(margin);
  for (let i = 0; i < assetCount; i += 1) {
    let weight: f64 = 0;
    const last = getI(ROW_START, i + 1);
    for (let e = getI(ROW_START, i); e < last; e += 1) {
      weight += getF(rows, getI(ROW_INDEX, e)) * getF(ROW_VALUE, e);
    }
    if (weight == 0) continue;
    let end = weight > 0 ? getF(LOWER, i) : getF(SEGMENT_END, getI(SEGMENT_START, i + 1) - 1);
    if (end < -OPEN_END) end = -OPEN_END;
    if (end > OPEN_END) end = OPEN_END;
    const least = weight * end;
    margin += least;
    magnitude += abs<f64>(least);
  }
  if (!(abs<f64>(margin) < Infinity)) return false;
  return margin / size > CONTRADICTION_LEAST && margin > 1e-14 * magnitude;
}
