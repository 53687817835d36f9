/**
 * After a run: what was intended, what executed, what was allocated, per order and account.
 *
 * Invariant V1 (tested in allocation.props.test.ts): the lines are complete; each order of each block has
 * exactly one, and a line without faults means intended >= allocated and blocks conserved.
 */
import { sum } from '../kernel/index.ts';
import {
  errorFinding,
  toCents,
  type AccountId,
  type Allocation,
  type Block,
  type BlockId,
  type Execution,
  type Finding,
  type InstrumentSymbol,
  type OrderId,
  type Quantity,
  type Side,
} from '../domain/index.ts';
import { effectiveExecutions, totalsOf } from './executions.ts';

export interface VerificationLine {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly blockId: BlockId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly intendedQuantity: Quantity;
  readonly allocatedQuantity: Quantity;
  /** intended - allocated: what the account still lacks. */
  readonly openQuantity: Quantity;
}

export interface ExecutionVerification {
  /** By account, then order. */
  readonly lines: readonly VerificationLine[];
  /** Empty when every block conserves shares and cents. */
  readonly findings: readonly Finding[];
}

export interface BlockOutcome {
  readonly block: Block;
  readonly executions: readonly Execution[];
  readonly allocations: readonly Allocation[];
}

/**
 * Compares intention, execution and allocation, independently of the code that allocated.
 *
 * @refuses ALLOCATION_NOT_CONSERVED, ALLOCATION_EXCEEDS_STATEMENT
 */
export function verifyExecution(outcomes: readonly BlockOutcome[]): ExecutionVerification {
  const lines: VerificationLine[] = [];
  const findings: Finding[] = [];
  for (const outcome of outcomes) {
    findings.push(...conservationFindings(outcome));
    lines.push(...linesOf(outcome));
  }
  for (const line of lines.filter(({ openQuantity }) => openQuantity.isNegative())) {
    const { accountId, orderId, symbol, intendedQuantity, allocatedQuantity } = line;
    const message = `order ${orderId}: ${allocatedQuantity.toString()} allocated of ${intendedQuantity.toString()}`;
    findings.push(errorFinding('ALLOCATION_EXCEEDS_STATEMENT', message, { accountId, symbol }));
  }
  const key = (line: VerificationLine): string => `${line.accountId}\u0000${line.orderId}`;
  lines.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return { lines, findings };
}

function linesOf({ block, allocations }: BlockOutcome): VerificationLine[] {
  const allocated = Map.groupBy(allocations, (allocation) => allocation.orderId);
  return block.statement.map(({ accountId, orderId, quantity }) => {
    const own = sum((allocated.get(orderId) ?? []).map((allocation) => allocation.quantity));
    return {
      accountId,
      orderId,
      blockId: block.blockId,
      symbol: block.symbol,
      side: block.side,
      intendedQuantity: quantity,
      allocatedQuantity: own,
      openQuantity: quantity.minus(own),
    };
  });
}

function conservationFindings({ block, executions, allocations }: BlockOutcome): Finding[] {
  const totals = totalsOf(effectiveExecutions(executions));
  const ids = new Set(block.statement.map((line) => line.orderId));
  const quantity = sum(allocations.map((allocation) => allocation.quantity));
  const gross = sum(allocations.map((allocation) => allocation.grossAmount));
  const findings: Finding[] = [];
  const refuse = (message: string): void => {
    findings.push(
      errorFinding('ALLOCATION_NOT_CONSERVED', `block ${block.blockId}: ${message}`, {
        symbol: block.symbol,
      }),
    );
  };
  if (!quantity.equals(totals.quantity)) {
    refuse(`${quantity.toString()} allocated, ${totals.quantity.toString()} executed`);
  }
  const expected = toCents(totals.notional, 'halfEven');
  if (!gross.equals(expected)) {
    refuse(`gross ${gross.toString()} allocated, ${expected.toString()} executed`);
  }
  for (const { orderId } of allocations.filter((allocation) => !ids.has(allocation.orderId))) {
    refuse(`order ${orderId} is not in its statement`);
  }
  return findings;
}
