/**
 * Where everything lies in the one linear memory: first the risk model, which stays, then the account, then the
 * engine's own arrays. The host asks for addresses by number (`addressOf`) and copies arrays in and out.
 */

/** Names whose columns are packed at once: two panels of a chunk fit the first cache at 68 factors. */
export const CHUNK: i32 = 32;

export let assetCount: i32 = 0;
export let factorCount: i32 = 0;
/** Factors rounded up to a multiple of four; the columns beyond are zero. */
export let stride: i32 = 0;
export let rowCount: i32 = 0;
/** Factors and rows, each rounded up to a multiple of four. */
export let width: i32 = 0;

// The model.
export let FACTORS: usize = 0;
export let CURVATURE: usize = 0;
export let GIVE: usize = 0;
/** Factor block of the Newton matrix with every name inside a segment. */
export let ALL_INSIDE: usize = 0;

// The account.
export let LINEAR: usize = 0;
export let TARGET: usize = 0;
export let ANCHOR: usize = 0;
export let LOWER: usize = 0;
export let SEGMENT_START: usize = 0;
export let SEGMENT_END: usize = 0;
export let SEGMENT_SLOPE: usize = 0;
export let ROW_START: usize = 0;
export let ROW_INDEX: usize = 0;
export let ROW_VALUE: usize = 0;
export let ROW_LOWER: usize = 0;
export let ROW_UPPER: usize = 0;
export let IMPACT: usize = 0;
export let IMPACT_CENTER: usize = 0;
export let PRICES: usize = 0;
export let WEIGHTS: usize = 0;

// The engine's own.
/** Per name: (-inf, lower), then (slope, end) of each segment, then (+inf, +inf). */
export let PAIRS: usize = 0;
export let CURSOR: usize = 0;
export let SIGNAL: usize = 0;
export let CHANGE: usize = 0;
export let SLACK: usize = 0;
/** Slack as the Newton matrix has it, and weights as the sums have them. */
export let SLACK_IN: usize = 0;
export let WEIGHTS_IN: usize = 0;
export let LIST: usize = 0;
export let LIST_VALUE: usize = 0;
export let SUMS: usize = 0;
export let GRADIENT: usize = 0;
export let DIRECTION: usize = 0;
export let RIGHT: usize = 0;
export let IS_FIXED: usize = 0;
export let IS_RELEASED: usize = 0;
export let SIDE: usize = 0;
export let ACTIVE: usize = 0;
export let INSIDE_COUNT: usize = 0;
export let MATRIX: usize = 0;
export let ROW_MATRIX: usize = 0;
export let ROW_SQUARE: usize = 0;
export let FACTOR: usize = 0;
export let PIVOT_INVERSE: usize = 0;
export let PACK_SCALED: usize = 0;
export let PACK: usize = 0;

let top: usize = 0;

function take(bytes: usize): usize {
  const at = top;
  top += (bytes + 63) & ~(<usize>63);
  return at;
}

function floats(count: i32): usize {
  return take((<usize>count) << 3);
}

function integers(count: i32): usize {
  return take((<usize>count) << 2);
}

function ensure(): void {
  const pages = <i32>((top + 0xffff) >> 16);
  const missing = pages - memory.size();
  // A trap is a fault that the host sees; going on would write over what is there.
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
}

let modelEnd: usize = 0;

export function layoutModel(n: i32, k: i32): void {
  assetCount = n;
  factorCount = k;
  stride = (k + 3) & ~3;
  top = (__heap_base + 63) & ~(<usize>63);
  FACTORS = floats(n * stride);
  CURVATURE = floats(n);
  GIVE = floats(n);
  ALL_INSIDE = floats(stride * stride);
  modelEnd = top;
  ensure();
}

export function layoutAccount(m: i32, segments: i32, entries: i32): void {
  const n = assetCount;
  rowCount = m;
  width = stride + ((m + 3) & ~3);
  top = modelEnd;
  LINEAR = floats(n);
  TARGET = floats(n);
  ANCHOR = floats(stride);
  LOWER = floats(n);
  SEGMENT_START = integers(n + 1);
  SEGMENT_END = floats(segments);
  SEGMENT_SLOPE = floats(segments);
  ROW_START = integers(n + 1);
  ROW_INDEX = integers(entries);
  ROW_VALUE = floats(entries);
  ROW_LOWER = floats(m);
  ROW_UPPER = floats(m);
  IMPACT = floats(n);
  IMPACT_CENTER = floats(n);
  PRICES = floats(width);
  WEIGHTS = floats(n);
  PAIRS = floats(2 * (segments + 2 * n));
  CURSOR = integers(n);
  SIGNAL = floats(n);
  CHANGE = floats(n);
  SLACK = floats(n);
  SLACK_IN = floats(n);
  WEIGHTS_IN = floats(n);
  LIST = integers(n);
  LIST_VALUE = floats(n);
  SUMS = floats(width);
  GRADIENT = floats(width);
  DIRECTION = floats(width);
  RIGHT = floats(width);
  IS_FIXED = integers(m);
  IS_RELEASED = integers(m);
  SIDE = floats(m);
  ACTIVE = integers(m);
  INSIDE_COUNT = integers(m);
  MATRIX = floats(stride * stride);
  ROW_MATRIX = floats(m * stride);
  ROW_SQUARE = floats(m * m);
  FACTOR = floats(width * width);
  PIVOT_INVERSE = floats(width);
  PACK_SCALED = floats(CHUNK * stride);
  PACK = floats(CHUNK * stride);
  ensure();
}

/** Arrays the host fills and reads, in the order of `wasm-engine.ts`. */
export function addressOf(array: i32): usize {
  switch (array) {
    case 0:
      return FACTORS;
    case 1:
      return CURVATURE;
    case 2:
      return LINEAR;
    case 3:
      return TARGET;
    case 4:
      return ANCHOR;
    case 5:
      return LOWER;
    case 6:
      return SEGMENT_START;
    case 7:
      return SEGMENT_END;
    case 8:
      return SEGMENT_SLOPE;
    case 9:
      return ROW_START;
    case 10:
      return ROW_INDEX;
    case 11:
      return ROW_VALUE;
    case 12:
      return ROW_LOWER;
    case 13:
      return ROW_UPPER;
    case 14:
      return IMPACT;
    case 15:
      return IMPACT_CENTER;
    case 16:
      return PRICES;
    default:
      return WEIGHTS;
  }
}

export function getF(base: usize, i: i32): f64 {
  return load<f64>(base + ((<usize>i) << 3));
}

export function setF(base: usize, i: i32, value: f64): void {
  store<f64>(base + ((<usize>i) << 3), value);
}

export function getI(base: usize, i: i32): i32 {
  return load<i32>(base + ((<usize>i) << 2));
}

export function setI(base: usize, i: i32, value: i32): void {
  store<i32>(base + ((<usize>i) << 2), value);
}
