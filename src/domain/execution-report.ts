import type { CalendarDate, Instant } from '../kernel/index.ts';
import type { ClientOrderId } from './ids.ts';
import type { OrderStatus } from './order-status.ts';
import type { Price, Quantity } from './units.ts';

/** FIX ExecType (150): why a report was sent. Kept beside OrdStatus, never merged with it. */
export type ReportKind =
  | 'pendingNew'
  | 'new'
  | 'trade'
  | 'tradeCorrect'
  | 'tradeCancel'
  | 'pendingCancel'
  | 'canceled'
  | 'pendingReplace'
  | 'replaced'
  | 'rejected'
  | 'expired'
  | 'doneForDay'
  | 'suspended'
  | 'stopped'
  | 'calculated'
  | 'restated'
  /** ExecType=I: the answer to a status request; nothing happened. */
  | 'orderStatus';

/** What a broker says about one order (ExecutionReport, 35=8). Its totals are claims to compare. */
export interface ExecutionReport {
  readonly reportKind: ReportKind;
  readonly orderStatus: OrderStatus;
  readonly clientOrderId: ClientOrderId;
  readonly originalClientOrderId: ClientOrderId | null;
  /** FIX OrderID (37); null where the broker wrote NONE. */
  readonly brokerOrderId: string | null;
  /** FIX ExecID (17). */
  readonly brokerExecutionId: string;
  /** FIX ExecRefID (19) of a correction or bust. */
  readonly referenceExecutionId: string | null;
  /** FIX OrderQty (38) in force; null where the broker leaves it out. */
  readonly orderQuantity: Quantity | null;
  readonly limitPrice: Price | null;
  readonly lastQuantity: Quantity | null;
  readonly lastPrice: Price | null;
  readonly cumulativeQuantity: Quantity;
  readonly leavesQuantity: Quantity;
  readonly averagePrice: Price | null;
  readonly transactTime: Instant;
  readonly tradeDate: CalendarDate;
  readonly text: string | null;
}

/** A broker's refusal to cancel or replace (OrderCancelReject, 35=9). */
export interface CancelRejection {
  readonly clientOrderId: ClientOrderId;
  readonly originalClientOrderId: ClientOrderId;
  readonly orderStatus: OrderStatus;
  readonly respondsTo: 'cancel' | 'replace';
  readonly text: string | null;
}
