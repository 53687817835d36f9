import type { CountLimit, Pieces } from './choice-problem.ts';

/** What one asset may weigh: names that are held, and trades that are made, have a least size. */
export interface HoldingRules {
  /** n; the box. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** n; what is held now. */
  readonly current: Float64Array;
  /** Least absolute weight of a name that is held; 0: none. */
  readonly minimumWeight: number;
  /** n; least absolute change of a name that is traded; 0: none. */
  readonly minimumTrade: Float64Array;
  /** A holding smaller than the least trade may still be sold whole. */
  readonly isLiquidationFree: boolean;
  readonly countLimit: CountLimit | null;
}

interface Interval {
  readonly low: number;
  readonly high: number;
  readonly counts: boolean;
}

/** @returns the pieces of every asset; an asset without any says that its rules contradict each other */
export function holdingPieces(rules: HoldingRules): Pieces {
  const n = rules.lower.length;
  const start = new Int32Array(n + 1);
  const all: Interval[] = [];
  for (let i = 0; i < n; i += 1) {
    all.push(...intervalsOf(rules, i));
    start[i + 1] = all.length;
  }
  return {
    start,
    low: Float64Array.from(all, (one) => one.low),
    high: Float64Array.from(all, (one) => one.high),
    counts: Uint8Array.from(all, (one) => (one.counts ? 1 : 0)),
  };
}

function intervalsOf(rules: HoldingRules, i: number): Interval[] {
  const lower = rules.lower[i] as number;
  const upper = rules.upper[i] as number;
  const { minimumWeight, countLimit } = rules;
  const counts = countLimit !== null;
  const held: Interval[] =
    minimumWeight > 0 || counts
      ? [
          { low: lower, high: Math.min(upper, -minimumWeight), counts },
          { low: Math.max(lower, 0), high: Math.min(upper, 0), counts: false },
          { low: Math.max(lower, minimumWeight), high: upper, counts },
        ]
      : [{ low: lower, high: upper, counts }];
  const traded = tradeIntervals(rules, i);
  const pieces: Interval[] = [];
  for (const one of held) {
    for (const [low, high] of traded) {
      const piece = {
        low: Math.max(one.low, low),
        high: Math.min(one.high, high),
        counts: one.counts,
      };
      const isNothing = piece.low === 0 && piece.high === 0 && piece.counts;
      if (piece.low <= piece.high && !isNothing) pieces.push(piece);
    }
  }
  return pieces.sort((a, b) => a.low - b.low || a.high - b.high);
}

function tradeIntervals(rules: HoldingRules, i: number): (readonly [number, number])[] {
  const least = rules.minimumTrade[i] as number;
  const current = rules.current[i] as number;
  if (least <= 0) return [[-Infinity, Infinity]];
  const isSmall = current !== 0 && Math.abs(current) < least;
  return [
    [-Infinity, current - least],
    [current, current],
    [current + least, Infinity],
    ...(rules.isLiquidationFree && isSmall ? [[0, 0] as const] : []),
  ];
}
