/** The vault as the workflow uses it: one snapshot per state of the books, kept while it is current. */
import type { CalendarDate } from '../kernel/index.ts';
import { assert, contentHash } from '../kernel/index.ts';
import type {
  Allocation,
  Finding,
  FirmBook,
  LotSelection,
  OrderId,
  Snapshot,
} from '../domain/index.ts';
import type { AuditWriter, Database, Transaction } from '../db/index.ts';
import {
  importBook,
  loadBook,
  recordAllocations,
  takeSnapshot,
  type ImportReceipt,
} from '../vault/index.ts';
import type { BookSource } from './context.ts';
import { appendLiveEvents } from './live-events-postgres.ts';

/** Prices come with imports only, a few times a day: their part of the version is looked up this often. */
const PRICES_CHECK_MS = 2_000;
const SNAPSHOTS_KEPT = 2;

interface PriceState {
  readonly count: number;
  readonly latestDate: CalendarDate | null;
  readonly checkedAt: number;
}

export class VaultBooks implements BookSource {
  readonly #database: Database;
  readonly #firmId: string;
  readonly #snapshots = new Map<string, Promise<Snapshot>>();
  #reference: { readonly key: string; readonly snapshot: Promise<Snapshot> } | null = null;
  #prices: PriceState | null = null;

  constructor(database: Database, firmId: string) {
    this.#database = database;
    this.#firmId = firmId;
  }

  async version(): Promise<string | null> {
    const parts = await this.#versionParts();
    return parts === null ? null : `${parts.reference}.${String(parts.states)}`;
  }

  /** Reference data and prices on one side, states of accounts on the other. */
  async #versionParts(): Promise<{ readonly reference: string; readonly states: number } | null> {
    const { rows } = await this.#database.query<{
      readonly datasets: number;
      readonly states: number;
    }>(
      `SELECT (SELECT count(*) FROM vault_dataset WHERE firm_id = $1) AS datasets,
              (SELECT coalesce(sum(version_max), 0)::bigint FROM vault_account
                WHERE firm_id = $1) AS states`,
      [this.#firmId],
    );
    const row = rows[0];
    if (row === undefined || row.datasets === 0) return null;
    const prices = await this.#priceState();
    return { reference: `${String(row.datasets)}.${String(prices.count)}`, states: row.states };
  }

  async latestDate(): Promise<CalendarDate> {
    const { latestDate } = await this.#priceState();
    assert(latestDate !== null, 'a firm with books has prices');
    return latestDate;
  }

  async earliestDate(): Promise<CalendarDate> {
    const { rows } = await this.#database.query<{ readonly earliest: CalendarDate | null }>(
      'SELECT min(as_of_date) AS earliest FROM vault_dataset WHERE firm_id = $1',
      [this.#firmId],
    );
    const earliest = rows[0]?.earliest ?? null;
    assert(earliest !== null, 'a firm with books has a first date');
    return earliest;
  }

  async snapshot(asOfDate: CalendarDate): Promise<Snapshot> {
    const key = `${(await this.version()) ?? 'none'} ${asOfDate}`;
    const known = this.#snapshots.get(key);
    if (known !== undefined) return known;
    const loading = this.#load(asOfDate);
    this.#snapshots.set(key, loading);
    for (const oldest of [...this.#snapshots.keys()].slice(0, -SNAPSHOTS_KEPT)) {
      this.#snapshots.delete(oldest);
    }
    // A failed load is not remembered.
    loading.catch(() => this.#snapshots.delete(key));
    return loading;
  }

  async reference(asOfDate: CalendarDate): Promise<Snapshot> {
    const parts = await this.#versionParts();
    const key = `${parts?.reference ?? 'none'} ${asOfDate}`;
    if (this.#reference?.key === key) return this.#reference.snapshot;
    const loading = this.snapshot(asOfDate);
    this.#reference = { key, snapshot: loading };
    loading.catch(() => {
      this.#reference = null;
    });
    return loading;
  }

  async recordAllocations(
    tx: Transaction,
    booking: {
      readonly allocations: readonly Allocation[];
      readonly lotSelections: ReadonlyMap<OrderId, readonly LotSelection[]>;
    },
  ): Promise<readonly Finding[]> {
    const receipt = await recordAllocations(tx, this.#firmId, booking);
    return receipt.findings;
  }

  async #load(asOfDate: CalendarDate): Promise<Snapshot> {
    const book = await this.#database.transaction(
      (tx) => loadBook(tx, this.#firmId, { asOfDate }),
      { isolation: 'repeatableRead', readOnly: true },
    );
    assert(book !== null, `the vault knows the firm on ${asOfDate}`);
    return takeSnapshot(book, asOfDate);
  }

  async #priceState(): Promise<PriceState> {
    const now = performance.now(); // house: reads-clock
    const known = this.#prices;
    if (known !== null && now - known.checkedAt < PRICES_CHECK_MS) return known;
    const { rows } = await this.#database.query<{
      readonly count: number;
      readonly latest: CalendarDate | null;
    }>(
      `SELECT count(*) AS count, max(bar_date) AS latest FROM vault_price_bar WHERE firm_id = $1`,
      [this.#firmId],
    );
    const row = rows[0];
    this.#prices = {
      count: row?.count ?? 0,
      latestDate: row?.latest ?? null,
      checkedAt: now,
    };
    return this.#prices;
  }
}

/** The date of the newest price in a book; null when it has none. */
export function latestPriceDate(book: FirmBook): CalendarDate | null {
  let latest: CalendarDate | null = null;
  for (const bars of book.prices.values()) {
    const last = bars.at(-1)?.date ?? null;
    if (last !== null && (latest === null || last > latest)) latest = last;
  }
  return latest;
}

/**
 * Imports a firm into the vault, with its audit entry, in one transaction. Idempotent.
 *
 * @param source where the book came from; the receipt and the audit entry name it
 */
export async function importFirm(
  services: { readonly database: Database; readonly audit: AuditWriter; readonly firmId: string },
  imported: {
    readonly book: FirmBook;
    readonly source: string;
    readonly asOfDate: CalendarDate;
    readonly findings: readonly Finding[];
  },
): Promise<ImportReceipt> {
  const { firmId } = services;
  const { book, source, asOfDate, findings } = imported;
  return services.database.transaction(async (tx) => {
    const receipt = await importBook(tx, firmId, { book, asOfDate, source });
    await services.audit.append(tx, {
      actor: 'system:import',
      action: 'firm.imported',
      subjectKind: 'firm',
      subjectId: firmId,
      correlationId: null,
      causationId: null,
      reasonCode: null,
      reasonText: null,
      payload: {
        source,
        asOfDate,
        datasets: [...receipt.datasets],
        accountStateCount: receipt.accountStateCount,
        priceBarCount: receipt.priceBarCount,
        findingCount: findings.length,
        findingsHash: contentHash(findings),
      },
    });
    await appendLiveEvents(tx, firmId, [{ kind: 'monitor.changed' }]);
    return receipt;
  });
}
