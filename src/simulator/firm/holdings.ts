/** What an account bought, when, and at which price: lots at closes of the past, so that weights drift. */
import { Decimal, dayNumber, zero } from '../../kernel/index.ts';
import type { CalendarDate, Rng } from '../../kernel/index.ts';
import { notional } from '../../domain/index.ts';
import type {
  Account,
  CashBalance,
  InstrumentSymbol,
  Money,
  TaxLot,
  TaxLotId,
  Transaction,
} from '../../domain/index.ts';
import type { Market, SimulatedSecurity } from './market.ts';

/** Purchases this recent are written down as transactions too: wash sales look 30 days either way. */
const HISTORY_DAYS = 75;
const PURCHASES_MAX = 3;

export interface Holdings {
  readonly lots: readonly TaxLot[];
  readonly cash: CashBalance;
  readonly transactions: readonly Transaction[];
}

/** Money that went in on one day. */
interface Purchase {
  /** Index into the market's dates. */
  readonly day: number;
  readonly amount: number;
}

/**
 * Buys the model at two or three dates of the past and never rebalances since.
 *
 * @param weights weight per symbol
 * @param invested dollars put in, before what the market made of them
 */
export function buyHoldings(
  rng: Rng,
  account: Account,
  of: {
    readonly market: Market;
    readonly weights: ReadonlyMap<InstrumentSymbol, number>;
    readonly invested: number;
  },
): Holdings {
  const lots: TaxLot[] = [];
  const purchases = purchasesOf(rng, of.market.dates.length, of.invested);
  for (const [symbol, weight] of of.weights) {
    const security = of.market.securities.get(symbol);
    if (security === undefined) continue;
    // Names differ by where the model stood when each was bought.
    const tilt = Math.exp(0.12 * rng.normal());
    for (const { day, amount } of purchases) {
      const lot = lotOf(account, security, { day, amount: amount * weight * tilt });
      if (lot !== null) lots.push(lot);
    }
  }
  const legacy =
    account.taxStatus === 'taxable' && rng.chance(0.3) ? legacyLot(rng, account, of) : null;
  if (legacy !== null) lots.push(legacy);
  sortLots(lots);
  return {
    lots,
    cash: cashOf(rng, account, of.invested),
    transactions: [...recentPurchases(of.market, lots), ...recentLossSales(rng, account, of)],
  };
}

function purchasesOf(rng: Rng, days: number, invested: number): Purchase[] {
  const count = 1 + rng.below(PURCHASES_MAX);
  const first = 5 + rng.below(Math.floor(days * 0.6));
  const shares = Array.from({ length: count }, () => rng.between(0.5, 1.5));
  const total = shares.reduce((a, b) => a + b, 0);
  return shares.map((share, index) => ({
    day: index === 0 ? first : first + 1 + rng.below(days - first - 2),
    amount: (invested * share) / total,
  }));
}

function lotOf(account: Account, security: SimulatedSecurity, purchase: Purchase): TaxLot | null {
  const bar = security.bars[purchase.day];
  if (bar === undefined) return null;
  const { symbol, isFractional } = security.instrument;
  const shares = purchase.amount / bar.close.toFloat();
  const rounding = { scale: isFractional ? 2 : 0, mode: 'halfEven' } as const;
  const quantity = Decimal.fromFloat<'Quantity'>(shares, rounding);
  if (!quantity.isPositive()) return null;
  return {
    lotId: `${account.accountId}-${symbol}-${String(purchase.day).padStart(3, '0')}` as TaxLotId,
    accountId: account.accountId,
    symbol,
    quantity,
    costBasis: notional(bar.close, quantity).round(2, 'halfEven'),
    acquiredDate: bar.date,
    washSaleAdjustment: zero<'Money'>(),
  };
}

/** A stock that no model chose for the client: bought early, and now a large part of the account. */
function legacyLot(
  rng: Rng,
  account: Account,
  of: {
    readonly market: Market;
    readonly invested: number;
    readonly weights: ReadonlyMap<InstrumentSymbol, number>;
  },
): TaxLot | null {
  const security = rng.pick(of.market.stocks);
  if (of.weights.has(security.instrument.symbol)) return null;
  return lotOf(account, security, {
    day: rng.below(60),
    amount: of.invested * rng.between(0.03, 0.12),
  });
}

function cashOf(rng: Rng, account: Account, invested: number): CashBalance {
  // Most hold a little; some have just been paid, a few wait for investment.
  const share = rng.chance(0.15) ? rng.between(0.05, 0.2) : rng.between(0.005, 0.03);
  const amount = Decimal.fromFloat<'Money'>(invested * share, { scale: 2, mode: 'halfEven' });
  return { accountId: account.accountId, amount, settledAmount: null };
}

/** Two purchases of one name on one day are one lot of the sum. */
function sortLots(lots: TaxLot[]): void {
  lots.sort((a, b) => {
    if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
    return a.lotId < b.lotId ? -1 : 1;
  });
  for (let i = lots.length - 1; i > 0; i -= 1) {
    const lot = lots[i];
    const before = lots[i - 1];
    if (lot === undefined || before === undefined || lot.lotId !== before.lotId) continue;
    const quantity = before.quantity.plus(lot.quantity);
    lots.splice(i - 1, 2, { ...before, quantity, costBasis: before.costBasis.plus(lot.costBasis) });
  }
}

function recentPurchases(market: Market, lots: readonly TaxLot[]): Transaction[] {
  const last = market.dates.at(-1);
  if (last === undefined) return [];
  return lots
    .filter(({ acquiredDate }) => dayNumber(last) - dayNumber(acquiredDate) <= HISTORY_DAYS)
    .map((lot) =>
      transactionOf(lot, { side: 'buy', amount: lot.costBasis, date: lot.acquiredDate }),
    );
}

/** Sales at a loss within the wash-sale window: buying the name back too soon would lose the loss. */
function recentLossSales(
  rng: Rng,
  account: Account,
  of: {
    readonly market: Market;
    readonly weights: ReadonlyMap<InstrumentSymbol, number>;
    readonly invested: number;
  },
): Transaction[] {
  if (account.taxStatus !== 'taxable' || !rng.chance(0.15)) return [];
  const security = of.market.securities.get(rng.pick([...of.weights.keys()]));
  const saleDay = of.market.dates.length - 2 - rng.below(15);
  const bar = security?.bars[saleDay];
  if (security === undefined || bar === undefined) return [];
  const boughtDay = Array.from({ length: 60 }, (_, back) => saleDay - 65 - back).find((day) =>
    security.bars[day]?.close.isGreaterThan(bar.close),
  );
  if (boughtDay === undefined) return [];
  const lot = lotOf(account, security, { day: boughtDay, amount: of.invested * 0.004 });
  if (lot === null) return [];
  const sold = { ...lot, lotId: `${lot.lotId}-sold` as TaxLotId };
  const amount = notional(bar.close, lot.quantity).round(2, 'halfEven');
  return [
    transactionOf(sold, { side: 'buy', amount: lot.costBasis, date: lot.acquiredDate }),
    transactionOf(sold, { side: 'sell', amount, date: bar.date }),
  ];
}

function transactionOf(
  lot: TaxLot,
  of: { readonly side: 'buy' | 'sell'; readonly amount: Money; readonly date: CalendarDate },
): Transaction {
  return {
    transactionId: `${lot.lotId}-${of.side}`,
    accountId: lot.accountId,
    date: of.date,
    time: null,
    symbol: lot.symbol,
    side: of.side,
    quantity: lot.quantity,
    amount: of.amount,
    price: null,
    fees: zero<'Money'>(),
    lotId: of.side === 'buy' ? lot.lotId : null,
    lots: of.side === 'sell' ? [{ lotId: lot.lotId, quantity: lot.quantity }] : [],
    splitRatio: null,
  };
}
