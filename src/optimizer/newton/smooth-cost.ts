/**
 * The slope of curvature and market impact together, d x + kappa sign(y) |y|^e with y = x - center, and its inverse.
 * Powers are made of squares and square roots alone, so that every machine finds the same bits.
 */
export interface SmoothCost {
  readonly curvature: number;
  readonly kappa: number;
  readonly center: number;
  /** Power of the cost minus one, in (0, 1]. */
  readonly exponent: number;
}

const PASSES_MAX = 60;
/** Binary digits of an exponent's fraction that are used. */
const DIGITS = 54;

export function smoothSlope(cost: SmoothCost, x: number): number {
  const linear = cost.curvature * x;
  if (!(cost.kappa > 0)) return linear;
  const y = x - cost.center;
  return y < 0
    ? linear - cost.kappa * power(-y, cost.exponent)
    : linear + cost.kappa * power(y, cost.exponent);
}

/**
 * x with smoothSlope(x) = wanted, and dx/dwanted. In s = |y|^e the equation d s^(1/e) + kappa s = |wanted - d center|
 * is convex, so that Newton steps from above never overshoot; for e = 1/2 it is quadratic.
 */
export function solveSmooth(
  cost: SmoothCost,
  wanted: number,
): { readonly x: number; readonly slack: number } {
  const { curvature: d, kappa, center, exponent } = cost;
  if (!(kappa > 0)) return { x: wanted * (1 / d), slack: 1 / d };
  const rest = wanted - d * center;
  const size = rest < 0 ? -rest : rest;
  const { s, y } = exponent === 0.5 ? squareRootLaw(cost, size) : generalLaw(cost, size);
  return {
    x: rest < 0 ? center - y : center + y,
    slack: y > 0 ? y / (d * y + kappa * exponent * s) : 0,
  };
}

interface Distance {
  /** |y|^e. */
  readonly s: number;
  /** |y|. */
  readonly y: number;
}

function squareRootLaw({ curvature: d, kappa }: SmoothCost, size: number): Distance {
  const s = (2 * size) / (kappa + Math.sqrt(kappa * kappa + 4 * d * size));
  return { s, y: s * s };
}

function generalLaw({ curvature: d, kappa, exponent }: SmoothCost, size: number): Distance {
  const inverse = 1 / exponent;
  let s = size / kappa;
  const other = power(size / d, exponent);
  if (other < s) s = other;
  let y = power(s, inverse);
  for (let pass = 0; pass < PASSES_MAX && s > 0; pass += 1) {
    const next = s - (d * y + kappa * s - size) / ((d * inverse * y) / s + kappa);
    if (!(next < s)) break;
    s = next;
    y = power(s, inverse);
  }
  return { s, y };
}

/** base^exponent for base, exponent >= 0. */
export function power(base: number, exponent: number): number {
  const whole = Math.floor(exponent);
  let result = 1;
  let square = base;
  for (let left = whole; left > 0; left >>= 1) {
    if ((left & 1) === 1) result *= square;
    square *= square;
  }
  let root = base;
  let fraction = exponent - whole;
  for (let digit = 0; digit < DIGITS && fraction > 0; digit += 1) {
    root = Math.sqrt(root);
    fraction *= 2;
    if (fraction >= 1) {
      result *= root;
      fraction -= 1;
    }
  }
  return result;
}
