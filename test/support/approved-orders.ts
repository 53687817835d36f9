/** Approved orders for tests of what comes after approval, made by the one function that may make them. */
import { contentHash, Decimal } from '../../src/kernel/index.ts';
import {
  identifier,
  type ApprovedOrder,
  type Block,
  type OrderVerdict,
  type ProposedOrder,
  type UserId,
} from '../../src/domain/index.ts';
import { approveOrders, factsHashOf } from '../../src/compliance/index.ts';
import { parseCalendarDate } from '../../src/kernel/index.ts';

const PASS: OrderVerdict = { verdict: 'pass', canOverride: false, failedRuleIds: [] };

/** @param line `orderId accountId side quantity symbol`, for example `o1 A1 buy 100 AAPL` */
export function approvedOrders(runId: string, lines: readonly string[]): readonly ApprovedOrder[] {
  const proposed = lines.map((line) => proposedOrder(runId, line));
  const result = approveOrders({
    proposed,
    report: {
      runId: identifier(runId),
      evaluations: [],
      orderVerdicts: new Map(proposed.map((order) => [order.orderId, PASS])),
      counts: { pass: proposed.length, fail: 0, couldNotCheck: 0 },
      reportHash: contentHash(runId),
    },
    approvals: proposed.map((order) => ({
      orderId: order.orderId,
      approvedBy: identifier<UserId>('carol'),
      proposedBy: identifier<UserId>('tom'),
      factsHash: factsHashOf(order, PASS, []),
    })),
    overrides: [],
  });
  if (result.refused.length > 0) throw new Error(JSON.stringify(result.refused));
  return result.approved;
}

function proposedOrder(runId: string, line: string): ProposedOrder {
  const [orderId = '', accountId = '', side = 'buy', quantity = '0', symbol = ''] =
    line.split(/\s+/);
  return {
    orderId: identifier(orderId),
    runId: identifier(runId),
    accountId: identifier(accountId),
    symbol: identifier(symbol),
    side: side === 'sell' ? 'sell' : 'buy',
    quantity: Decimal.parse<'Quantity'>(quantity),
    estimatedPrice: Decimal.parse<'Price'>('50'),
    estimatedAmount: Decimal.parse<'Money'>('0'),
    estimatedCost: Decimal.parse<'Money'>('0'),
    lots: [],
    reasons: [],
  };
}

/** One market block of all the orders given, which agree on symbol and side. */
export function blockOfOrders(blockId: string, orders: readonly ApprovedOrder[]): Block {
  const [first] = orders;
  if (first === undefined) throw new Error('a block has orders');
  return {
    blockId: identifier(blockId),
    symbol: first.symbol,
    side: first.side,
    orderQuantity: orders.reduce(
      (total, order) => total.plus(order.quantity),
      Decimal.parse<'Quantity'>('0'),
    ),
    orderType: 'market',
    limitPrice: null,
    timeInForce: 'day',
    tradeDate: parseCalendarDate('2026-11-20'),
    statement: orders.map(({ orderId, accountId, quantity }) => ({
      orderId,
      accountId,
      quantity,
    })),
  };
}
