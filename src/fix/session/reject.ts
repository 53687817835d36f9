import { field, sequenceOf, type FieldProblem, type ReceivedMessage } from '../codec/message.ts';
import { asciiText } from '../codec/encoder.ts';
import { BusinessRejectReason, MsgType, Tag } from '../dictionary/tags.ts';
import { alarm, emit, type Turn } from './turn.ts';

/** Answers a message with a session Reject (3) that names reason and tag. Rejects are never rejected. */
export function rejectMessage(turn: Turn, message: ReceivedMessage, problem: FieldProblem): void {
  const sequence = sequenceOf(message) ?? 0;
  const where = problem.RefTagID === null ? '' : ` (tag ${String(problem.RefTagID)})`;
  alarm(
    turn,
    'FIX_MESSAGE_REJECTED',
    `message ${String(sequence)}, MsgType ${message.MsgType}: ${problem.text}${where}`,
  );
  if (message.MsgType === MsgType.Reject) return;
  emit(turn, {
    MsgType: MsgType.Reject,
    fields: [
      field(Tag.RefSeqNum, String(sequence)),
      ...(problem.RefTagID === null ? [] : [field(Tag.RefTagID, String(problem.RefTagID))]),
      field(Tag.RefMsgType, asciiText(message.MsgType)),
      field(Tag.SessionRejectReason, String(problem.reason)),
      field(Tag.Text, problem.text),
    ],
  });
}

/** A MsgType that FIX has and we do not: the business layer's answer, so that the sender learns it. */
export function rejectUnsupported(turn: Turn, message: ReceivedMessage): void {
  emit(turn, {
    MsgType: MsgType.BusinessMessageReject,
    isApplication: true,
    fields: [
      field(Tag.RefSeqNum, String(sequenceOf(message) ?? 0)),
      field(Tag.RefMsgType, message.MsgType),
      field(Tag.BusinessRejectReason, String(BusinessRejectReason.UnsupportedMessageType)),
      field(Tag.Text, 'Unsupported message type'),
    ],
  });
}
