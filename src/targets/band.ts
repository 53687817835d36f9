/**
 * Tolerance bands around a target (PRODUCT section 4.2). With target t, relative band b, absolute band a:
 * relative [t(1-b), t(1+b)], absolute [t-a, t+a]; both given: the narrower of each side. Clipped to [0, 1].
 *
 *   G3  lower <= target <= upper, all inside [0, 1]; a target of zero has the band [0, 0].
 */
import { maximum, minimum, ONE, zero } from '../kernel/index.ts';
import type { Ratio } from '../domain/index.ts';

export interface Band {
  readonly lower: Ratio;
  readonly upper: Ratio;
}

export interface BandTolerance {
  readonly bandAbsolute: Ratio | null;
  readonly bandRelative: Ratio | null;
}

/** The band of a target; `fallback` is the firm's absolute band where neither is given. */
export function bandOf(target: Ratio, tolerance: BandTolerance, fallback: Ratio): Band {
  if (target.isZero()) return { lower: zero(), upper: zero() };
  const { bandAbsolute, bandRelative } = tolerance;
  const widths = [
    ...(bandAbsolute === null ? [] : [bandAbsolute]),
    ...(bandRelative === null ? [] : [target.times(bandRelative)]),
  ];
  const width = widths.length === 0 ? fallback : widths.reduce(minimum);
  return {
    lower: maximum(zero(), target.minus(width)),
    upper: minimum(ONE, target.plus(width)),
  };
}
