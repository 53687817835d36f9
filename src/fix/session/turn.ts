/** One step in progress: the state so far and the effects so far. Never leaves this folder. */
import { encodeMessage } from '../codec/encoder.ts';
import { field, type Field } from '../codec/message.ts';
import { MsgType, Tag } from '../dictionary/tags.ts';
import type { SessionAlarmCode, SessionEffect } from './effect.ts';
import type { SessionState } from './state.ts';
import { utcTimestamp } from './timestamps.ts';

export interface Turn {
  state: SessionState;
  readonly effects: SessionEffect[];
  /** Epoch milliseconds. */
  readonly now: number;
}

export function update(turn: Turn, change: Partial<SessionState>): void {
  turn.state = { ...turn.state, ...change };
}

export function alarm(turn: Turn, code: SessionAlarmCode, text: string): void {
  turn.effects.push({ kind: 'alarm', code, text });
}

/** The header after MsgType, in FIX's order. */
export function headerFields(
  turn: Turn,
  sequence: number,
  flags: { readonly origSendingTime?: string; readonly isPossResend?: boolean } = {},
): Field[] {
  const { SenderCompID, TargetCompID } = turn.state.config;
  const now = utcTimestamp(turn.now);
  return [
    field(Tag.SenderCompID, SenderCompID),
    field(Tag.TargetCompID, TargetCompID),
    field(Tag.MsgSeqNum, String(sequence)),
    ...(flags.origSendingTime === undefined ? [] : [field(Tag.PossDupFlag, 'Y')]),
    ...(flags.isPossResend === true ? [field(Tag.PossResend, 'Y')] : []),
    field(Tag.SendingTime, now),
    ...(flags.origSendingTime === undefined
      ? []
      : [field(Tag.OrigSendingTime, flags.origSendingTime)]),
  ];
}

export interface Outgoing {
  readonly MsgType: string;
  readonly fields: readonly Field[];
  readonly isApplication?: boolean;
  readonly reference?: string | null;
  readonly isPossResend?: boolean;
  /** False: recorded only; the peer gets it by resend. */
  readonly isTransmitted?: boolean;
}

/** Gives a message the next number, records it, and then sends it. */
export function emit(turn: Turn, outgoing: Outgoing): void {
  const sequence = turn.state.nextOutgoing;
  const header = headerFields(turn, sequence, { isPossResend: outgoing.isPossResend ?? false });
  const bytes = encode(turn, outgoing.MsgType, [...header, ...outgoing.fields]);
  turn.effects.push({
    kind: 'persistOutgoing',
    sequence,
    bytes,
    isApplication: outgoing.isApplication ?? false,
    reference: outgoing.reference ?? null,
  });
  update(turn, { nextOutgoing: sequence + 1 });
  if (outgoing.isTransmitted === false) return;
  turn.effects.push({ kind: 'transmit', bytes });
  update(turn, { lastSentAt: turn.now });
}

export function encode(turn: Turn, msgType: string, fields: readonly Field[]): Uint8Array {
  const { dictionary } = turn.state.config;
  return encodeMessage(
    { BeginString: dictionary.BeginString, MsgType: msgType, fields },
    new Set(dictionary.dataTags.values()),
  );
}

/** Ends the connection. Messages behind a gap are forgotten: the peer sends them again when asked. */
export function disconnect(turn: Turn, reason: string): void {
  turn.effects.push({ kind: 'disconnect', reason });
  closeDown(turn);
}

export function closeDown(turn: Turn): void {
  update(turn, {
    phase: 'disconnected',
    phaseSince: turn.now,
    queued: [],
    resend: null,
    testRequestedAt: null,
    logonSequence: null,
    isResetAsked: false,
  });
}

/** Logs out with a reason and ends the connection without waiting for the answer. */
export function logoutNow(turn: Turn, text: string): void {
  emit(turn, { MsgType: MsgType.Logout, fields: [field(Tag.Text, text)] });
  disconnect(turn, text);
}
