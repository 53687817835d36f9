/** What is certified: an answer and the prices that are to prove it, in the user's units. */
import type { OptimizationProblem } from '../../domain/index.ts';

/**
 * A group of soft rows of one priority whose total violation may not exceed what the group needs at least
 * (`maximum`); `price` is that of one unit of it.
 */
export interface PriorityGroup {
  readonly rows: readonly number[];
  readonly maximum: number;
  readonly price: number;
}

export interface CertificateInput {
  readonly problem: OptimizationProblem;
  readonly weights: Float64Array;
  /**
   * k; price of each factor: riskAversion F'(x - b), and for every tracking error budget with the price p
   * and the limit M also p / M F'(x - its benchmark).
   */
  readonly factorPrices: Float64Array;
  /** m; > 0 on the upper limit of a row, < 0 on the lower one. */
  readonly rowPrices: Float64Array;
  /** One per hard budget, >= 0: the fall of the objective per unit of its limit. */
  readonly budgetPrices?: Float64Array;
  readonly groups?: readonly PriorityGroup[];
}
