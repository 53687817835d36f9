import type { CalendarDate, Instant } from '../kernel/index.ts';
import type {
  AccountId,
  AllocationId,
  BlockId,
  ClientOrderId,
  ExecutionId,
  InstrumentSymbol,
  OrderId,
  PlacementId,
} from './ids.ts';
import type { OrderStatus } from './order-status.ts';
import type { Side } from './proposed-order.ts';
import type { Money, Price, Quantity } from './units.ts';

export type OrderType = 'market' | 'limit';
export type TimeInForce = 'day' | 'immediateOrCancel';

/** One account's part of a block, written down before the block is sent. */
export interface AllocationStatementLine {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly quantity: Quantity;
}

/** Approved orders that trade together. Its quantity is the sum of its statement. */
export interface Block {
  readonly blockId: BlockId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly orderQuantity: Quantity;
  readonly orderType: OrderType;
  readonly limitPrice: Price | null;
  readonly timeInForce: TimeInForce;
  readonly tradeDate: CalendarDate;
  /** By order id. */
  readonly statement: readonly AllocationStatementLine[];
}

/** What one broker was asked to do: one chain of ClOrdIDs. */
export interface Placement {
  readonly placementId: PlacementId;
  readonly blockId: BlockId;
  readonly clientOrderId: ClientOrderId;
  readonly brokerOrderId: string | null;
  readonly executingBroker: string;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly orderQuantity: Quantity;
  readonly orderType: OrderType;
  readonly limitPrice: Price | null;
  readonly timeInForce: TimeInForce;
  readonly tradeDate: CalendarDate;
  readonly status: OrderStatus;
  readonly cumulativeQuantity: Quantity;
  readonly leavesQuantity: Quantity;
  /** Exact mean of our executions, unrounded up to 12 digits; null before the first. */
  readonly averagePrice: Price | null;
  readonly text: string | null;
}

export type ExecutionType = 'trade' | 'tradeCorrect' | 'tradeCancel';

/** One fill, correction or bust, as received. Unique per broker, trade date and broker execution id. */
export interface Execution {
  readonly executionId: ExecutionId;
  readonly placementId: PlacementId;
  readonly executingBroker: string;
  readonly brokerExecutionId: string;
  readonly executionType: ExecutionType;
  /** FIX ExecRefID (19) of a correction or bust. */
  readonly referenceExecutionId: string | null;
  readonly lastQuantity: Quantity;
  readonly lastPrice: Price;
  readonly transactTime: Instant;
  readonly tradeDate: CalendarDate;
}

/** An account's share of a block's executions. */
export interface Allocation {
  readonly allocationId: AllocationId;
  readonly blockId: BlockId;
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly quantity: Quantity;
  /** The block's average price, unrounded up to 12 digits: the same for every account. */
  readonly averagePrice: Price;
  /** To the cent; over the accounts of a block these add up to the block's gross amount, to the cent. */
  readonly grossAmount: Money;
  readonly commission: Money;
  /** What moves in the account's cash: -(gross + commission) on a buy, gross - commission on a sell. */
  readonly netAmount: Money;
  readonly tradeDate: CalendarDate;
}
