/** Every name's answer to the prices, in closed form; twin: `newton/reference-asset-step.ts`. */
import {
  CHANGE,
  CURSOR,
  CURVATURE,
  GIVE,
  IMPACT,
  IMPACT_CENTER,
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
} from './memory';

/** Power of the impact cost minus one, and its inverse; zero without impact. */
let impactExponent: f64 = 0;
let impactInverse: f64 = 0;

export function setImpact(exponent: f64): void {
  impactExponent = exponent;
  impactInverse = exponent > 0 ? 1 / exponent : 0;
}

/** Segments with a sentinel on either side, so that a scan needs no test for the ends; cursors at the first. */
export function expandSegments(): void {
  let pair = PAIRS;
  let segment = 0;
  for (let i = 0; i < assetCount; i += 1) {
    store<f64>(pair, -Infinity);
    store<f64>(pair, getF(LOWER, i), 8);
    pair += 16;
    store<u32>(CURSOR + ((<usize>i) << 2), <u32>pair);
    const end = getI(SEGMENT_START, i + 1);
    for (; segment < end; segment += 1) {
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

function movePiecewise(step: f64): f64 {
  let slope: f64 = 0;
  const bytes = (<usize>assetCount) << 3;
  for (let at: usize = 0; at < bytes; at += 8) {
    const change = load<f64>(CHANGE + at);
    const pull = -(load<f64>(SIGNAL + at) + step * change);
    const give = load<f64>(GIVE + at);
    const cursor = CURSOR + (at >> 1);
    let pair = <usize>load<u32>(cursor);
    let slack: f64 = 0;
    let x = (pull - load<f64>(pair)) * give;
    let high = load<f64>(pair, 8);
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
          slack = give;
          break;
        }
      }
      store<u32>(cursor, <u32>pair);
    } else {
      let low = load<f64>(pair - 8);
      if (x > low) {
        slack = give;
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
            slack = give;
            break;
          }
        }
        store<u32>(cursor, <u32>pair);
      }
    }
    store<f64>(WEIGHTS + at, x);
    store<f64>(SLACK + at, slack);
    slope += x * change;
  }
  return slope;
}

let foundSlack: f64 = 0;

function moveWithImpact(step: f64): f64 {
  let slope: f64 = 0;
  for (let i = 0; i < assetCount; i += 1) {
    const change = getF(CHANGE, i);
    const pull = -(getF(SIGNAL, i) + step * change);
    const x = answerWithImpact(i, pull);
    store<f64>(WEIGHTS + ((<usize>i) << 3), x);
    store<f64>(SLACK + ((<usize>i) << 3), foundSlack);
    slope += x * change;
  }
  return slope;
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
