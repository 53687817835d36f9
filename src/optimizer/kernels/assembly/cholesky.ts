/**
 * Cholesky factor of the Newton matrix over the factors and the rows that have a price, rows last: a row that is
 * fixed or released changes the last blocks only. Panels as in the Newton matrix; sums run in order of columns.
 */
import {
  ACTIVE,
  FACTOR,
  INSIDE_COUNT,
  MATRIX,
  PIVOT_INVERSE,
  ROW_MATRIX,
  ROW_SQUARE,
  factorCount,
  getF,
  getI,
  rowCount,
  setF,
  stride,
  width,
} from './memory';

/** See newton/cholesky.ts for what these mean. */
const PIVOT_DEPENDENT: f64 = 1e-9;
const PIVOT_MOST: f64 = 1e-3;
const PIVOT_ABSOLUTE: f64 = 1e-12;
const RESIDUAL_TYPICAL: f64 = 0.1;

let raisedPivot: f64 = 0;

/** Once per account, with the largest slope of its linear terms and costs. */
export function setSlopeSize(size: f64): void {
  raisedPivot = min<f64>(PIVOT_MOST, RESIDUAL_TYPICAL / size);
}

/** Factors the blocks from `firstBlock` on; those before are as the last call left them. */
export function factorMatrix(activeCount: i32, firstBlock: i32): void {
  const blocks = (factorCount + activeCount + 3) >> 2;
  for (let I = firstBlock; I < blocks; I += 1) {
    const panel = FACTOR + ((<usize>((I << 2) * width)) << 3);
    fillPanel(panel, I, activeCount);
    for (let J = 0; J < I; J += 1) {
      const diagonal = FACTOR + ((<usize>((J << 2) * width)) << 3);
      subtractProducts(panel, diagonal, J);
      divideByDiagonal(panel + ((<usize>J) << 7), diagonal + ((<usize>J) << 7), J);
    }
    subtractProducts(panel, panel, I);
    factorDiagonal(panel + ((<usize>I) << 7), I, activeCount);
  }
}

/** Rows 4I .. 4I + 3 of the matrix, up to the end of the diagonal block. */
function fillPanel(panel: usize, I: i32, activeCount: i32): void {
  const bytes = (<usize>(I + 1)) << 7;
  if (I < factorCount >> 2) {
    memory.copy(panel, MATRIX + ((<usize>((I << 2) * stride)) << 3), bytes);
    return;
  }
  for (let a = 0; a < 4; a += 1) {
    const v = (I << 2) + a;
    const last = (I << 2) + 3;
    if (v < factorCount) {
      const from = MATRIX + ((<usize>((I << 2) * stride)) << 3);
      for (let e = 0; e <= last; e += 1) setF(panel, (e << 2) + a, getF(from, (e << 2) + a));
      continue;
    }
    const place = v - factorCount;
    if (place >= activeCount) {
      for (let e = 0; e <= last; e += 1) setF(panel, (e << 2) + a, e == v ? 1 : 0);
      continue;
    }
    const row = getI(ACTIVE, place);
    const from = ROW_MATRIX + ((<usize>(row * stride)) << 3);
    const square = ROW_SQUARE + ((<usize>(row * rowCount)) << 3);
    for (let e = 0; e <= last; e += 1) {
      let value: f64 = 0;
      if (e < factorCount) value = getF(from, e);
      else if (e <= v) value = getF(square, getI(ACTIVE, e - factorCount));
      setF(panel, (e << 2) + a, value);
    }
  }
}

/** Block (panel, J) -= sum over the columns before block J of panel times other. */
function subtractProducts(panel: usize, other: usize, J: i32): void {
  const into = panel + ((<usize>J) << 7);
  let c0l = v128.load(into);
  let c0h = v128.load(into, 16);
  let c1l = v128.load(into, 32);
  let c1h = v128.load(into, 48);
  let c2l = v128.load(into, 64);
  let c2h = v128.load(into, 80);
  let c3l = v128.load(into, 96);
  let c3h = v128.load(into, 112);
  while (panel < into) {
    const low = v128.load(panel);
    const high = v128.load(panel, 16);
    const p0 = v128.load_splat<f64>(other);
    c0l = f64x2.sub(c0l, f64x2.mul(low, p0));
    c0h = f64x2.sub(c0h, f64x2.mul(high, p0));
    const p1 = v128.load_splat<f64>(other, 8);
    c1l = f64x2.sub(c1l, f64x2.mul(low, p1));
    c1h = f64x2.sub(c1h, f64x2.mul(high, p1));
    const p2 = v128.load_splat<f64>(other, 16);
    c2l = f64x2.sub(c2l, f64x2.mul(low, p2));
    c2h = f64x2.sub(c2h, f64x2.mul(high, p2));
    const p3 = v128.load_splat<f64>(other, 24);
    c3l = f64x2.sub(c3l, f64x2.mul(low, p3));
    c3h = f64x2.sub(c3h, f64x2.mul(high, p3));
    panel += 32;
    other += 32;
  }
  v128.store(into, c0l);
  v128.store(into, c0h, 16);
  v128.store(into, c1l, 32);
  v128.store(into, c1h, 48);
  v128.store(into, c2l, 64);
  v128.store(into, c2h, 80);
  v128.store(into, c3l, 96);
  v128.store(into, c3h, 112);
}

/** block := block times the inverse of the transposed diagonal block J. */
function divideByDiagonal(block: usize, diagonal: usize, J: i32): void {
  const inverse = PIVOT_INVERSE + ((<usize>J) << 5);
  const l10 = v128.load_splat<f64>(diagonal, 8);
  const l20 = v128.load_splat<f64>(diagonal, 16);
  const l30 = v128.load_splat<f64>(diagonal, 24);
  const l21 = v128.load_splat<f64>(diagonal, 48);
  const l31 = v128.load_splat<f64>(diagonal, 56);
  const l32 = v128.load_splat<f64>(diagonal, 88);
  const i0 = v128.load_splat<f64>(inverse);
  const i1 = v128.load_splat<f64>(inverse, 8);
  const i2 = v128.load_splat<f64>(inverse, 16);
  const i3 = v128.load_splat<f64>(inverse, 24);
  for (let half: usize = 0; half < 32; half += 16) {
    const at = block + half;
    const c0 = f64x2.mul(v128.load(at), i0);
    let c1 = f64x2.sub(v128.load(at, 32), f64x2.mul(c0, l10));
    c1 = f64x2.mul(c1, i1);
    let c2 = f64x2.sub(v128.load(at, 64), f64x2.mul(c0, l20));
    c2 = f64x2.sub(c2, f64x2.mul(c1, l21));
    c2 = f64x2.mul(c2, i2);
    let c3 = f64x2.sub(v128.load(at, 96), f64x2.mul(c0, l30));
    c3 = f64x2.sub(c3, f64x2.mul(c1, l31));
    c3 = f64x2.sub(c3, f64x2.mul(c2, l32));
    c3 = f64x2.mul(c3, i3);
    v128.store(at, c0);
    v128.store(at, c1, 32);
    v128.store(at, c2, 64);
    v128.store(at, c3, 96);
  }
}

/** Cholesky of the four by four diagonal block I, with the rule of pivots. */
function factorDiagonal(block: usize, I: i32, activeCount: i32): void {
  for (let b = 0; b < 4; b += 1) {
    let pivot = getF(block, (b << 2) + b);
    for (let q = 0; q < b; q += 1) {
      const value = getF(block, (q << 2) + b);
      pivot -= value * value;
    }
    const root = sqrt<f64>(allowedPivot((I << 2) + b, pivot, activeCount));
    const inverse = 1 / root;
    setF(block, (b << 2) + b, root);
    setF(PIVOT_INVERSE, (I << 2) + b, inverse);
    for (let a = b + 1; a < 4; a += 1) {
      let value = getF(block, (b << 2) + a);
      for (let q = 0; q < b; q += 1) {
        value -= getF(block, (q << 2) + a) * getF(block, (q << 2) + b);
      }
      setF(block, (b << 2) + a, value * inverse);
    }
  }
}

function allowedPivot(v: i32, pivot: f64, activeCount: i32): f64 {
  if (v < factorCount) return pivot > 1 ? pivot : 1;
  const place = v - factorCount;
  if (place >= activeCount) return 1;
  const row = getI(ACTIVE, place);
  const original = getF(ROW_SQUARE, row * rowCount + row);
  if (getI(INSIDE_COUNT, row) == 0 || original <= PIVOT_ABSOLUTE) return raisedPivot;
  if (pivot > PIVOT_DEPENDENT * original) return pivot;
  return raisedPivot * original;
}

/** Solves L L' x = right in place, over factors and active rows; places beyond must be zero. */
export function solveFactored(right: usize, activeCount: i32): void {
  const blocks = (factorCount + activeCount + 3) >> 2;
  for (let I = 0; I < blocks; I += 1) {
    let panel = FACTOR + ((<usize>((I << 2) * width)) << 3);
    const into = right + ((<usize>I) << 5);
    let low = v128.load(into);
    let high = v128.load(into, 16);
    for (let from = right; from < into; from += 8) {
      const x = v128.load_splat<f64>(from);
      low = f64x2.sub(low, f64x2.mul(v128.load(panel), x));
      high = f64x2.sub(high, f64x2.mul(v128.load(panel, 16), x));
      panel += 32;
    }
    v128.store(into, low);
    v128.store(into, high, 16);
    for (let a = 0; a < 4; a += 1) {
      let value = getF(into, a);
      for (let q = 0; q < a; q += 1) value -= getF(panel, (q << 2) + a) * getF(into, q);
      setF(into, a, value * getF(PIVOT_INVERSE, (I << 2) + a));
    }
  }
  for (let I = blocks - 1; I >= 0; I -= 1) {
    let panel = FACTOR + ((<usize>((I << 2) * width)) << 3);
    const diagonal = panel + ((<usize>I) << 7);
    const into = right + ((<usize>I) << 5);
    for (let a = 3; a >= 0; a -= 1) {
      let value = getF(into, a);
      for (let q = a + 1; q < 4; q += 1) value -= getF(diagonal, (a << 2) + q) * getF(into, q);
      setF(into, a, value * getF(PIVOT_INVERSE, (I << 2) + a));
    }
    const low = v128.load(into);
    const high = v128.load(into, 16);
    for (let at = right; at < into; at += 8) {
      const both = f64x2.add(
        f64x2.mul(v128.load(panel), low),
        f64x2.mul(v128.load(panel, 16), high),
      );
      store<f64>(at, load<f64>(at) - (f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1)));
      panel += 32;
    }
  }
}
