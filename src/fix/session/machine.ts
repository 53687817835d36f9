/**
 * The FIX session as a pure function: bytes and clock go in as values, effects come out as values.
 *
 * Invariants (tested under the same numbers in machine.props.test.ts):
 *   FS1  Between two sessions over a transport that loses, repeats, reorders and dies, every application
 *        message is delivered exactly once and in order, once the transport works long enough.
 *   FS2  Outgoing numbers rise by one and never go back, except by `persistReset`; answering a resend
 *        records no number.
 *   FS3  Every transmit of a new message comes after the `persistOutgoing` of the same bytes, and every
 *        delivery after the `persistIncoming` that counts it.
 *   FS4  A stale application message is never resent, and its gap fill comes after `persistGapFilled`.
 *   FS5  No input throws, whatever the message says.
 */
import { field } from '../codec/message.ts';
import { MsgType, Tag } from '../dictionary/tags.ts';
import { asciiText } from '../codec/encoder.ts';
import type { SessionEffect, SessionInput } from './effect.ts';
import { startConnection } from './logon.ts';
import { receive } from './receive.ts';
import { sendStored } from './resend.ts';
import { requestResend } from './sequence.ts';
import type { SessionState } from './state.ts';
import { alarm, closeDown, disconnect, emit, update, type Turn } from './turn.ts';

/** Share of the heartbeat interval after which a silent peer is asked: "some reasonable transmission time". */
const SILENCE_FACTOR = 1.2;
/** Share after which it is given up. */
const SILENCE_END_FACTOR = 2.4;

/**
 * One step.
 *
 * @param context.now epoch milliseconds
 * @returns the next state and what to do, in order; see effect.ts for the contract with the executor
 */
export function step(
  state: SessionState,
  input: SessionInput,
  context: { readonly now: number },
): { readonly state: SessionState; readonly effects: readonly SessionEffect[] } {
  const turn: Turn = { state, effects: [], now: context.now };
  take(turn, input);
  return { state: turn.state, effects: turn.effects };
}

function take(turn: Turn, input: SessionInput): void {
  switch (input.kind) {
    case 'connected':
      closeDown(turn);
      startConnection(turn);
      return;
    case 'disconnected':
      if (turn.state.phase !== 'disconnected') closeDown(turn);
      return;
    case 'message':
      receive(turn, input.message);
      return;
    case 'tick':
      tick(turn);
      return;
    case 'send':
      send(turn, input);
      return;
    case 'stored':
      if (isUp(turn.state)) sendStored(turn, input);
      return;
    case 'logout':
      logout(turn, input.text);
  }
}

function isUp(state: SessionState): boolean {
  return state.phase === 'active' || state.phase === 'logoutSent';
}

function send(turn: Turn, input: Extract<SessionInput, { kind: 'send' }>): void {
  const { phase, config } = turn.state;
  if (phase !== 'active' && !config.queuesWhileDown) {
    const code = 'FIX_SESSION_NOT_ESTABLISHED';
    turn.effects.push({ kind: 'refused', reference: input.reference, code });
    return;
  }
  emit(turn, {
    MsgType: input.message.MsgType,
    fields: input.message.fields,
    isApplication: true,
    reference: input.reference,
    ...(input.isPossResend === undefined ? {} : { isPossResend: input.isPossResend }),
    isTransmitted: phase === 'active',
  });
}

function logout(turn: Turn, text: string | null): void {
  const { phase } = turn.state;
  if (phase === 'disconnected' || phase === 'logoutSent') return;
  if (phase !== 'active') {
    disconnect(turn, 'logout before logon');
    return;
  }
  const fields = text === null ? [] : [field(Tag.Text, asciiText(text))];
  emit(turn, { MsgType: MsgType.Logout, fields });
  update(turn, { phase: 'logoutSent', phaseSince: turn.now });
}

function tick(turn: Turn): void {
  const { phase, phaseSince, config } = turn.state;
  if (phase === 'disconnected') return;
  if (phase === 'active') {
    tickActive(turn);
    return;
  }
  if (turn.now - phaseSince < config.replyTimeoutMs) return;
  alarm(turn, 'FIX_PEER_SILENT', `no answer in phase ${phase}`);
  disconnect(turn, `no answer in phase ${phase}`);
}

function tickActive(turn: Turn): void {
  const { heartbeatMs, lastReceivedAt, testRequestedAt, lastSentAt, resend, config } = turn.state;
  if (resend !== null && turn.now - resend.requestedAt >= config.replyTimeoutMs)
    requestResend(turn);
  if (heartbeatMs === 0) return;
  const silence = turn.now - lastReceivedAt;
  if (testRequestedAt !== null && silence >= heartbeatMs * SILENCE_END_FACTOR) {
    alarm(turn, 'FIX_PEER_SILENT', `nothing received for ${String(silence)} ms`);
    disconnect(turn, 'the peer is silent');
    return;
  }
  if (testRequestedAt === null && silence >= heartbeatMs * SILENCE_FACTOR) {
    emit(turn, {
      MsgType: MsgType.TestRequest,
      fields: [field(Tag.TestReqID, `T${String(turn.now)}`)],
    });
    update(turn, { testRequestedAt: turn.now });
  } else if (turn.now - lastSentAt >= heartbeatMs) {
    emit(turn, { MsgType: MsgType.Heartbeat, fields: [] });
  }
}
