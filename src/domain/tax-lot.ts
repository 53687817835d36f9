import type { CalendarDate } from '../kernel/index.ts';
import type { AccountId, InstrumentSymbol, TaxLotId } from './ids.ts';
import type { Money, Quantity } from './units.ts';

/** A quantity bought at one time at one cost. Lots of one account and symbol add up to the position. */
export interface TaxLot {
  readonly lotId: TaxLotId;
  readonly accountId: AccountId;
  readonly symbol: InstrumentSymbol;
  /** Positive. */
  readonly quantity: Quantity;
  /** Total for the lot, including `washSaleAdjustment`. */
  readonly costBasis: Money;
  readonly acquiredDate: CalendarDate;
  readonly washSaleAdjustment: Money;
}

/** Short-term up to and including one year from the day after acquisition (IRC section 1222). */
export type HoldingTerm = 'short' | 'long';

/** The part of one lot that an order sells. */
export interface LotSelection {
  readonly lotId: TaxLotId;
  readonly quantity: Quantity;
  readonly acquiredDate: CalendarDate;
  readonly costBasis: Money;
  readonly proceeds: Money;
  /** proceeds - costBasis, to the cent; negative is a loss. */
  readonly gain: Money;
  readonly term: HoldingTerm;
}
