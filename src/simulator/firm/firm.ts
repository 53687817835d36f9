/**
 * A synthetic firm from a seed.
 *
 *   F1  The same options give the same book, on every machine.
 *   F2  Written as a firm directory and read back, it gives the same book and no finding.
 *   F3  Nothing in it is real: names, symbols and prices are invented.
 *   F4  Each household has its own stream of random numbers: one more changes none of the others.
 */
import { assert, Rng, weekday } from '../../kernel/index.ts';
import type { CalendarDate } from '../../kernel/index.ts';
import { DEFAULT_SETTINGS } from '../../domain/index.ts';
import type {
  Account,
  AccountId,
  CashBalance,
  CashFlow,
  FirmBook,
  Household,
  HouseholdId,
  InstrumentSymbol,
  ModelPortfolioId,
  Restriction,
  TaxLot,
  Transaction,
} from '../../domain/index.ts';
import {
  clientRestrictions,
  firmRestrictions,
  generateAccounts,
  generateCashFlows,
  generateHousehold,
} from './clients.ts';
import {
  BOND_FUNDS,
  DEFAULT_AS_OF_DATE,
  INTERNATIONAL_FUNDS,
  SECTORS,
  STOCKS_PER_SECTOR,
} from './generator-config.ts';
import { buyHoldings } from './holdings.ts';
import { generateMarket } from './market.ts';
import type { Market } from './market.ts';
import { flatWeights, generateModels } from './models.ts';

export interface FirmOptions {
  readonly seed: string | number;
  /** About 2.7 accounts each. Default 80. */
  readonly households?: number;
  /** Exactly so many accounts instead; as many households as that takes. */
  readonly accounts?: number;
  /** Names in a balanced account, 30 to 60. Default 45. */
  readonly positionsPerAccount?: number;
  /** The last day with prices: a weekday. Default 2026-03-31. */
  readonly asOfDate?: CalendarDate;
}

interface Draft {
  readonly households: Map<HouseholdId, Household>;
  readonly accounts: Map<AccountId, Account>;
  readonly taxLots: Map<AccountId, readonly TaxLot[]>;
  readonly cash: Map<AccountId, CashBalance>;
  readonly transactions: Map<AccountId, readonly Transaction[]>;
  readonly cashFlows: Map<AccountId, readonly CashFlow[]>;
  readonly restrictions: Restriction[];
}

/** @throws AssertionError for a count that is not positive, positions outside 30 to 60, or a weekend */
export function generateFirm(options: FirmOptions): FirmBook {
  const asOfDate = options.asOfDate ?? DEFAULT_AS_OF_DATE;
  const positions = options.positionsPerAccount ?? 45;
  const accountsMax = options.accounts ?? Infinity;
  const householdsMax = options.accounts === undefined ? (options.households ?? 80) : accountsMax;
  assert(weekday(asOfDate) <= 5, 'the as-of date is a weekday');
  assert(positions >= 30 && positions <= 60, 'an account has 30 to 60 positions');
  assert(householdsMax >= 1 && accountsMax >= 1, 'a firm has at least one household and account');
  const seed = String(options.seed);
  const market = generateMarket(seed, asOfDate);
  const stockCount = positions - BOND_FUNDS.length - INTERNATIONAL_FUNDS.length;
  assert(
    stockCount <= SECTORS.length * STOCKS_PER_SECTOR,
    'there are enough stocks for the models',
  );
  const models = generateModels(seed, market, stockCount);
  const draft: Draft = {
    households: new Map(),
    accounts: new Map(),
    taxLots: new Map(),
    cash: new Map(),
    transactions: new Map(),
    cashFlows: new Map(),
    restrictions: firmRestrictions(market),
  };
  const weights = new Map([...models.keys()].map((id) => [id, flatWeights(models, id)]));
  const of = { seed, asOfDate, market, weights, accountsMax };
  for (let n = 1; n <= householdsMax && draft.accounts.size < accountsMax; n += 1) {
    addHousehold(draft, n, of);
  }
  draft.restrictions.sort((a, b) => (a.restrictionId < b.restrictionId ? -1 : 1));
  const securities = [...market.securities].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...draft,
    instruments: new Map(securities.map(([symbol, { instrument }]) => [symbol, instrument])),
    prices: new Map(securities.map(([symbol, { bars }]) => [symbol, bars])),
    models: new Map([...models].sort(([a], [b]) => (a < b ? -1 : 1))),
    settings: DEFAULT_SETTINGS,
  };
}

function addHousehold(
  draft: Draft,
  number: number,
  of: {
    readonly seed: string;
    readonly asOfDate: CalendarDate;
    readonly market: Market;
    readonly weights: ReadonlyMap<ModelPortfolioId, ReadonlyMap<InstrumentSymbol, number>>;
    readonly accountsMax: number;
  },
): void {
  const rng = Rng.stream(of.seed, `household/${String(number)}`);
  const household = generateHousehold(rng, number);
  const room = of.accountsMax - draft.accounts.size;
  const accounts = generateAccounts(rng, household).slice(0, room);
  draft.households.set(household.householdId, household);
  for (const account of accounts) {
    const { accountId, modelId } = account;
    // Log-normal around 500,000 dollars; tax-deferred accounts are smaller.
    const size =
      (account.taxStatus === 'taxable' ? 600_000 : 350_000) * Math.exp(0.7 * rng.normal());
    const invested = Math.max(60_000, size);
    const weights = (modelId === null ? undefined : of.weights.get(modelId)) ?? new Map();
    const holdings = buyHoldings(rng, account, { market: of.market, weights, invested });
    draft.accounts.set(accountId, account);
    draft.taxLots.set(accountId, holdings.lots);
    draft.cash.set(accountId, holdings.cash);
    const transactions = [...holdings.transactions].sort(byDateAndId);
    if (transactions.length > 0) draft.transactions.set(accountId, transactions);
    const flows = generateCashFlows(rng, account, { asOfDate: of.asOfDate, invested });
    if (flows.length > 0) draft.cashFlows.set(accountId, flows);
  }
  const taken = new Set(
    draft.restrictions.flatMap(({ scope, subject }) =>
      scope.kind === 'firm' && subject.kind === 'symbol' ? [subject.symbol] : [],
    ),
  );
  const { market } = of;
  draft.restrictions.push(
    ...clientRestrictions(rng, { household, accounts, lots: draft.taxLots, market, taken }),
  );
}

function byDateAndId(a: Transaction, b: Transaction): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  return a.transactionId < b.transactionId ? -1 : 1;
}
