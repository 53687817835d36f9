/** Whether a block may be staged: pure, all refusals at once. */
import { contentHash, sum, type Sha256 } from '../kernel/index.ts';
import {
  errorFinding,
  type AllocationStatementLine,
  type ApprovedOrder,
  type Block,
  type Finding,
  type OrderId,
  type Price,
} from '../domain/index.ts';

export interface BlockToStage {
  readonly block: Block;
  /** Estimated price of the proposal; null where there is none. */
  readonly referencePrice: Price | null;
}

const HASH = /^[0-9a-f]{64}$/;

/**
 * Refuses a block whose statement does not add up, or of which a line is not an approved order, to the
 * share. The brand on `ApprovedOrder` stops mistakes; the evidence is looked at because it may have come
 * through a database and a cast.
 */
export function blockRefusals(
  block: Block,
  approved: ReadonlyMap<OrderId, ApprovedOrder>,
): readonly Finding[] {
  const refusals: Finding[] = [];
  const location = { symbol: block.symbol };
  const total = sum(block.statement.map((line) => line.quantity));
  if (block.statement.length === 0 || !total.equals(block.orderQuantity)) {
    const message = `block ${block.blockId}: the statement adds up to ${total.toString()}, the block is ${block.orderQuantity.toString()}`;
    refusals.push(errorFinding('BLOCK_STATEMENT_MISMATCH', message, location));
  }
  const seen = new Set<OrderId>();
  for (const line of block.statement) {
    if (seen.has(line.orderId)) {
      const message = `order ${line.orderId} stands twice in block ${block.blockId}`;
      refusals.push(errorFinding('ORDER_ALREADY_IN_BLOCK', message, location));
    }
    seen.add(line.orderId);
    refusals.push(...lineRefusals(block, line, approved.get(line.orderId)));
  }
  return refusals;
}

function lineRefusals(
  block: Block,
  line: AllocationStatementLine,
  order: ApprovedOrder | undefined,
): readonly Finding[] {
  const location = { accountId: line.accountId, symbol: block.symbol };
  if (order === undefined) {
    return [errorFinding('ORDER_NOT_APPROVED', `order ${line.orderId} is not approved`, location)];
  }
  const refusals: Finding[] = [];
  const { evidence } = order;
  if (!HASH.test(evidence.factsHash) || evidence.approvedBy === evidence.proposedBy) {
    const message = `order ${line.orderId}: approved by ${evidence.approvedBy}, proposed by ${evidence.proposedBy}, facts ${evidence.factsHash || '(none)'}`;
    refusals.push(errorFinding('APPROVAL_EVIDENCE_MISSING', message, location));
  }
  const isSame =
    order.accountId === line.accountId &&
    order.symbol === block.symbol &&
    order.side === block.side &&
    order.quantity.equals(line.quantity);
  if (!isSame) {
    const message = `order ${line.orderId} is ${order.side} ${order.quantity.toString()} ${order.symbol} for ${order.accountId}, the line says ${block.side} ${line.quantity.toString()} ${block.symbol} for ${line.accountId}`;
    refusals.push(errorFinding('BLOCK_STATEMENT_MISMATCH', message, location));
  }
  return refusals;
}

/** What a repeated staging must say again: everything but when. */
export function blockHash({ block, referencePrice }: BlockToStage): Sha256 {
  const statement = [...block.statement].sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
  return contentHash({ ...block, statement, referencePrice });
}
