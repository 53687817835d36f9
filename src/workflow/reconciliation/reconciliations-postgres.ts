/** Reconciliations and their breaks, in PostgreSQL. */
import type { CalendarDate, Instant } from '../../kernel/index.ts';
import type { Finding, ReconciliationBreak, ReconciliationReport } from '../../domain/index.ts';
import { jsonParameter, type Queryable, type Transaction } from '../../db/index.ts';
import type { ReadFileRecord } from './statement-inbox.ts';

export type ReconciliationState = 'awaitingStatements' | 'matched' | 'breaks' | 'failed';

export interface ReconciliationRecord {
  readonly reconciliationId: string;
  readonly tradeDate: CalendarDate;
  readonly state: ReconciliationState;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly completedAt: Instant | null;
  readonly matched: ReconciliationReport['matched'];
  readonly breakCount: number;
  readonly files: readonly ReadFileRecord[];
  readonly findings: readonly Finding[];
  readonly runIds: readonly string[];
}

interface ReconciliationRow {
  readonly reconciliation_id: string;
  readonly trade_date: CalendarDate;
  readonly state: ReconciliationState;
  readonly requested_by: string;
  readonly requested_at: Instant;
  readonly completed_at: Instant | null;
  readonly matched: ReconciliationReport['matched'];
  readonly break_count: number;
  readonly files: readonly ReadFileRecord[];
  readonly findings: readonly Finding[];
  readonly run_ids: readonly string[];
}

function recordOf(row: ReconciliationRow): ReconciliationRecord {
  return {
    reconciliationId: row.reconciliation_id,
    tradeDate: row.trade_date,
    state: row.state,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    completedAt: row.completed_at,
    matched: row.matched,
    breakCount: row.break_count,
    files: row.files,
    findings: row.findings,
    runIds: row.run_ids,
  };
}

const SELECT = `SELECT r.reconciliation_id, r.trade_date, r.state, r.requested_by, r.requested_at,
    r.completed_at, r.matched, r.files, r.findings, r.run_ids,
    (SELECT count(*) FROM reconciliation_break b WHERE b.firm_id = r.firm_id
        AND b.reconciliation_id = r.reconciliation_id) AS break_count
  FROM reconciliation r`;

export async function insertReconciliation(
  tx: Transaction,
  firmId: string,
  reconciliation: {
    readonly reconciliationId: string;
    readonly tradeDate: CalendarDate;
    readonly requestedBy: string;
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO reconciliation (firm_id, reconciliation_id, trade_date, state, requested_by)
     VALUES ($1, $2, $3, 'awaitingStatements', $4)`,
    [firmId, reconciliation.reconciliationId, reconciliation.tradeDate, reconciliation.requestedBy],
  );
}

export interface ReconciliationFilter {
  readonly reconciliationId?: string;
  readonly tradeDate?: string;
  readonly state?: ReconciliationState;
  readonly limit?: number;
}

/** Newest first. */
export async function listReconciliations(
  database: Queryable,
  firmId: string,
  filter: ReconciliationFilter = {},
): Promise<readonly ReconciliationRecord[]> {
  const { rows } = await database.query<ReconciliationRow>(
    `${SELECT} WHERE r.firm_id = $1 AND ($2::text IS NULL OR r.reconciliation_id = $2)
       AND ($3::date IS NULL OR r.trade_date = $3) AND ($4::text IS NULL OR r.state = $4)
      ORDER BY r.requested_at DESC, r.reconciliation_id DESC LIMIT $5`,
    [
      firmId,
      filter.reconciliationId ?? null,
      filter.tradeDate ?? null,
      filter.state ?? null,
      filter.limit ?? 500,
    ],
  );
  return rows.map(recordOf);
}

/** Takes one that still waits; null when another server has it or it is complete. */
export async function lockReconciliation(
  tx: Transaction,
  firmId: string,
  reconciliationId: string,
): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT 1 FROM reconciliation WHERE firm_id = $1 AND reconciliation_id = $2
        AND state = 'awaitingStatements' FOR UPDATE SKIP LOCKED`,
    [firmId, reconciliationId],
  );
  return rows.length > 0;
}

export async function completeReconciliation(
  tx: Transaction,
  firmId: string,
  completed: {
    readonly reconciliationId: string;
    readonly state: ReconciliationState;
    readonly matched: ReconciliationReport['matched'];
    readonly breaks: readonly ReconciliationBreak[];
    readonly files: readonly ReadFileRecord[];
    readonly findings: readonly Finding[];
    readonly runIds: readonly string[];
  },
): Promise<void> {
  await tx.query(
    `UPDATE reconciliation SET state = $3, completed_at = now(), matched = $4, files = $5,
       findings = $6, run_ids = $7 WHERE firm_id = $1 AND reconciliation_id = $2`,
    [
      firmId,
      completed.reconciliationId,
      completed.state,
      jsonParameter(completed.matched),
      jsonParameter(completed.files),
      jsonParameter(completed.findings),
      [...completed.runIds],
    ],
  );
  await tx.query(
    `INSERT INTO reconciliation_break (firm_id, reconciliation_id, break_id, kind, account_id, symbol,
       reference, left_value, right_value, difference)
     SELECT $1, $2, b->>'breakId', b->>'kind', b->>'accountId', b->>'symbol', b->>'reference',
            b->>'left', b->>'right', b->>'difference'
       FROM jsonb_array_elements($3::jsonb) AS b ON CONFLICT DO NOTHING`,
    [firmId, completed.reconciliationId, jsonParameter(completed.breaks)],
  );
}

/** Says why a reconciliation still waits. */
export async function noteWaiting(
  database: Queryable,
  firmId: string,
  waiting: { readonly reconciliationId: string; readonly findings: readonly Finding[] },
): Promise<void> {
  await database.query(
    `UPDATE reconciliation SET findings = $3
      WHERE firm_id = $1 AND reconciliation_id = $2 AND state = 'awaitingStatements'
        AND findings <> $3`,
    [firmId, waiting.reconciliationId, jsonParameter(waiting.findings)],
  );
}

export async function listBreaks(
  database: Queryable,
  firmId: string,
  reconciliationId: string,
): Promise<readonly ReconciliationBreak[]> {
  const { rows } = await database.query<{
    readonly break_id: ReconciliationBreak['breakId'];
    readonly kind: ReconciliationBreak['kind'];
    readonly account_id: ReconciliationBreak['accountId'];
    readonly symbol: ReconciliationBreak['symbol'];
    readonly reference: string | null;
    readonly left_value: string | null;
    readonly right_value: string | null;
    readonly difference: string | null;
  }>(
    `SELECT break_id, kind, account_id, symbol, reference, left_value, right_value, difference
       FROM reconciliation_break WHERE firm_id = $1 AND reconciliation_id = $2
      ORDER BY kind, account_id, symbol, break_id`,
    [firmId, reconciliationId],
  );
  return rows.map((row) => ({
    breakId: row.break_id,
    kind: row.kind,
    accountId: row.account_id,
    symbol: row.symbol,
    reference: row.reference,
    left: row.left_value,
    right: row.right_value,
    difference: row.difference,
  }));
}

/** Breaks of the newest completed reconciliation of each date. */
export async function countOpenBreaks(database: Queryable, firmId: string): Promise<number> {
  const { rows } = await database.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM reconciliation_break b
      WHERE b.firm_id = $1 AND b.reconciliation_id IN (
        SELECT DISTINCT ON (trade_date) reconciliation_id FROM reconciliation
         WHERE firm_id = $1 AND completed_at IS NOT NULL
         ORDER BY trade_date, completed_at DESC)`,
    [firmId],
  );
  return rows[0]?.count ?? 0;
}
