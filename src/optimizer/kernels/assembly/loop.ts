/** The Newton loop; twin and account of the method: `newton/reference-engine.ts`. */
import {
  expandSegments,
  followSignal,
  moveAssets,
  setImpact,
  slopeSize,
  stepWeights,
} from './asset-step';
import { factorMatrix, setSlopeSize, solveFactored } from './cholesky';
import {
  ACTIVE,
  ALL_INSIDE,
  ANCHOR,
  CHANGE,
  CURVATURE,
  DIRECTION,
  FACTORS,
  GIVE,
  GRADIENT,
  IS_FIXED,
  LINEAR,
  LIST,
  LIST_VALUE,
  MATRIX,
  PRICES,
  RIGHT,
  SIGNAL,
  SLACK,
  SLACK_IN,
  SUMS,
  TARGET,
  WEIGHTS,
  WEIGHTS_IN,
  assetCount,
  factorCount,
  getF,
  getI,
  rowCount,
  setF,
  setI,
  stride,
  width,
} from './memory';
import {
  addToFactorBlock,
  addToRowBlocks,
  clearFactorBlock,
  clearRowBlocks,
  copyAllInside,
  countInside,
} from './newton-matrix';
import { addListed, productWithPrices } from './products';
import {
  beginRows,
  findSignChange,
  fixRow,
  forgetReleases,
  hasFarkasProof,
  heldLimit,
  largestFixedExcess,
  limitRow,
  limitStep,
  listActive,
  mayProve,
  refixMisdirected,
  releaseRows,
  settleRows,
} from './range-rows';

const CONVERGED: i32 = 0;
const INFEASIBLE: i32 = 1;
const STOPPED: i32 = 2;

const PASSES_MAX: i32 = 60;
/** Iterations between signals and sums from scratch. */
const REFRESH_EVERY: i32 = 16;
/** Thresholds of `newton/range-rows.ts` and `newton/line-search.ts`. */
const RELEASE_RESIDUAL: f64 = 0.3;
const FIRST_LEAST: f64 = -0.2;
const FIRST_MOST: f64 = 0.3;
const SEARCHED_LEAST: f64 = -0.1;
const SEARCHED_MOST: f64 = 0.1;
/** A residual below this that no longer falls is the rounding of large prices (see `polish`). */
const ROUNDING_MOST: f64 = 1e-6;
/** Sums beyond this, in weight, have left so much rounding behind that an answer is checked on new ones. */
const SUM_MOST: f64 = 100;
const CLIMBED: i32 = 0;
const STUCK: i32 = 1;
const UNBOUNDED: i32 = 2;

let factorSize: f64 = 1;
let hasAllInside: bool = false;
let iterations: i32 = 0;
let passes: i32 = 0;
let updates: i32 = 0;
/** The sums belong to WEIGHTS_IN already. */
let hasSums: bool = false;
/** Largest sum since they were made from scratch, in weight. */
let sumPeak: f64 = 0;

export function iterationCount(): i32 {
  return iterations;
}

export function passCount(): i32 {
  return passes;
}

/** Once the columns and curvatures are in place. */
export function finishModel(isShared: i32): void {
  let low = f64x2.splat(1);
  let high = low;
  const end = FACTORS + ((<usize>(assetCount * stride)) << 3);
  for (let at = FACTORS; at < end; at += 32) {
    low = f64x2.pmax(low, f64x2.abs(v128.load(at)));
    high = f64x2.pmax(high, f64x2.abs(v128.load(at, 16)));
  }
  low = f64x2.pmax(low, high);
  factorSize = max<f64>(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
  for (let i = 0; i < assetCount; i += 1) setF(GIVE, i, 1 / getF(CURVATURE, i));
  hasAllInside = isShared == 1;
}

/** Factor block with all names inside; needs an account's layout for its lists. */
export function fillAllInside(): void {
  if (!hasAllInside) return;
  clearFactorBlock(ALL_INSIDE);
  for (let i = 0; i < assetCount; i += 1) {
    setI(LIST, i, i);
    setF(LIST_VALUE, i, getF(GIVE, i));
  }
  addToFactorBlock(ALL_INSIDE, assetCount);
}

/** LINEAR holds the tilt: takes curvature times target from it and fills ANCHOR = F' target. */
export function applyTarget(): void {
  for (let i = 0; i < assetCount; i += 1) {
    setF(LINEAR, i, getF(LINEAR, i) - getF(CURVATURE, i) * getF(TARGET, i));
  }
  sumFactors(TARGET);
  memory.copy(ANCHOR, SUMS, (<usize>stride) << 3);
}

/** Prices of the factors at the weights in WEIGHTS; none for the rows. */
export function startFromWeights(): void {
  sumFactors(WEIGHTS);
  for (let f = 0; f < stride; f += 1) setF(PRICES, f, getF(SUMS, f) - getF(ANCHOR, f));
  memory.fill(PRICES + ((<usize>stride) << 3), 0, (<usize>(width - stride)) << 3);
  memory.copy(WEIGHTS_IN, WEIGHTS, (<usize>assetCount) << 3);
  hasSums = true;
}

/** SUMS = G' values, from scratch. */
function sumFactors(values: usize): void {
  let count = 0;
  for (let i = 0; i < assetCount; i += 1) {
    const value = getF(values, i);
    setI(LIST, count, i);
    setF(LIST_VALUE, count, value);
    count += i32(value != 0);
  }
  memory.fill(SUMS, 0, (<usize>width) << 3);
  addListed(count);
}

export function solve(tolerance: f64, iterationsMax: i32, exponent: f64): i32 {
  setImpact(exponent);
  expandSegments();
  setSlopeSize(slopeSize);
  beginRows();
  passes = 0;
  sumPeak = 0;
  refresh();
  buildMatrix();
  let before = Infinity;
  for (iterations = 0; iterations <= iterationsMax; iterations += 1) {
    if (iterations > 0 && iterations % REFRESH_EVERY == 0) refresh();
    let residual = updateGradient();
    let violation = largestFixedExcess();
    if (residual < tolerance && violation < tolerance) {
      if (sumPeak <= SUM_MOST) return CONVERGED;
      sumFactors(WEIGHTS);
      sumPeak = 0;
      residual = updateGradient();
      violation = largestFixedExcess();
      if (residual < tolerance && violation < tolerance) return CONVERGED;
    }
    if (residual < ROUNDING_MOST && violation < ROUNDING_MOST && residual > before / 2) {
      return polish(tolerance) ? CONVERGED : STOPPED;
    }
    before = residual;
    if (mayProve() && hasFarkasProof(PRICES)) return INFEASIBLE;
    const least = RELEASE_RESIDUAL * residual;
    if (violation > (least > tolerance ? least : tolerance)) {
      releaseRows(violation);
      updateGradient();
    }
    const progress = climb();
    if (progress == STUCK) return STOPPED;
    if (progress == UNBOUNDED && hasFarkasProof(DIRECTION)) {
      memory.copy(PRICES, DIRECTION, (<usize>width) << 3);
      return INFEASIBLE;
    }
  }
  iterations = iterationsMax;
  return STOPPED;
}

/**
 * Where prices are so large that their rounding moves weights by more than the tolerance, the last Newton step is
 * taken by the weights themselves. True when that meets the tolerance.
 */
function polish(tolerance: f64): bool {
  updateMatrix();
  findDirection();
  productWithPrices(DIRECTION);
  stepWeights();
  for (let c = 0; c < stride + rowCount; c += 1) {
    setF(PRICES, c, getF(PRICES, c) + getF(DIRECTION, c));
  }
  sumFactors(WEIGHTS);
  return updateGradient() < tolerance && largestFixedExcess() < tolerance;
}

/** Signal, weights and sums from the prices alone. */
function refresh(): void {
  productWithPrices(PRICES);
  const n = assetCount;
  for (let i = 0; i < n; i += 1) setF(SIGNAL, i, getF(LINEAR, i) + getF(CHANGE, i));
  memory.fill(CHANGE, 0, (<usize>n) << 3);
  moveAssets(0);
  passes += 1;
  if (hasSums) {
    updateSums();
    hasSums = false;
    return;
  }
  sumFactors(WEIGHTS);
  memory.copy(WEIGHTS_IN, WEIGHTS, (<usize>n) << 3);
}

/** Newton matrix of the present slacks, from scratch: from all names where more than half are inside. */
function buildMatrix(): void {
  updates = 0;
  clearRowBlocks();
  let inside = 0;
  let unlike = 0;
  for (let i = 0; i < assetCount; i += 1) {
    const slack = getF(SLACK, i);
    if (slack != getF(GIVE, i)) unlike += 1;
    setF(SLACK_IN, i, slack);
    if (slack == 0) continue;
    setI(LIST, inside, i);
    setF(LIST_VALUE, inside, slack);
    inside += 1;
    countInside(i, 1);
  }
  addToRowBlocks(inside);
  if (!hasAllInside || unlike >= inside) {
    clearFactorBlock(MATRIX);
    addToFactorBlock(MATRIX, inside);
    return;
  }
  copyAllInside();
  let count = 0;
  for (let i = 0; i < assetCount; i += 1) {
    const less = getF(SLACK, i) - getF(GIVE, i);
    if (less == 0) continue;
    setI(LIST, count, i);
    setF(LIST_VALUE, count, less);
    count += 1;
  }
  addToFactorBlock(MATRIX, count);
}

/** Brings the Newton matrix from SLACK_IN to SLACK by the names that changed. */
function updateMatrix(): void {
  let count = 0;
  let inside = 0;
  for (let i = 0; i < assetCount; i += 1) {
    const slack = getF(SLACK, i);
    const change = slack - getF(SLACK_IN, i);
    inside += i32(slack != 0);
    setI(LIST, count, i);
    setF(LIST_VALUE, count, change);
    count += i32(change != 0);
  }
  if (count == 0) return;
  updates += count;
  if (count >= inside || updates > 4 * assetCount) {
    buildMatrix();
    return;
  }
  for (let e = 0; e < count; e += 1) {
    const i = getI(LIST, e);
    const before = getF(SLACK_IN, i);
    const after = getF(SLACK, i);
    if (before == 0) countInside(i, 1);
    else if (after == 0) countInside(i, -1);
    setF(SLACK_IN, i, after);
  }
  addToRowBlocks(count);
  addToFactorBlock(MATRIX, count);
}

/** Brings the sums from WEIGHTS_IN to WEIGHTS by the names that moved. */
function updateSums(): void {
  let count = 0;
  for (let i = 0; i < assetCount; i += 1) {
    const x = getF(WEIGHTS, i);
    const change = x - getF(WEIGHTS_IN, i);
    setI(LIST, count, i);
    setF(LIST_VALUE, count, change);
    setF(WEIGHTS_IN, i, x);
    count += i32(change != 0);
  }
  addListed(count);
}

/** Gradient of the dual from the sums; returns the largest residual of factor prices and priced rows. */
function updateGradient(): f64 {
  let residual: f64 = 0;
  for (let f = 0; f < stride; f += 1) {
    sumPeak = max<f64>(sumPeak, abs<f64>(getF(SUMS, f)) / factorSize);
    const value = getF(SUMS, f) - getF(ANCHOR, f) - getF(PRICES, f);
    setF(GRADIENT, f, value);
    const size = abs<f64>(value) / factorSize;
    residual = max<f64>(residual, size);
  }
  for (let r = 0; r < rowCount; r += 1) {
    const at = stride + r;
    sumPeak = max<f64>(sumPeak, abs<f64>(getF(SUMS, at)));
    if (getI(IS_FIXED, r) == 1) {
      setF(GRADIENT, at, 0);
      continue;
    }
    const value = getF(SUMS, at) - heldLimit(r);
    setF(GRADIENT, at, value);
    const size = abs<f64>(value);
    residual = max<f64>(residual, size);
  }
  return residual;
}

/** One Newton direction and one line search. */
function climb(): i32 {
  updateMatrix();
  findDirection();
  productWithPrices(DIRECTION);
  findSignChange();
  let slopeAtZero: f64 = 0;
  for (let c = 0; c < stride + rowCount; c += 1) {
    slopeAtZero += getF(GRADIENT, c) * getF(DIRECTION, c);
  }
  if (!(slopeAtZero > 0) || slopeAtZero == Infinity) return STUCK;
  const row = limitRow;
  const step = searchLine(slopeAtZero, limitStep);
  for (let c = 0; c < stride + rowCount; c += 1) {
    setF(PRICES, c, getF(PRICES, c) + step * getF(DIRECTION, c));
  }
  followSignal(step);
  if (isAtLimit && row >= 0) fixRow(row);
  settleRows();
  updateSums();
  return isUnbounded ? UNBOUNDED : CLIMBED;
}

/** DIRECTION = H^-1 GRADIENT over factors and priced rows; released rows that would move the wrong way are fixed. */
function findDirection(): void {
  let firstBlock = 0;
  for (let attempt = 0; attempt <= rowCount; attempt += 1) {
    const count = listActive();
    factorMatrix(count, firstBlock);
    firstBlock = factorCount >> 2;
    const k = factorCount;
    memory.fill(RIGHT, 0, (<usize>width) << 3);
    memory.copy(RIGHT, GRADIENT, (<usize>k) << 3);
    for (let a = 0; a < count; a += 1) {
      setF(RIGHT, k + a, getF(GRADIENT, stride + getI(ACTIVE, a)));
    }
    solveFactored(RIGHT, count);
    memory.fill(DIRECTION, 0, (<usize>width) << 3);
    memory.copy(DIRECTION, RIGHT, (<usize>k) << 3);
    for (let a = 0; a < count; a += 1) {
      setF(DIRECTION, stride + getI(ACTIVE, a), getF(RIGHT, k + a));
    }
    if (!refixMisdirected()) break;
  }
  forgetReleases();
}

/** Derivative of the dual along the direction, at `step`; leaves the assets there. */
function slopeAt(step: f64): f64 {
  passes += 1;
  let slope = moveAssets(step);
  for (let f = 0; f < stride; f += 1) {
    const change = getF(DIRECTION, f);
    slope -= (getF(PRICES, f) + getF(ANCHOR, f) + step * change) * change;
  }
  for (let r = 0; r < rowCount; r += 1) {
    if (getI(IS_FIXED, r) == 0) slope -= heldLimit(r) * getF(DIRECTION, stride + r);
  }
  return slope;
}

let isAtLimit: bool = false;
let isUnbounded: bool = false;

/** Rules and thresholds: `newton/line-search.ts`. */
function searchLine(slopeAtZero: f64, limit: f64): f64 {
  isUnbounded = false;
  let high: f64 = limit < 1 ? limit : 1;
  let slopeHigh = slopeAt(high);
  let ratio = slopeHigh / slopeAtZero;
  isAtLimit = high == limit;
  if (ratio >= FIRST_LEAST && (ratio <= FIRST_MOST || isAtLimit)) return high;
  let low: f64 = 0;
  let slopeLow = slopeAtZero;
  let tries = 1;
  while (ratio > SEARCHED_MOST && high < limit && tries < PASSES_MAX) {
    low = high;
    slopeLow = slopeHigh;
    high = high * 4 < limit ? high * 4 : limit;
    slopeHigh = slopeAt(high);
    ratio = slopeHigh / slopeAtZero;
    tries += 1;
  }
  isAtLimit = high == limit;
  if (ratio >= SEARCHED_LEAST) {
    isUnbounded = ratio > SEARCHED_MOST && !isAtLimit;
    return high;
  }
  isAtLimit = false;
  let step = high;
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    let share = slopeLow / (slopeLow - slopeHigh);
    share = share < 0.1 ? 0.1 : share > 0.9 ? 0.9 : share;
    step = low + (high - low) * share;
    const slope = slopeAt(step);
    ratio = slope / slopeAtZero;
    if (ratio >= SEARCHED_LEAST && ratio <= SEARCHED_MOST) return step;
    if (slope > 0) {
      low = step;
      slopeLow = slope;
    } else {
      high = step;
      slopeHigh = slope;
    }
  }
  return step;
}
