/**
 * Acceptance of the first trial and of the search: ratios of the slope at the step to the slope at zero. Tight,
 * because a trial costs one pass over the names and an iteration some twenty times that.
 */
const FIRST = { least: -0.2, most: 0.3 } as const;
const SEARCHED = { least: -0.1, most: 0.1 } as const;
const PASSES_MAX = 60;

export interface LineSearchResult {
  readonly step: number;
  readonly isAtLimit: boolean;
  /** True when the dual still rises as steeply at the longest step tried: prices run away. */
  readonly isUnbounded: boolean;
}

/**
 * A step that climbs the concave dual along a Newton direction (docs/concepts/optimizer.md): the slope at a
 * trial costs one asset pass and no matrix work.
 *
 * @param slopeAt  derivative of the dual at a step; leaves the assets at the step asked for last
 * @param slopeAtZero > 0
 * @param limit    first step at which a row's price changes sign; may be Infinity
 */
export function searchLine(
  slopeAt: (step: number) => number,
  slopeAtZero: number,
  limit: number,
): LineSearchResult {
  let high = Math.min(1, limit);
  let slopeHigh = slopeAt(high);
  let ratio = slopeHigh / slopeAtZero;
  if (ratio >= FIRST.least && (ratio <= FIRST.most || high === limit)) {
    return { step: high, isAtLimit: high === limit, isUnbounded: false };
  }
  let low = 0;
  let slopeLow = slopeAtZero;
  let tries = 1;
  while (ratio > SEARCHED.most && high < limit && tries < PASSES_MAX) {
    low = high;
    slopeLow = slopeHigh;
    high = Math.min(high * 4, limit);
    slopeHigh = slopeAt(high);
    ratio = slopeHigh / slopeAtZero;
    tries += 1;
  }
  if (ratio >= SEARCHED.least) {
    return {
      step: high,
      isAtLimit: high === limit,
      isUnbounded: ratio > SEARCHED.most && high !== limit,
    };
  }
  return {
    step: narrow(slopeAt, slopeAtZero, { low, slopeLow, high, slopeHigh }),
    isAtLimit: false,
    isUnbounded: false,
  };
}

interface Bracket {
  low: number;
  slopeLow: number;
  high: number;
  slopeHigh: number;
}

/** False position kept inside 10-90 % of the bracket; slope > 0 at low, < 0 at high. */
function narrow(slopeAt: (step: number) => number, slopeAtZero: number, bracket: Bracket): number {
  const b = bracket;
  let step = b.high;
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const share = b.slopeLow / (b.slopeLow - b.slopeHigh);
    step = b.low + (b.high - b.low) * Math.min(0.9, Math.max(0.1, share));
    const slope = slopeAt(step);
    const ratio = slope / slopeAtZero;
    if (ratio >= SEARCHED.least && ratio <= SEARCHED.most) return step;
    if (slope > 0) {
      b.low = step;
      b.slopeLow = slope;
    } else {
      b.high = step;
      b.slopeHigh = slope;
    }
  }
  return step;
}
