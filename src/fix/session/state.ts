/** The session's state: everything that the next step depends on, and nothing else. */
import type { ReceivedMessage } from '../codec/message.ts';
import type { Dictionary } from '../dictionary/definition.ts';

export interface SessionConfig {
  readonly role: 'initiator' | 'acceptor';
  readonly dictionary: Dictionary;
  readonly SenderCompID: string;
  readonly TargetCompID: string;
  /** Seconds between heartbeats: proposed by an initiator, adopted by an acceptor. 0 switches them off. */
  readonly HeartBtInt: number;
  /** Initiator: ask at every logon to begin again at 1. Off for an order path: it forgets what is missing. */
  readonly resetOnLogon: boolean;
  /** True: a send while not logged on is recorded and reaches the peer by resend. False: it is refused. */
  readonly queuesWhileDown: boolean;
  /** Greatest difference between a SendingTime and our clock; FIX suggests two minutes. */
  readonly sendingTimeToleranceMs: number;
  /** How long a logon, a logout or a resend may stay unanswered. */
  readonly replyTimeoutMs: number;
  /** Messages held behind a gap; more are dropped and asked for again. */
  readonly queuedCountMax: number;
}

export const SESSION_DEFAULTS = {
  HeartBtInt: 30,
  resetOnLogon: false,
  queuesWhileDown: false,
  sendingTimeToleranceMs: 120_000,
  replyTimeoutMs: 10_000,
  queuedCountMax: 10_000,
} as const;

export type SessionPhase =
  | 'disconnected'
  /** Acceptor: connected, nothing received yet. */
  | 'awaitingLogon'
  /** Initiator: our Logon is out. */
  | 'logonSent'
  | 'active'
  /** Our Logout is out; messages still in flight are taken. */
  | 'logoutSent';

/** A message behind a gap. `isHandled`: acted upon when it came, only its number still counts. */
export interface QueuedMessage {
  readonly sequence: number;
  readonly message: ReceivedMessage;
  readonly isHandled: boolean;
}

export interface SessionState {
  readonly config: SessionConfig;
  readonly phase: SessionPhase;
  readonly nextOutgoing: number;
  /** The number expected next from the peer: all below were delivered or skipped by rule. */
  readonly nextIncoming: number;
  /** Ascending by sequence, all above nextIncoming. */
  readonly queued: readonly QueuedMessage[];
  /** The resend we asked for: when, and up to which number the gap was known then. */
  readonly resend: { readonly requestedAt: number; readonly through: number } | null;
  readonly heartbeatMs: number;
  readonly lastSentAt: number;
  readonly lastReceivedAt: number;
  readonly testRequestedAt: number | null;
  readonly phaseSince: number;
  /** MsgSeqNum of the Logon that we sent on this connection. */
  readonly logonSequence: number | null;
  /** We asked for a reset in that Logon. */
  readonly isResetAsked: boolean;
}

/** A session at rest with the numbers from its store; a new store has 1 and 1. */
export function initialSession(
  config: SessionConfig,
  stored: { readonly nextOutgoing: number; readonly nextIncoming: number },
): SessionState {
  return {
    config,
    phase: 'disconnected',
    nextOutgoing: stored.nextOutgoing,
    nextIncoming: stored.nextIncoming,
    queued: [],
    resend: null,
    heartbeatMs: config.HeartBtInt * 1000,
    lastSentAt: 0,
    lastReceivedAt: 0,
    testRequestedAt: null,
    phaseSince: 0,
    logonSequence: null,
    isResetAsked: false,
  };
}

/** True while application messages may be transmitted. */
export function isEstablished(state: SessionState): boolean {
  return state.phase === 'active';
}
