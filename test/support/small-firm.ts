/** Snapshots, runs and orders of a few names, written as short as a reader can take in. */
import {
  contentHash,
  Decimal,
  parseCalendarDate,
  type CalendarDate,
} from '../../src/kernel/index.ts';
import {
  DEFAULT_SETTINGS,
  identifier,
  type Account,
  type AccountId,
  type AccountSnapshot,
  type FirmSettings,
  type Instrument,
  type InstrumentSymbol,
  type Money,
  type OrderId,
  type Position,
  type Price,
  type ProposedOrder,
  type Quantity,
  type Ratio,
  type RebalanceRun,
  type Restriction,
  type RunId,
  type Side,
  type Snapshot,
  type TaxLot,
  type TaxStatus,
  type Transaction,
} from '../../src/domain/index.ts';

export const AS_OF: CalendarDate = parseCalendarDate('2026-06-15');
export const money = (text: string): Money => Decimal.parse<'Money'>(text);
export const shares = (text: string): Quantity => Decimal.parse<'Quantity'>(text);
export const price = (text: string): Price => Decimal.parse<'Price'>(text);
export const ratio = (text: string): Ratio => Decimal.parse<'ratio'>(text);
export const symbolOf = (text: string): InstrumentSymbol => identifier<InstrumentSymbol>(text);
export const accountOf = (text: string): AccountId => identifier<AccountId>(text);
export const orderIdOf = (text: string): OrderId => identifier<OrderId>(text);

export interface InstrumentText {
  readonly price?: string | null;
  readonly volume?: string | null;
  readonly issuer?: string | null;
  readonly sector?: string | null;
  readonly assetClass?: string;
  readonly priceDate?: string;
  readonly isFractional?: boolean;
}

export interface AccountText {
  readonly household?: string;
  readonly cash?: string;
  readonly settled?: string;
  /** symbol -> shares, one lot each, cost 1 per share, bought in 2020. */
  readonly holds?: Readonly<Record<string, string>>;
  readonly status?: Account['status'];
  readonly discretion?: Account['discretion'];
  readonly taxStatus?: TaxStatus;
  readonly transactions?: readonly Transaction[];
  /** Acquired date of every lot. */
  readonly acquired?: string;
}

export interface FirmText {
  readonly instruments: Readonly<Record<string, InstrumentText>>;
  readonly accounts: Readonly<Record<string, AccountText>>;
  readonly restrictions?: readonly Restriction[];
  readonly compliance?: Partial<FirmSettings['compliance']>;
}

export function smallFirm(text: FirmText): Snapshot {
  const symbols = Object.keys(text.instruments).sort();
  const accounts = Object.keys(text.accounts).sort();
  return {
    snapshotHash: contentHash(JSON.parse(JSON.stringify(text))),
    asOfDate: AS_OF,
    instruments: new Map(
      symbols.map((s) => [symbolOf(s), instrument(s, text.instruments[s] ?? {})]),
    ),
    quotes: new Map(
      symbols.flatMap((s) => {
        const { price: close = '10', volume = '1000000', priceDate } = text.instruments[s] ?? {};
        if (close === null) return [];
        const averageDailyVolume = volume === null ? null : shares(volume);
        const date = parseCalendarDate(priceDate ?? AS_OF);
        return [[symbolOf(s), { price: price(close), date, averageDailyVolume }]];
      }),
    ),
    priceHistory: new Map(),
    models: new Map(),
    restrictions: text.restrictions ?? [],
    settings: {
      ...DEFAULT_SETTINGS,
      compliance: { ...DEFAULT_SETTINGS.compliance, ...text.compliance },
    },
    accounts: new Map(accounts.map((a) => [accountOf(a), account(a, text.accounts[a] ?? {})])),
    findings: [],
  };
}

function instrument(symbol: string, text: InstrumentText): Instrument {
  return {
    symbol: symbolOf(symbol),
    name: symbol,
    assetClass: text.assetClass ?? 'equity',
    sector: text.sector === undefined ? `${symbol} sector` : text.sector,
    industry: null,
    country: null,
    issuer: text.issuer === undefined ? `${symbol} Inc` : text.issuer,
    currency: 'USD',
    lotSize: shares('1'),
    isFractional: text.isFractional ?? false,
    figi: null,
    isin: null,
  };
}

function account(id: string, text: AccountText): AccountSnapshot {
  const household = text.household ?? `${id}-household`;
  const positions: Position[] = Object.entries(text.holds ?? {}).map(([symbol, quantity]) => {
    const lot: TaxLot = {
      lotId: identifier(`${id}-${symbol}`),
      accountId: accountOf(id),
      symbol: symbolOf(symbol),
      quantity: shares(quantity),
      costBasis: money(quantity),
      acquiredDate: parseCalendarDate(text.acquired ?? '2020-01-02'),
      washSaleAdjustment: money('0'),
    };
    return { symbol: symbolOf(symbol), quantity: shares(quantity), lots: [lot] };
  });
  return {
    account: {
      accountId: accountOf(id),
      householdId: identifier(household),
      name: id,
      taxStatus: text.taxStatus ?? 'taxable',
      custodian: null,
      modelId: null,
      cashReserveAmount: money('0'),
      cashReserveWeight: ratio('0'),
      discretion: text.discretion ?? 'full',
      status: text.status ?? 'open',
    },
    household: {
      householdId: identifier(household),
      name: household,
      federalShortTermRate: null,
      federalLongTermRate: null,
      stateRate: null,
      gainBudgetAmount: null,
      lossCarryforward: money('0'),
    },
    positions,
    cash: {
      accountId: accountOf(id),
      amount: money(text.cash ?? '0'),
      settledAmount: text.settled === undefined ? null : money(text.settled),
    },
    transactions: text.transactions ?? [],
    cashFlows: [],
    contentHash: contentHash(id),
  };
}

/** `orderOf(firm, 'o1 A buy 10 AAA')`, sells from the one lot; `gain` makes the lot's gain per order. */
export function orderOf(firm: Snapshot, text: string, gain = '1'): ProposedOrder {
  const [id = '', accountId = '', side = '', quantity = '', symbol = ''] = text.split(' ');
  const quote = firm.quotes.get(symbolOf(symbol));
  const estimatedPrice = quote?.price ?? price('1');
  const amount = money(estimatedPrice.times(shares(quantity).as<'ratio'>()).toString());
  const lotId = identifier<TaxLot['lotId']>(`${accountId}-${symbol}`);
  const lots = {
    lotId,
    quantity: shares(quantity),
    acquiredDate: parseCalendarDate('2020-01-02'),
    costBasis: amount.minus(money(gain)),
    proceeds: amount,
    gain: money(gain),
    term: 'long' as const,
  };
  return {
    orderId: orderIdOf(id),
    runId: identifier<RunId>('run-1'),
    accountId: accountOf(accountId),
    symbol: symbolOf(symbol),
    side: side as Side,
    quantity: shares(quantity),
    estimatedPrice,
    estimatedAmount: amount,
    estimatedCost: money('0'),
    lots: side === 'sell' ? [lots] : [],
    reasons: [],
  };
}

export function ordersOf(firm: Snapshot, lines: readonly string[]): ProposedOrder[] {
  return lines.map((line) => orderOf(firm, line));
}

/** A run without account outcomes: what compliance needs of it is the id. */
export function runOf(firm: Snapshot): RebalanceRun {
  return {
    runId: identifier<RunId>('run-1'),
    asOfDate: firm.asOfDate,
    rebalanceKind: 'full',
    reason: 'test',
    snapshotHash: firm.snapshotHash,
    engineVersion: 'test',
    accounts: [],
    findings: [],
    resultHash: contentHash('test'),
  };
}
