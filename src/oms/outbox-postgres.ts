/** What the gateway has yet to say, and what changed for those who watch. */
import type { Instant } from '../kernel/index.ts';
import { identifier, type ClientOrderId, type PlacementId, type RunId } from '../domain/index.ts';
import type { Queryable, Transaction } from '../db/index.ts';
import type { EventCursor, OmsEvent, OutboxIntent } from './oms-records.ts';

export interface NewIntent {
  readonly kind: OutboxIntent['kind'];
  readonly placementId: PlacementId;
  readonly version: number;
  readonly executingBroker: string;
}

const KEY_PREFIX = { newOrder: 'new', cancel: 'cancel', statusRequest: 'status' } as const;

/** Queues an intent. The same one is queued once: a repeated status request needs a new version number. */
export async function queueIntent(
  tx: Transaction,
  firmId: string,
  intent: NewIntent,
): Promise<void> {
  const key = `${KEY_PREFIX[intent.kind]}:${intent.placementId}:${String(intent.version)}`;
  await tx.query(
    `INSERT INTO order_outbox (firm_id, intent_key, executing_broker, kind, placement_id, version)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (firm_id, intent_key) DO NOTHING`,
    [firmId, key, intent.executingBroker, intent.kind, intent.placementId, intent.version],
  );
}

/** Queues a status request unless one is waiting to be sent. Each asks under a number of its own. */
export async function queueStatusRequest(
  tx: Transaction,
  firmId: string,
  request: { readonly placementId: PlacementId; readonly executingBroker: string },
): Promise<void> {
  const { rows } = await tx.query<{ asked: number; queued: number }>(
    `SELECT count(*) AS asked, count(*) FILTER (WHERE state = 'queued') AS queued
       FROM order_outbox WHERE firm_id = $1 AND placement_id = $2 AND kind = 'statusRequest'`,
    [firmId, request.placementId],
  );
  if ((rows[0]?.queued ?? 0) > 0) return;
  await queueIntent(tx, firmId, {
    ...request,
    kind: 'statusRequest',
    version: (rows[0]?.asked ?? 0) + 1,
  });
}

/**
 * Queues a status request for every placement of a broker that is in doubt, or was sent and never answered,
 * unless one was asked within the same time.
 */
export async function queueUnanswered(
  tx: Transaction,
  firmId: string,
  given: { readonly executingBroker: string; readonly unansweredAfterMs: number },
): Promise<void> {
  const { executingBroker } = given;
  const { rows } = await tx.query<{ placement_id: string }>(
    `SELECT p.placement_id FROM placement p
      WHERE p.firm_id = $1 AND p.executing_broker = $2 AND p.status IN ('sent', 'unknown')
        AND p.updated_at < now() - make_interval(secs => $3::float8 / 1000)
        AND NOT EXISTS (SELECT 1 FROM order_outbox o WHERE o.firm_id = p.firm_id
              AND o.placement_id = p.placement_id AND o.kind = 'statusRequest'
              AND (o.state = 'queued'
                   OR o.settled_at > now() - make_interval(secs => $3::float8 / 1000)))
      ORDER BY p.placement_id LIMIT 100`,
    [firmId, executingBroker, given.unansweredAfterMs],
  );
  for (const row of rows) {
    const placementId = identifier<PlacementId>(row.placement_id);
    await queueStatusRequest(tx, firmId, { placementId, executingBroker });
  }
}

/** The oldest intents of a broker. New orders are left out while the kill switch is engaged. */
export async function queuedIntents(
  db: Queryable,
  firmId: string,
  options: { readonly executingBroker: string; readonly limit: number },
): Promise<readonly OutboxIntent[]> {
  const { rows } = await db.query<IntentRow>(
    `SELECT o.intent_id, o.kind, o.placement_id, o.version, o.queued_at
       FROM order_outbox o
       LEFT JOIN oms_firm f ON f.firm_id = o.firm_id
      WHERE o.firm_id = $1 AND o.executing_broker = $2 AND o.state = 'queued'
        AND (o.kind <> 'newOrder' OR NOT coalesce(f.is_kill_switch_engaged, false))
      ORDER BY o.intent_id LIMIT $3`,
    [firmId, options.executingBroker, options.limit],
  );
  return rows.map(intentOf);
}

interface IntentRow {
  readonly intent_id: number;
  readonly kind: string;
  readonly placement_id: string;
  readonly version: number;
  readonly queued_at: string;
}

function intentOf(row: IntentRow): OutboxIntent {
  return {
    intentId: row.intent_id,
    kind: row.kind as OutboxIntent['kind'],
    placementId: identifier<PlacementId>(row.placement_id),
    version: row.version,
    queuedAt: row.queued_at as Instant,
  };
}

export async function intentById(
  db: Queryable,
  firmId: string,
  intentId: number,
): Promise<OutboxIntent | null> {
  const { rows } = await db.query<IntentRow>(
    `SELECT intent_id, kind, placement_id, version, queued_at FROM order_outbox
      WHERE firm_id = $1 AND intent_id = $2`,
    [firmId, intentId],
  );
  return rows[0] === undefined ? null : intentOf(rows[0]);
}

/** What was sent last under a sequence number, with its ClOrdID; null when it was not an order message. */
export async function intentOfSequence(
  db: Queryable,
  firmId: string,
  sent: { readonly executingBroker: string; readonly sequence: number },
): Promise<(OutboxIntent & { readonly clientOrderId: ClientOrderId | null }) | null> {
  const { rows } = await db.query<IntentRow & { client_order_id: string | null }>(
    `SELECT o.intent_id, o.kind, o.placement_id, o.version, o.queued_at, v.client_order_id
       FROM order_outbox o
       LEFT JOIN placement_version v ON v.firm_id = o.firm_id AND v.placement_id = o.placement_id
        AND v.version = o.version AND o.kind <> 'statusRequest'
      WHERE o.firm_id = $1 AND o.executing_broker = $2 AND o.outgoing_sequence = $3
      ORDER BY o.settled_at DESC LIMIT 1`,
    [firmId, sent.executingBroker, sent.sequence],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const clientOrderId =
    row.client_order_id === null ? null : identifier<ClientOrderId>(row.client_order_id);
  return { ...intentOf(row), clientOrderId };
}

/**
 * Takes a queued intent for this transaction, or learns that it is gone. For a new order the kill switch is
 * read under a shared lock: once engaging it has committed, no order is sent.
 */
export async function claimIntent(
  tx: Transaction,
  firmId: string,
  intent: OutboxIntent,
): Promise<boolean> {
  if (intent.kind === 'newOrder') {
    const firm = await tx.query<{ is_kill_switch_engaged: boolean }>(
      'SELECT is_kill_switch_engaged FROM oms_firm WHERE firm_id = $1 FOR SHARE',
      [firmId],
    );
    if (firm.rows[0]?.is_kill_switch_engaged === true) return false;
  }
  const { rows } = await tx.query(
    `SELECT 1 FROM order_outbox
      WHERE firm_id = $1 AND intent_id = $2 AND state = 'queued' FOR UPDATE`,
    [firmId, intent.intentId],
  );
  return rows.length > 0;
}

export async function markIntentSent(
  tx: Transaction,
  firmId: string,
  sent: { readonly intentId: number; readonly sequence: number },
): Promise<void> {
  await tx.query(
    `UPDATE order_outbox SET state = 'sent', settled_at = now(), outgoing_sequence = $3
      WHERE firm_id = $1 AND intent_id = $2`,
    [firmId, sent.intentId, sent.sequence],
  );
}

/** Takes back what was not sent. @returns how many */
export async function withdrawIntents(
  tx: Transaction,
  firmId: string,
  placementId: PlacementId,
): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE order_outbox SET state = 'withdrawn', settled_at = now()
      WHERE firm_id = $1 AND placement_id = $2 AND state = 'queued'`,
    [firmId, placementId],
  );
  return rowCount;
}

export async function appendEvent(
  tx: Transaction,
  firmId: string,
  event: Pick<OmsEvent, 'kind' | 'subjectId' | 'runId'>,
): Promise<void> {
  await tx.query(
    'INSERT INTO oms_event (firm_id, kind, subject_id, run_id) VALUES ($1, $2, $3, $4)',
    [firmId, event.kind, event.subjectId, event.runId],
  );
}

/** The start of the feed. */
export const FIRST_EVENT: EventCursor = { tx: '0', eventId: 0 };

/**
 * The events after a cursor, in an order that never changes afterwards. Only events of transactions older
 * than every running one are shown: a later commit can then not slip in behind the cursor. A long
 * transaction anywhere on the server therefore delays the feed, and loses nothing.
 */
export async function eventsAfter(
  db: Queryable,
  firmId: string,
  page: { readonly cursor: EventCursor; readonly limit: number },
): Promise<readonly OmsEvent[]> {
  const { rows } = await db.query<{
    tx: string;
    event_id: number;
    kind: string;
    subject_id: string;
    run_id: string | null;
    at: string;
  }>(
    // Qualified, because ORDER BY takes an output column before a table's: as text 999 comes after 1000.
    `SELECT e.tx::text AS tx, e.event_id, e.kind, e.subject_id, e.run_id, e.at FROM oms_event e
      WHERE e.firm_id = $1 AND (e.tx, e.event_id) > ($2::xid8, $3)
        AND e.tx < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY e.tx, e.event_id LIMIT $4`,
    [firmId, page.cursor.tx, page.cursor.eventId, page.limit],
  );
  return rows.map((row) => ({
    cursor: { tx: row.tx, eventId: row.event_id },
    kind: row.kind as OmsEvent['kind'],
    subjectId: row.subject_id,
    runId: row.run_id === null ? null : identifier<RunId>(row.run_id),
    at: row.at as Instant,
  }));
}

/** The newest point of the feed that a reader may start from. */
export async function latestCursor(db: Queryable, firmId: string): Promise<EventCursor> {
  const { rows } = await db.query<{ tx: string; event_id: number }>(
    `SELECT e.tx::text AS tx, e.event_id FROM oms_event e
      WHERE e.firm_id = $1 AND e.tx < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY e.tx DESC, e.event_id DESC LIMIT 1`,
    [firmId],
  );
  return rows[0] === undefined ? FIRST_EVENT : { tx: rows[0].tx, eventId: rows[0].event_id };
}
