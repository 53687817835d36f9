/**
 * Products with the factor columns. Names are the outer order everywhere, and each sum adds in the order of the
 * twin in `newton/reference-engine.ts`: equal bits are tested, not closeness. No fused multiply-add.
 */
import {
  CHANGE,
  FACTORS,
  LIST,
  LIST_VALUE,
  ROW_INDEX,
  ROW_START,
  ROW_VALUE,
  SUMS,
  assetCount,
  getF,
  getI,
  stride,
} from './memory';

function folded(even: v128, odd: v128): f64 {
  const both = f64x2.add(even, odd);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

function withRows(i: i32, prices: usize, value: f64): f64 {
  const end = getI(ROW_START, i + 1);
  const rows = prices + ((<usize>stride) << 3);
  for (let e = getI(ROW_START, i); e < end; e += 1) {
    value += getF(ROW_VALUE, e) * getF(rows, getI(ROW_INDEX, e));
  }
  return value;
}

/** CHANGE = G z for the prices at `prices`: four partial sums per name over columns 0, 1, 2, 3 modulo 4. */
export function productWithPrices(prices: usize): void {
  const n = assetCount;
  const bytes = (<usize>stride) << 3;
  let at = FACTORS;
  let i = 0;
  for (; i + 1 < n; i += 2) {
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let b0 = f64x2.splat(0);
    let b1 = f64x2.splat(0);
    const next = at + bytes;
    for (let c: usize = 0; c < bytes; c += 32) {
      const z0 = v128.load(prices + c);
      const z1 = v128.load(prices + c, 16);
      a0 = f64x2.add(a0, f64x2.mul(v128.load(at + c), z0));
      a1 = f64x2.add(a1, f64x2.mul(v128.load(at + c, 16), z1));
      b0 = f64x2.add(b0, f64x2.mul(v128.load(next + c), z0));
      b1 = f64x2.add(b1, f64x2.mul(v128.load(next + c, 16), z1));
    }
    const into = CHANGE + ((<usize>i) << 3);
    store<f64>(into, withRows(i, prices, folded(a0, a1)));
    store<f64>(into, withRows(i + 1, prices, folded(b0, b1)), 8);
    at = next + bytes;
  }
  if (i < n) {
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    for (let c: usize = 0; c < bytes; c += 32) {
      a0 = f64x2.add(a0, f64x2.mul(v128.load(at + c), v128.load(prices + c)));
      a1 = f64x2.add(a1, f64x2.mul(v128.load(at + c, 16), v128.load(prices + c, 16)));
    }
    store<f64>(CHANGE + ((<usize>i) << 3), withRows(i, prices, folded(a0, a1)));
  }
}

/** SUMS += G' v for the `count` names in LIST with values in LIST_VALUE, one name after the other. */
export function addListed(count: i32): void {
  const bytes = (<usize>stride) << 3;
  let e = 0;
  for (; e + 3 < count; e += 4) {
    const v0 = f64x2.splat(getF(LIST_VALUE, e));
    const v1 = f64x2.splat(getF(LIST_VALUE, e + 1));
    const v2 = f64x2.splat(getF(LIST_VALUE, e + 2));
    const v3 = f64x2.splat(getF(LIST_VALUE, e + 3));
    const f0 = FACTORS + <usize>getI(LIST, e) * bytes;
    const f1 = FACTORS + <usize>getI(LIST, e + 1) * bytes;
    const f2 = FACTORS + <usize>getI(LIST, e + 2) * bytes;
    const f3 = FACTORS + <usize>getI(LIST, e + 3) * bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      let sum = v128.load(SUMS + c);
      sum = f64x2.add(sum, f64x2.mul(v0, v128.load(f0 + c)));
      sum = f64x2.add(sum, f64x2.mul(v1, v128.load(f1 + c)));
      sum = f64x2.add(sum, f64x2.mul(v2, v128.load(f2 + c)));
      sum = f64x2.add(sum, f64x2.mul(v3, v128.load(f3 + c)));
      v128.store(SUMS + c, sum);
    }
  }
  for (; e < count; e += 1) {
    const v0 = f64x2.splat(getF(LIST_VALUE, e));
    const f0 = FACTORS + <usize>getI(LIST, e) * bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      v128.store(SUMS + c, f64x2.add(v128.load(SUMS + c), f64x2.mul(v0, v128.load(f0 + c))));
    }
  }
  const rows = SUMS + bytes;
  for (e = 0; e < count; e += 1) {
    const i = getI(LIST, e);
    const value = getF(LIST_VALUE, e);
    const end = getI(ROW_START, i + 1);
    for (let entry = getI(ROW_START, i); entry < end; entry += 1) {
      const at = rows + ((<usize>getI(ROW_INDEX, entry)) << 3);
      store<f64>(at, load<f64>(at) + getF(ROW_VALUE, entry) * value);
    }
  }
}
