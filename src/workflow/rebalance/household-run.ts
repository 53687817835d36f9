/** What a household's accounts do to each other within one run: wash windows and purchases that must wait. */
import type { CalendarDate } from '../../kernel/index.ts';
import {
  isTaxable,
  type AccountOutcome,
  type AccountSnapshot,
  type HouseholdId,
  type InstrumentSymbol,
  type Snapshot,
} from '../../domain/index.ts';
import {
  firstCleanPurchaseDate,
  washWindowOf,
  type WashPurchase,
  type WashWindow,
} from '../../tax/index.ts';

/** What a household's accounts have done so far in this run, on top of its history. */
export class HouseholdRun {
  readonly #asOfDate: CalendarDate;
  readonly #windowDays: number;
  readonly #isAvoided: boolean;
  readonly #history: WashWindow;
  readonly #instruments: Snapshot['instruments'];
  readonly #bought = new Map<InstrumentSymbol, WashPurchase[]>();
  readonly #soldAtLoss = new Map<InstrumentSymbol, CalendarDate>();

  constructor(accounts: readonly AccountSnapshot[], snapshot: Snapshot) {
    this.#asOfDate = snapshot.asOfDate;
    this.#windowDays = snapshot.settings.tax.washSaleWindowDays;
    this.#isAvoided = snapshot.settings.tax.avoidWashSales;
    this.#instruments = snapshot.instruments;
    const householdId = accounts[0]?.account.householdId;
    // The whole household counts, also accounts that take no part in this run.
    const all = accountsByHousehold(snapshot).get(householdId as HouseholdId) ?? [];
    const { purchases, lastLossSale } = washWindowOf(all, snapshot.asOfDate, this.#windowDays);
    this.#history = {
      purchases: new Map([...purchases].filter(([symbol]) => !this.#isMoneyFund(symbol))),
      lastLossSale: new Map([...lastLossSale].filter(([symbol]) => !this.#isMoneyFund(symbol))),
    };
  }

  /** The wash rule does not reach money-market funds (Rev. Proc. 2014-45). */
  #isMoneyFund(symbol: InstrumentSymbol): boolean {
    return this.#instruments.get(symbol)?.assetClass === 'cash';
  }

  get window(): WashWindow {
    const purchases = new Map(this.#history.purchases);
    for (const [symbol, bought] of this.#bought) {
      purchases.set(symbol, [...(purchases.get(symbol) ?? []), ...bought]);
    }
    return { purchases, lastLossSale: this.#history.lastLossSale };
  }

  /** Names that the household's next account must not buy, because the purchase would wash a loss. */
  noBuy(): Map<InstrumentSymbol, string> {
    const barred = new Map<InstrumentSymbol, string>();
    if (!this.#isAvoided) return barred;
    const until = (date: CalendarDate): CalendarDate =>
      firstCleanPurchaseDate(date, this.#windowDays);
    // The basis of an earlier sale is not in its transaction: it counts as a loss, and the text says perhaps.
    for (const [symbol, date] of this.#history.lastLossSale) {
      const text = `the household sold it on ${date}, perhaps at a loss that a purchase before ${until(date)} would wash`;
      barred.set(symbol, text);
    }
    for (const [symbol, date] of this.#soldAtLoss) {
      const text = `the household sells it at a loss in this run, and a purchase before ${until(date)} would wash it`;
      barred.set(symbol, text);
    }
    return barred;
  }

  record(account: AccountSnapshot, outcome: AccountOutcome): void {
    const isLossTaxed = isTaxable(account.account.taxStatus);
    for (const order of outcome.orders) {
      if (this.#isMoneyFund(order.symbol)) continue;
      if (order.side === 'buy') {
        const purchase = { accountId: order.accountId, date: this.#asOfDate };
        this.#bought.set(order.symbol, [...(this.#bought.get(order.symbol) ?? []), purchase]);
      } else if (isLossTaxed && order.lots.some((lot) => lot.gain.isNegative())) {
        this.#soldAtLoss.set(order.symbol, this.#asOfDate);
      }
    }
  }
}

const byHousehold = new WeakMap<Snapshot, ReadonlyMap<HouseholdId, AccountSnapshot[]>>();

function accountsByHousehold(snapshot: Snapshot): ReadonlyMap<HouseholdId, AccountSnapshot[]> {
  let known = byHousehold.get(snapshot);
  if (known === undefined) {
    const map = new Map<HouseholdId, AccountSnapshot[]>();
    for (const account of snapshot.accounts.values()) {
      const { householdId } = account.account;
      const list = map.get(householdId);
      if (list === undefined) map.set(householdId, [account]);
      else list.push(account);
    }
    byHousehold.set(snapshot, map);
    known = map;
  }
  return known;
}
