/** Every name's answer to the prices, in closed form; twin: `newton/reference-asset-step.ts`. */
import {
  CHANGE,
  CURSOR,
  CURVATURE,
  GIVE,
  IMPACT,
  IMPACT_CENTER,
  LINEAR,
  LOWER,
  PAIRS,
  SEGMENT_END,
  SEGMENT_SLOPE,
  SEGMENT_START,
  SIGNAL,
  SLACK,
  WEIGHTS,
  assetCount,
  getF,
  getI,
  setF,
} from './memory';

/** Power of the impact cost minus one, and its inverse; zero without impact. */
let impactExponent: f64 = 0;
let impactInverse: f64 = 0;

export function setImpact(exponent: f64): void {
  impactExponent = exponent;
  impactInverse = exponent > 0 ? 1 / exponent : 0;
}

/** Largest slope of the account's linear terms and costs. */
export let slopeSize: f64 = 0;

/** Segments with a sentinel on either side, so that a scan needs no test for the ends; cursors at the first. */
export function expandSegments(): void {
  let pair = PAIRS;
  let segment = 0;
  slopeSize = 0;
  for (let i = 0; i < assetCount; i += 1) {
    store<f64>(pair, -Infinity);
    store<f64>(pair, getF(LOWER, i), 8);
    pair += 16;
    store<u32>(CURSOR + ((<usize>i) << 2), <u32>pair);
    const end = getI(SEGMENT_START, i + 1);
    slopeSize = max<f64>(slopeSize, abs<f64>(getF(LINEAR, i)));
    for (; segment < end; segment += 1) {
      slopeSize = max<f64>(slopeSize, abs<f64>(getF(SEGMENT_SLOPE, segment)));
      store<f64>(pair, getF(SEGMENT_SLOPE, segment));
      store<f64>(pair, getF(SEGMENT_END, segment), 8);
      pair += 16;
    }
    store<f64>(pair, Infinity);
    store<f64>(pair, Infinity, 8);
    pair += 16;
  }
}

/**
 * Weights and slacks at the signal + step * change. A comparison with NaN ends a scan where it is.
 *
 * @returns sum of weight times change
 */
export function moveAssets(step: f64): f64 {
  return impactExponent > 0 ? moveWithImpact(step) : movePiecewise(step);
}

/**
 * Two names at a time without a branch, for as long as their segments still hold the answer or an end of it; a scan
 * otherwise. The sum runs over the even and the odd names apart.
 */
function movePiecewise(step: f64): f64 {
  const steps = f64x2.splat(step);
  const zero = f64x2.splat(0);
  let slopes = zero;
  const pairsEnd = (<usize>(assetCount & ~1)) << 3;
  for (let at: usize = 0; at < pairsEnd; at += 16) {
    const change = v128.load(CHANGE + at);
    const pull = f64x2.neg(f64x2.add(v128.load(SIGNAL + at), f64x2.mul(steps, change)));
    const give = v128.load(GIVE + at);
    const cursors = CURSOR + (at >> 1);
    const first = <usize>load<u32>(cursors);
    const second = <usize>load<u32>(cursors, 4);
    const belowFirst = v128.load(first - 16);
    const belowSecond = v128.load(second - 16);
    const hereFirst = v128.load(first);
    const hereSecond = v128.load(second);
    const slopeAbove = v128.load_lane<f64>(second, v128.load64_zero(first, 16), 1, 16);
    const slopeBelow = v128.shuffle<f64>(belowFirst, belowSecond, 0, 2);
    const low = v128.shuffle<f64>(belowFirst, belowSecond, 1, 3);
    const slope = v128.shuffle<f64>(hereFirst, hereSecond, 0, 2);
    const high = v128.shuffle<f64>(hereFirst, hereSecond, 1, 3);
    const inside = f64x2.mul(f64x2.sub(pull, slope), give);
    const isAbove = f64x2.ge(inside, high);
    const isOverLow = f64x2.gt(inside, low);
    const above = f64x2.mul(f64x2.sub(pull, slopeAbove), give);
    const below = f64x2.mul(f64x2.sub(pull, slopeBelow), give);
    const leaves = v128.or(
      v128.and(isAbove, f64x2.gt(above, high)),
      v128.andnot(f64x2.lt(below, low), isOverLow),
    );
    let x = v128.bitselect(high, inside, isAbove);
    x = v128.bitselect(x, low, isOverLow);
    let slack = v128.andnot(v128.and(give, isOverLow), isAbove);
    if (v128.any_true(leaves)) {
      const x0 = scan(cursors, f64x2.extract_lane(pull, 0), f64x2.extract_lane(give, 0));
      const slack0 = foundSlack;
      const x1 = scan(cursors + 4, f64x2.extract_lane(pull, 1), f64x2.extract_lane(give, 1));
      x = f64x2.replace_lane(f64x2.splat(x0), 1, x1);
      slack = f64x2.replace_lane(f64x2.splat(slack0), 1, foundSlack);
    }
    v128.store(WEIGHTS + at, x);
    v128.store(SLACK + at, slack);
    slopes = f64x2.add(slopes, f64x2.mul(x, change));
  }
  let even = f64x2.extract_lane(slopes, 0);
  if ((assetCount & 1) == 1) {
    const change = load<f64>(CHANGE + pairsEnd);
    const pull = -(load<f64>(SIGNAL + pairsEnd) + step * change);
    const x = scan(CURSOR + (pairsEnd >> 1), pull, load<f64>(GIVE + pairsEnd));
    store<f64>(WEIGHTS + pairsEnd, x);
    store<f64>(SLACK + pairsEnd, foundSlack);
    even += x * change;
  }
  return even + f64x2.extract_lane(slopes, 1);
}

let foundSlack: f64 = 0;

/** The weight that answers `pull`, found from the segment at the cursor; its slack in `foundSlack`. */
function scan(cursor: usize, pull: f64, give: f64): f64 {
  let pair = <usize>load<u32>(cursor);
  let x = (pull - load<f64>(pair)) * give;
  let high = load<f64>(pair, 8);
  foundSlack = 0;
  if (x >= high) {
    for (;;) {
      const above = (pull - load<f64>(pair, 16)) * give;
      if (!(above > high)) {
        x = high;
        break;
      }
      pair += 16;
      high = load<f64>(pair, 8);
      if (above < high) {
        x = above;
        foundSlack = give;
        break;
      }
    }
  } else {
    let low = load<f64>(pair - 8);
    if (x > low) {
      foundSlack = give;
    } else {
      for (;;) {
        const below = (pull - load<f64>(pair - 16)) * give;
        if (!(below < low)) {
          x = low;
          break;
        }
        pair -= 16;
        low = load<f64>(pair - 8);
        if (below > low) {
          x = below;
          foundSlack = give;
          break;
        }
      }
    }
  }
  store<u32>(cursor, <u32>pair);
  return x;
}

/** SIGNAL += step CHANGE. */
export function followSignal(step: f64): void {
  const steps = f64x2.splat(step);
  const bytes = (<usize>(assetCount & ~1)) << 3;
  let at: usize = 0;
  for (; at < bytes; at += 16) {
    v128.store(
      SIGNAL + at,
      f64x2.add(v128.load(SIGNAL + at), f64x2.mul(steps, v128.load(CHANGE + at))),
    );
  }
  if ((assetCount & 1) == 0) return;
  store<f64>(SIGNAL + at, load<f64>(SIGNAL + at) + step * load<f64>(CHANGE + at));
}

/** Weights inside a segment take the step that their slack and CHANGE foretell, as far as the segment goes. */
export function stepWeights(): void {
  for (let i = 0; i < assetCount; i += 1) {
    const slack = getF(SLACK, i);
    if (slack == 0) continue;
    const pair = <usize>load<u32>(CURSOR + ((<usize>i) << 2));
    const low = load<f64>(pair - 8);
    const high = load<f64>(pair, 8);
    let x = getF(WEIGHTS, i) - slack * getF(CHANGE, i);
    if (x > high) x = high;
    else if (x < low) x = low;
    store<f64>(WEIGHTS + ((<usize>i) << 3), x);
  }
}

function moveWithImpact(step: f64): f64 {
  let even: f64 = 0;
  let odd: f64 = 0;
  for (let i = 0; i < assetCount; i += 1) {
    const change = getF(CHANGE, i);
    const pull = -(getF(SIGNAL, i) + step * change);
    const x = answerWithImpact(i, pull);
    setF(WEIGHTS, i, x);
    setF(SLACK, i, foundSlack);
    if ((i & 1) == 0) even += x * change;
    else odd += x * change;
  }
  return even + odd;
}

/** Scans by the slope of curvature and impact at the segment's ends. */
function answerWithImpact(i: i32, pull: f64): f64 {
  const cursor = CURSOR + ((<usize>i) << 2);
  let pair = <usize>load<u32>(cursor);
  let x: f64 = 0;
  let isMoving = true;
  foundSlack = 0;
  while (isMoving) {
    isMoving = false;
    const wanted = pull - load<f64>(pair);
    const low = load<f64>(pair - 8);
    const high = load<f64>(pair, 8);
    const atHigh = smoothSlope(i, high);
    const atLow = smoothSlope(i, low);
    if (wanted >= atHigh) {
      x = high;
      if (pull - load<f64>(pair, 16) > atHigh) {
        pair += 16;
        isMoving = true;
      }
    } else if (wanted > atLow) {
      x = solveSmooth(i, wanted);
      if (x > high) x = high;
      else if (x < low) x = low;
    } else {
      x = low;
      if (pull - load<f64>(pair - 16) < atLow) {
        pair -= 16;
        isMoving = true;
      }
    }
  }
  store<u32>(cursor, <u32>pair);
  return x;
}

/** d x + kappa sign(y) |y|^e, with y the distance from the center. */
function smoothSlope(i: i32, x: f64): f64 {
  const kappa = getF(IMPACT, i);
  const linear = getF(CURVATURE, i) * x;
  if (!(kappa > 0)) return linear;
  const y = x - getF(IMPACT_CENTER, i);
  return y < 0
    ? linear - kappa * power(-y, impactExponent)
    : linear + kappa * power(y, impactExponent);
}

/** x with smoothSlope(x) = wanted; leaves dx/dwanted in `foundSlack`. */
function solveSmooth(i: i32, wanted: f64): f64 {
  const d = getF(CURVATURE, i);
  const kappa = getF(IMPACT, i);
  if (!(kappa > 0)) {
    foundSlack = getF(GIVE, i);
    return wanted * foundSlack;
  }
  const center = getF(IMPACT_CENTER, i);
  const rest = wanted - d * center;
  const size = rest < 0 ? -rest : rest;
  // In s = |y|^e the equation d s^(1/e) + kappa s = size is convex: Newton steps from above never overshoot.
  let s: f64;
  let y: f64;
  if (impactExponent == 0.5) {
    s = (2 * size) / (kappa + sqrt<f64>(kappa * kappa + 4 * d * size));
    y = s * s;
  } else {
    s = size / kappa;
    const other = power(size / d, impactExponent);
    if (other < s) s = other;
    y = power(s, impactInverse);
    for (let pass = 0; pass < 60 && s > 0; pass += 1) {
      const next = s - (d * y + kappa * s - size) / ((d * impactInverse * y) / s + kappa);
      if (!(next < s)) break;
      s = next;
      y = power(s, impactInverse);
    }
  }
  foundSlack = y > 0 ? y / (d * y + kappa * impactExponent * s) : 0;
  return rest < 0 ? center - y : center + y;
}

/** base^exponent for base, exponent >= 0, by squares and square roots alone: the same bits on every machine. */
function power(base: f64, exponent: f64): f64 {
  const whole = floor<f64>(exponent);
  let result: f64 = 1;
  let square = base;
  for (let left = <i32>whole; left > 0; left >>= 1) {
    if ((left & 1) == 1) result *= square;
    square *= square;
  }
  let root = base;
  let fraction = exponent - whole;
  for (let digit = 0; digit < 54 && fraction > 0; digit += 1) {
    root = sqrt<f64>(root);
    fraction *= 2;
    if (fraction >= 1) {
      result *= root;
      fraction -= 1;
    }
  }
  return result;
}
