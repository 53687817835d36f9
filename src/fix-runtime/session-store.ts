/**
 * The port behind which a session's truth is kept. A FIX session is as safe as its store:
 *
 *   SS1  When `commit` has returned, its effects survive a kill; when it throws, none of them happened
 *        or the owner must not go on (the driver stops for good).
 *   SS2  The effects of one commit are atomic: after a kill either all or none are there.
 *   SS3  Outgoing numbers rise by one; a commit that would skip or repeat a number is refused.
 *   SS4  `load` derives the numbers from the records, not from a counter beside them; a store that is
 *        torn or ambiguous refuses to open.
 *   SS5  Reading messages for a resend changes nothing.
 *
 * session-store.contract.ts is the behaviour suite; every implementation runs it.
 */
import type { DurableEffect, StoredMessage } from '../fix/index.ts';

export interface StoredSession {
  readonly nextOutgoing: number;
  readonly nextIncoming: number;
}

export interface SessionStore {
  /** The numbers to go on with; 1 and 1 for a session that has never spoken. Called once, before use. */
  load(): Promise<StoredSession>;
  /**
   * Makes the effects durable, in order, in one transaction. `deliver` effects are received application
   * messages: a store that also keeps the order state applies them inside the transaction; `reference`
   * of a `persistOutgoing` names what was sent, so that it is marked sent inside the transaction.
   *
   * @throws on any fault, and when another owner has taken the session over
   */
  commit(effects: readonly DurableEffect[]): Promise<void>;
  /** Outgoing messages begin <= sequence <= end since the last reset, ascending. */
  readOutgoing(begin: number, end: number): Promise<readonly Omit<StoredMessage, 'isStale'>[]>;
  close(): Promise<void>;
}
