/**
 * A whole run: every requested account, household by household, so that one account's sales at a loss are
 * not undone by another's purchases.
 *
 * Invariants (workflow/README.md; tested in propose-rebalance.test.ts):
 *   W1  Same snapshot, same request, same engine: same result hash.
 *   W2  One bad account is an outcome, not a failed run.
 *   W3  Within a household no account buys what another sells at a loss in the same run.
 */
import { contentHash, derivedId, type CalendarDate } from '../../kernel/index.ts';
import { estimateRiskModel } from '../../analysis/index.ts';
import {
  isTaxable,
  type AccountOutcome,
  type AccountSnapshot,
  type HouseholdId,
  type InstrumentSymbol,
  type RebalanceRequest,
  type RebalanceRun,
  type RunId,
  type Snapshot,
} from '../../domain/index.ts';
import {
  firstCleanPurchaseDate,
  washWindowOf,
  type WashPurchase,
  type WashWindow,
} from '../../tax/index.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import { proposeAccount } from './propose-account.ts';

export interface ProposeInput {
  readonly snapshot: Snapshot;
  readonly request: RebalanceRequest;
}

export type ProgressListener = (done: number, total: number) => void | Promise<void>;

/** Accounts between two progress reports; also where other work of the process gets its turn. */
const PROGRESS_EVERY = 25;

/**
 * Decides for every requested account. Accounts that the snapshot does not know are ignored: a request is
 * made from a snapshot.
 */
export async function proposeRebalance(
  input: ProposeInput,
  onProgress?: ProgressListener,
): Promise<RebalanceRun> {
  const { snapshot, request } = input;
  const runId = runIdOf(input);
  const { model, findings } = estimateRiskModel(
    {
      symbols: [...snapshot.quotes.keys()].sort(),
      priceHistory: snapshot.priceHistory,
      instruments: snapshot.instruments,
      asOfDate: snapshot.asOfDate,
    },
    snapshot.settings.optimizer,
  );
  const households = householdsOf(input);
  const total = [...households.values()].reduce((count, accounts) => count + accounts.length, 0);
  const outcomes: AccountOutcome[] = [];
  let reported = 0;
  for (const accounts of households.values()) {
    const run = new HouseholdRun(accounts, input);
    for (const account of accounts) {
      const outcome = proposeAccount({
        runId,
        kind: request.rebalanceKind,
        snapshot,
        account,
        requested: request.accounts.get(account.account.accountId) ?? [],
        riskModel: model,
        window: run.window,
        extra: { noBuy: run.noBuy() },
      });
      run.record(account, outcome);
      outcomes.push(outcome);
    }
    if (onProgress !== undefined && outcomes.length - reported >= PROGRESS_EVERY) {
      reported = outcomes.length;
      await onProgress(outcomes.length, total);
    }
  }
  await onProgress?.(total, total);
  outcomes.sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
  return {
    runId,
    asOfDate: request.asOfDate,
    rebalanceKind: request.rebalanceKind,
    reason: request.reason,
    snapshotHash: snapshot.snapshotHash,
    engineVersion: ENGINE_VERSION,
    accounts: outcomes,
    findings: [...snapshot.findings.filter((f) => f.location.accountId === undefined), ...findings],
    resultHash: contentHash([runId, ENGINE_VERSION, ...outcomes.map(outcomeHash)]),
  };
}

/** The id of a run is the hash of what determines it: the same inputs are the same run. */
function runIdOf({ snapshot, request }: ProposeInput): RunId {
  return derivedId(
    'run',
    snapshot.snapshotHash,
    ENGINE_VERSION,
    request.rebalanceKind,
    request.asOfDate,
    request.reason,
    [...request.accounts.keys()].sort(),
  ) as RunId;
}

/** Requested accounts by household; taxable ones first, so that their losses bind the others. */
function householdsOf({ snapshot, request }: ProposeInput): Map<HouseholdId, AccountSnapshot[]> {
  const households = new Map<HouseholdId, AccountSnapshot[]>();
  for (const accountId of [...request.accounts.keys()].sort()) {
    const account = snapshot.accounts.get(accountId);
    if (account === undefined) continue;
    const { householdId } = account.account;
    const known = households.get(householdId);
    if (known === undefined) households.set(householdId, [account]);
    else known.push(account);
  }
  const rank = (account: AccountSnapshot): number => (isTaxable(account.account.taxStatus) ? 0 : 1);
  for (const accounts of households.values()) accounts.sort((a, b) => rank(a) - rank(b));
  return households;
}

/** What a household's accounts have done so far in this run, on top of its history. */
class HouseholdRun {
  readonly #asOfDate: CalendarDate;
  readonly #windowDays: number;
  readonly #isAvoided: boolean;
  readonly #history: WashWindow;
  readonly #instruments: Snapshot['instruments'];
  readonly #bought = new Map<InstrumentSymbol, WashPurchase[]>();
  readonly #soldAtLoss = new Map<InstrumentSymbol, CalendarDate>();

  constructor(accounts: readonly AccountSnapshot[], { snapshot }: ProposeInput) {
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

/** What of an outcome a replay must reproduce, hashed account by account so that no run is one huge text. */
function outcomeHash(outcome: AccountOutcome): string {
  const { orders, ...rest } = outcome;
  return contentHash({
    accountId: rest.accountId,
    status: rest.status,
    planningTotal: rest.planningTotal,
    cashAfter: rest.cashAfter,
    realizedShortTerm: rest.realizedShortTerm,
    realizedLongTerm: rest.realizedLongTerm,
    estimatedTax: rest.estimatedTax,
    certificate: rest.certificate,
    findings: rest.findings.map((finding) => finding.code),
    suppressed: rest.suppressed.map((entry) => [entry.symbol, entry.side, entry.code]),
    orders: orders.map((order) => [
      order.orderId,
      order.quantity,
      order.estimatedPrice,
      order.estimatedAmount,
      order.lots.map((lot) => [lot.lotId, lot.quantity, lot.gain, lot.term]),
    ]),
  });
}
