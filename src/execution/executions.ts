/**
 * What has executed, net of corrections and busts.
 *
 * Invariants (tested under the same numbers in allocation.props.test.ts):
 *   E1  The effective executions do not depend on the sequence of arrival, nor on repeats.
 *   E2  A correction replaces what it refers to, a bust removes it; the last in a chain holds.
 */
import { assert, divide, multiply, sum, zero, type Instant } from '../kernel/index.ts';
import type { Execution, Money, Price, Quantity } from '../domain/index.ts';
import { compareText } from './blocks.ts';

/** One fill as it stands after all corrections. */
export interface EffectiveExecution {
  readonly executingBroker: string;
  /** Of the last message of the chain. */
  readonly brokerExecutionId: string;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly transactTime: Instant;
}

/**
 * Resolves chains of corrections and busts. A message counts once per broker, date and execution id.
 *
 * @returns the messages that stand, trades and corrections, by broker and broker execution id
 * @remarks A correction whose original has not arrived stands by itself: it carries the whole fill. A bust
 *   removes what it refers to, before or after that arrives. When two corrections refer to one fill, the
 *   later transact time holds, then the higher execution id.
 */
export function standingExecutions(executions: readonly Execution[]): Execution[] {
  const messages = new Map<string, Execution>();
  for (const execution of executions)
    messages.set(keyOf(execution, execution.brokerExecutionId), execution);
  const sorted = [...messages.values()].sort(
    (a, b) =>
      compareText(a.transactTime, b.transactTime) ||
      compareText(a.brokerExecutionId, b.brokerExecutionId),
  );
  const replaced = new Set<string>();
  const lastFor = new Map<string, Execution>();
  for (const execution of sorted) {
    if (execution.executionType === 'trade') continue;
    assert(execution.referenceExecutionId !== null, 'a correction or bust names what it refers to');
    const target = keyOf(execution, execution.referenceExecutionId);
    replaced.add(target);
    const earlier = lastFor.get(target);
    if (earlier !== undefined) replaced.add(keyOf(earlier, earlier.brokerExecutionId));
    lastFor.set(target, execution);
  }
  return sorted
    .filter((execution) => execution.executionType !== 'tradeCancel')
    .filter((execution) => !replaced.has(keyOf(execution, execution.brokerExecutionId)))
    .sort(
      (a, b) =>
        compareText(a.executingBroker, b.executingBroker) ||
        compareText(a.brokerExecutionId, b.brokerExecutionId),
    );
}

/** As `standingExecutions`, reduced to what a sum over fills needs. */
export function effectiveExecutions(executions: readonly Execution[]): EffectiveExecution[] {
  return standingExecutions(executions).map((execution) => ({
    executingBroker: execution.executingBroker,
    brokerExecutionId: execution.brokerExecutionId,
    quantity: execution.lastQuantity,
    price: execution.lastPrice,
    transactTime: execution.transactTime,
  }));
}

const keyOf = (execution: Execution, brokerExecutionId: string): string =>
  JSON.stringify([execution.executingBroker, execution.tradeDate, brokerExecutionId]);

export interface ExecutionTotals {
  readonly quantity: Quantity;
  /** Sum of quantity x price, exact. */
  readonly notional: Money;
  /** notional / quantity to 12 digits, half to even; null when nothing executed. */
  readonly averagePrice: Price | null;
}

const AVERAGE_PRICE_SCALE = 12;

/** Totals over fills that stand. */
export function totalsOf(executions: readonly EffectiveExecution[]): ExecutionTotals {
  const quantity = sum(executions.map((execution) => execution.quantity));
  const notional = executions.reduce(
    (total, { price, quantity: filled }) => total.plus(multiply<'Money'>(price, filled)),
    zero<'Money'>(),
  );
  const averagePrice = quantity.isPositive()
    ? divide<'Price'>(notional, quantity, { scale: AVERAGE_PRICE_SCALE, mode: 'halfEven' })
    : null;
  return { quantity, notional, averagePrice };
}
