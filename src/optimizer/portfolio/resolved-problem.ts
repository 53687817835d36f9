import type {
  LinearRow,
  PiecewiseCost,
  PortfolioConstraints,
  PortfolioProblem,
} from '../../domain/index.ts';

/** The covariance in the forms the methods need, judged and, where allowed, repaired. */
export interface ResolvedRisk {
  /** n x n, symmetric, row-major. */
  readonly covariance: Float64Array;
  /** Sigma = diag(specificVariance) + F F'; specificVariance may be zero. */
  readonly specificVariance: Float64Array;
  /** n x k. */
  readonly factors: Float64Array;
  readonly factorCount: number;
  /** The return history, where the problem came with one: measures other than variance need it. */
  readonly scenarios: Scenarios | null;
}

export interface Scenarios {
  readonly count: number;
  /** T x n simple returns. */
  readonly returns: Float64Array;
}

/** What a method solves: the user's problem with its constraints as boxes and rows in the engines' form. */
export interface ResolvedProblem {
  readonly problem: PortfolioProblem;
  readonly assetCount: number;
  /** n; zeros when the user gave none (and none are needed). */
  readonly expectedReturns: Float64Array;
  readonly risk: ResolvedRisk;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** `budget` first where there is one, then groups, linear rows, factor exposures; perAsset turnover is in the boxes. */
  readonly rows: readonly LinearRow[];
  /** n convex curves of all linear and piecewise costs around the current holding. */
  readonly costs: readonly (PiecewiseCost | null)[];
  /** n; zeros when nothing is held. */
  readonly current: Float64Array;
  readonly turnover: PortfolioConstraints['turnover'];
  readonly trackingError: PortfolioConstraints['trackingError'];
  readonly notes: readonly string[];
}
