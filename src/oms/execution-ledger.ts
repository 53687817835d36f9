/**
 * What a placement's executions amount to once busts and corrections are applied. Kept as a pure function
 * of everything that was received: nothing is ever removed, so a late bust and an early one end the same.
 *
 * Invariants (placement-fold.props.test.ts):
 *   EL1  totals do not depend on the order in which trades, corrections and busts arrived.
 *   EL2  quantity and money equal the sums over the effective executions, exactly.
 *   EL3  an execution that is given twice counts once.
 */
import { divide, sum, zero } from '../kernel/index.ts';
import {
  notional,
  type Execution,
  type Money,
  type Price,
  type Quantity,
} from '../domain/index.ts';

/** Digits of an average price: enough that a cent shows in a hundred million shares. */
export const AVERAGE_PRICE_SCALE = 12;

export interface ExecutionTotals {
  readonly cumulativeQuantity: Quantity;
  /** Exact sum of quantity x price. */
  readonly grossAmount: Money;
  /** grossAmount / cumulativeQuantity to 12 digits, half to even; null before the first share. */
  readonly averagePrice: Price | null;
}

/** The key under which a broker promises that an execution is unique. */
export function executionKey(
  execution: Pick<Execution, 'executingBroker' | 'tradeDate' | 'brokerExecutionId'>,
): string {
  return `${execution.executingBroker}|${execution.tradeDate}|${execution.brokerExecutionId}`;
}

/**
 * The executions that stand: each trade as last corrected, busted ones left out.
 *
 * A correction or bust names the execution it changes (FIX ExecRefID, 19), which may itself be a
 * correction. One whose trade never arrived counts as the trade: the broker says that it happened so.
 *
 * @param received all executions of one placement, in order of receipt
 */
export function effectiveExecutions(received: readonly Execution[]): readonly Execution[] {
  const chains = new Map<string, Execution[]>();
  const byId = new Map<string, Execution>();
  const seen = new Set<string>();
  const distinct = received.filter((execution) => {
    const key = executionKey(execution);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  for (const execution of distinct) byId.set(execution.brokerExecutionId, execution);
  for (const execution of distinct) {
    const root = rootOf(execution, byId);
    const chain = chains.get(root);
    if (chain === undefined) chains.set(root, [execution]);
    else chain.push(execution);
  }
  const effective: Execution[] = [];
  for (const chain of chains.values()) {
    const standing = standingOf(chain);
    if (standing !== null) effective.push(standing);
  }
  return effective;
}

/** Quantity, money and average price of what stands. */
export function totalsOf(received: readonly Execution[]): ExecutionTotals {
  const effective = effectiveExecutions(received);
  const cumulativeQuantity = sum(effective.map((execution) => execution.lastQuantity));
  const grossAmount = sum(
    effective.map((execution) => notional(execution.lastPrice, execution.lastQuantity)),
  );
  const averagePrice = cumulativeQuantity.isPositive()
    ? divide<'Price'>(grossAmount, cumulativeQuantity, {
        scale: AVERAGE_PRICE_SCALE,
        mode: 'halfEven',
      })
    : null;
  return {
    cumulativeQuantity: cumulativeQuantity.isZero() ? zero() : cumulativeQuantity,
    grossAmount,
    averagePrice,
  };
}

/** Follows references to the first execution of the chain; a circle, which only garbage makes, ends it. */
function rootOf(execution: Execution, byId: ReadonlyMap<string, Execution>): string {
  const visited = new Set<string>();
  let current = execution;
  while (current.referenceExecutionId !== null && !visited.has(current.brokerExecutionId)) {
    visited.add(current.brokerExecutionId);
    const next = byId.get(current.referenceExecutionId);
    if (next === undefined) return current.referenceExecutionId;
    current = next;
  }
  // In a circle every member must name the same root.
  return visited.has(current.brokerExecutionId)
    ? ([...visited].sort()[0] ?? current.brokerExecutionId)
    : current.brokerExecutionId;
}

/** The last word on one trade; null when it was busted. */
function standingOf(chain: readonly Execution[]): Execution | null {
  if (chain.some((execution) => execution.executionType === 'tradeCancel')) return null;
  const referenced = new Set(chain.map((execution) => execution.referenceExecutionId));
  const corrections = chain.filter((execution) => execution.executionType === 'tradeCorrect');
  // Corrections that all name the first trade carry no order of their own: the last received stands.
  const last =
    corrections.filter((execution) => !referenced.has(execution.brokerExecutionId)).at(-1) ??
    corrections.at(-1);
  return last ?? chain[0] ?? null;
}
