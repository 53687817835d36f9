/**
 * The vault in PostgreSQL: versions of reference data, account states and prices.
 *
 * Invariants (vault-postgres.test.ts):
 *   P1  importing the same content again writes nothing, and never undoes what was recorded since.
 *   P2  a book loaded as of a date and a moment of knowledge is the book that was known then.
 *   P3  an allocation is applied once, in the caller's transaction, whatever runs beside it.
 */
import type { CalendarDate, Instant } from '../kernel/index.ts';
import { zero } from '../kernel/index.ts';
import {
  type AccountId,
  type Allocation,
  type AllocationId,
  type Finding,
  type FirmBook,
  type InstrumentSymbol,
  type LotSelection,
  type OrderId,
  type PriceBar,
  type Quantity,
} from '../domain/index.ts';
import { decimalOf, nullableDecimalOf, type Queryable, type Transaction } from '../db/index.ts';
import { applyAllocation, type AccountState, type RealizedLot } from './account-state.ts';
import { compareBars, compareFlows, compareLots, compareTransactions } from './book-order.ts';
import { fromContent, toContent } from './content-json.ts';
import { cashFlowText, cashText, hashLines, taxLotText, transactionText } from './content-text.ts';
import { bookPartsFrom, datasetsOf, type DatasetName } from './dataset.ts';

export interface ImportOptions {
  readonly asOfDate: CalendarDate;
  /** Where it came from, for example the name and hash of a file; part of what "the same" means. */
  readonly source: string;
}

export interface ImportReceipt {
  /** Datasets that got a new version. */
  readonly datasets: readonly DatasetName[];
  readonly accountStateCount: number;
  readonly priceBarCount: number;
}

const ACCOUNT_BATCH = 500;
const BAR_BATCH = 10_000;

/**
 * Records a book as known from now on. What is already there, or was stated before by the same source for
 * the same date, is not written again (P1).
 */
export async function importBook(
  tx: Transaction,
  firmId: string,
  input: { readonly book: FirmBook } & ImportOptions,
): Promise<ImportReceipt> {
  await tx.query('INSERT INTO vault_firm (firm_id) VALUES ($1) ON CONFLICT DO NOTHING', [firmId]);
  await tx.query('SELECT 1 FROM vault_firm WHERE firm_id = $1 FOR UPDATE', [firmId]);
  const datasets = await importDatasets(tx, firmId, input);
  let accountStateCount = 0;
  const states = statesOf(input.book);
  for (let start = 0; start < states.length; start += ACCOUNT_BATCH) {
    const batch = states.slice(start, start + ACCOUNT_BATCH).map(storedState);
    accountStateCount += await importStates(tx, firmId, { ...input, batch });
  }
  const priceBarCount = await importBars(tx, firmId, input);
  return { datasets, accountStateCount, priceBarCount };
}

async function importDatasets(
  tx: Transaction,
  firmId: string,
  { book, asOfDate, source }: { readonly book: FirmBook } & ImportOptions,
): Promise<readonly DatasetName[]> {
  const contents = datasetsOf(book);
  const { rows } = await tx.query<{ dataset: DatasetName }>(
    `INSERT INTO vault_dataset (firm_id, dataset, version, as_of_date, content_hash, source, content)
     SELECT $1, given.dataset,
            1 + coalesce((SELECT max(version) FROM vault_dataset v
                           WHERE v.firm_id = $1 AND v.dataset = given.dataset), 0),
            $2, given.content_hash, $3, given.content
       FROM unnest($4::text[], $5::text[], $6::text[]) AS given (dataset, content_hash, content)
      WHERE given.content_hash IS DISTINCT FROM (
              SELECT content_hash FROM vault_dataset v
               WHERE v.firm_id = $1 AND v.dataset = given.dataset AND v.as_of_date <= $2
               ORDER BY as_of_date DESC, version DESC LIMIT 1)
        AND NOT EXISTS (
              SELECT 1 FROM vault_dataset v
               WHERE v.firm_id = $1 AND v.dataset = given.dataset AND v.as_of_date = $2
                 AND v.content_hash = given.content_hash AND v.source = $3)
     RETURNING dataset`,
    [
      firmId,
      asOfDate,
      source,
      contents.map((item) => item.dataset),
      contents.map((item) => item.contentHash),
      contents.map((item) => item.content),
    ],
  );
  return rows.map((row) => row.dataset);
}

/** Every account of the book, with what the book says it holds. */
function statesOf(book: FirmBook): readonly AccountState[] {
  return [...book.accounts.keys()].sort().map((accountId) => ({
    accountId,
    lots: [...(book.taxLots.get(accountId) ?? [])].sort(compareLots),
    cash: book.cash.get(accountId) ?? null,
    transactions: [...(book.transactions.get(accountId) ?? [])].sort(compareTransactions),
    cashFlows: [...(book.cashFlows.get(accountId) ?? [])].sort(compareFlows),
  }));
}

interface StoredState {
  readonly accountId: AccountId;
  readonly contentHash: string;
  readonly content: string;
}

function storedState(state: AccountState): StoredState {
  const contentHash = hashLines('accountState', [
    state.cash === null ? 'cash\t~' : cashText(state.cash),
    ...state.lots.map(taxLotText),
    ...state.transactions.map(transactionText),
    ...state.cashFlows.map(cashFlowText),
  ]);
  return { accountId: state.accountId, contentHash, content: toContent(state) };
}

async function importStates(
  tx: Transaction,
  firmId: string,
  { asOfDate, source, batch }: ImportOptions & { readonly batch: readonly StoredState[] },
): Promise<number> {
  const accountIds = batch.map((state) => state.accountId);
  await lockAccounts(tx, firmId, accountIds);
  const { rows } = await tx.query<{ account_id: string }>(
    `INSERT INTO vault_account_state
       (firm_id, account_id, version, as_of_date, content_hash, source, content)
     SELECT $1, given.account_id, head.version_max + 1, $2, given.content_hash, $3, given.content
       FROM unnest($4::text[], $5::text[], $6::text[]) AS given (account_id, content_hash, content)
       JOIN vault_account head ON head.firm_id = $1 AND head.account_id = given.account_id
      WHERE given.content_hash IS DISTINCT FROM (
              SELECT content_hash FROM vault_account_state v
               WHERE v.firm_id = $1 AND v.account_id = given.account_id AND v.as_of_date <= $2
               ORDER BY as_of_date DESC, version DESC LIMIT 1)
        AND NOT EXISTS (
              SELECT 1 FROM vault_account_state v
               WHERE v.firm_id = $1 AND v.account_id = given.account_id AND v.as_of_date = $2
                 AND v.content_hash = given.content_hash AND v.source = $3)
     RETURNING account_id`,
    [
      firmId,
      asOfDate,
      source,
      accountIds,
      batch.map((state) => state.contentHash),
      batch.map((state) => state.content),
    ],
  );
  await tx.query(
    `UPDATE vault_account SET version_max = version_max + 1
      WHERE firm_id = $1 AND account_id = ANY ($2)`,
    [firmId, rows.map((row) => row.account_id)],
  );
  return rows.length;
}

/** Always in the order of the ids, so that two transactions never wait for each other in a circle. */
async function lockAccounts(
  tx: Transaction,
  firmId: string,
  accountIds: readonly AccountId[],
): Promise<void> {
  const sorted = [...new Set(accountIds)].sort();
  await tx.query(
    `INSERT INTO vault_account (firm_id, account_id)
     SELECT $1, account_id FROM unnest($2::text[]) AS given (account_id) ORDER BY account_id
     ON CONFLICT DO NOTHING`,
    [firmId, sorted],
  );
  await tx.query(
    `SELECT 1 FROM vault_account WHERE firm_id = $1 AND account_id = ANY ($2)
      ORDER BY account_id COLLATE "C" FOR UPDATE`,
    [firmId, sorted],
  );
}

async function importBars(
  tx: Transaction,
  firmId: string,
  { book, source }: { readonly book: FirmBook } & ImportOptions,
): Promise<number> {
  const rows = [...book.prices].flatMap(([symbol, bars]) => bars.map((bar) => ({ symbol, bar })));
  let count = 0;
  for (let start = 0; start < rows.length; start += BAR_BATCH) {
    const batch = rows.slice(start, start + BAR_BATCH);
    const result = await tx.query(
      `INSERT INTO vault_price_bar
         (firm_id, symbol, bar_date, close, volume, adjusted_close, source)
       SELECT $1, given.symbol, given.bar_date, given.close, given.volume, given.adjusted_close, $2
         FROM unnest($3::text[], $4::date[], $5::numeric[], $6::numeric[], $7::numeric[])
              AS given (symbol, bar_date, close, volume, adjusted_close)
         LEFT JOIN LATERAL (
              SELECT close, volume, adjusted_close FROM vault_price_bar v
               WHERE v.firm_id = $1 AND v.symbol = given.symbol AND v.bar_date = given.bar_date
               ORDER BY recorded_at DESC LIMIT 1) known ON true
        WHERE (given.close, given.volume, given.adjusted_close)
              IS DISTINCT FROM (known.close, known.volume, known.adjusted_close)`,
      [
        firmId,
        source,
        batch.map(({ symbol }) => symbol),
        batch.map(({ bar }) => bar.date),
        batch.map(({ bar }) => bar.close),
        batch.map(({ bar }) => bar.volume),
        batch.map(({ bar }) => bar.adjustedClose),
      ],
    );
    count += result.rowCount;
  }
  return count;
}

export interface LoadOptions {
  readonly asOfDate: CalendarDate;
  /** Only what was known at this moment; default: all that is known now. */
  readonly recordedAt?: Instant;
}

/**
 * The book as of a date, or null when nothing was known of the firm.
 *
 * Run it in a `repeatableRead` transaction where other writers are about: one moment for all its parts.
 */
export async function loadBook(
  database: Queryable,
  firmId: string,
  { asOfDate, recordedAt }: LoadOptions,
): Promise<FirmBook | null> {
  const key = [firmId, asOfDate, recordedAt ?? 'infinity'];
  const datasets = await database.query<{ dataset: DatasetName; content: string }>(
    `SELECT DISTINCT ON (dataset) dataset, content FROM vault_dataset
      WHERE firm_id = $1 AND as_of_date <= $2 AND recorded_at <= $3::timestamptz
      ORDER BY dataset, as_of_date DESC, version DESC`,
    key,
  );
  const parts = bookPartsFrom(new Map(datasets.rows.map((row) => [row.dataset, row.content])));
  if (parts === null) return null;
  const states = await database.query<{ content: string }>(
    `SELECT DISTINCT ON (account_id) content FROM vault_account_state
      WHERE firm_id = $1 AND as_of_date <= $2 AND recorded_at <= $3::timestamptz
      ORDER BY account_id, as_of_date DESC, version DESC`,
    key,
  );
  return {
    ...parts,
    ...holdingsFrom(states.rows.map((row) => fromContent<AccountState>(row.content))),
    prices: await loadBars(database, key),
  };
}

function holdingsFrom(
  states: readonly AccountState[],
): Pick<FirmBook, 'taxLots' | 'cash' | 'transactions' | 'cashFlows'> {
  const filled = <T>(listOf: (state: AccountState) => readonly T[]): Map<AccountId, readonly T[]> =>
    new Map(
      states
        .filter((state) => listOf(state).length > 0)
        .map((state) => [state.accountId, listOf(state)]),
    );
  return {
    taxLots: filled((state) => state.lots),
    transactions: filled((state) => state.transactions),
    cashFlows: filled((state) => state.cashFlows),
    cash: new Map(
      states.flatMap(({ accountId, cash }) => (cash === null ? [] : [[accountId, cash]])),
    ),
  };
}

interface BarRow {
  readonly symbol: InstrumentSymbol;
  readonly bar_date: CalendarDate;
  readonly close: string;
  readonly volume: string | null;
  readonly adjusted_close: string | null;
}

async function loadBars(database: Queryable, key: readonly unknown[]): Promise<FirmBook['prices']> {
  const { rows } = await database.query<BarRow>(
    `SELECT DISTINCT ON (symbol, bar_date) symbol, bar_date, close, volume, adjusted_close
       FROM vault_price_bar
      WHERE firm_id = $1 AND bar_date <= $2 AND recorded_at <= $3::timestamptz
      ORDER BY symbol, bar_date, recorded_at DESC`,
    key,
  );
  const prices = new Map<InstrumentSymbol, PriceBar[]>();
  for (const row of rows) {
    const bars = prices.get(row.symbol) ?? [];
    if (bars.length === 0) prices.set(row.symbol, bars);
    bars.push({
      date: row.bar_date,
      close: decimalOf<'Price'>(row.close),
      volume: nullableDecimalOf<'Quantity'>(row.volume),
      adjustedClose: nullableDecimalOf<'Price'>(row.adjusted_close),
    });
  }
  for (const bars of prices.values()) bars.sort(compareBars);
  return prices;
}

export interface AllocationsInput {
  readonly allocations: readonly Allocation[];
  /** The lots that each sell order chose, in order; an order without an entry sells the oldest. */
  readonly lotSelections: ReadonlyMap<OrderId, readonly Pick<LotSelection, 'lotId' | 'quantity'>[]>;
}

export interface AllocationsReceipt {
  readonly recorded: readonly AllocationId[];
  /** Were applied before: nothing was done. */
  readonly alreadyRecorded: readonly AllocationId[];
  readonly realized: readonly (RealizedLot & { readonly allocationId: AllocationId })[];
  /** Warnings of what was recorded, and errors of what was not: ALLOCATION_EXCEEDS_POSITION. */
  readonly findings: readonly Finding[];
}

/**
 * Writes the next state of every account that an allocation touches, in the caller's transaction. Each
 * allocation counts once, however often it is given (P3). The next state follows the newest one known,
 * and is as of the trade date or that state's own date, whichever is later.
 *
 * @refuses ALLOCATION_EXCEEDS_POSITION, in `findings`: that allocation is not recorded, the others are
 */
export async function recordAllocations(
  tx: Transaction,
  firmId: string,
  input: AllocationsInput,
): Promise<AllocationsReceipt> {
  const recorded: AllocationId[] = [];
  const realized: (RealizedLot & { readonly allocationId: AllocationId })[] = [];
  const findings: Finding[] = [];
  await tx.query('INSERT INTO vault_firm (firm_id) VALUES ($1) ON CONFLICT DO NOTHING', [firmId]);
  await tx.query('SELECT 1 FROM vault_firm WHERE firm_id = $1 FOR SHARE', [firmId]);
  await lockAccounts(
    tx,
    firmId,
    input.allocations.map((allocation) => allocation.accountId),
  );
  const known = await knownAllocations(tx, firmId, input.allocations);
  const states = await newestStates(tx, firmId, input.allocations);
  const ordered = input.allocations
    .filter((allocation) => !known.has(allocation.allocationId))
    .sort((a, b) => (a.allocationId < b.allocationId ? -1 : 1));
  const quantities = await quantitiesBefore(tx, firmId, ordered);
  const done = new Set<AllocationId>();
  const booked = new Map<AccountId, BookedState>();
  for (const allocation of ordered) {
    const { allocationId, accountId, orderId } = allocation;
    if (done.has(allocationId)) continue;
    done.add(allocationId);
    const newest = booked.get(accountId) ?? states.get(accountId);
    const state = newest?.state ?? emptyState(accountId);
    const quantityBefore = quantities.get(orderId) ?? zero<'Quantity'>();
    const selections = input.lotSelections.get(orderId) ?? [];
    const effect = applyAllocation(state, { allocation, selections, quantityBefore });
    if (!effect.ok) {
      findings.push(effect.error);
      continue;
    }
    const asOfDate =
      newest !== undefined && newest.asOfDate > allocation.tradeDate
        ? newest.asOfDate
        : allocation.tradeDate;
    const allocations = [...(booked.get(accountId)?.allocations ?? []), allocation];
    booked.set(accountId, { state: effect.value.state, asOfDate, allocations });
    quantities.set(orderId, quantityBefore.plus(allocation.quantity));
    recorded.push(allocationId);
    findings.push(...effect.value.findings);
    realized.push(...effect.value.realized.map((lot) => ({ ...lot, allocationId })));
  }
  // One version per account and booking: a version holds the account's whole state.
  for (const accountId of [...booked.keys()].sort()) {
    await saveBooked(tx, firmId, booked.get(accountId) as BookedState);
  }
  const alreadyRecorded = [...known];
  return { recorded, alreadyRecorded, realized, findings };
}

function emptyState(accountId: AccountId): AccountState {
  return { accountId, lots: [], cash: null, transactions: [], cashFlows: [] };
}

async function knownAllocations(
  tx: Transaction,
  firmId: string,
  allocations: readonly Allocation[],
): Promise<ReadonlySet<AllocationId>> {
  const { rows } = await tx.query<{ allocation_id: AllocationId }>(
    'SELECT allocation_id FROM vault_allocation WHERE firm_id = $1 AND allocation_id = ANY ($2)',
    [firmId, allocations.map((allocation) => allocation.allocationId)],
  );
  return new Set(rows.map((row) => row.allocation_id));
}

async function quantitiesBefore(
  tx: Transaction,
  firmId: string,
  allocations: readonly Allocation[],
): Promise<Map<OrderId, Quantity>> {
  const { rows } = await tx.query<{ order_id: OrderId; quantity: string }>(
    `SELECT order_id, sum(quantity) AS quantity FROM vault_allocation
      WHERE firm_id = $1 AND order_id = ANY ($2) GROUP BY order_id`,
    [firmId, allocations.map((allocation) => allocation.orderId)],
  );
  return new Map(rows.map((row) => [row.order_id, decimalOf<'Quantity'>(row.quantity)]));
}

interface DatedState {
  readonly state: AccountState;
  readonly asOfDate: CalendarDate;
}

interface BookedState extends DatedState {
  /** What made it from the version before. */
  readonly allocations: readonly Allocation[];
}

async function newestStates(
  tx: Transaction,
  firmId: string,
  allocations: readonly Allocation[],
): Promise<Map<AccountId, DatedState>> {
  const { rows } = await tx.query<{
    account_id: AccountId;
    as_of_date: CalendarDate;
    content: string;
  }>(
    `SELECT DISTINCT ON (account_id) account_id, as_of_date, content FROM vault_account_state
      WHERE firm_id = $1 AND account_id = ANY ($2)
      ORDER BY account_id, as_of_date DESC, version DESC`,
    [firmId, allocations.map((allocation) => allocation.accountId)],
  );
  return new Map(
    rows.map((row) => [
      row.account_id,
      { asOfDate: row.as_of_date, state: fromContent<AccountState>(row.content) },
    ]),
  );
}

async function saveBooked(tx: Transaction, firmId: string, saved: BookedState): Promise<void> {
  const { allocations, asOfDate, state } = saved;
  const { contentHash, content } = storedState(state);
  const [first] = allocations;
  const more = allocations.length > 1 ? ` and ${String(allocations.length - 1)} more` : '';
  const source = `allocation ${first?.allocationId ?? ''}${more}`;
  await tx.query(
    `WITH head AS (
       UPDATE vault_account SET version_max = version_max + 1
        WHERE firm_id = $1 AND account_id = $2 RETURNING version_max)
     INSERT INTO vault_account_state
       (firm_id, account_id, version, as_of_date, content_hash, source, content)
     SELECT $1, $2, version_max, $3, $4, $5, $6 FROM head`,
    [firmId, state.accountId, asOfDate, contentHash, source, content],
  );
  await tx.query(
    `INSERT INTO vault_allocation (firm_id, allocation_id, order_id, account_id, quantity, version)
     SELECT $1, a.allocation_id, a.order_id, $2, a.quantity, v.version_max
       FROM vault_account v,
            unnest($3::text[], $4::text[], $5::numeric[]) AS a (allocation_id, order_id, quantity)
      WHERE v.firm_id = $1 AND v.account_id = $2`,
    [
      firmId,
      state.accountId,
      allocations.map((allocation) => allocation.allocationId),
      allocations.map((allocation) => allocation.orderId),
      allocations.map((allocation) => allocation.quantity.toString()),
    ],
  );
}
