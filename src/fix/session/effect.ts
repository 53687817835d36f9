/**
 * What goes into the session and what comes out, as data.
 *
 * The contract with whoever executes effects: what must be durable stands before the transmit or the
 * delivery that depends on it. Committing all durable effects of a step in one transaction and only then
 * writing to the socket is therefore right; writing first is never right.
 */
import type { Field, ReceivedMessage } from '../codec/message.ts';

/** An application message of ours: the fields after the header. */
export interface ApplicationMessage {
  readonly MsgType: string;
  readonly fields: readonly Field[];
}

/** A message from the outgoing store. */
export interface StoredMessage {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly isApplication: boolean;
  /** Whoever sent it may be told: see `persistGapFilled`. */
  readonly reference: string | null;
  /** True: too old to act on; a gap fill goes in its place and its order is in doubt. */
  readonly isStale: boolean;
}

export type SessionInput =
  | { readonly kind: 'connected' }
  | { readonly kind: 'message'; readonly message: ReceivedMessage }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'tick' }
  | {
      readonly kind: 'send';
      readonly message: ApplicationMessage;
      /** The sender's own name for it (a placement, an execution): comes back in the effects. */
      readonly reference: string | null;
      readonly isPossResend?: boolean;
    }
  /** The answer to `requestStored`, in ascending order; may come in several parts. */
  | {
      readonly kind: 'stored';
      readonly begin: number;
      readonly end: number;
      readonly messages: readonly StoredMessage[];
    }
  | { readonly kind: 'logout'; readonly text: string | null };

/** Effects that a store makes durable, in this order, in one transaction. */
export type DurableEffect =
  /** The message and the next outgoing number (`sequence` + 1) are one record. */
  | {
      readonly kind: 'persistOutgoing';
      readonly sequence: number;
      readonly bytes: Uint8Array;
      readonly isApplication: boolean;
      readonly reference: string | null;
    }
  | { readonly kind: 'persistIncoming'; readonly nextExpected: number }
  /** Both directions start again at 1; older messages of ours are not resent any more. */
  | { readonly kind: 'persistReset' }
  /** An application message of ours will be skipped in a resend: its order is in doubt from here on. */
  | {
      readonly kind: 'persistGapFilled';
      readonly sequence: number;
      readonly reference: string | null;
    }
  /** To be applied in the same transaction as the `persistIncoming` before it: exactly once, in order. */
  | {
      readonly kind: 'deliver';
      readonly message: ReceivedMessage;
      readonly sequence: number;
      readonly isPossDup: boolean;
      readonly isPossResend: boolean;
    };

export type Delivery = Extract<DurableEffect, { kind: 'deliver' }>;

export type SessionEffect =
  | DurableEffect
  | { readonly kind: 'transmit'; readonly bytes: Uint8Array }
  | { readonly kind: 'requestStored'; readonly begin: number; readonly end: number }
  | { readonly kind: 'disconnect'; readonly reason: string }
  /** Logged on: application messages flow. */
  | { readonly kind: 'established' }
  /** A send that the session does not take; nothing was recorded. */
  | { readonly kind: 'refused'; readonly reference: string | null; readonly code: SessionAlarmCode }
  | { readonly kind: 'alarm'; readonly code: SessionAlarmCode; readonly text: string };

export type SessionAlarmCode =
  | 'FIX_SESSION_NOT_ESTABLISHED'
  | 'FIX_SEQUENCE_TOO_LOW'
  | 'FIX_SEQUENCE_GAP'
  | 'FIX_SEQUENCE_RESET'
  | 'FIX_IDENTITY_MISMATCH'
  | 'FIX_LOGON_REFUSED'
  | 'FIX_MESSAGE_REJECTED'
  | 'FIX_REJECT_RECEIVED'
  | 'FIX_STALE_MESSAGE_SKIPPED'
  | 'FIX_STORED_MESSAGE_MISSING'
  | 'FIX_PEER_SILENT'
  | 'FIX_QUEUE_FULL';
