import type { CalendarDate } from '../kernel/index.ts';
import type { AccountId, InstrumentSymbol, TaxLotId } from './ids.ts';
import type { Money, Price, Quantity, Ratio } from './units.ts';

export type TransactionSide =
  'buy' | 'sell' | 'transferIn' | 'transferOut' | 'split' | 'dividendReinvest';

export const TRANSACTION_SIDES: readonly TransactionSide[] = [
  'buy',
  'sell',
  'transferIn',
  'transferOut',
  'split',
  'dividendReinvest',
];

/** History of an account, for holding periods and wash sales (FORMATS section 4). */
export interface Transaction {
  readonly transactionId: string;
  readonly accountId: AccountId;
  readonly date: CalendarDate;
  /** Time of day `HH:MM[:SS]`, where the source gives one; orders the transactions of one day. */
  readonly time: string | null;
  readonly symbol: InstrumentSymbol;
  readonly side: TransactionSide;
  readonly quantity: Quantity;
  /** Total proceeds or cost, fees included; null only for splits and transfers without a value. */
  readonly amount: Money | null;
  readonly price: Price | null;
  readonly fees: Money;
  readonly lotId: TaxLotId | null;
  /** Specific identification on a sell. */
  readonly lots: readonly { readonly lotId: TaxLotId; readonly quantity: Quantity }[];
  readonly splitRatio: Ratio | null;
}

export type CashFlowKind = 'deposit' | 'withdrawal' | 'rmd' | 'fee' | 'dividend';
export const CASH_FLOW_KINDS: readonly CashFlowKind[] = [
  'deposit',
  'withdrawal',
  'rmd',
  'fee',
  'dividend',
];

/** Expected or recent movement of cash; negative amounts leave the account. */
export interface CashFlow {
  readonly accountId: AccountId;
  readonly date: CalendarDate;
  readonly amount: Money;
  readonly kind: CashFlowKind;
}
