/**
 * The interface between the pipeline and the optimizer. float64 is born here and dies in
 * `orders/weights.ts`. All weights are of the account's planning total; order of every array is that
 * of `assets`, which the caller sorts by symbol.
 */

/** Convex piecewise-linear cost of one asset's weight x: slopes rise with x. */
export interface PiecewiseCost {
  /** m ascending weights at which the slope changes. */
  readonly breakpoints: readonly number[];
  /** m + 1 slopes, non-decreasing: slopes[0] holds below breakpoints[0], in return units per unit weight. */
  readonly slopes: readonly number[];
}

/** lower <= sum coefficients[i] x[i] <= upper; infinities allowed on one side. */
export interface LinearRow {
  readonly name: string;
  readonly coefficients: Float64Array;
  readonly lower: number;
  readonly upper: number;
  /** Absent: the row is hard. */
  readonly soft?: SoftLimit;
}

/**
 * A row that may be violated. With `penalty` each unit of violation costs that much, in objective units. With
 * `priority` alone violations are least in order of priority (1 first) before anything else is minimized.
 */
export interface SoftLimit {
  readonly priority?: number;
  readonly penalty?: number;
}

/** Market impact: sum of coefficient[i] |x_i - current_i|^power, 1 < power <= 2 (3/2: square-root law). */
export interface ImpactCost {
  /** n; >= 0, in return units. */
  readonly coefficient: Float64Array;
  readonly power: number;
}

/** A hard limit on one convex quantity of the whole account; its price is its shadow price. */
export type HardBudget =
  | {
      readonly kind: 'turnover';
      readonly name: string;
      /** PRODUCT definitions: gross = sum |x - current|, oneWay = gross / 2, sellSide = sum of sales. */
      readonly measure: 'oneWay' | 'gross' | 'sellSide';
      readonly maximum: number;
    }
  | {
      /** sqrt((x-b)'Sigma(x-b)) <= maximum, per period of Sigma; b = 0 limits total risk. */
      readonly kind: 'trackingError';
      readonly name: string;
      readonly benchmark: Float64Array;
      readonly maximum: number;
    }
  | {
      /** A separable convex quantity such as tax: sum of the curves, zero at the current holding. */
      readonly kind: 'cost';
      readonly name: string;
      readonly costs: readonly (PiecewiseCost | null)[];
      readonly maximum: number;
    };

/** Per-year risk of simple returns, shared by the accounts of a run: Sigma = diag(specific) + F F'. */
export interface RiskModel {
  readonly assets: readonly string[];
  readonly factorCount: number;
  /** n x k, row-major: loadings times the Cholesky factor of the factor covariance. */
  readonly factors: Float64Array;
  /** n; annualized variance; > 0. */
  readonly specificVariance: Float64Array;
  readonly factorNames: readonly string[];
}

/**
 * minimize  riskAversion/2 [ (x-b)'D(x-b) + |F'(x-b)|^2 ] + q'x + sum g_i(x_i)
 * subject to rowLower <= A x <= rowUpper,  lower <= x <= upper
 */
export interface OptimizationProblem {
  readonly assets: readonly string[];
  readonly target: Float64Array;
  readonly current: Float64Array;
  readonly specificVariance: Float64Array;
  readonly factors: Float64Array;
  readonly factorCount: number;
  readonly riskAversion: number;
  /** q: minus expected return per unit weight, or null. */
  readonly linear: Float64Array | null;
  readonly costs: readonly (PiecewiseCost | null)[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Names are unique; the budget is the row named `budget`. */
  readonly rows: readonly LinearRow[];
  readonly impact?: ImpactCost | null;
  readonly budgets?: readonly HardBudget[];
}

export interface Certificate {
  readonly primal: number;
  readonly dual: number;
  /** primal - dual, in objective units; >= -1e-12 up to rounding. */
  readonly gap: number;
  /** Largest violation of a row or box, in weight. */
  readonly maxViolation: number;
}

/**
 * A constraint that holds with equality at the answer, and its price: the fall of the objective when the
 * limit number rises by one unit. Upper limits have prices > 0, lower limits < 0, equality rows either; the
 * magnitude is what relaxing it by one unit would save.
 */
export interface BindingConstraint {
  /** A row's name, `lower:SYMBOL` or `upper:SYMBOL`. */
  readonly constraint: string;
  readonly shadowPrice: number;
}

/** A smallest set of constraints that cannot hold together, each with the relaxation that would cure it. */
export interface ConflictingConstraint {
  readonly constraint: string;
  readonly relaxation: number;
}

/** How far a soft row gave way, in units of the row, and what one unit more of its limit would save. */
export interface SoftViolation {
  readonly row: string;
  /** >= 0. */
  readonly violation: number;
  /** Of the row's limit number, signed as in BindingConstraint; at most the penalty in size. */
  readonly shadowPrice: number;
}

export interface OptimizationResult {
  /**
   * `infeasible` comes with a conflict, `unbounded` with a direction; `iterationLimit` means that no engine
   * could prove anything: the weights are the best point found and the certificate is honest about them.
   */
  readonly status: 'optimal' | 'infeasible' | 'unbounded' | 'iterationLimit';
  readonly weights: Float64Array;
  readonly certificate: Certificate;
  readonly binding: readonly BindingConstraint[];
  readonly conflict: readonly ConflictingConstraint[];
  /** The member of `conflict` that has to give least, each counted in its own units; absent without one. */
  readonly cheapestRelaxation?: ConflictingConstraint;
  /** One entry per soft row, in the order of the rows; absent without soft rows. */
  readonly softViolations?: readonly SoftViolation[];
  /** Of `unbounded`: weights + t direction stays allowed for every t >= 0, and the objective falls for ever. */
  readonly direction?: Float64Array;
  /** Price of each factor at the answer: F'(x-b) riskAversion. */
  readonly factorPrices: Float64Array;
  readonly solver: { readonly name: string; readonly version: string; readonly iterations: number };
}
