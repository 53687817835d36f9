/** Binds the tax stage's lot choice to the orders stage: neither knows the other. */
import { Decimal, ONE, sum, type CalendarDate } from '../../kernel/index.ts';
import {
  isTaxable,
  LOT_RELIEFS,
  notional,
  type AccountSnapshot,
  type FirmSettings,
  type InstrumentSymbol,
  type Money,
  type Price,
  type Quantity,
  type TargetLine,
  type TaxLot,
  type TaxLotId,
} from '../../domain/index.ts';
import type { LotChoice, SaleLots } from '../../orders/index.ts';
import {
  dearestAlternative,
  firstCleanPurchaseDate,
  lastPurchaseDate,
  realizedGains,
  selectLots,
  taxRatesOf,
  termOf,
  washedLots,
  type LotSale,
  type TaxRates,
  type WashWindow,
} from '../../tax/index.ts';
import type { TaxSegment } from '../../optimizer/index.ts';

const CENT: Money = Decimal.of<'Money'>(1n, 2);

/** What choosing lots in one account depends on. */
export interface LotContext {
  readonly account: AccountSnapshot;
  readonly settings: FirmSettings;
  readonly asOfDate: CalendarDate;
  readonly window: WashWindow;
  readonly price: (symbol: InstrumentSymbol) => Price;
}

/** The lots of each name that may be sold, chosen by the firm's relief at the household's rates. */
export class AccountLots {
  readonly #context: LotContext;
  readonly #rates: TaxRates | null;
  readonly #lots: ReadonlyMap<InstrumentSymbol, readonly TaxLot[]>;
  readonly #sellable = new Map<InstrumentSymbol, SellableLots>();

  constructor(context: LotContext) {
    this.#context = context;
    this.#rates = taxRatesOf(context.account.account, context.account.household);
    this.#lots = new Map(context.account.positions.map(({ symbol, lots }) => [symbol, lots]));
  }

  get rates(): TaxRates | null {
    return this.#rates;
  }

  /** For the orders stage. */
  saleLots(symbol: InstrumentSymbol): SaleLots {
    const { lots, heldBack } = this.#sellableLots(symbol);
    return {
      sellableQuantity: sum(lots.map((lot) => lot.quantity)),
      heldBack,
      select: (quantity, proceeds) => this.#choose(symbol, quantity, proceeds),
    };
  }

  /**
   * For the optimizer: the position as segments of rising tax per weight, losses and untaxed lots at rate 0.
   * Empty where rates are not known: the optimizer then sees no tax, and the outcome says it could not be
   * estimated.
   */
  taxSegments(symbol: InstrumentSymbol, planningTotal: Money): TaxSegment[] {
    const rates = this.#rates;
    if (rates === null || !isTaxable(this.#context.account.account.taxStatus)) return [];
    const { lots } = this.#sellableLots(symbol);
    const price = this.#context.price(symbol);
    const total = planningTotal.toFloat();
    const segments = lots.map((lot): TaxSegment => {
      const value = notional(price, lot.quantity).toFloat();
      const term = termOf(lot.acquiredDate, this.#context.asOfDate);
      const rate = (term === 'long' ? rates.longTerm : rates.shortTerm).toFloat();
      const tax = (value - lot.costBasis.toFloat()) * rate;
      return { weight: value / total, rate: value > 0 ? Math.max(0, tax / value) : 0 };
    });
    return segments.sort((a, b) => a.rate - b.rate);
  }

  /** For the optimizer: the weight of the lots that are held back, which must stay. */
  lockedWeight(line: TargetLine, planningTotal: Money): number {
    const { lots, heldBack } = this.#sellableLots(line.symbol);
    if (heldBack === null) return 0;
    const locked = line.currentQuantity.minus(sum(lots.map((lot) => lot.quantity)));
    return notional(line.price, locked).toFloat() / planningTotal.toFloat();
  }

  #choose(symbol: InstrumentSymbol, quantity: Quantity, proceeds: Money): LotChoice {
    const { asOfDate, settings } = this.#context;
    const sale: LotSale = {
      lots: this.#sellableLots(symbol).lots,
      quantity,
      price: this.#context.price(symbol),
      proceeds,
      soldDate: asOfDate,
      relief: settings.tax.lotRelief,
      rates: this.#rates,
    };
    const lots = selectLots(sale);
    const gains = realizedGains(lots, this.#rates);
    const dearest = sale.lots.length > 1 ? dearestAlternative(sale, LOT_RELIEFS) : null;
    return {
      lots,
      relief: sale.relief,
      realizedGain: gains.shortTerm.plus(gains.longTerm),
      estimatedTax: gains.estimatedTax,
      alternativeRelief: dearest?.relief ?? sale.relief,
      alternativeTax: dearest?.tax ?? null,
    };
  }

  #sellableLots(symbol: InstrumentSymbol): SellableLots {
    const known = this.#sellable.get(symbol);
    if (known !== undefined) return known;
    const lots = this.#lots.get(symbol) ?? [];
    const held = this.#heldBackLots(symbol, lots);
    const sellable: SellableLots =
      held.size === 0
        ? { lots, heldBack: null }
        : {
            lots: lots.filter((lot) => !held.has(lot.lotId)),
            heldBack: { lotCount: held.size, until: this.#heldUntil(symbol) },
          };
    this.#sellable.set(symbol, sellable);
    return sellable;
  }

  #heldUntil(symbol: InstrumentSymbol): CalendarDate {
    const { asOfDate, settings, window } = this.#context;
    const purchase = lastPurchaseDate(window, symbol);
    return purchase === null
      ? asOfDate
      : firstCleanPurchaseDate(purchase, settings.tax.washSaleWindowDays);
  }

  #heldBackLots(symbol: InstrumentSymbol, lots: readonly TaxLot[]): ReadonlySet<TaxLotId> {
    const { account, settings, window } = this.#context;
    if (!settings.tax.avoidWashSales || !isTaxable(account.account.taxStatus)) return NONE;
    if (!window.purchases.has(symbol)) return NONE;
    const price = this.#context.price(symbol);
    // A sale's costs reduce its proceeds, and so can make a loss of a small gain.
    const { linearRate, commissionPerShare } = settings.costs;
    const net = price.times(ONE.minus(linearRate)).minus(commissionPerShare.as<'Price'>());
    const isLoss = (lot: TaxLot): boolean =>
      lot.costBasis.isGreaterThan(notional(net, lot.quantity).minus(CENT));
    return washedLots(lots, { isLoss, window });
  }
}

interface SellableLots {
  readonly lots: readonly TaxLot[];
  readonly heldBack: { readonly lotCount: number; readonly until: string } | null;
}

const NONE: ReadonlySet<TaxLotId> = new Set();
