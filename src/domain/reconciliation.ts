import type { CalendarDate } from '../kernel/index.ts';
import type { AccountId, BreakId, InstrumentSymbol } from './ids.ts';
import type { Side } from './proposed-order.ts';
import type { Money, Price, Quantity } from './units.ts';

/** A line of the executing broker's end-of-day file. */
export interface BrokerStatementLine {
  readonly brokerExecutionId: string;
  readonly clientOrderId: string;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly tradeDate: CalendarDate;
}

/** What the custodian says an account holds at the end of the day. */
export interface CustodianPositionLine {
  readonly accountId: AccountId;
  readonly symbol: InstrumentSymbol;
  readonly quantity: Quantity;
}

export interface CustodianCashLine {
  readonly accountId: AccountId;
  readonly amount: Money;
}

export type BreakKind =
  | 'executionMissingAtBroker'
  | 'executionMissingWithUs'
  | 'executionDiffers'
  | 'positionDiffers'
  | 'positionMissingAtCustodian'
  | 'positionMissingWithUs'
  | 'cashDiffers';

/** A difference between two books. Cured by a new entry or a recorded decision, never by an edit. */
export interface ReconciliationBreak {
  readonly breakId: BreakId;
  readonly kind: BreakKind;
  readonly accountId: AccountId | null;
  readonly symbol: InstrumentSymbol | null;
  readonly reference: string | null;
  /** Ours. */
  readonly left: string | null;
  /** Theirs. */
  readonly right: string | null;
  readonly difference: string | null;
}

export interface ReconciliationReport {
  readonly tradeDate: CalendarDate;
  readonly matched: {
    readonly executions: number;
    readonly positions: number;
    readonly cash: number;
  };
  readonly breaks: readonly ReconciliationBreak[];
}
