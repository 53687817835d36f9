/**
 * A portfolio problem as FORMATS states it (`evenkeel optimize`), read and shaped, not yet judged: numbers are
 * finite and lengths agree, but a covariance may still be indefinite. Everything is per period of the input;
 * nothing is annualized. Matrices are row-major.
 */
import type { BindingConstraint, Certificate, PiecewiseCost } from './optimization.ts';

export const COVARIANCE_ESTIMATORS = [
  'sample',
  'exponential',
  'ledoitWolf',
  'ledoitWolfConstantVariance',
  'ledoitWolfSingleFactor',
  'ledoitWolfConstantCorrelation',
  'oas',
  'denoised',
  'statisticalFactors',
  'fundamentalFactors',
  'semicovariance',
  'gerber',
] as const;
export type CovarianceEstimator = (typeof COVARIANCE_ESTIMATORS)[number];

/** How a covariance is estimated from returns; null: the estimator's documented default. */
export interface EstimatorChoice {
  readonly estimator: CovarianceEstimator;
  /** Subtracted from T in the sample covariance; default 1. */
  readonly ddof: number | null;
  /** Exponential weighting: half-life in periods. */
  readonly halfLife: number | null;
  /** Number of factors of `statisticalFactors` and of signal eigenvalues of `denoised`. */
  readonly factorCount: number | null;
  /** `denoised`: noise eigenvalues averaged (default), or noise shrunk towards its diagonal. */
  readonly denoising?: 'constantResidual' | 'targetShrinkage';
  /** Share of the noise correlations that `targetShrinkage` keeps; default 0. */
  readonly noiseKept?: number;
  /** `gerber`: co-movements count from this many standard deviations, default 0.5; `semicovariance`: the return below which it falls short, default each asset's mean. */
  readonly threshold?: number;
  /** `fundamentalFactors`: n x `exposureCount` exposures of the assets, fixed over the history. */
  readonly exposures?: Float64Array;
  readonly exposureCount?: number;
  /** `fundamentalFactors`: n positive weights of the cross-sectional regressions; default equal. */
  readonly regressionWeights?: Float64Array;
}

export const EXPECTED_RETURNS_ESTIMATORS = [
  'mean',
  'geometricMean',
  'exponential',
  'capm',
  'jamesStein',
  'bayesStein',
  'bodnarOkhrin',
  'shrunkMean',
  'equilibrium',
] as const;
export type ExpectedReturnsEstimator = (typeof EXPECTED_RETURNS_ESTIMATORS)[number];

/** How expected returns are estimated from the history; absent fields: the estimator's documented default. */
export interface ExpectedReturnsChoice {
  readonly estimator: ExpectedReturnsEstimator;
  /** `exponential`: half-life in periods. */
  readonly halfLife?: number;
  /** `capm`, `equilibrium`: per period; default 0. */
  readonly riskFreeRate?: number;
  /** `capm`: T returns of the market; default the equally weighted mean of the assets. */
  readonly marketReturns?: Float64Array;
  /** `equilibrium`: n weights of the market; default equal. */
  readonly marketWeights?: Float64Array;
  /** `equilibrium`: price of variance. */
  readonly riskAversion?: number;
  /** `jamesStein`, `bayesStein`, `bodnarOkhrin`, `shrunkMean`: what the means are drawn to; default `grandMean`. */
  readonly shrinkTo?: 'grandMean' | 'minimumVariance';
  /** `shrunkMean`: share of the target, 0 to 1. */
  readonly shrinkage?: number;
}

/** What to do with a covariance that has negative eigenvalues; without it, such a matrix is refused. */
export const COVARIANCE_REPAIRS = ['clip', 'nearest'] as const;
export type CovarianceRepair = (typeof COVARIANCE_REPAIRS)[number];

export type PortfolioRisk =
  | {
      readonly kind: 'covariance';
      /** n x n. */
      readonly covariance: Float64Array;
      readonly repair?: CovarianceRepair;
    }
  | {
      readonly kind: 'factors';
      readonly factorCount: number;
      /** n x k. */
      readonly loadings: Float64Array;
      /** k x k; null is the identity. */
      readonly factorCovariance: Float64Array | null;
      /** n. */
      readonly specificVariance: Float64Array;
    }
  | {
      readonly kind: 'returns';
      readonly observationCount: number;
      /** T x n simple returns. */
      readonly returns: Float64Array;
      readonly choice: EstimatorChoice;
    };

export const RISK_MEASURES = [
  'variance',
  'semivariance',
  'meanAbsoluteDeviation',
  'cvar',
  'worstRealization',
  'maximumDrawdown',
  'averageDrawdown',
  'cdar',
  'ulcer',
] as const;
export type RiskMeasure = (typeof RISK_MEASURES)[number];

export interface MeasureChoice {
  readonly measure: RiskMeasure;
  /** Tail probability of cvar and cdar: 0.05 is the worst 5 %. */
  readonly alpha: number;
  /** Semivariance and mean absolute deviation are about this return instead of the mean; null: the mean. */
  readonly threshold: number | null;
  /** Drawdowns of the compounded wealth instead of the uncompounded cumulative return. */
  readonly isCompounded: boolean;
}

export interface Views {
  /** Views x n. */
  readonly P: Float64Array;
  /** Expected return of each view. */
  readonly Q: Float64Array;
  /** k (diagonal) or k x k; null when given by confidence, or by He and Litterman's tau P Sigma P'. */
  readonly omega: Float64Array | null;
  /** 0 to 1 per view (Idzorek); null when omega is given. */
  readonly confidence: Float64Array | null;
}

export type PortfolioObjective =
  | { readonly kind: 'minimumRisk'; readonly risk: MeasureChoice }
  | { readonly kind: 'meanRisk'; readonly risk: MeasureChoice; readonly riskAversion: number }
  | { readonly kind: 'targetReturn'; readonly risk: MeasureChoice; readonly return: number }
  | { readonly kind: 'targetRisk'; readonly risk: MeasureChoice; readonly limit: number }
  | { readonly kind: 'maximumRatio'; readonly risk: MeasureChoice; readonly riskFreeRate: number }
  | {
      readonly kind: 'riskBudget';
      readonly risk: MeasureChoice;
      /** n shares of risk that add up to one; null: equal. */
      readonly budgets: Float64Array | null;
    }
  | { readonly kind: 'mostDiversified' }
  | { readonly kind: 'inverseVolatility' }
  | { readonly kind: 'equalWeight' }
  | {
      readonly kind: 'hierarchical';
      readonly method: 'hrp' | 'herc' | 'nco';
      readonly linkage: 'single' | 'complete' | 'average' | 'ward';
      readonly distance: 'paper' | 'condensed';
      /** Clusters of herc and nco; null: by the gap statistic of the dendrogram. */
      readonly clusterCount: number | null;
      readonly risk: MeasureChoice;
    }
  | {
      readonly kind: 'trackingError';
      /** n. */
      readonly benchmark: Float64Array;
      /** null: the tracking error alone is minimized, whatever the expected returns. */
      readonly riskAversion: number | null;
    }
  | {
      readonly kind: 'robust';
      /** Worst mean within the set: ellipsoid (covariance n x n, radius) or box (n half-widths). */
      readonly uncertainty:
        | { readonly kind: 'ellipsoid'; readonly covariance: Float64Array; readonly radius: number }
        | { readonly kind: 'box'; readonly width: Float64Array };
      readonly riskAversion: number;
    }
  | {
      readonly kind: 'blackLitterman';
      readonly marketWeights: Float64Array;
      readonly riskAversion: number;
      readonly tau: number;
      readonly views: Views;
      readonly then: PortfolioObjective;
    };

/** Limits on a sum of weights; null is no limit. */
export interface GroupLimit {
  readonly name: string;
  /** Indices of assets. */
  readonly members: readonly number[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** `budget`: limits are shares of the budget instead of weights. */
  readonly relativeTo: 'budget' | null;
}

export interface PortfolioConstraints {
  /** Sum of weights; null: none. */
  readonly budget: number | null;
  /** n; infinities allowed. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly groups: readonly GroupLimit[];
  readonly linear: readonly {
    readonly name: string;
    readonly coefficients: Float64Array;
    readonly minimum: number | null;
    readonly maximum: number | null;
  }[];
  readonly turnover: {
    readonly kind: 'oneWay' | 'gross' | 'sellSide' | 'perAsset';
    readonly maximum: number;
  } | null;
  readonly trackingError: { readonly benchmark: Float64Array; readonly maximum: number } | null;
  readonly factorExposure: readonly {
    readonly factor: number;
    readonly minimum: number | null;
    readonly maximum: number | null;
  }[];
  readonly maximumNames: number | null;
  readonly exactNames: number | null;
  /** Least weight of a name that is held. */
  readonly minimumWeight: number | null;
  readonly minimumTrade: number | null;
  readonly roundLots: {
    readonly prices: Float64Array;
    readonly lotSizes: Float64Array;
    /** Money to invest. */
    readonly budget: number;
    readonly minimumBudget: number | null;
  } | null;
}

export interface PortfolioCosts {
  /** n each; per unit of weight bought, and sold. */
  readonly buy: Float64Array | null;
  readonly sell: Float64Array | null;
  /** Sum coefficient |w - current|^power. */
  readonly impact: { readonly coefficient: Float64Array; readonly power: number } | null;
  /** Index of asset to a convex curve in its weight. */
  readonly piecewise: ReadonlyMap<number, PiecewiseCost>;
}

export interface PortfolioProblem {
  readonly assets: readonly string[];
  /** n, or null when the objective needs none, or when they come from the return history. */
  readonly expectedReturns: Float64Array | null;
  /** How they come from the history where `expectedReturns` is null; absent: its means. */
  readonly expectedReturnsChoice?: ExpectedReturnsChoice;
  readonly risk: PortfolioRisk;
  readonly objective: PortfolioObjective;
  readonly constraints: PortfolioConstraints;
  /** n weights held now; null: nothing is held and trades are not measured. */
  readonly current: Float64Array | null;
  readonly costs: PortfolioCosts;
  readonly frontier: { readonly points: number } | null;
  readonly tolerance: number;
}

export interface FrontierPoint {
  readonly expectedReturn: number;
  readonly risk: number;
  readonly weights: Float64Array;
}

/** Proof of an answer's quality where integers make the problem non-convex. */
export interface IntegerProof {
  /** `proved`: the bound meets the value within the tolerance; `heuristic`: it stays at a distance. */
  readonly kind: 'proved' | 'heuristic';
  readonly bound: number;
  readonly gap: number;
  readonly nodes: number;
}

export interface PortfolioResult {
  readonly status: 'optimal' | 'infeasible' | 'unbounded' | 'iterationLimit';
  readonly weights: Float64Array;
  /** Whole lots times lot size per asset; null without round lots. */
  readonly shares: Float64Array | null;
  /** In the sense of the objective's definition; maximized objectives are reported as maximized. */
  readonly objective: number;
  readonly expectedReturn: number | null;
  /** In return units: standard deviation for variance. */
  readonly risk: number;
  /** null for methods that are not a convex program (hierarchical, equal weight): `solver` says which. */
  readonly certificate: Certificate | null;
  readonly integerProof: IntegerProof | null;
  readonly binding: readonly BindingConstraint[];
  /** n shares of `risk` that add up to it (Euler); null where the measure has none at the answer. */
  readonly riskContributions: Float64Array | null;
  readonly conflict: readonly {
    readonly constraint: string;
    readonly relaxation: number;
  }[];
  readonly frontier: readonly FrontierPoint[] | null;
  readonly blackLitterman: {
    readonly equilibriumReturns: Float64Array;
    readonly posteriorReturns: Float64Array;
    /** n x n covariance of the posterior returns. */
    readonly posteriorCovariance: Float64Array;
  } | null;
  /** What was repaired, tried and why it failed: a fallback is never silent. */
  readonly notes: readonly string[];
  readonly solver: { readonly name: string; readonly iterations: number };
}
