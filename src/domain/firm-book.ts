import type { AccountId, HouseholdId, InstrumentSymbol, ModelPortfolioId } from './ids.ts';
import type { Account, CashBalance, Household } from './account.ts';
import type { CashFlow, Transaction } from './activity.ts';
import type { Instrument, PriceBar } from './instrument.ts';
import type { ModelPortfolio } from './model-portfolio.ts';
import type { Restriction } from './restriction.ts';
import type { FirmSettings } from './settings.ts';
import type { TaxLot } from './tax-lot.ts';

/** Everything a firm directory says, parsed and cross-checked. Lists are in a fixed, documented order. */
export interface FirmBook {
  readonly households: ReadonlyMap<HouseholdId, Household>;
  readonly accounts: ReadonlyMap<AccountId, Account>;
  /** Per account, by symbol, acquired date, lot id. */
  readonly taxLots: ReadonlyMap<AccountId, readonly TaxLot[]>;
  readonly cash: ReadonlyMap<AccountId, CashBalance>;
  readonly instruments: ReadonlyMap<InstrumentSymbol, Instrument>;
  /** Per symbol, by ascending date. */
  readonly prices: ReadonlyMap<InstrumentSymbol, readonly PriceBar[]>;
  readonly models: ReadonlyMap<ModelPortfolioId, ModelPortfolio>;
  readonly restrictions: readonly Restriction[];
  /** Per account, by date, time, id. */
  readonly transactions: ReadonlyMap<AccountId, readonly Transaction[]>;
  readonly cashFlows: ReadonlyMap<AccountId, readonly CashFlow[]>;
  readonly settings: FirmSettings;
}
