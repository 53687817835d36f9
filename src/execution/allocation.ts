/**
 * Allocation: executions of a block back to its accounts, pro rata to the statement at one average price
 * (SMC Capital, SEC staff no-action letter, 1995: statement first, pro rata, average price, shared costs).
 *
 * Invariants (tested under the same numbers in allocation.props.test.ts):
 *   A1  Quantities add up to what executed, to the last digit.
 *   A2  Gross amounts add up to the executed notional rounded to the cent; commissions to the commission.
 *   A3  No account receives more than its line of the statement.
 *   A4  Every account has the same average price.
 *   A5  The result depends on neither the sequence of executions nor that of the statement.
 *   A6  A full fill gives every account exactly its line.
 *   A7  Quantities are multiples of the step, except where the statement or the fill itself is not.
 */
import { allocate, assert, Decimal, derivedId, sum, zero } from '../kernel/index.ts';
import {
  identifier,
  toCents,
  type Allocation,
  type AllocationId,
  type AllocationStatementLine,
  type Block,
  type Execution,
  type Money,
  type Price,
  type Quantity,
} from '../domain/index.ts';
import { compareText } from './blocks.ts';
import { effectiveExecutions, totalsOf } from './executions.ts';

export interface AllocationOptions {
  /** What the instrument trades in: its lot, or a millionth of a share. Positive. */
  readonly instrumentStep: Quantity;
  /** For the whole block, to the cent, >= 0. */
  readonly commission: Money;
}

const CENT = Decimal.parse<'Money'>('0.01');

/**
 * Shares a block's executions among its accounts by largest remainder, ties to the lower order id.
 *
 * @returns one allocation per statement line that received anything, by order id; none if nothing executed
 * @throws AssertionError if more executed than was ordered, or the commission has parts of a cent
 */
export function allocateExecutions(
  block: Block,
  executions: readonly Execution[],
  { instrumentStep, commission }: AllocationOptions,
): Allocation[] {
  const totals = totalsOf(effectiveExecutions(executions));
  const { averagePrice } = totals;
  if (averagePrice === null) return [];
  assert(totals.quantity.isAtMost(block.orderQuantity), 'no more executes than was ordered');
  assert(
    !commission.isNegative() && toCents(commission, 'down').equals(commission),
    'a commission is a whole number of cents, not negative',
  );
  const statement = [...block.statement].sort((a, b) => compareText(a.orderId, b.orderId));
  const quantities = allocateQuantity(totals.quantity, statement, instrumentStep);
  const filled = statement
    .map((line, index) => ({ line, quantity: quantities[index] ?? zero<'Quantity'>() }))
    .filter(({ quantity }) => quantity.isPositive());
  const weights = filled.map(({ quantity }) => quantity);
  const gross = allocate(toCents(totals.notional, 'halfEven'), weights, CENT);
  const commissions = allocate(commission, weights, CENT);
  return filled.map(({ line, quantity }, index) =>
    allocationOf(block, line, {
      quantity,
      averagePrice,
      grossAmount: gross[index] ?? zero<'Money'>(),
      commission: commissions[index] ?? zero<'Money'>(),
    }),
  );
}

type AllocationAmounts = Pick<Allocation, 'quantity' | 'grossAmount' | 'commission'> & {
  readonly averagePrice: Price;
};

function allocationOf(
  block: Block,
  line: AllocationStatementLine,
  amounts: AllocationAmounts,
): Allocation {
  const { quantity, averagePrice, grossAmount, commission } = amounts;
  const netAmount =
    block.side === 'buy' ? grossAmount.plus(commission).negated() : grossAmount.minus(commission);
  const inputs = [block.blockId, line.orderId, quantity, averagePrice, grossAmount, commission];
  return {
    allocationId: identifier<AllocationId>(derivedId('allocation', inputs)),
    blockId: block.blockId,
    orderId: line.orderId,
    accountId: line.accountId,
    symbol: block.symbol,
    side: block.side,
    quantity,
    averagePrice,
    grossAmount,
    commission,
    netAmount,
    tradeDate: block.tradeDate,
  };
}

/**
 * Pro rata to the statement, in whole steps where the numbers allow it.
 *
 * Whole steps go pro rata first, never beyond the whole steps of a line; what is left (part of a step in the
 * fill, or in the lines) goes by the same rule in the finest unit that the numbers have. A full fill is
 * thereby the statement itself.
 */
function allocateQuantity(
  executed: Quantity,
  statement: readonly AllocationStatementLine[],
  step: Quantity,
): Quantity[] {
  const lines = statement.map((line) => line.quantity);
  const wholeLines = lines.map((line) => line.roundToMultiple(step, 'floor'));
  const wholeTotal = sum(wholeLines);
  const wholeExecuted = executed.roundToMultiple(step, 'floor');
  const whole = proRataWithin(
    wholeExecuted.isAtMost(wholeTotal) ? wholeExecuted : wholeTotal,
    wholeLines,
    step,
  );
  const rest = executed.minus(sum(whole));
  if (rest.isZero()) return whole;
  const open = lines.map((line, index) => line.minus(whole[index] ?? zero<'Quantity'>()));
  const finest = finestUnit([executed, ...lines, step]);
  const parts = proRataWithin(rest, open, finest);
  return whole.map((quantity, index) => quantity.plus(parts[index] ?? zero<'Quantity'>()));
}

/**
 * Largest remainder never exceeds a line when the total does not exceed the sum of the lines and both are
 * whole steps: the exact share is then at most the line, and rounding up ends at the next whole step.
 */
function proRataWithin(total: Quantity, lines: readonly Quantity[], step: Quantity): Quantity[] {
  if (total.isZero()) return lines.map(() => zero<'Quantity'>());
  return allocate(total, lines, step);
}

/** One unit in the last place of the number with the most digits. */
function finestUnit(values: readonly Decimal<'Quantity'>[]): Quantity {
  const scale = values.reduce((largest, value) => Math.max(largest, value.scale), 0);
  return Decimal.of<'Quantity'>(1n, scale);
}
