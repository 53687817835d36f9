/** Runs in PostgreSQL. Every change of state goes through the table of run-state.ts. */
import type { CalendarDate, Instant, JsonValue, Sha256 } from '../../kernel/index.ts';
import type { AccountId, Drift, Finding, RebalanceKind, RunId } from '../../domain/index.ts';
import { jsonParameter, type Queryable, type Transaction } from '../../db/index.ts';
import { reviveDecimals } from './decimal-revival.ts';
import type {
  RunAccountRecord,
  RunPhase,
  RunRecord,
  RunSelection,
  RunState,
  RunTotals,
} from './run-record.ts';

interface RunRow {
  readonly run_id: RunId;
  readonly state: RunState;
  readonly rebalance_kind: RebalanceKind;
  readonly selection: RunSelection;
  readonly account_ids: readonly AccountId[] | null;
  readonly reason: string;
  readonly as_of_date: CalendarDate;
  readonly started_by: string;
  readonly started_at: Instant;
  readonly schedule_id: string | null;
  readonly computed_at: Instant | null;
  readonly submitted_by: string | null;
  readonly submitted_at: Instant | null;
  readonly submission_note: string | null;
  readonly released_by: string | null;
  readonly released_at: Instant | null;
  readonly trade_date: CalendarDate | null;
  readonly snapshot_hash: Sha256 | null;
  readonly engine_version: string | null;
  readonly result_hash: Sha256 | null;
  readonly report_hash: Sha256 | null;
  readonly report_version: number;
  readonly phase: RunPhase;
  readonly done_count: number;
  readonly total_count: number;
  readonly totals: JsonValue;
  readonly findings: readonly Finding[];
  readonly failure: Finding | null;
  readonly claim_count: number;
}

const COLUMNS = `run_id, state, rebalance_kind, selection, account_ids, reason, as_of_date, started_by,
  started_at, schedule_id, computed_at, submitted_by, submitted_at, submission_note, released_by,
  released_at, trade_date, snapshot_hash, engine_version, result_hash, report_hash, report_version,
  phase, done_count, total_count, totals, findings, failure, claim_count`;

function runOf(row: RunRow): RunRecord {
  return {
    runId: row.run_id,
    state: row.state,
    rebalanceKind: row.rebalance_kind,
    selection: row.selection,
    accountIds: row.account_ids,
    reason: row.reason,
    asOfDate: row.as_of_date,
    startedBy: row.started_by,
    startedAt: row.started_at,
    scheduleId: row.schedule_id,
    computedAt: row.computed_at,
    submittedBy: row.submitted_by,
    submittedAt: row.submitted_at,
    submissionNote: row.submission_note,
    releasedBy: row.released_by,
    releasedAt: row.released_at,
    tradeDate: row.trade_date,
    snapshotHash: row.snapshot_hash,
    engineVersion: row.engine_version,
    resultHash: row.result_hash,
    reportHash: row.report_hash,
    reportVersion: row.report_version,
    phase: row.phase,
    doneCount: row.done_count,
    totalCount: row.total_count,
    totals: row.totals === null ? null : reviveDecimals<RunTotals>(row.totals),
    findings: row.findings,
    failure: row.failure,
    claimCount: row.claim_count,
  };
}

export interface NewRun {
  readonly runId: RunId;
  readonly rebalanceKind: RebalanceKind;
  readonly selection: RunSelection;
  readonly accountIds: readonly AccountId[] | null;
  readonly reason: string;
  readonly asOfDate: CalendarDate;
  readonly startedBy: string;
  readonly scheduleId: string | null;
}

export async function insertRun(tx: Transaction, firmId: string, run: NewRun): Promise<void> {
  await tx.query(
    `INSERT INTO rebalance_run (firm_id, run_id, state, rebalance_kind, selection, account_ids,
       reason, as_of_date, started_by, schedule_id)
     VALUES ($1, $2, 'computing', $3, $4, $5, $6, $7, $8, $9)`,
    [
      firmId,
      run.runId,
      run.rebalanceKind,
      run.selection,
      run.accountIds === null ? null : [...run.accountIds],
      run.reason,
      run.asOfDate,
      run.startedBy,
      run.scheduleId,
    ],
  );
}

export async function findRun(
  database: Queryable,
  firmId: string,
  runId: string,
): Promise<RunRecord | null> {
  const { rows } = await database.query<RunRow>(
    `SELECT ${COLUMNS} FROM rebalance_run WHERE firm_id = $1 AND run_id = $2`,
    [firmId, runId],
  );
  return rows[0] === undefined ? null : runOf(rows[0]);
}

/** As `findRun`, and nobody else changes the run until the transaction ends. */
export async function lockRun(
  tx: Transaction,
  firmId: string,
  runId: string,
): Promise<RunRecord | null> {
  const { rows } = await tx.query<RunRow>(
    `SELECT ${COLUMNS} FROM rebalance_run WHERE firm_id = $1 AND run_id = $2 FOR UPDATE`,
    [firmId, runId],
  );
  return rows[0] === undefined ? null : runOf(rows[0]);
}

export interface RunFilter {
  readonly states?: readonly RunState[];
  readonly before?: { readonly startedAt: Instant; readonly runId: string };
  readonly limit: number;
}

/** Newest first. */
export async function listRuns(
  database: Queryable,
  firmId: string,
  filter: RunFilter,
): Promise<readonly RunRecord[]> {
  const { rows } = await database.query<RunRow>(
    `SELECT ${COLUMNS} FROM rebalance_run
      WHERE firm_id = $1 AND ($2::text[] IS NULL OR state = ANY ($2))
        AND ($3::timestamptz IS NULL
             OR (date_trunc('milliseconds', started_at), run_id) < ($3::timestamptz, $4::text))
      ORDER BY date_trunc('milliseconds', started_at) DESC, run_id DESC LIMIT $5`,
    [
      firmId,
      filter.states === undefined ? null : [...filter.states],
      filter.before?.startedAt ?? null,
      filter.before?.runId ?? null,
      filter.limit,
    ],
  );
  return rows.map(runOf);
}

export async function countRuns(
  database: Queryable,
  firmId: string,
  states: readonly RunState[] | null = null,
): Promise<number> {
  const { rows } = await database.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM rebalance_run
      WHERE firm_id = $1 AND ($2::text[] IS NULL OR state = ANY ($2))`,
    [firmId, states === null ? null : [...states]],
  );
  return rows[0]?.count ?? 0;
}

/** Takes the run for one worker: the returned count is the fence of everything that it writes. */
export async function claimRun(
  database: Queryable,
  firmId: string,
  runId: string,
): Promise<number | null> {
  const { rows } = await database.query<{ readonly claim_count: number }>(
    `UPDATE rebalance_run SET claim_count = claim_count + 1
      WHERE firm_id = $1 AND run_id = $2 AND state = 'computing' RETURNING claim_count`,
    [firmId, runId],
  );
  return rows[0]?.claim_count ?? null;
}

export interface ClaimedRun {
  readonly firmId: string;
  readonly runId: RunId;
  readonly claimCount: number;
}

/** Writes progress; false when another worker has taken the run. */
export async function saveProgress(
  database: Queryable,
  claim: ClaimedRun,
  progress: {
    readonly phase: RunPhase;
    readonly doneCount: number;
    readonly totalCount: number;
  },
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE rebalance_run SET phase = $4, done_count = $5, total_count = $6
      WHERE firm_id = $1 AND run_id = $2 AND claim_count = $3 AND state = 'computing'`,
    [
      claim.firmId,
      claim.runId,
      claim.claimCount,
      progress.phase,
      progress.doneCount,
      progress.totalCount,
    ],
  );
  return rowCount === 1;
}

export interface ComputedRun {
  readonly snapshotHash: Sha256;
  readonly engineVersion: string;
  readonly resultHash: Sha256;
  readonly reportHash: Sha256;
  readonly totals: RunTotals;
  readonly findings: readonly Finding[];
  readonly accountCount: number;
}

/** Closes the computation; false when the claim was lost, and then nothing of it may commit. */
export async function finishComputation(
  tx: Transaction,
  claim: ClaimedRun,
  computed: ComputedRun,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE rebalance_run SET state = 'proposed', phase = 'done', computed_at = now(),
       done_count = $4, total_count = $4, snapshot_hash = $5, engine_version = $6,
       result_hash = $7, report_hash = $8, report_version = 1, totals = $9, findings = $10
      WHERE firm_id = $1 AND run_id = $2 AND claim_count = $3 AND state = 'computing'`,
    [
      claim.firmId,
      claim.runId,
      claim.claimCount,
      computed.accountCount,
      computed.snapshotHash,
      computed.engineVersion,
      computed.resultHash,
      computed.reportHash,
      jsonParameter(computed.totals),
      jsonParameter(computed.findings),
    ],
  );
  return rowCount === 1;
}

export async function failComputation(
  tx: Transaction,
  claim: ClaimedRun,
  failure: Finding,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE rebalance_run SET state = 'failed', phase = 'done', failure = $4, computed_at = now()
      WHERE firm_id = $1 AND run_id = $2 AND claim_count = $3 AND state = 'computing'`,
    [claim.firmId, claim.runId, claim.claimCount, jsonParameter(failure)],
  );
  return rowCount === 1;
}

export async function saveRunState(
  tx: Transaction,
  firmId: string,
  change: { readonly runId: RunId; readonly state: RunState },
): Promise<void> {
  await tx.query('UPDATE rebalance_run SET state = $3 WHERE firm_id = $1 AND run_id = $2', [
    firmId,
    change.runId,
    change.state,
  ]);
}

export async function saveSubmission(
  tx: Transaction,
  firmId: string,
  submission: { readonly runId: RunId; readonly by: string; readonly note: string | null },
): Promise<void> {
  await tx.query(
    `UPDATE rebalance_run SET state = 'submitted', submitted_by = $3, submitted_at = now(),
       submission_note = $4 WHERE firm_id = $1 AND run_id = $2`,
    [firmId, submission.runId, submission.by, submission.note],
  );
}

export async function saveRelease(
  tx: Transaction,
  firmId: string,
  release: { readonly runId: RunId; readonly by: string; readonly tradeDate: CalendarDate },
): Promise<void> {
  await tx.query(
    `UPDATE rebalance_run SET state = 'released', released_by = $3, released_at = now(),
       trade_date = $4 WHERE firm_id = $1 AND run_id = $2`,
    [firmId, release.runId, release.by, release.tradeDate],
  );
}

export async function saveReport(
  tx: Transaction,
  firmId: string,
  report: { readonly runId: RunId; readonly hash: Sha256; readonly version: number },
): Promise<void> {
  await tx.query(
    `UPDATE rebalance_run SET report_hash = $3, report_version = $4
      WHERE firm_id = $1 AND run_id = $2`,
    [firmId, report.runId, report.hash, report.version],
  );
}

export async function saveTotals(
  tx: Transaction,
  firmId: string,
  change: { readonly runId: RunId; readonly totals: RunTotals },
): Promise<void> {
  await tx.query('UPDATE rebalance_run SET totals = $3 WHERE firm_id = $1 AND run_id = $2', [
    firmId,
    change.runId,
    jsonParameter(change.totals),
  ]);
}

const ACCOUNTS_PER_STATEMENT = 1_000;

export async function insertRunAccounts(
  tx: Transaction,
  firmId: string,
  batch: { readonly runId: RunId; readonly accounts: readonly RunAccountRecord['outcome'][] },
): Promise<void> {
  for (let start = 0; start < batch.accounts.length; start += ACCOUNTS_PER_STATEMENT) {
    const accounts = batch.accounts.slice(start, start + ACCOUNTS_PER_STATEMENT);
    await tx.query(
      `INSERT INTO run_account (firm_id, run_id, account_id, household_id, status, outcome)
       SELECT $1, $2, o->>'accountId', o->>'householdId', o->>'status', o
         FROM jsonb_array_elements($3::jsonb) AS o`,
      [firmId, batch.runId, jsonParameter(accounts)],
    );
  }
}

interface AccountRow {
  readonly outcome: JsonValue;
  readonly drift_achieved: JsonValue;
}

function accountOf(row: AccountRow): RunAccountRecord {
  return {
    outcome: reviveDecimals<RunAccountRecord['outcome']>(row.outcome),
    driftAchieved: row.drift_achieved === null ? null : reviveDecimals<Drift>(row.drift_achieved),
  };
}

/** By account id. */
export async function listRunAccounts(
  database: Queryable,
  firmId: string,
  filter: {
    readonly runId: string;
    readonly status?: string;
    readonly after?: string;
    readonly limit?: number;
  },
): Promise<readonly RunAccountRecord[]> {
  const { rows } = await database.query<AccountRow>(
    `SELECT outcome, drift_achieved FROM run_account
      WHERE firm_id = $1 AND run_id = $2 AND ($3::text IS NULL OR account_id > $3)
        AND ($4::text IS NULL OR status = $4)
      ORDER BY account_id LIMIT $5`,
    [firmId, filter.runId, filter.after ?? null, filter.status ?? null, filter.limit ?? null],
  );
  return rows.map(accountOf);
}

export async function countRunAccounts(
  database: Queryable,
  firmId: string,
  filter: { readonly runId: string; readonly status?: string },
): Promise<number> {
  const { rows } = await database.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM run_account
      WHERE firm_id = $1 AND run_id = $2 AND ($3::text IS NULL OR status = $3)`,
    [firmId, filter.runId, filter.status ?? null],
  );
  return rows[0]?.count ?? 0;
}

export async function saveAchievedDrift(
  tx: Transaction,
  firmId: string,
  batch: {
    readonly runId: RunId;
    readonly drifts: readonly { readonly accountId: AccountId; readonly drift: Drift }[];
  },
): Promise<void> {
  await tx.query(
    `UPDATE run_account a SET drift_achieved = d->'drift'
       FROM jsonb_array_elements($3::jsonb) AS d
      WHERE a.firm_id = $1 AND a.run_id = $2 AND a.account_id = d->>'accountId'`,
    [firmId, batch.runId, jsonParameter(batch.drifts)],
  );
}

/** When each account was last in a run whose orders traded. */
export async function lastRebalancedAt(
  database: Queryable,
  firmId: string,
): Promise<ReadonlyMap<string, Instant>> {
  const { rows } = await database.query<{ readonly account_id: string; readonly at: Instant }>(
    `SELECT account_id, max(recorded_at) AS at FROM block_allocation
      WHERE firm_id = $1 GROUP BY account_id`,
    [firmId],
  );
  return new Map(rows.map((row) => [row.account_id, row.at]));
}
