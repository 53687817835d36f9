/** Incoming numbers: in order, above (a gap), below (a duplicate or a fault). */
import { field, type ReceivedMessage } from '../codec/message.ts';
import { MsgType, Tag } from '../dictionary/tags.ts';
import { alarm, emit, update, type Turn } from './turn.ts';

/** Counts the peer's numbers up to, and not including, `nextExpected`. */
export function advance(turn: Turn, nextExpected: number): void {
  const { resend } = turn.state;
  turn.effects.push({ kind: 'persistIncoming', nextExpected });
  update(turn, {
    nextIncoming: nextExpected,
    queued: turn.state.queued.filter(({ sequence }) => sequence >= nextExpected),
    // Progress renews the patience with the peer's resend.
    resend:
      resend === null || nextExpected > resend.through
        ? null
        : { ...resend, requestedAt: turn.now },
  });
}

/** Holds a message behind a gap, and asks for what is missing unless that was done. */
export function hold(
  turn: Turn,
  entry: {
    readonly sequence: number;
    readonly message: ReceivedMessage;
    readonly isHandled: boolean;
  },
): void {
  const { queued, config } = turn.state;
  const place = queued.findIndex(({ sequence }) => sequence >= entry.sequence);
  if (place >= 0 && queued[place]?.sequence === entry.sequence) {
    // The same number again: the first one stays.
  } else if (queued.length >= config.queuedCountMax) {
    alarm(turn, 'FIX_QUEUE_FULL', `message ${String(entry.sequence)} is dropped behind a gap`);
  } else {
    const at = place < 0 ? queued.length : place;
    update(turn, { queued: [...queued.slice(0, at), entry, ...queued.slice(at)] });
  }
  if (turn.state.resend === null) requestResend(turn);
}

/** Asks for everything from the expected number on: an open range, as counterparties expect it. */
export function requestResend(turn: Turn): void {
  const { nextIncoming, queued } = turn.state;
  const through = (queued.at(-1)?.sequence ?? nextIncoming + 1) - 1;
  const missing = `messages ${String(nextIncoming)} to ${String(through)} are missing`;
  alarm(turn, 'FIX_SEQUENCE_GAP', missing);
  emit(turn, {
    MsgType: MsgType.ResendRequest,
    fields: [field(Tag.BeginSeqNo, String(nextIncoming)), field(Tag.EndSeqNo, '0')],
  });
  update(turn, { resend: { requestedAt: turn.now, through } });
}

/** Both directions begin again at 1. */
export function resetNumbers(turn: Turn): void {
  turn.effects.push({ kind: 'persistReset' });
  alarm(turn, 'FIX_SEQUENCE_RESET', 'both sequence numbers begin again at 1');
  update(turn, { nextOutgoing: 1, nextIncoming: 1, queued: [], resend: null });
}

export function tooLowText(turn: Turn, sequence: number): string {
  return `MsgSeqNum too low, expecting ${String(turn.state.nextIncoming)} but received ${String(sequence)}`;
}
