/** Schedules, what they fired, and the triggers that came of it, in PostgreSQL. */
import type { CalendarDate, Instant, JsonValue } from '../../kernel/index.ts';
import type { RebalanceKind } from '../../domain/index.ts';
import { jsonParameter, type Queryable, type Transaction } from '../../db/index.ts';

export interface Schedule {
  readonly scheduleId: string;
  readonly name: string;
  readonly rrule: string;
  readonly timeZone: string;
  readonly rebalanceKind: RebalanceKind;
  readonly selection: 'triggered' | 'all';
  readonly startsRun: boolean;
  readonly isEnabled: boolean;
  readonly createdBy: string;
  readonly createdAt: Instant;
  readonly checkedUntil: Instant;
  readonly lastFiredAt: Instant | null;
}

interface ScheduleRow {
  readonly schedule_id: string;
  readonly name: string;
  readonly rrule: string;
  readonly time_zone: string;
  readonly rebalance_kind: RebalanceKind;
  readonly selection: 'triggered' | 'all';
  readonly starts_run: boolean;
  readonly is_enabled: boolean;
  readonly created_by: string;
  readonly created_at: Instant;
  readonly checked_until: Instant;
  readonly last_fired_at: Instant | null;
}

export async function listSchedules(
  database: Queryable,
  firmId: string,
): Promise<readonly Schedule[]> {
  const { rows } = await database.query<ScheduleRow>(
    `SELECT s.schedule_id, s.name, s.rrule, s.time_zone, s.rebalance_kind, s.selection,
            s.starts_run, s.is_enabled, s.created_by, s.created_at, s.checked_until,
            (SELECT max(f.due_at) FROM schedule_fire f
              WHERE f.firm_id = s.firm_id AND f.schedule_id = s.schedule_id) AS last_fired_at
       FROM rebalance_schedule s WHERE s.firm_id = $1 ORDER BY s.name`,
    [firmId],
  );
  return rows.map((row) => ({
    scheduleId: row.schedule_id,
    name: row.name,
    rrule: row.rrule,
    timeZone: row.time_zone,
    rebalanceKind: row.rebalance_kind,
    selection: row.selection,
    startsRun: row.starts_run,
    isEnabled: row.is_enabled,
    createdBy: row.created_by,
    createdAt: row.created_at,
    checkedUntil: row.checked_until,
    lastFiredAt: row.last_fired_at,
  }));
}

/** False when the name is taken. */
export async function insertSchedule(
  tx: Transaction,
  firmId: string,
  schedule: Omit<Schedule, 'isEnabled' | 'createdAt' | 'checkedUntil' | 'lastFiredAt'>,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO rebalance_schedule (firm_id, schedule_id, name, rrule, time_zone, rebalance_kind,
       selection, starts_run, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (firm_id, name) DO NOTHING`,
    [
      firmId,
      schedule.scheduleId,
      schedule.name,
      schedule.rrule,
      schedule.timeZone,
      schedule.rebalanceKind,
      schedule.selection,
      schedule.startsRun,
      schedule.createdBy,
    ],
  );
  return rowCount === 1;
}

/** Now, by the database's clock: what all servers agree on. */
export async function databaseNow(database: Queryable): Promise<Instant> {
  const { rows } = await database.query<{ readonly now: Instant }>('SELECT now() AS now');
  return rows[0]?.now ?? ('' as Instant);
}

/** Takes the right to fire one due instant; false when it was fired before. */
export async function insertFire(
  tx: Transaction,
  firmId: string,
  fire: {
    readonly scheduleId: string;
    readonly dueAt: Instant;
    readonly runId: string | null;
    readonly triggerCount: number;
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO schedule_fire (firm_id, schedule_id, due_at, run_id, trigger_count)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [firmId, fire.scheduleId, fire.dueAt, fire.runId, fire.triggerCount],
  );
  return rowCount === 1;
}

export async function saveCheckedUntil(
  database: Queryable,
  firmId: string,
  change: { readonly scheduleId: string; readonly until: Instant },
): Promise<void> {
  await database.query(
    `UPDATE rebalance_schedule SET checked_until = greatest(checked_until, $3::timestamptz)
      WHERE firm_id = $1 AND schedule_id = $2`,
    [firmId, change.scheduleId, change.until],
  );
}

export interface FiredTrigger {
  readonly triggerId: string;
  readonly scheduleId: string | null;
  readonly accountId: string;
  readonly kind: string;
  readonly asOfDate: CalendarDate;
  readonly firedAt: Instant;
  readonly facts: JsonValue;
  readonly runId: string | null;
}

export async function insertTriggers(
  tx: Transaction,
  firmId: string,
  triggers: readonly Omit<FiredTrigger, 'firedAt'>[],
): Promise<void> {
  for (let start = 0; start < triggers.length; start += 5_000) {
    await tx.query(
      `INSERT INTO fired_trigger (firm_id, trigger_id, schedule_id, account_id, kind, as_of_date,
         facts, run_id)
       SELECT $1, t->>'triggerId', t->>'scheduleId', t->>'accountId', t->>'kind',
              (t->>'asOfDate')::date, t->'facts', t->>'runId'
         FROM jsonb_array_elements($2::jsonb) AS t ON CONFLICT DO NOTHING`,
      [firmId, jsonParameter(triggers.slice(start, start + 5_000))],
    );
  }
}

/** Newest first. */
export async function listTriggers(
  database: Queryable,
  firmId: string,
  page: { readonly offset: number; readonly limit: number },
): Promise<{ readonly items: readonly FiredTrigger[]; readonly total: number }> {
  const { rows } = await database.query<{
    readonly trigger_id: string;
    readonly schedule_id: string | null;
    readonly account_id: string;
    readonly kind: string;
    readonly as_of_date: CalendarDate;
    readonly fired_at: Instant;
    readonly facts: JsonValue;
    readonly run_id: string | null;
    readonly total: number;
  }>(
    `SELECT trigger_id, schedule_id, account_id, kind, as_of_date, fired_at, facts, run_id,
            count(*) OVER () AS total
       FROM fired_trigger WHERE firm_id = $1
      ORDER BY fired_at DESC, trigger_id OFFSET $2 LIMIT $3`,
    [firmId, page.offset, page.limit],
  );
  return {
    total: rows[0]?.total ?? 0,
    items: rows.map((row) => ({
      triggerId: row.trigger_id,
      scheduleId: row.schedule_id,
      accountId: row.account_id,
      kind: row.kind,
      asOfDate: row.as_of_date,
      firedAt: row.fired_at,
      facts: row.facts,
      runId: row.run_id,
    })),
  };
}
