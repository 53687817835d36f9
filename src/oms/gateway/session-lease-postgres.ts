/**
 * Who owns a FIX session. Owners compete for one row; taking it raises the epoch, and every write of the
 * session tests the epoch. The lease's expiry only decides who may try: the epoch decides who may write,
 * so a clock that runs wrong costs time and never an order. Not an advisory lock: those do not survive a
 * pooler, and other engines lack them.
 */
import { StoreError, type Database, type Queryable } from '../../db/index.ts';

export interface SessionIdentity {
  readonly firmId: string;
  /** The executing broker's name. */
  readonly sessionId: string;
  readonly senderCompId: string;
  readonly targetCompId: string;
}

export interface LeaseTerms {
  /** A name for people: host and process. */
  readonly owner: string;
  readonly durationMs: number;
}

/**
 * Takes the session if nobody holds it.
 *
 * @returns the new epoch; null while another owner's lease runs
 */
export async function tryTakeLease(
  database: Database,
  identity: SessionIdentity,
  terms: LeaseTerms,
): Promise<number | null> {
  await database.query(
    `INSERT INTO fix_session (firm_id, session_id, sender_comp_id, target_comp_id)
     VALUES ($1, $2, $3, $4) ON CONFLICT (firm_id, session_id) DO NOTHING`,
    [identity.firmId, identity.sessionId, identity.senderCompId, identity.targetCompId],
  );
  // The database's clock, so that two machines with different clocks agree.
  const { rows } = await database.query<{ epoch: number }>(
    `UPDATE fix_session
        SET epoch = epoch + 1, owner = $3, is_logged_on = false, changed_at = now(),
            lease_until = now() + make_interval(secs => $4::float8 / 1000)
      WHERE firm_id = $1 AND session_id = $2 AND lease_until < now() RETURNING epoch`,
    [identity.firmId, identity.sessionId, terms.owner, terms.durationMs],
  );
  return rows[0]?.epoch ?? null;
}

/** @returns false when the session has another owner now */
export async function renewLease(
  database: Queryable,
  identity: SessionIdentity,
  held: { readonly epoch: number; readonly durationMs: number },
): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE fix_session SET lease_until = now() + make_interval(secs => $4::float8 / 1000)
      WHERE firm_id = $1 AND session_id = $2 AND epoch = $3`,
    [identity.firmId, identity.sessionId, held.epoch, held.durationMs],
  );
  return rowCount > 0;
}

/** Lets a successor in at once. */
export async function giveUpLease(
  database: Queryable,
  identity: SessionIdentity,
  epoch: number,
): Promise<void> {
  await database.query(
    `UPDATE fix_session SET lease_until = '-infinity', is_logged_on = false, changed_at = now()
      WHERE firm_id = $1 AND session_id = $2 AND epoch = $3`,
    [identity.firmId, identity.sessionId, epoch],
  );
}

export function leaseLost(identity: SessionIdentity, epoch: number): StoreError {
  const message = `session ${identity.sessionId}: epoch ${String(epoch)} is no longer the owner's`;
  return new StoreError('GATEWAY_LEASE_LOST', message);
}

export interface GatewayStatus {
  readonly executingBroker: string;
  readonly isLoggedOn: boolean;
  readonly owner: string | null;
  /** True while an owner renews its lease: false means that no gateway runs. */
  readonly isOwned: boolean;
  readonly nextOutgoing: number;
  readonly nextIncoming: number;
  readonly changedAt: string;
  readonly statusText: string | null;
  /** Intents that wait to be sent. */
  readonly queuedCount: number;
}

/** The state of every session of a firm, for the health page and the blotter. */
export async function readGatewayStatus(
  db: Queryable,
  firmId: string,
): Promise<readonly GatewayStatus[]> {
  const { rows } = await db.query<{
    session_id: string;
    is_logged_on: boolean;
    owner: string | null;
    is_owned: boolean;
    next_outgoing: number;
    next_incoming: number;
    changed_at: string;
    status_text: string | null;
    queued_count: number;
  }>(
    `SELECT s.session_id, s.is_logged_on AND s.lease_until > now() AS is_logged_on, s.owner,
            s.lease_until > now() AS is_owned, s.next_outgoing, s.next_incoming, s.changed_at,
            s.status_text,
            (SELECT count(*) FROM order_outbox o WHERE o.firm_id = s.firm_id
                AND o.executing_broker = s.session_id AND o.state = 'queued') AS queued_count
       FROM fix_session s WHERE s.firm_id = $1 ORDER BY s.session_id`,
    [firmId],
  );
  return rows.map((row) => ({
    executingBroker: row.session_id,
    isLoggedOn: row.is_logged_on,
    owner: row.owner,
    isOwned: row.is_owned,
    nextOutgoing: row.next_outgoing,
    nextIncoming: row.next_incoming,
    changedAt: row.changed_at,
    statusText: row.status_text,
    queuedCount: row.queued_count,
  }));
}

/** Notes whether the session is logged on. @returns false when it has another owner now */
export async function saveLinkState(
  tx: Queryable,
  identity: SessionIdentity,
  link: { readonly epoch: number; readonly isLoggedOn: boolean; readonly text: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE fix_session SET is_logged_on = $4, status_text = $5, changed_at = now()
      WHERE firm_id = $1 AND session_id = $2 AND epoch = $3`,
    [identity.firmId, identity.sessionId, link.epoch, link.isLoggedOn, link.text],
  );
  return rowCount > 0;
}
