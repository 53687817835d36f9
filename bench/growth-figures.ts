/** What account-growth measures and its plot draws. */

export const GROWTH_AXES = ['names', 'factors', 'lots', 'rows'] as const;
export type GrowthAxis = (typeof GROWTH_AXES)[number];
export const GROWTH_SERIES = ['engineCold', 'engineWarm', 'optimizeCold', 'optimizeWarm'] as const;
export type GrowthSeries = (typeof GROWTH_SERIES)[number];

export type GrowthSize = Readonly<Record<GrowthAxis, number>>;

export interface GrowthPoint {
  readonly axis: GrowthAxis;
  readonly size: number;
  readonly instance: string;
  readonly accounts: number;
  /** Accounts passed over because one of their two days has no answer. */
  readonly passedOver: number;
  /** Median over accounts of the least of several repetitions. */
  readonly milliseconds: Readonly<Record<GrowthSeries, number>>;
}

export interface GrowthExponents {
  readonly axis: GrowthAxis;
  /** Over all sizes: slope of log time over log size. Lots and rows count from one: `lots + 1`, `rows + 1`. */
  readonly all: Readonly<Record<GrowthSeries, number>>;
  /** Over the larger half of the sizes, where fixed costs show less. */
  readonly largerHalf: Readonly<Record<GrowthSeries, number>>;
}

export interface GrowthSummary {
  readonly seed: number;
  readonly middle: GrowthSize;
  readonly accounts: number;
  readonly repetitions: number;
  readonly points: readonly GrowthPoint[];
  readonly exponents: readonly GrowthExponents[];
}

/** What an axis is fitted and drawn over: no lots and no rows are sizes too, and have no logarithm. */
export function sizeOnAxis(axis: GrowthAxis, size: number): number {
  return axis === 'lots' || axis === 'rows' ? size + 1 : size;
}
