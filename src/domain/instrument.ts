import type { CalendarDate } from '../kernel/index.ts';
import type { InstrumentSymbol } from './ids.ts';
import type { Price, Quantity } from './units.ts';

/** A tradable security of the firm's security master. */
export interface Instrument {
  readonly symbol: InstrumentSymbol;
  readonly name: string;
  /** The firm's own classification, for example `equity`, `fixedIncome`; `cash` marks money funds. */
  readonly assetClass: string;
  readonly sector: string | null;
  readonly industry: string | null;
  readonly country: string | null;
  /** Who issued it; several instruments (share classes) may have one issuer. */
  readonly issuer: string | null;
  readonly currency: string;
  /** Orders are multiples of this many shares; ignored where `isFractional`. */
  readonly lotSize: Quantity;
  readonly isFractional: boolean;
  readonly figi: string | null;
  readonly isin: string | null;
}

/** One day's close. `close` is as traded; `adjustedClose` corrects for splits and dividends. */
export interface PriceBar {
  readonly date: CalendarDate;
  readonly close: Price;
  readonly volume: Quantity | null;
  readonly adjustedClose: Price | null;
}
