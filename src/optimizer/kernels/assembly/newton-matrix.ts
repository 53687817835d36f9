/**
 * The Newton matrix H = [I 0; 0 0] + G' T G, kept up to date by adding or taking away names. The factor block
 * lies in panels of four rows: row 4I + a, column e at panel I, place 4e + a; only its lower blocks are kept.
 */
import {
  ALL_INSIDE,
  CHUNK,
  FACTORS,
  INSIDE_COUNT,
  LIST,
  LIST_VALUE,
  MATRIX,
  PACK,
  PACK_SCALED,
  ROW_INDEX,
  ROW_MATRIX,
  ROW_SQUARE,
  ROW_START,
  ROW_VALUE,
  getF,
  getI,
  rowCount,
  setI,
  stride,
} from './memory';

/** Factor block without any name: the identity. */
export function clearFactorBlock(matrix: usize): void {
  const size = stride;
  memory.fill(matrix, 0, (<usize>(size * size)) << 3);
  for (let v = 0; v < size; v += 1) {
    const panel = matrix + ((<usize>(((v >> 2) << 2) * size)) << 3);
    store<f64>(panel + ((<usize>((v << 2) + (v & 3))) << 3), 1);
  }
}

export function copyAllInside(): void {
  memory.copy(MATRIX, ALL_INSIDE, (<usize>(stride * stride)) << 3);
}

export function clearRowBlocks(): void {
  memory.fill(ROW_MATRIX, 0, (<usize>(rowCount * stride)) << 3);
  memory.fill(ROW_SQUARE, 0, (<usize>(rowCount * rowCount)) << 3);
  memory.fill(INSIDE_COUNT, 0, (<usize>rowCount) << 2);
}

/** matrix += F' diag(v) F over the `count` names in LIST, factor block only. */
export function addToFactorBlock(matrix: usize, count: i32): void {
  for (let first = 0; first < count; first += CHUNK) {
    const size = min(CHUNK, count - first);
    pack(first, size);
    const panelBytes = (<usize>size) << 5;
    const blocks = stride >> 2;
    for (let I = 0; I < blocks; I += 1) {
      const scaled = PACK_SCALED + <usize>I * panelBytes;
      const panel = matrix + ((<usize>((I << 2) * stride)) << 3);
      for (let J = 0; J <= I; J += 1) {
        addBlock(scaled, PACK + <usize>J * panelBytes, size, panel + ((<usize>(J << 4)) << 3));
      }
    }
  }
}

/** Copies a chunk of columns into panels of four, once as they are and once times the value of the name. */
function pack(first: i32, size: i32): void {
  const panelBytes = (<usize>size) << 5;
  const blocks = stride >> 2;
  for (let e = 0; e < size; e += 1) {
    let from = FACTORS + ((<usize>(getI(LIST, first + e) * stride)) << 3);
    const value = f64x2.splat(getF(LIST_VALUE, first + e));
    let plain = PACK + ((<usize>e) << 5);
    let scaled = PACK_SCALED + ((<usize>e) << 5);
    for (let b = 0; b < blocks; b += 1) {
      const low = v128.load(from);
      const high = v128.load(from, 16);
      v128.store(plain, low);
      v128.store(plain, high, 16);
      v128.store(scaled, f64x2.mul(value, low));
      v128.store(scaled, f64x2.mul(value, high), 16);
      from += 32;
      plain += panelBytes;
      scaled += panelBytes;
    }
  }
}

/** Four by four: into += sum over names of scaled (rows) times plain (columns). */
function addBlock(scaled: usize, plain: usize, size: i32, into: usize): void {
  let c0l = v128.load(into);
  let c0h = v128.load(into, 16);
  let c1l = v128.load(into, 32);
  let c1h = v128.load(into, 48);
  let c2l = v128.load(into, 64);
  let c2h = v128.load(into, 80);
  let c3l = v128.load(into, 96);
  let c3h = v128.load(into, 112);
  const end = scaled + ((<usize>size) << 5);
  while (scaled < end) {
    const low = v128.load(scaled);
    const high = v128.load(scaled, 16);
    const p0 = v128.load_splat<f64>(plain);
    c0l = f64x2.add(c0l, f64x2.mul(low, p0));
    c0h = f64x2.add(c0h, f64x2.mul(high, p0));
    const p1 = v128.load_splat<f64>(plain, 8);
    c1l = f64x2.add(c1l, f64x2.mul(low, p1));
    c1h = f64x2.add(c1h, f64x2.mul(high, p1));
    const p2 = v128.load_splat<f64>(plain, 16);
    c2l = f64x2.add(c2l, f64x2.mul(low, p2));
    c2h = f64x2.add(c2h, f64x2.mul(high, p2));
    const p3 = v128.load_splat<f64>(plain, 24);
    c3l = f64x2.add(c3l, f64x2.mul(low, p3));
    c3h = f64x2.add(c3h, f64x2.mul(high, p3));
    scaled += 32;
    plain += 32;
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

/** Row blocks += A diag(v) F and A diag(v) A' over the `count` names in LIST; rows are sparse. */
export function addToRowBlocks(count: i32): void {
  const bytes = (<usize>stride) << 3;
  for (let e = 0; e < count; e += 1) {
    const i = getI(LIST, e);
    const value = getF(LIST_VALUE, e);
    const from = FACTORS + <usize>i * bytes;
    const first = getI(ROW_START, i);
    const end = getI(ROW_START, i + 1);
    for (let entry = first; entry < end; entry += 1) {
      const row = getI(ROW_INDEX, entry);
      const scaled = value * getF(ROW_VALUE, entry);
      const lanes = f64x2.splat(scaled);
      const into = ROW_MATRIX + <usize>row * bytes;
      for (let c: usize = 0; c < bytes; c += 32) {
        v128.store(into + c, f64x2.add(v128.load(into + c), f64x2.mul(lanes, v128.load(from + c))));
        v128.store(
          into + c,
          f64x2.add(v128.load(into + c, 16), f64x2.mul(lanes, v128.load(from + c, 16))),
          16,
        );
      }
      for (let other = first; other <= entry; other += 1) {
        const at = ROW_SQUARE + ((<usize>(row * rowCount + getI(ROW_INDEX, other))) << 3);
        store<f64>(at, load<f64>(at) + scaled * getF(ROW_VALUE, other));
      }
    }
  }
}

/** A name came to lie inside a segment (+1) or left it (-1). */
export function countInside(i: i32, change: i32): void {
  const end = getI(ROW_START, i + 1);
  for (let entry = getI(ROW_START, i); entry < end; entry += 1) {
    const row = getI(ROW_INDEX, entry);
    setI(INSIDE_COUNT, row, getI(INSIDE_COUNT, row) + change);
  }
}
