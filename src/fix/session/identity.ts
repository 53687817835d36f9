/** Who speaks and when: the checks that come before any sequence number counts. */
import { valueOf, type ReceivedMessage } from '../codec/message.ts';
import { SessionRejectReason as Reason, Tag } from '../dictionary/tags.ts';
import type { FieldProblem } from '../codec/message.ts';
import type { Turn } from './turn.ts';
import { parseUtcTimestamp } from './timestamps.ts';

export function hasBeginString(turn: Turn, message: ReceivedMessage): boolean {
  return message.BeginString === turn.state.config.dictionary.BeginString;
}

/** The peer's SenderCompID is our TargetCompID and the other way round. Null when both are right. */
export function compIdProblem(turn: Turn, message: ReceivedMessage): FieldProblem | null {
  const { SenderCompID, TargetCompID } = turn.state.config;
  const text = 'CompID problem';
  if (valueOf(message, Tag.SenderCompID) !== TargetCompID)
    return { reason: Reason.CompIDProblem, RefTagID: Tag.SenderCompID, text };
  if (valueOf(message, Tag.TargetCompID) !== SenderCompID)
    return { reason: Reason.CompIDProblem, RefTagID: Tag.TargetCompID, text };
  return null;
}

/** A SendingTime that can be read and is too far from our clock; a missing one is validation's affair. */
export function sendingTimeProblem(turn: Turn, message: ReceivedMessage): FieldProblem | null {
  const text = valueOf(message, Tag.SendingTime);
  const time = text === null ? null : parseUtcTimestamp(text);
  if (time === null) return null;
  if (Math.abs(time - turn.now) <= turn.state.config.sendingTimeToleranceMs) return null;
  return {
    reason: Reason.SendingTimeAccuracyProblem,
    RefTagID: Tag.SendingTime,
    text: 'SendingTime accuracy problem',
  };
}

/** A PossDup message names when it was first sent, and that was not later than now. */
export function possDupProblem(message: ReceivedMessage): FieldProblem | null {
  const original = valueOf(message, Tag.OrigSendingTime);
  if (original === null) {
    return {
      reason: Reason.RequiredTagMissing,
      RefTagID: Tag.OrigSendingTime,
      text: 'Required tag missing',
    };
  }
  const first = parseUtcTimestamp(original);
  const again = parseUtcTimestamp(valueOf(message, Tag.SendingTime) ?? '');
  if (first === null || again === null || first <= again) return null;
  return {
    reason: Reason.SendingTimeAccuracyProblem,
    RefTagID: Tag.OrigSendingTime,
    text: 'OrigSendingTime is after SendingTime',
  };
}
