/**
 * Events for screens, written in the transaction of the change and read by anybody who follows.
 *
 *   L2  a follower that remembers its last event sees every later one, once, in one order.
 *
 * The order is (transaction, number) below the oldest transaction still running: numbers alone are handed
 * out before commit, and a reader that goes by them misses what a slower transaction commits later.
 */
import type { Instant } from '../kernel/index.ts';
import { jsonParameter, type Queryable } from '../db/index.ts';

export type LiveEventKind =
  | 'run.progressed'
  | 'run.changed'
  | 'order.changed'
  | 'approval.changed'
  | 'block.changed'
  | 'placement.changed'
  | 'execution.recorded'
  | 'allocation.recorded'
  | 'reconciliation.changed'
  | 'monitor.changed'
  | 'gateway.changed'
  | 'schedule.fired';

export interface NewLiveEvent {
  readonly kind: LiveEventKind;
  readonly runId?: string | null;
  readonly subjectId?: string | null;
  readonly progress?: {
    readonly phase: string;
    readonly doneCount: number;
    readonly totalCount: number;
  } | null;
}

export interface StoredLiveEvent {
  /** `transaction-number`: what Last-Event-ID carries. */
  readonly id: string;
  readonly kind: LiveEventKind;
  readonly runId: string | null;
  readonly subjectId: string | null;
  readonly progress: NewLiveEvent['progress'] | null;
  readonly at: Instant;
}

export async function appendLiveEvents(
  tx: Queryable,
  firmId: string,
  events: readonly NewLiveEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `INSERT INTO live_event (firm_id, kind, run_id, subject_id, progress)
     SELECT $1, e->>'kind', e->>'runId', e->>'subjectId',
            CASE WHEN jsonb_typeof(e->'progress') = 'object' THEN e->'progress' END
       FROM jsonb_array_elements($2::jsonb) AS e`,
    [firmId, jsonParameter(events)],
  );
}

/** Where a new follower starts: after everything that is finished now. */
export async function lastLiveEventId(database: Queryable, firmId: string): Promise<string> {
  const { rows } = await database.query<{ readonly id: string }>(
    `SELECT tx::text || '-' || event_id::text AS id FROM live_event
      WHERE firm_id = $1 AND tx < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY tx DESC, event_id DESC LIMIT 1`,
    [firmId],
  );
  return rows[0]?.id ?? '0-0';
}

const ID = /^(\d{1,19})-(\d{1,18})$/;

/** True for text that can be an event's id. */
export function isLiveEventId(text: string): boolean {
  return ID.test(text);
}

/** Events after one, in order. @param after an id for which `isLiveEventId` holds */
export async function liveEventsAfter(
  database: Queryable,
  firmId: string,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly StoredLiveEvent[]> {
  const match = ID.exec(page.after);
  const { rows } = await database.query<{
    readonly id: string;
    readonly kind: LiveEventKind;
    readonly run_id: string | null;
    readonly subject_id: string | null;
    readonly progress: NewLiveEvent['progress'] | null;
    readonly at: Instant;
  }>(
    `SELECT tx::text || '-' || event_id::text AS id, kind, run_id, subject_id, progress, at
       FROM live_event
      WHERE firm_id = $1 AND (tx, event_id) > ($2::xid8, $3::bigint)
        AND tx < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY tx, event_id LIMIT $4`,
    [firmId, match?.[1] ?? '0', match?.[2] ?? '0', page.limit],
  );
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    runId: row.run_id,
    subjectId: row.subject_id,
    progress: row.progress,
    at: row.at,
  }));
}

/** Forgets events older than a day: a follower that was away longer reads the resources themselves. */
export async function pruneLiveEvents(database: Queryable, firmId: string): Promise<void> {
  await database.query(
    `DELETE FROM live_event WHERE firm_id = $1 AND at < now() - interval '1 day'`,
    [firmId],
  );
}
