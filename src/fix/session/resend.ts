/** Answers a ResendRequest from stored bytes. Numbers of stored messages never change by it. */
import { decodeMessage } from '../codec/single.ts';
import { countOf, field, valueOf, type ReceivedMessage } from '../codec/message.ts';
import { MsgType, SessionRejectReason, Tag } from '../dictionary/tags.ts';
import type { SessionInput, StoredMessage } from './effect.ts';
import { rejectMessage } from './reject.ts';
import { utcTimestamp } from './timestamps.ts';
import { alarm, encode, headerFields, update, type Turn } from './turn.ts';

/** Fields that `headerFields` writes anew. */
const REWRITTEN: ReadonlySet<number> = new Set([
  Tag.SenderCompID,
  Tag.TargetCompID,
  Tag.MsgSeqNum,
  Tag.PossDupFlag,
  Tag.PossResend,
  Tag.SendingTime,
  Tag.OrigSendingTime,
]);

/** Asks the store for the range, bounded by what was ever sent. */
export function answerResendRequest(turn: Turn, message: ReceivedMessage): void {
  const begin = countOf(message, Tag.BeginSeqNo) ?? 0;
  const asked = countOf(message, Tag.EndSeqNo) ?? 0;
  if (begin === 0 || (asked !== 0 && asked < begin)) {
    rejectMessage(turn, message, {
      reason: SessionRejectReason.ValueIsIncorrect,
      RefTagID: begin === 0 ? Tag.BeginSeqNo : Tag.EndSeqNo,
      text: 'Value is incorrect (out of range)',
    });
    return;
  }
  const last = turn.state.nextOutgoing - 1;
  const end = asked === 0 ? last : Math.min(asked, last);
  if (begin <= end) turn.effects.push({ kind: 'requestStored', begin, end });
}

/**
 * Sends a stored range again: application messages and session Rejects with PossDup and their first
 * SendingTime, everything else as gap fills (admin messages are never resent; stale and lost ones are
 * skipped on the record).
 */
export function sendStored(turn: Turn, stored: Extract<SessionInput, { kind: 'stored' }>): void {
  const { end, messages } = stored;
  let next = stored.begin;
  for (const message of messages) {
    if (message.sequence < next || message.sequence > end) continue;
    const again = isResent(turn, message) ? resendBytes(turn, message) : null;
    if (again === null) continue;
    alarmMissing(turn, { from: next, to: message.sequence - 1, messages });
    fillGap(turn, next, message.sequence);
    turn.effects.push({ kind: 'transmit', bytes: again });
    next = message.sequence + 1;
  }
  alarmMissing(turn, { from: next, to: end, messages });
  fillGap(turn, next, end + 1);
  update(turn, { lastSentAt: turn.now });
}

function isResent(turn: Turn, message: StoredMessage): boolean {
  if (!message.isApplication) {
    const decoded = decodeMessage(message.bytes, turn.state.config.dictionary);
    return decoded?.MsgType === MsgType.Reject;
  }
  if (!message.isStale) return true;
  turn.effects.push({
    kind: 'persistGapFilled',
    sequence: message.sequence,
    reference: message.reference,
  });
  const name = message.reference ?? 'without reference';
  alarm(
    turn,
    'FIX_STALE_MESSAGE_SKIPPED',
    `message ${String(message.sequence)} (${name}) is too old to send again`,
  );
  return false;
}

function resendBytes(turn: Turn, message: StoredMessage): Uint8Array | null {
  const original = decodeMessage(message.bytes, turn.state.config.dictionary);
  if (original === null) return null;
  const header = headerFields(turn, message.sequence, {
    origSendingTime: valueOf(original, Tag.SendingTime) ?? utcTimestamp(turn.now),
    isPossResend: valueOf(original, Tag.PossResend) === 'Y',
  });
  const body = original.fields.filter(({ tag }) => !REWRITTEN.has(tag));
  return encode(turn, original.MsgType, [...header, ...body]);
}

function fillGap(turn: Turn, from: number, to: number): void {
  if (from >= to) return;
  const bytes = encode(turn, MsgType.SequenceReset, [
    ...headerFields(turn, from, { origSendingTime: utcTimestamp(turn.now) }),
    field(Tag.GapFillFlag, 'Y'),
    field(Tag.NewSeqNo, String(to)),
  ]);
  turn.effects.push({ kind: 'transmit', bytes });
}

/** A number that was used and whose message the store does not have is a fault worth a person's look. */
function alarmMissing(
  turn: Turn,
  range: {
    readonly from: number;
    readonly to: number;
    readonly messages: readonly StoredMessage[];
  },
): void {
  const { from, to } = range;
  const present = range.messages.filter((m) => m.sequence >= from && m.sequence <= to).length;
  const missing = to - from + 1 - present;
  if (missing <= 0) return;
  alarm(
    turn,
    'FIX_STORED_MESSAGE_MISSING',
    `${String(missing)} of the messages ${String(from)} to ${String(to)} are not in the store`,
  );
}
