/** Reading the log: timelines for people, pages for export. */
import type { Instant, JsonValue, Sha256 } from '../kernel/index.ts';
import type { AuditEntry } from '../domain/index.ts';
import type { Queryable } from '../db/index.ts';
import type { ExportedCheckpoint, ExportedEntry } from './verification.ts';

/** An entry as read back; `seq` is null until the sequencer has come by. */
export interface TimelineEntry extends Omit<AuditEntry, 'seq'> {
  /** Order of writing; the cursor of pages. Not gap-free: `seq` is. */
  readonly entryId: number;
  readonly seq: number | null;
}

export interface TimelineQuery {
  readonly subjectKind?: string;
  readonly subjectId?: string;
  readonly correlationId?: string;
  readonly actor?: string;
  /** Exact, or with a trailing `.*` everything of an aggregate: `proposal.*`. */
  readonly action?: string;
  /** Newest first unless told otherwise. */
  readonly order?: 'newestFirst' | 'oldestFirst';
  /** `nextCursor` of the page before. */
  readonly cursor?: number;
  /** 1 to 1000; default 100. */
  readonly limit?: number;
}

export interface TimelinePage {
  readonly entries: readonly TimelineEntry[];
  /** Null on the last page. */
  readonly nextCursor: number | null;
}

interface EntryRow {
  readonly id: number;
  readonly seq: number | null;
  readonly recorded_at: Instant;
  readonly actor: string;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly correlation_id: string | null;
  readonly causation_id: string | null;
  readonly reason_code: string | null;
  readonly reason_text: string | null;
  readonly payload: string;
  readonly leaf_hash: string;
}

const LIMIT_MAX = 1_000;

/** One page of the entries that match every given condition. */
export async function readTimeline(
  database: Queryable,
  query: TimelineQuery = {},
): Promise<TimelinePage> {
  const limit = Math.min(Math.max(query.limit ?? 100, 1), LIMIT_MAX);
  const isOldestFirst = query.order === 'oldestFirst';
  const { conditions, values } = conditionsOf(query);
  if (query.cursor !== undefined) {
    values.push(query.cursor);
    conditions.push(`e.id ${isOldestFirst ? '>' : '<'} $${String(values.length)}`);
  }
  const { rows } = await database.query<EntryRow>(
    `SELECT e.id, s.seq, e.recorded_at, e.actor, e.action, e.subject_kind, e.subject_id,
            e.correlation_id, e.causation_id, e.reason_code, e.reason_text, e.payload, e.leaf_hash
       FROM audit_entry e LEFT JOIN audit_sequence s ON s.entry_id = e.id
      ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
      ORDER BY e.id ${isOldestFirst ? 'ASC' : 'DESC'} LIMIT ${String(limit + 1)}`,
    values,
  );
  const entries = rows.slice(0, limit).map(entryOf);
  return { entries, nextCursor: rows.length > limit ? (entries.at(-1)?.entryId ?? null) : null };
}

function conditionsOf(query: TimelineQuery): { conditions: string[]; values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const equals = (column: string, value: string | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`e.${column} = $${String(values.length)}`);
  };
  equals('subject_kind', query.subjectKind);
  equals('subject_id', query.subjectId);
  equals('correlation_id', query.correlationId);
  equals('actor', query.actor);
  if (query.action?.endsWith('.*') === true) {
    values.push(query.action.slice(0, -1));
    conditions.push(`starts_with(e.action, $${String(values.length)})`);
  } else equals('action', query.action);
  return { conditions, values };
}

function entryOf(row: EntryRow): TimelineEntry {
  return {
    entryId: row.id,
    seq: row.seq,
    recordedAt: row.recorded_at,
    actor: row.actor,
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    reasonCode: row.reason_code,
    reasonText: row.reason_text,
    payload: JSON.parse(row.payload) as JsonValue,
    leafHash: row.leaf_hash as Sha256,
  };
}

/** Sequenced entries after `seq`, in order, as they are exported. */
export async function readLogPage(
  database: Queryable,
  afterSeq: number,
  limit = 2_000,
): Promise<readonly ExportedEntry[]> {
  const { rows } = await database.query<ExportedEntry>(
    `SELECT s.seq, e.leaf, e.salt, e.reason_text AS "reasonText", e.payload,
            s.leaf_hash AS "leafHash"
       FROM audit_sequence s JOIN audit_entry e ON e.id = s.entry_id
      WHERE s.seq > $1 ORDER BY s.seq LIMIT $2`,
    [afterSeq, limit],
  );
  return rows;
}

export async function readCheckpoints(database: Queryable): Promise<readonly ExportedCheckpoint[]> {
  const { rows } = await database.query<ExportedCheckpoint>(
    'SELECT tree_size AS "treeSize", note FROM audit_checkpoint ORDER BY tree_size',
  );
  return rows;
}

/** Hashes of the first `treeSize` leaves, in order. */
export async function readLeafHashes(
  database: Queryable,
  treeSize: number,
): Promise<readonly Buffer[]> {
  const { rows } = await database.query<{ leaf_hash: string }>(
    'SELECT leaf_hash FROM audit_sequence WHERE seq <= $1 ORDER BY seq',
    [treeSize],
  );
  return rows.map((row) => Buffer.from(row.leaf_hash, 'hex'));
}

/** Entries that are written and not yet in the log. */
export async function countUnsequenced(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*) FROM audit_entry e
      WHERE NOT EXISTS (SELECT 1 FROM audit_sequence s WHERE s.entry_id = e.id)`,
  );
  return rows[0]?.count ?? 0;
}

/** Columns of an entry that differ from its leaf: what a change behind the log's back looks like. */
export async function readEntriesUnlikeLeaf(
  database: Queryable,
  limit = 100,
): Promise<readonly { readonly seq: number | null; readonly entryId: number }[]> {
  const { rows } = await database.query<{ seq: number | null; entryId: number }>(
    `SELECT s.seq, e.id AS "entryId"
       FROM audit_entry e LEFT JOIN audit_sequence s ON s.entry_id = e.id
      WHERE (e.leaf::jsonb ->> 'actor', e.leaf::jsonb ->> 'action',
             e.leaf::jsonb ->> 'subjectKind', e.leaf::jsonb ->> 'subjectId',
             e.leaf::jsonb ->> 'correlationId', e.leaf::jsonb ->> 'causationId',
             e.leaf::jsonb ->> 'reasonCode', (e.leaf::jsonb ->> 'recordedAt')::timestamptz)
            IS DISTINCT FROM
            (e.actor, e.action, e.subject_kind, e.subject_id, e.correlation_id, e.causation_id,
             e.reason_code, e.recorded_at)
         OR e.leaf_hash IS DISTINCT FROM coalesce(s.leaf_hash, e.leaf_hash)
      ORDER BY e.id LIMIT $1`,
    [limit],
  );
  return rows;
}
