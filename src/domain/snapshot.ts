import type { CalendarDate, Sha256 } from '../kernel/index.ts';
import type { AccountId, InstrumentSymbol, ModelPortfolioId } from './ids.ts';
import type { Account, CashBalance, Household } from './account.ts';
import type { CashFlow, Transaction } from './activity.ts';
import type { Instrument, PriceBar } from './instrument.ts';
import type { ModelPortfolio } from './model-portfolio.ts';
import type { Finding } from './finding.ts';
import type { Restriction } from './restriction.ts';
import type { FirmSettings } from './settings.ts';
import type { TaxLot } from './tax-lot.ts';
import type { Money, Price, Quantity } from './units.ts';

/** What an account holds of one instrument. `quantity` is the sum of its lots. */
export interface Position {
  readonly symbol: InstrumentSymbol;
  readonly quantity: Quantity;
  /** By acquired date, then lot id. */
  readonly lots: readonly TaxLot[];
}

/** The last close on or before the snapshot's date. */
export interface PriceQuote {
  readonly price: Price;
  readonly date: CalendarDate;
  /** Average daily volume of the last 20 bars on or before the date; null = not known. */
  readonly averageDailyVolume: Quantity | null;
}

export interface AccountSnapshot {
  readonly account: Account;
  readonly household: Household;
  /** By symbol. */
  readonly positions: readonly Position[];
  readonly cash: CashBalance;
  readonly transactions: readonly Transaction[];
  /** Flows dated on or after the snapshot's date. */
  readonly cashFlows: readonly CashFlow[];
  /** Hash of everything above: equal content, equal hash. */
  readonly contentHash: Sha256;
}

/** The firm as it was known on a date: the only input of a run. Content-addressed. */
export interface Snapshot {
  readonly snapshotHash: Sha256;
  readonly asOfDate: CalendarDate;
  readonly instruments: ReadonlyMap<InstrumentSymbol, Instrument>;
  readonly quotes: ReadonlyMap<InstrumentSymbol, PriceQuote>;
  /** Bars up to the date, by ascending date: what risk models are estimated from. */
  readonly priceHistory: ReadonlyMap<InstrumentSymbol, readonly PriceBar[]>;
  readonly models: ReadonlyMap<ModelPortfolioId, ModelPortfolio>;
  readonly restrictions: readonly Restriction[];
  readonly settings: FirmSettings;
  /** By account id. */
  readonly accounts: ReadonlyMap<AccountId, AccountSnapshot>;
  /** What the book could not support, for example an account whose symbol has no price. */
  readonly findings: readonly Finding[];
}

/** Market value of one position, exact; null when it has no price. */
export interface ValuedPosition extends Position {
  readonly price: Price;
  readonly marketValue: Money;
}
