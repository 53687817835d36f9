/**
 * A FIX session's truth in PostgreSQL: the port of fix-runtime, with the order state in the same
 * transactions. Invariants SS1 to SS5 of the port, and:
 *
 *   GW1  every write locks the session's row and tests the epoch: a late owner writes nothing.
 *   GW2  what a message does to an order is in the transaction that counts the message.
 *   GW3  a message that cannot be booked is kept and recorded, and does not block those behind it.
 */
import { assert, AssertionError } from '../../kernel/index.ts';
import {
  encodeMessage,
  type Delivery,
  type Dictionary,
  type DurableEffect,
  type StoredMessage,
} from '../../fix/index.ts';
import type { SessionStore, StoredSession } from '../../fix-runtime/index.ts';
import {
  errorText,
  sqlStateOf,
  StoreError,
  type Database,
  type Queryable,
  type Transaction,
} from '../../db/index.ts';
import { leaseLost, type SessionIdentity } from './session-lease-postgres.ts';

/** What else happens in the session's transactions. An error of a hook rolls the transaction back. */
export interface SessionHooks {
  onOutgoing(tx: Transaction, sent: { sequence: number; reference: string }): Promise<void>;
  onDelivery(tx: Transaction, delivery: Delivery): Promise<void>;
  /** A delivery that could not be applied: recorded in its place, so that it does not block the session. */
  onUndeliverable(tx: Transaction, delivery: Delivery, reason: string): Promise<void>;
  onGapFilled(tx: Transaction, skipped: { sequence: number; reference: string }): Promise<void>;
}

export interface SessionStoreOptions {
  readonly database: Database;
  readonly identity: SessionIdentity;
  readonly epoch: number;
  readonly dictionary: Dictionary;
  readonly hooks: SessionHooks;
}

interface SessionRow {
  readonly epoch: number;
  readonly next_outgoing: number;
  readonly next_incoming: number;
  readonly reset_count: number;
}

/** The session's counters while a transaction works on them. */
interface Counters {
  nextOutgoing: number;
  nextIncoming: number;
  resetCount: number;
}

export class PostgresSessionStore implements SessionStore {
  readonly #options: SessionStoreOptions;
  readonly #dataTags: ReadonlySet<number>;

  constructor(options: SessionStoreOptions) {
    this.#options = options;
    this.#dataTags = new Set(options.dictionary.dataTags.values());
  }

  async load(): Promise<StoredSession> {
    const { database } = this.#options;
    const counters = countersOf(await this.#read(database, ''));
    const { rows } = await database.query<{
      last: number | null;
      n: number;
      last_in: number | null;
    }>(
      `SELECT max(sequence) FILTER (WHERE direction = 'out') AS last,
              count(*) FILTER (WHERE direction = 'out') AS n,
              max(sequence) FILTER (WHERE direction = 'in') AS last_in
         FROM fix_message WHERE firm_id = $1 AND session_id = $2 AND reset_count = $3`,
      [...this.#key(), counters.resetCount],
    );
    const stored = { last: rows[0]?.last ?? 0, n: rows[0]?.n ?? 0, lastIn: rows[0]?.last_in ?? 0 };
    const isSound =
      stored.last + 1 === counters.nextOutgoing &&
      stored.n === stored.last &&
      stored.lastIn < counters.nextIncoming;
    if (!isSound) {
      throw new StoreError(
        'FIX_STORE_AMBIGUOUS',
        `session ${this.#options.identity.sessionId}: counters say ${String(counters.nextOutgoing)} out and ${String(counters.nextIncoming)} in, ${String(stored.n)} messages up to ${String(stored.last)} out and ${String(stored.lastIn)} in are stored`,
      );
    }
    return { nextOutgoing: counters.nextOutgoing, nextIncoming: counters.nextIncoming };
  }

  async commit(effects: readonly DurableEffect[]): Promise<void> {
    if (effects.length === 0) return;
    await this.#options.database.transaction(async (tx) => {
      const counters = countersOf(await this.#read(tx, 'FOR UPDATE'));
      for (const effect of effects) await this.#apply(tx, effect, counters);
      await tx.query(
        `UPDATE fix_session SET next_outgoing = $3, next_incoming = $4, reset_count = $5
          WHERE firm_id = $1 AND session_id = $2`,
        [...this.#key(), counters.nextOutgoing, counters.nextIncoming, counters.resetCount],
      );
    });
  }

  async readOutgoing(
    begin: number,
    end: number,
  ): Promise<readonly Omit<StoredMessage, 'isStale'>[]> {
    const { rows } = await this.#options.database.query<{
      sequence: number;
      bytes: Uint8Array;
      is_application: boolean;
      reference: string | null;
    }>(
      `SELECT m.sequence, m.bytes, m.is_application, m.reference
         FROM fix_message m
         JOIN fix_session s ON s.firm_id = m.firm_id AND s.session_id = m.session_id
          AND s.reset_count = m.reset_count
        WHERE m.firm_id = $1 AND m.session_id = $2 AND m.direction = 'out'
          AND m.sequence BETWEEN $3 AND $4 ORDER BY m.sequence`,
      [...this.#key(), begin, end],
    );
    return rows.map((row) => ({
      sequence: row.sequence,
      bytes: row.bytes,
      isApplication: row.is_application,
      reference: row.reference,
    }));
  }

  /** The pool belongs to whoever opened it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #key(): readonly [string, string] {
    const { identity } = this.#options;
    return [identity.firmId, identity.sessionId];
  }

  async #read(db: Queryable, lock: '' | 'FOR UPDATE'): Promise<SessionRow> {
    const { rows } = await db.query<SessionRow>(
      `SELECT epoch, next_outgoing, next_incoming, reset_count FROM fix_session
        WHERE firm_id = $1 AND session_id = $2 ${lock}`,
      this.#key(),
    );
    const row = rows[0];
    const { identity, epoch } = this.#options;
    if (row?.epoch !== epoch) throw leaseLost(identity, epoch);
    return row;
  }

  async #apply(tx: Transaction, effect: DurableEffect, counters: Counters): Promise<void> {
    const { hooks } = this.#options;
    switch (effect.kind) {
      case 'persistOutgoing':
        assert(
          effect.sequence === counters.nextOutgoing,
          'outgoing numbers rise by one from the stored one',
        );
        await this.#insert(tx, { ...effect, direction: 'out', resetCount: counters.resetCount });
        counters.nextOutgoing += 1;
        if (effect.reference !== null) {
          await hooks.onOutgoing(tx, { sequence: effect.sequence, reference: effect.reference });
        }
        return;
      case 'persistIncoming':
        counters.nextIncoming = effect.nextExpected;
        return;
      case 'persistReset':
        counters.nextOutgoing = 1;
        counters.nextIncoming = 1;
        counters.resetCount += 1;
        return;
      case 'persistGapFilled':
        if (effect.reference === null) return;
        await hooks.onGapFilled(tx, { sequence: effect.sequence, reference: effect.reference });
        return;
      case 'deliver':
        await this.#insert(tx, {
          direction: 'in',
          resetCount: counters.resetCount,
          sequence: effect.sequence,
          // Reading keeps every field in its order, so writing gives the bytes that came.
          bytes: encodeMessage(effect.message, this.#dataTags),
          isApplication: true,
          reference: null,
        });
        await this.#deliver(tx, effect);
    }
  }

  /**
   * A message that no program of ours can book must not stop every message behind it: its own effects are
   * rolled back, it is recorded, and the session goes on. Faults of the database are not its fault.
   */
  async #deliver(tx: Transaction, delivery: Delivery): Promise<void> {
    const { hooks } = this.#options;
    await tx.query('SAVEPOINT delivery');
    try {
      await hooks.onDelivery(tx, delivery);
    } catch (error) {
      if (!isPoison(error)) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT delivery');
      await hooks.onUndeliverable(tx, delivery, errorText(error));
    }
  }

  async #insert(
    tx: Transaction,
    message: {
      readonly direction: 'in' | 'out';
      readonly resetCount: number;
      readonly sequence: number;
      readonly bytes: Uint8Array;
      readonly isApplication: boolean;
      readonly reference: string | null;
    },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO fix_message (firm_id, session_id, direction, reset_count, sequence,
         is_application, reference, bytes, epoch)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        ...this.#key(),
        message.direction,
        message.resetCount,
        message.sequence,
        message.isApplication,
        message.reference,
        Buffer.from(message.bytes),
        this.#options.epoch,
      ],
    );
  }
}

/** A value that no column takes (22xxx), a constraint that says no (23xxx), or an invariant of ours. */
function isPoison(error: unknown): boolean {
  if (error instanceof AssertionError) return true;
  const state = sqlStateOf(error);
  return state !== null && (state.startsWith('22') || state.startsWith('23'));
}

function countersOf(row: SessionRow): Counters {
  return {
    nextOutgoing: row.next_outgoing,
    nextIncoming: row.next_incoming,
    resetCount: row.reset_count,
  };
}
