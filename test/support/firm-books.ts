/** Small firm books for tests of the store: readable by hand, with generators for properties. */
import fc from 'fast-check';
import { Decimal, parseCalendarDate, type CalendarDate } from '../../src/kernel/index.ts';
import {
  DEFAULT_SETTINGS,
  identifier,
  type Account,
  type AccountId,
  type CashBalance,
  type CashFlow,
  type FirmBook,
  type Household,
  type HouseholdId,
  type Instrument,
  type InstrumentSymbol,
  type ModelPortfolio,
  type ModelPortfolioId,
  type PriceBar,
  type Restriction,
  type TaxLot,
  type Transaction,
} from '../../src/domain/index.ts';

export const date = (text: string): CalendarDate => parseCalendarDate(text);
const decimal = <U extends string>(text: string): Decimal<U> => Decimal.parse<U>(text);

export function household(id: string): Household {
  return {
    householdId: identifier<HouseholdId>(id),
    name: `Family ${id}`,
    federalShortTermRate: decimal('0.37'),
    federalLongTermRate: decimal('0.2'),
    stateRate: null,
    gainBudgetAmount: null,
    lossCarryforward: decimal('0'),
  };
}

export function account(id: string, householdId: string): Account {
  return {
    accountId: identifier<AccountId>(id),
    householdId: identifier<HouseholdId>(householdId),
    name: `Account "${id}"`,
    taxStatus: 'taxable',
    custodian: null,
    modelId: identifier<ModelPortfolioId>('GROWTH'),
    cashReserveAmount: decimal('0'),
    cashReserveWeight: decimal('0.01'),
    discretion: 'full',
    status: 'open',
  };
}

export interface LotRow {
  readonly accountId: string;
  readonly symbol: string;
  readonly lotId: string;
  readonly quantity: string;
  readonly costBasis: string;
  readonly acquiredDate: string;
  readonly washSaleAdjustment?: string;
}

export function taxLot(row: LotRow): TaxLot {
  return {
    lotId: identifier(row.lotId),
    accountId: identifier(row.accountId),
    symbol: identifier(row.symbol),
    quantity: decimal(row.quantity),
    costBasis: decimal(row.costBasis),
    acquiredDate: date(row.acquiredDate),
    washSaleAdjustment: decimal(row.washSaleAdjustment ?? '0'),
  };
}

export function cash(
  accountId: string,
  amount: string,
  settled: string | null = null,
): CashBalance {
  return {
    accountId: identifier(accountId),
    amount: decimal(amount),
    settledAmount: settled === null ? null : decimal(settled),
  };
}

export function instrument(symbol: string): Instrument {
  return {
    symbol: identifier(symbol),
    name: `${symbol} Inc.`,
    assetClass: 'equity',
    sector: 'Technology',
    industry: null,
    country: 'US',
    issuer: null,
    currency: 'USD',
    lotSize: decimal('1'),
    isFractional: false,
    figi: null,
    isin: null,
  };
}

export function bar(day: string, close: string, volume: string | null = null): PriceBar {
  return {
    date: date(day),
    close: decimal(close),
    volume: volume === null ? null : decimal(volume),
    adjustedClose: null,
  };
}

export function model(id: string, lines: Readonly<Record<string, string>>): ModelPortfolio {
  return {
    modelId: identifier(id),
    lines: Object.entries(lines).map(([symbol, weight]) => ({
      component: { kind: 'instrument', symbol: identifier<InstrumentSymbol>(symbol) },
      weight: decimal(weight),
      bandAbsolute: null,
      bandRelative: null,
      substitutes: [],
    })),
  };
}

export interface BookRows {
  readonly households?: readonly Household[];
  readonly accounts?: readonly Account[];
  readonly taxLots?: readonly TaxLot[];
  readonly cash?: readonly CashBalance[];
  readonly instruments?: readonly Instrument[];
  readonly prices?: Readonly<Record<string, readonly PriceBar[]>>;
  readonly models?: readonly ModelPortfolio[];
  readonly restrictions?: readonly Restriction[];
  readonly transactions?: readonly Transaction[];
  readonly cashFlows?: readonly CashFlow[];
}

/** A book of rows in the order given: two accounts, three instruments unless told otherwise. */
export function firmBook(rows: BookRows = {}): FirmBook {
  return {
    households: byKey(rows.households ?? [household('H1')], (row) => row.householdId),
    accounts: byKey(
      rows.accounts ?? [account('A1', 'H1'), account('A2', 'H1')],
      (r) => r.accountId,
    ),
    taxLots: grouped(rows.taxLots ?? DEFAULT_LOTS, (row) => row.accountId),
    cash: byKey(rows.cash ?? [cash('A1', '1000.00'), cash('A2', '250.5')], (row) => row.accountId),
    instruments: byKey(
      rows.instruments ?? ['AAA', 'BBB', 'CCC'].map(instrument),
      (row) => row.symbol,
    ),
    prices: new Map(
      Object.entries(rows.prices ?? DEFAULT_PRICES) as [InstrumentSymbol, readonly PriceBar[]][],
    ),
    models: byKey(rows.models ?? [model('GROWTH', { AAA: '0.6', BBB: '0.4' })], (r) => r.modelId),
    restrictions: rows.restrictions ?? [],
    transactions: grouped(rows.transactions ?? [], (row) => row.accountId),
    cashFlows: grouped(rows.cashFlows ?? [], (row) => row.accountId),
    settings: DEFAULT_SETTINGS,
  };
}

const DEFAULT_LOTS: readonly TaxLot[] = [
  { accountId: 'A1', symbol: 'AAA', lotId: 'L1', quantity: '10', costBasis: '1000.00' },
  { accountId: 'A1', symbol: 'AAA', lotId: 'L2', quantity: '2.5', costBasis: '300.01' },
  { accountId: 'A1', symbol: 'BBB', lotId: 'L3', quantity: '7', costBasis: '70' },
  { accountId: 'A2', symbol: 'BBB', lotId: 'L1', quantity: '1', costBasis: '11' },
].map((row) => taxLot({ ...row, acquiredDate: '2023-05-01' }));

const DEFAULT_PRICES: Readonly<Record<string, readonly PriceBar[]>> = {
  AAA: [bar('2024-01-02', '100', '1000'), bar('2024-01-03', '101', '2000')],
  BBB: [bar('2024-01-02', '10.5'), bar('2024-01-03', '10.25')],
  CCC: [bar('2024-01-03', '1.001')],
};

function byKey<K, V>(rows: readonly V[], keyOf: (row: V) => K): Map<K, V> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}

function grouped<K, V>(rows: readonly V[], keyOf: (row: V) => K): Map<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

/** Days of January 2024. */
const dayArbitrary = fc
  .integer({ min: 1, max: 28 })
  .map((day) => `2024-01-${String(day).padStart(2, '0')}`);

export const centsArbitrary = (maximum: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: maximum }).map((n) => Decimal.of(BigInt(n), 2).toString());

const lotArbitrary = fc.record({
  accountId: fc.constantFrom('A1', 'A2', 'A3'),
  symbol: fc.constantFrom('AAA', 'BBB', 'CCC'),
  quantity: fc.integer({ min: 1, max: 50_000_000 }).map((n) => Decimal.of(BigInt(n), 6).toString()),
  costBasis: centsArbitrary(10_000_000),
  acquiredDate: dayArbitrary,
});

const SIDES = ['buy', 'sell', 'transferIn'] as const;
const transactionArbitrary = fc.record({
  accountId: fc.constantFrom('A1', 'A2', 'A3'),
  day: dayArbitrary,
  side: fc.constantFrom(...SIDES),
  amount: centsArbitrary(1_000_000),
});

const flowArbitrary = fc.record({
  accountId: fc.constantFrom('A1', 'A2', 'A3'),
  day: dayArbitrary,
  amount: centsArbitrary(1_000_000),
});

/** Rows of a book of three accounts, for properties; `firmBook(rows)` makes the book. */
export const bookRowsArbitrary: fc.Arbitrary<Required<BookRows>> = fc
  .record({
    lots: fc.array(lotArbitrary, { maxLength: 12 }),
    transactions: fc.array(transactionArbitrary, { maxLength: 6 }),
    flows: fc.array(flowArbitrary, { maxLength: 6 }),
    closes: fc.array(fc.tuple(dayArbitrary, centsArbitrary(100_000)), { maxLength: 12 }),
  })
  .map(({ lots, transactions, flows, closes }) => ({
    households: [household('H1'), household('H2')],
    accounts: [account('A1', 'H1'), account('A2', 'H1'), account('A3', 'H2')],
    taxLots: lots.map((row, i) => taxLot({ ...row, lotId: `L${String(i)}` })),
    cash: [cash('A1', '10'), cash('A2', '-5.25'), cash('A3', '0', '0')],
    instruments: ['AAA', 'BBB', 'CCC'].map(instrument),
    prices: {
      AAA: [...new Map(closes)].map(([day, close]) => bar(day, close, '10')),
      BBB: [bar('2024-01-01', '5')],
    },
    models: [model('GROWTH', { AAA: '1' })],
    restrictions: [],
    transactions: transactions.map((row, i) => ({
      transactionId: `T${String(i)}`,
      accountId: identifier<AccountId>(row.accountId),
      date: date(row.day),
      time: i % 2 === 0 ? null : '10:00',
      symbol: identifier<InstrumentSymbol>('AAA'),
      side: row.side,
      quantity: decimal<'Quantity'>('1'),
      amount: decimal<'Money'>(row.amount),
      price: null,
      fees: decimal<'Money'>('0'),
      lotId: null,
      lots: [],
      splitRatio: null,
    })),
    cashFlows: flows.map((row) => ({
      accountId: identifier<AccountId>(row.accountId),
      date: date(row.day),
      amount: decimal<'Money'>(row.amount),
      kind: 'deposit' as const,
    })),
  }));
