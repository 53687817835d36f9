/**
 * The as-of snapshot: a firm's book as it was known on a date, content-addressed. A pure function.
 *
 * Invariants (snapshot.props.test.ts carries the numbers):
 *   S1  the order of rows in the book changes nothing.
 *   S2  a changed value changes its account's hash and the snapshot's, and no other account's.
 *   S3  nothing later than the date is in it (prices, transactions), and no cash flow earlier.
 *   S4  every lot is in exactly one position, whose quantity is the exact sum of its lots.
 *   S5  a number written in two ways (1.5, 1.50) hashes the same.
 */
import { daysBetween, Decimal, sum, type CalendarDate, type Sha256 } from '../kernel/index.ts';
import {
  errorFinding,
  QUANTITY_SCALE,
  warningFinding,
  type Account,
  type AccountId,
  type AccountSnapshot,
  type Finding,
  type FirmBook,
  type InstrumentSymbol,
  type PriceBar,
  type PriceQuote,
  type Quantity,
  type Snapshot,
} from '../domain/index.ts';
import {
  compareBars,
  compareFlows,
  compareLots,
  compareText,
  compareTransactions,
  inOrder,
  positionsOf,
  sortedEntries,
} from './book-order.ts';
import {
  accountText,
  cashFlowText,
  cashText,
  hashLines,
  householdText,
  instrumentText,
  modelText,
  priceBarText,
  restrictionText,
  settingsText,
  taxLotText,
  transactionText,
} from './content-text.ts';

/** Bars over which the average daily volume is taken. */
const VOLUME_BARS = 20;

/**
 * Takes the snapshot of a book on a date.
 *
 * @param book     a firm's records in any row order; `taxLots`, `cash` … state the position on the date
 * @param asOfDate prices and transactions up to and including it, cash flows from it on
 * @returns findings of PRICE_MISSING and PRICE_STALE per symbol held or in a model (see
 *   `unpricedSymbols`); of HOUSEHOLD_UNKNOWN and CASH_MISSING, whose accounts are left out
 */
export function takeSnapshot(book: FirmBook, asOfDate: CalendarDate): Snapshot {
  const findings: Finding[] = [];
  const accounts = new Map<AccountId, AccountSnapshot>();
  for (const [accountId, account] of sortedEntries(book.accounts)) {
    const { snapshot, findings: found } = accountSnapshot(book, account, asOfDate);
    findings.push(...found);
    if (snapshot !== null) accounts.set(accountId, snapshot);
  }
  const content: SnapshotContent = {
    asOfDate,
    instruments: new Map(sortedEntries(book.instruments)),
    ...pricesOn(book, asOfDate),
    models: new Map(sortedEntries(book.models)),
    restrictions: inOrder(book.restrictions, (a, b) =>
      compareText(restrictionText(a), restrictionText(b)),
    ),
    settings: book.settings,
    accounts,
  };
  findings.push(...priceFindings(content));
  return { snapshotHash: hashSnapshot(content), ...content, findings };
}

type SnapshotContent = Omit<Snapshot, 'snapshotHash' | 'findings'>;

function pricesOn(
  book: FirmBook,
  asOfDate: CalendarDate,
): Pick<SnapshotContent, 'quotes' | 'priceHistory'> {
  const priceHistory = new Map<InstrumentSymbol, readonly PriceBar[]>();
  const quotes = new Map<InstrumentSymbol, PriceQuote>();
  for (const [symbol, bars] of sortedEntries(book.prices)) {
    const history = barsUpTo(inOrder(bars, compareBars), asOfDate);
    const last = history.at(-1);
    if (last === undefined) continue;
    priceHistory.set(symbol, history);
    quotes.set(symbol, {
      price: last.close,
      date: last.date,
      averageDailyVolume: averageDailyVolume(history),
    });
  }
  return { quotes, priceHistory };
}

interface AccountResult {
  readonly snapshot: AccountSnapshot | null;
  readonly findings: readonly Finding[];
}

function accountSnapshot(book: FirmBook, account: Account, asOfDate: CalendarDate): AccountResult {
  const { accountId } = account;
  const findings: Finding[] = [];
  const household = book.households.get(account.householdId);
  if (household === undefined) {
    const message = `household ${account.householdId} of account ${accountId} is not known`;
    findings.push(errorFinding('HOUSEHOLD_UNKNOWN', message, { accountId }));
    return { snapshot: null, findings };
  }
  const cash = book.cash.get(accountId);
  if (cash === undefined) {
    const message = `no cash balance is given for account ${accountId}`;
    findings.push(errorFinding('CASH_MISSING', message, { accountId }));
    return { snapshot: null, findings };
  }
  const lots = inOrder(book.taxLots.get(accountId) ?? [], compareLots);
  const later = lots.filter((lot) => lot.acquiredDate > asOfDate).length;
  if (later > 0) {
    const message = `${String(later)} tax lots of account ${accountId} were acquired after ${asOfDate}`;
    findings.push(warningFinding('TAX_LOT_AFTER_DATE', message, { accountId }));
  }
  const transactions = inOrder(book.transactions.get(accountId) ?? [], compareTransactions).filter(
    (transaction) => transaction.date <= asOfDate,
  );
  const cashFlows = inOrder(book.cashFlows.get(accountId) ?? [], compareFlows).filter(
    (flow) => flow.date >= asOfDate,
  );
  const contentHash = hashLines('account', [
    accountText(account),
    householdText(household),
    cashText(cash),
    ...lots.map(taxLotText),
    ...transactions.map(transactionText),
    ...cashFlows.map(cashFlowText),
  ]);
  const positions = positionsOf(lots);
  const snapshot = { account, household, positions, cash, transactions, cashFlows, contentHash };
  return { snapshot, findings };
}

/** Bars in date order; the same array when none is later, which is the common case. */
function barsUpTo(bars: readonly PriceBar[], date: CalendarDate): readonly PriceBar[] {
  const end = bars.findLastIndex((bar) => bar.date <= date) + 1;
  return end === bars.length ? bars : bars.slice(0, end);
}

/** Mean of the volumes known among the last 20 bars, rounded down: a limit on it errs to caution. */
function averageDailyVolume(history: readonly PriceBar[]): Quantity | null {
  const volumes = history
    .slice(-VOLUME_BARS)
    .flatMap((bar) => (bar.volume === null ? [] : [bar.volume]));
  if (volumes.length === 0) return null;
  return sum(volumes).dividedBy(Decimal.fromInteger(volumes.length), QUANTITY_SCALE, 'down');
}

/** One finding per symbol that is needed and has no usable price, naming how many accounts it touches. */
function priceFindings(content: SnapshotContent): Finding[] {
  const needed = new Map<InstrumentSymbol, number>();
  for (const { lines } of content.models.values()) {
    for (const { component } of lines) {
      if (component.kind === 'instrument') needed.set(component.symbol, 0);
    }
  }
  for (const { positions } of content.accounts.values()) {
    for (const { symbol } of positions) needed.set(symbol, (needed.get(symbol) ?? 0) + 1);
  }
  return sortedEntries(needed).flatMap(([symbol, accountCount]) => {
    const finding = priceFinding(content, symbol);
    if (finding === null) return [];
    const holders = accountCount === 0 ? 'a model' : `${String(accountCount)} accounts`;
    return [{ ...finding, message: `${finding.message}; held in ${holders}` }];
  });
}

function priceFinding(content: SnapshotContent, symbol: InstrumentSymbol): Finding | null {
  const { asOfDate, quotes, settings } = content;
  const location = { file: 'prices.csv', symbol };
  const quote = quotes.get(symbol);
  if (quote === undefined) {
    return errorFinding(
      'PRICE_MISSING',
      `${symbol} has no price on or before ${asOfDate}`,
      location,
    );
  }
  const age = daysBetween(quote.date, asOfDate);
  if (age <= settings.tolerance.priceAgeDaysMax) return null;
  const message =
    `the last price of ${symbol} is of ${quote.date}, ${String(age)} days before ${asOfDate} ` +
    `(limit ${String(settings.tolerance.priceAgeDaysMax)})`;
  return errorFinding('PRICE_STALE', message, location);
}

/**
 * Symbols that must not be traded or valued for a decision, and why. An account that holds one, or whose
 * model needs one, cannot be rebalanced.
 */
export function unpricedSymbols(snapshot: Snapshot): ReadonlyMap<InstrumentSymbol, Finding> {
  const unpriced = new Map<InstrumentSymbol, Finding>();
  for (const finding of snapshot.findings) {
    const { symbol } = finding.location;
    const isAboutPrice = finding.code === 'PRICE_MISSING' || finding.code === 'PRICE_STALE';
    if (isAboutPrice && symbol !== undefined) unpriced.set(symbol as InstrumentSymbol, finding);
  }
  return unpriced;
}

/** Findings follow from the content and are not hashed. */
function hashSnapshot(content: SnapshotContent): Sha256 {
  return hashLines('snapshot', snapshotLines(content));
}

function* snapshotLines(content: SnapshotContent): Generator<string> {
  yield `asOf\t${content.asOfDate}`;
  yield settingsText(content.settings);
  for (const instrument of content.instruments.values()) yield instrumentText(instrument);
  for (const [symbol, bars] of content.priceHistory) {
    yield `prices\t${symbol}`;
    for (const bar of bars) yield priceBarText(bar);
  }
  for (const model of content.models.values()) yield modelText(model);
  for (const restriction of content.restrictions) yield restrictionText(restriction);
  for (const [accountId, { contentHash }] of content.accounts) yield `${accountId}\t${contentHash}`;
}
