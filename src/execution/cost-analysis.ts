/**
 * Transaction cost analysis of one placement: the parts of the implementation shortfall, exact (PRODUCT
 * section 17; Perold, "The Implementation Shortfall", 1988).
 *
 * Invariants (tested under the same numbers in cost-analysis.props.test.ts):
 *   T1  delay + execution + opportunity + explicit equals paper return minus actual return, exactly.
 *   T2  The sign is the investor's: a positive amount is a cost, on buys and sells alike.
 */
import { assert, Decimal, divide, multiply, sum } from '../kernel/index.ts';
import type { Money, Placement, Price, Quantity, Ratio } from '../domain/index.ts';
import type { EffectiveExecution } from './executions.ts';

export interface CostBenchmarks {
  /** When the order was decided. */
  readonly decisionPrice: Price;
  /** When the placement reached the broker. */
  readonly arrivalPrice: Price;
  /** Values what did not execute. */
  readonly endPrice: Price;
  /** Commissions and fees, >= 0. */
  readonly fees: Money;
}

export interface CostAnalysis {
  readonly filledQuantity: Quantity;
  /** s F (Pa - Pd); s = 1 on a buy, -1 on a sell. */
  readonly delay: Money;
  /** s sum q (p - Pa): slippage against arrival. */
  readonly execution: Money;
  /** s (Q - F) (Pe - Pd). */
  readonly opportunity: Money;
  readonly explicit: Money;
  readonly total: Money;
  /** `execution` over the filled amount at arrival, in hundredths of a percent, 6 digits; null = no fill. */
  readonly slippageBps: Ratio | null;
}

/**
 * @param fills those of the placement that stand
 * @throws AssertionError if more filled than was ordered, or a benchmark is not positive
 */
export function analyzeCosts(
  placement: Pick<Placement, 'side' | 'orderQuantity'>,
  fills: readonly EffectiveExecution[],
  benchmarks: CostBenchmarks,
): CostAnalysis {
  const { decisionPrice, arrivalPrice, endPrice, fees } = benchmarks;
  assert(
    [decisionPrice, arrivalPrice, endPrice].every((price) => price.isPositive()),
    'benchmark prices are positive',
  );
  const filledQuantity = sum(fills.map((fill) => fill.quantity));
  const unfilled = placement.orderQuantity.minus(filledQuantity);
  assert(!unfilled.isNegative(), 'no more fills than was ordered');
  const signed = (amount: Money): Money => (placement.side === 'buy' ? amount : amount.negated());
  const cost = (change: Decimal<'Price'>, quantity: Quantity): Money =>
    signed(multiply<'Money'>(change, quantity));
  const delay = cost(arrivalPrice.minus(decisionPrice), filledQuantity);
  const execution = sum(fills.map((fill) => cost(fill.price.minus(arrivalPrice), fill.quantity)));
  const opportunity = cost(endPrice.minus(decisionPrice), unfilled);
  const arrivalAmount = multiply<'Money'>(arrivalPrice, filledQuantity);
  const bps = multiply<'Money'>(execution, BPS);
  return {
    filledQuantity,
    delay,
    execution,
    opportunity,
    explicit: fees,
    total: delay.plus(execution).plus(opportunity).plus(fees),
    slippageBps: arrivalAmount.isZero()
      ? null
      : divide<'ratio'>(bps, arrivalAmount, { scale: 6, mode: 'halfEven' }),
  };
}

const BPS = Decimal.fromInteger(10_000);
