/**
 * Blocks: approved orders that trade together, with the allocation statement written before they are sent.
 *
 * Invariants (tested under the same numbers in blocks.props.test.ts):
 *   B1  Every approved order is in exactly one block's statement, with its whole quantity.
 *   B2  A block holds one symbol, side, type, limit and time in force; its quantity is its statement's sum.
 *   B3  Blocks and their ids are a function of the content of the orders: their sequence does not matter.
 */
import { assert, derivedId, sum, type CalendarDate } from '../kernel/index.ts';
import {
  identifier,
  type ApprovedOrder,
  type Block,
  type BlockId,
  type OrderType,
  type Price,
  type TimeInForce,
} from '../domain/index.ts';

export interface BlockTerms {
  readonly orderType: OrderType;
  /** Null exactly when `orderType` is market. */
  readonly limitPrice: Price | null;
  readonly timeInForce: TimeInForce;
}

export interface BlockOptions {
  readonly tradeDate: CalendarDate;
  /** Terms of one order where they differ from a market order for the day. */
  readonly termsOf?: (order: ApprovedOrder) => BlockTerms;
}

const MARKET_DAY: BlockTerms = { orderType: 'market', limitPrice: null, timeInForce: 'day' };

/**
 * Groups approved orders that can share one execution.
 *
 * @returns blocks by symbol, then side, then terms; each statement by order id
 * @throws AssertionError if an order appears twice, or a limit is given without a limit price
 */
export function buildBlocks(orders: readonly ApprovedOrder[], options: BlockOptions): Block[] {
  const ids = new Set(orders.map((order) => order.orderId));
  assert(ids.size === orders.length, 'an order is blocked once');
  const groups = new Map<string, ApprovedOrder[]>();
  for (const order of [...orders].sort((a, b) => compareText(a.orderId, b.orderId))) {
    const key = JSON.stringify(keyOf(order, options));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [order]);
    else group.push(order);
  }
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, group]) => {
      const first = group[0];
      return first === undefined ? [] : [blockOf(first, group, options)];
    });
}

function blockOf(
  first: ApprovedOrder,
  group: readonly ApprovedOrder[],
  options: BlockOptions,
): Block {
  const statement = group.map(({ orderId, accountId, quantity }) => ({
    orderId,
    accountId,
    quantity,
  }));
  const inputs = { ...keyOf(first, options), tradeDate: options.tradeDate, statement };
  return {
    blockId: identifier<BlockId>(derivedId('block', inputs)),
    symbol: first.symbol,
    side: first.side,
    orderQuantity: sum(statement.map((line) => line.quantity)),
    ...termsFor(first, options),
    tradeDate: options.tradeDate,
    statement,
  };
}

function termsFor(order: ApprovedOrder, options: BlockOptions): BlockTerms {
  const terms = options.termsOf?.(order) ?? MARKET_DAY;
  assert(
    (terms.orderType === 'limit') === (terms.limitPrice !== null),
    'a limit order, and no other, has a limit price',
  );
  return terms;
}

/** What orders must share to trade together; its field names are the words of `whyNotBlocked`. */
function keyOf(order: ApprovedOrder, options: BlockOptions): Readonly<Record<string, string>> {
  const { orderType, limitPrice, timeInForce } = termsFor(order, options);
  return {
    symbol: order.symbol,
    side: order.side,
    orderType,
    limitPrice: limitPrice?.toString() ?? 'none',
    timeInForce,
  };
}

/** A term in which two orders differ. */
export interface BlockDifference {
  readonly term: string;
  readonly left: string;
  readonly right: string;
}

/** Why two orders did not block: every term in which they differ; empty if they trade together. */
export function whyNotBlocked(
  left: ApprovedOrder,
  right: ApprovedOrder,
  options: BlockOptions,
): BlockDifference[] {
  const rightKey = keyOf(right, options);
  return Object.entries(keyOf(left, options))
    .map(([term, value]) => ({ term, left: value, right: rightKey[term] ?? '' }))
    .filter((difference) => difference.left !== difference.right);
}

/** Text by code unit: the same sequence on every machine, unlike a locale's. */
export function compareText(a: string, b: string): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}
