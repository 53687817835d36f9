/**
 * A firm of real prices: fifty accounts of twenty households whose lots were bought at real closes from
 * 2014 on, and whose model is a real index on one date. Written as the files of a firm directory.
 *
 * What is real: closes, volumes, splits, dividends, sectors, issuers, the index's composition. What is
 * seeded: who bought what and when. Spin-offs are not carried over: a lot keeps its shares and its basis.
 */
import {
  addDays,
  allocate,
  Decimal,
  divide,
  maximum,
  multiply,
  ONE,
  parseCalendarDate,
  Rng,
  sum,
  type CalendarDate,
} from '../../src/kernel/index.ts';
import { toCents, type Money, type Price, type Quantity } from '../../src/domain/index.ts';
import { firmTables } from './real-firm-files.ts';
import {
  INDEX_SHARES_DATE,
  readBars,
  readClassifications,
  readCorporateActions,
  readIndexShares,
  splitFactor,
  unexplainedJumps,
  type Bar,
  type Classification,
  type CorporateActions,
} from './real-market.ts';

/** The peak before the crash of 2020: what an account was meant to look like. */
const PEAK_DATE = '2020-02-19';
const FIRST_PURCHASE_DATE = '2014-01-02';
/** More than the 253 closes that 252 daily returns need. */
const HISTORY_BARS = 260;
const DIVIDEND_DAYS = 90;
/** Commissions of the large brokers fell from 4.95 to nothing in the first week of October 2019. */
const COMMISSION = Decimal.parse<'Money'>('4.95');
const COMMISSION_FREE_DATE = '2019-10-07';
/** A plain index name outside the model: an account may hold it, and the rebalance sells it. */
const LEGACY_COUNT = 12;
const WEIGHT_UNIT = Decimal.of(1n, 12);

export interface RealFirmOptions {
  readonly asOfDate: CalendarDate;
  readonly seed: string;
  /** The largest names of the index that the model follows. */
  readonly nameCount: number;
}

/** One purchase as its confirmation showed it, and the lot that it has become. */
export interface RealLot {
  readonly lotId: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly purchaseDate: CalendarDate;
  /** Whole shares as traded on the day, and their close. */
  readonly tradedQuantity: Quantity;
  readonly tradedPrice: Price;
  /** After every split up to the date of the firm. */
  readonly quantity: Quantity;
  /** What was paid, with the commission of the time; splits do not change it. */
  readonly costBasis: Money;
}

export interface RealAccount {
  readonly accountId: string;
  readonly householdId: string;
  readonly taxStatus: 'taxable' | 'trust' | 'traditionalIra' | 'rothIra';
  readonly cash: Money;
  /** Dividends of the last ninety days in `cash`. */
  readonly dividends: Money;
  readonly lots: readonly RealLot[];
}

export interface RealIndex {
  /** Exact, adding up to 1, by symbol. */
  readonly weights: ReadonlyMap<string, Decimal>;
  readonly classifications: ReadonlyMap<string, Classification>;
  /** Names of the index and what became of them. */
  readonly counts: {
    readonly held: number;
    readonly withoutPrice: number;
    readonly shortHistory: number;
    readonly unclassified: number;
    readonly renamed: number;
    readonly usable: number;
  };
}

export interface RealFirm {
  readonly asOfDate: CalendarDate;
  readonly index: RealIndex;
  readonly actions: CorporateActions;
  readonly bars: ReadonlyMap<string, readonly Bar[]>;
  readonly accounts: readonly RealAccount[];
  /** The firm directory, by file name. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads the data and builds the firm: the same seed gives the same firm. */
export function buildRealFirm(options: RealFirmOptions): RealFirm {
  const { asOfDate, seed } = options;
  const actions = readCorporateActions();
  const recent = readBars([2019, 2020]);
  const { index, legacy } = indexOn(asOfDate, { options, actions, recent });
  const wanted = new Set([...index.weights.keys(), ...legacy]);
  const early = readBars([2014, 2015, 2016, 2017, 2018], wanted);
  const bars = new Map(
    [...wanted].map((symbol) => [
      symbol,
      [...(early.get(symbol) ?? []), ...(recent.get(symbol) ?? [])],
    ]),
  );
  const market: Market = { asOfDate, actions, bars, index, legacy };
  const accounts = accountPlans(seed).map((plan) => accountOf(plan, market));
  const firm = { asOfDate, index, actions, bars, accounts };
  return { ...firm, files: firmTables(firm, { historyBars: HISTORY_BARS }) };
}

export function closeOn(bars: readonly Bar[] | undefined, date: string): Price | null {
  const bar = bars?.find((candidate) => candidate.date === date);
  return bar === undefined ? null : Decimal.parse<'Price'>(bar.close);
}

/**
 * The index on a date, by market value. The fund's shares are those of November 2020, walked back through
 * the splits in between (a quarter as many of AAPL and NEE); a weight is shares x close, and the
 * largest names with a price, a year of history and a sector are scaled to add up to exactly 1, the
 * remainder of the twelfth digit going by largest remainder. Buybacks of eight months are ignored, which
 * moves a weight by a few percent of itself: the loop needs a real index, not the exact one of the day.
 */
function indexOn(
  date: CalendarDate,
  given: {
    readonly options: RealFirmOptions;
    readonly actions: CorporateActions;
    readonly recent: ReadonlyMap<string, readonly Bar[]>;
  },
): { readonly index: RealIndex; readonly legacy: readonly string[] } {
  const { options, actions, recent } = given;
  const held = readIndexShares();
  const valued = [...held].flatMap(([symbol, shares]) => {
    const close = closeOn(recent.get(symbol), date);
    if (close === null) return [];
    const factor = splitFactor(actions.splits, symbol, { from: date, to: INDEX_SHARES_DATE });
    const then = divide<'Quantity'>(shares, factor, { scale: 6, mode: 'halfEven' });
    return [{ symbol, value: multiply<'Money'>(close, then) }];
  });
  const seasoned = valued.filter(
    ({ symbol }) =>
      (recent.get(symbol) ?? []).filter((bar) => bar.date <= date).length >= HISTORY_BARS,
  );
  const classified = readClassifications(seasoned.map(({ symbol }) => symbol));
  const usable = seasoned
    .filter(({ symbol }) => classified.bySymbol.has(symbol))
    .sort((a, b) => b.value.compare(a.value));
  const chosen = usable.slice(0, options.nameCount);
  const parts = allocate(
    ONE,
    chosen.map(({ value }) => value),
    WEIGHT_UNIT,
  );
  const weights = new Map(chosen.map(({ symbol }, i) => [symbol, parts[i] as Decimal]));
  const counts = {
    held: held.size,
    withoutPrice: held.size - valued.length,
    shortHistory: valued.length - seasoned.length,
    unclassified: classified.unclassified.length,
    renamed: classified.renamed.length,
    usable: usable.length,
  };
  const legacy = usable
    .slice(options.nameCount, options.nameCount + LEGACY_COUNT)
    .map(({ symbol }) => symbol);
  return { index: { weights, classifications: classified.bySymbol, counts }, legacy };
}

interface Market {
  readonly asOfDate: CalendarDate;
  readonly actions: CorporateActions;
  readonly bars: ReadonlyMap<string, readonly Bar[]>;
  readonly index: RealIndex;
  readonly legacy: readonly string[];
}

interface AccountPlan {
  readonly accountId: string;
  readonly householdId: string;
  readonly taxStatus: RealAccount['taxStatus'];
  readonly rng: Rng;
}

/** Twenty households, of two and of three accounts in turn: fifty accounts. */
function accountPlans(seed: string): AccountPlan[] {
  const pairs = [
    ['taxable', 'traditionalIra'],
    ['taxable', 'rothIra', 'trust'],
  ] as const;
  return Array.from({ length: 20 }, (_, h) => {
    const householdId = `H${String(h + 1).padStart(2, '0')}`;
    const statuses: readonly RealAccount['taxStatus'][] = pairs[h % 2] ?? pairs[0];
    return statuses.map((taxStatus, a) => {
      const accountId = `${householdId}-${String(a + 1)}`;
      return { accountId, householdId, taxStatus, rng: Rng.stream(seed, accountId) };
    });
  }).flat();
}

function accountOf(plan: AccountPlan, market: Market): RealAccount {
  const { rng } = plan;
  const value = Math.exp(rng.between(Math.log(400_000), Math.log(3_000_000)));
  const wishes = wishesOf(rng, market);
  const total = wishes.reduce((t, { weight }) => t + weight, 0);
  const lots = wishes.flatMap(({ symbol, weight }) =>
    lotsOf(plan, market, { symbol, amount: (value * weight) / total }),
  );
  const dividends = dividendsOf(lots, market);
  const idle = Decimal.fromFloat<'Money'>(value * rng.between(0.004, 0.02), {
    scale: 2,
    mode: 'halfEven',
  });
  const { accountId, householdId, taxStatus } = plan;
  return { accountId, householdId, taxStatus, cash: idle.plus(dividends), dividends, lots };
}

/** Most names of the index near its weights, and a few that the model does not have. */
function wishesOf(
  rng: Rng,
  { index, legacy }: Market,
): { readonly symbol: string; readonly weight: number }[] {
  const coverage = rng.between(0.6, 0.95);
  const spread = rng.between(0.1, 0.5);
  const followed = [...index.weights]
    .filter(() => rng.chance(coverage))
    .map(([symbol, weight]) => ({
      symbol,
      weight: weight.toFloat() * Math.exp(spread * rng.normal()),
    }));
  const kept = rng.shuffle(legacy).slice(0, rng.below(4));
  return [...followed, ...kept.map((symbol) => ({ symbol, weight: rng.between(0.003, 0.015) }))];
}

/** One to three purchases that make up the amount at the peak; now and then one more in the fall. */
function lotsOf(
  { accountId, rng }: AccountPlan,
  market: Market,
  wish: { readonly symbol: string; readonly amount: number },
): RealLot[] {
  const { symbol, amount } = wish;
  const bars = market.bars.get(symbol) ?? [];
  const recorded = [...market.actions.splits, ...market.actions.spinOffs].filter(
    (action) => action.symbol === symbol,
  );
  const first = [FIRST_PURCHASE_DATE, ...unexplainedJumps(bars, recorded)]
    .filter((date) => date <= PEAK_DATE)
    .reduce((latest, date) => (date > latest ? date : latest));
  const calm = bars.filter((bar) => bar.date >= first && bar.date <= PEAK_DATE);
  const fall = bars.filter((bar) => bar.date > PEAK_DATE && bar.date < market.asOfDate);
  const peak = calm.at(-1);
  if (peak === undefined) return [];
  const days = Array.from({ length: 1 + rng.below(3) }, () => rng.pick(calm));
  if (rng.chance(0.04)) days.push(rng.pick(fall));
  const dates = [...new Set(days)].sort((a, b) => (a.date < b.date ? -1 : 1));
  return dates.flatMap((bar, index) => {
    const factorTo = (to: string): Decimal =>
      splitFactor(market.actions.splits, symbol, { from: bar.date, to });
    const sharesAtPeak = amount / dates.length / Number(peak.close);
    const shares = Math.floor(sharesAtPeak / factorTo(PEAK_DATE).toFloat());
    if (shares === 0) return [];
    const tradedQuantity = Decimal.fromInteger<'Quantity'>(shares);
    const tradedPrice = Decimal.parse<'Price'>(bar.close);
    const gross = toCents(multiply<'Money'>(tradedPrice, tradedQuantity), 'halfEven');
    return [
      {
        lotId: `${accountId}:${symbol}:${String(index + 1)}`,
        accountId,
        symbol,
        purchaseDate: bar.date,
        tradedQuantity,
        tradedPrice,
        quantity: tradedQuantity.times(factorTo(market.asOfDate)).round(6, 'halfEven'),
        costBasis: bar.date < COMMISSION_FREE_DATE ? gross.plus(COMMISSION) : gross,
      },
    ];
  });
}

/** Cash dividends with an ex-date in the last ninety days, on the shares held then. */
function dividendsOf(lots: readonly RealLot[], { asOfDate, actions }: Market): Money {
  const since = addDays(asOfDate, -DIVIDEND_DAYS);
  const recent = Map.groupBy(
    actions.dividends.filter(({ exDate }) => exDate > since && exDate <= asOfDate),
    ({ symbol }) => symbol,
  );
  const paid = lots.flatMap((lot) =>
    (recent.get(lot.symbol) ?? [])
      .filter(({ exDate }) => exDate > lot.purchaseDate)
      .map(({ exDate, amount }) => {
        const period = { from: lot.purchaseDate, to: exDate };
        const held = lot.tradedQuantity.times(splitFactor(actions.splits, lot.symbol, period));
        return multiply<'Money'>(amount, held);
      }),
  );
  return maximum(toCents(sum(paid), 'halfEven'), Decimal.parse<'Money'>('0.00'));
}

/** The index fell 11.98 %, its worst day since 1987. */
export const VOLATILE_DATE = parseCalendarDate('2020-03-16');
/** The first vaccine: the index rose 1.2 %, and what had fallen most rose most. AAPL and NEE had split. */
export const ROTATION_DATE = parseCalendarDate('2020-11-09');
