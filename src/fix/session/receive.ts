/** A message on an established session. */
import {
  countOf,
  field,
  isFlagged,
  sequenceOf,
  valueOf,
  type ReceivedMessage,
} from '../codec/message.ts';
import { MsgType, SessionRejectReason, Tag } from '../dictionary/tags.ts';
import { compIdProblem, hasBeginString, possDupProblem, sendingTimeProblem } from './identity.ts';
import { receiveLogon } from './logon.ts';
import { rejectMessage, rejectUnsupported } from './reject.ts';
import { answerResendRequest } from './resend.ts';
import { advance, hold, requestResend, tooLowText } from './sequence.ts';
import { alarm, disconnect, emit, logoutNow, update, type Turn } from './turn.ts';
import { problemOf } from './validation.ts';

export function receive(turn: Turn, message: ReceivedMessage): void {
  const { phase } = turn.state;
  if (phase === 'disconnected') return;
  update(turn, { lastReceivedAt: turn.now, testRequestedAt: null });
  if (phase === 'awaitingLogon' || phase === 'logonSent') receiveLogon(turn, message);
  else receiveEstablished(turn, message);
  releaseQueued(turn);
}

function receiveEstablished(turn: Turn, message: ReceivedMessage): void {
  const sequence = sequenceOf(message);
  if (!hasBeginString(turn, message)) {
    alarm(turn, 'FIX_IDENTITY_MISMATCH', `BeginString ${message.BeginString} is wrong`);
    logoutNow(turn, 'Incorrect BeginString');
    return;
  }
  if (sequence === null) {
    // Without its number a message has no place: FIX ends the session.
    alarm(turn, 'FIX_MESSAGE_REJECTED', 'MsgSeqNum is missing or not a number');
    logoutNow(turn, 'MsgSeqNum missing');
    return;
  }
  const identity = compIdProblem(turn, message) ?? sendingTimeProblem(turn, message);
  if (identity !== null) {
    alarm(turn, 'FIX_IDENTITY_MISMATCH', `${identity.text} in message ${String(sequence)}`);
    if (sequence === turn.state.nextIncoming) advance(turn, sequence + 1);
    rejectMessage(turn, message, identity);
    logoutNow(turn, identity.text);
    return;
  }
  const { nextIncoming } = turn.state;
  if (message.MsgType === MsgType.SequenceReset && !isFlagged(message, Tag.GapFillFlag))
    resetIncoming(turn, message);
  else if (sequence > nextIncoming) receiveAhead(turn, message, sequence);
  else if (sequence < nextIncoming) receiveBehind(turn, message, sequence);
  else receiveInOrder(turn, message, sequence);
}

/** A gap: only what cannot wait is acted upon, and its number is still counted in its turn. */
function receiveAhead(turn: Turn, message: ReceivedMessage, sequence: number): void {
  if (message.MsgType === MsgType.Logout) {
    // Not counted: the gap is found again at the next logon.
    finishLogout(turn, message);
    return;
  }
  const isResendRequest = message.MsgType === MsgType.ResendRequest;
  // Two sides that each wait for the other's resend would wait for ever.
  if (isResendRequest) answerResendRequest(turn, message);
  hold(turn, { sequence, message, isHandled: isResendRequest });
}

function receiveBehind(turn: Turn, message: ReceivedMessage, sequence: number): void {
  if (!isFlagged(message, Tag.PossDupFlag)) {
    const text = tooLowText(turn, sequence);
    alarm(turn, 'FIX_SEQUENCE_TOO_LOW', text);
    logoutNow(turn, text);
    return;
  }
  // A gap fill has no first sending: counterparties leave its OrigSendingTime out.
  if (message.MsgType === MsgType.SequenceReset) return;
  const problem = possDupProblem(message);
  if (problem === null) return;
  rejectMessage(turn, message, problem);
  if (problem.reason === SessionRejectReason.SendingTimeAccuracyProblem)
    logoutNow(turn, problem.text);
}

function receiveInOrder(turn: Turn, message: ReceivedMessage, sequence: number): void {
  const { dictionary } = turn.state.config;
  const isGapFill = message.MsgType === MsgType.SequenceReset;
  const isPossDup = isFlagged(message, Tag.PossDupFlag);
  const problem =
    (dictionary.msgTypes.has(message.MsgType) ? null : invalidMsgType()) ??
    (isPossDup && !isGapFill ? possDupProblem(message) : null) ??
    problemOf(message, dictionary);
  // Logout and Reject are taken whatever their fields: an answer would help nobody.
  const isTaken = message.MsgType === MsgType.Logout || message.MsgType === MsgType.Reject;
  if (problem !== null && !isTaken) {
    advance(turn, sequence + 1);
    rejectMessage(turn, message, problem);
    if (problem.reason === SessionRejectReason.SendingTimeAccuracyProblem)
      logoutNow(turn, problem.text);
    return;
  }
  if (isGapFill) {
    fillIncomingGap(turn, message, sequence);
    return;
  }
  advance(turn, sequence + 1);
  act(turn, message, { sequence, isPossDup });
}

function invalidMsgType() {
  return {
    reason: SessionRejectReason.InvalidMsgType,
    RefTagID: Tag.MsgType,
    text: 'Invalid MsgType',
  };
}

/** What a counted, sound message asks for. */
function act(
  turn: Turn,
  message: ReceivedMessage,
  counted: { readonly sequence: number; readonly isPossDup: boolean },
): void {
  const { sequence, isPossDup } = counted;
  switch (message.MsgType) {
    case MsgType.Heartbeat:
      return;
    case MsgType.TestRequest: {
      const id = valueOf(message, Tag.TestReqID) ?? '';
      emit(turn, { MsgType: MsgType.Heartbeat, fields: [field(Tag.TestReqID, id)] });
      return;
    }
    case MsgType.ResendRequest:
      answerResendRequest(turn, message);
      return;
    case MsgType.Reject:
      deliverReject(turn, message, counted);
      return;
    case MsgType.Logout:
      finishLogout(turn, message);
      return;
    case MsgType.Logon:
      if (isPossDup) return;
      alarm(turn, 'FIX_LOGON_REFUSED', 'a second Logon on an established session');
      logoutNow(turn, 'Session is already logged on');
      return;
    default:
      if (!turn.state.config.dictionary.messages.has(message.MsgType)) {
        rejectUnsupported(turn, message);
        return;
      }
      turn.effects.push({
        kind: 'deliver',
        message,
        sequence,
        isPossDup,
        isPossResend: isFlagged(message, Tag.PossResend),
      });
  }
}

/** A Reject of one of our messages is the application's business too: an order may hang on it. */
function deliverReject(
  turn: Turn,
  message: ReceivedMessage,
  counted: { readonly sequence: number; readonly isPossDup: boolean },
): void {
  const refSequence = valueOf(message, Tag.RefSeqNum) ?? 'unknown';
  const text = valueOf(message, Tag.Text) ?? 'without text';
  alarm(turn, 'FIX_REJECT_RECEIVED', `the peer rejected our message ${refSequence}: ${text}`);
  turn.effects.push({ kind: 'deliver', message, ...counted, isPossResend: false });
}

function finishLogout(turn: Turn, message: ReceivedMessage): void {
  const text = valueOf(message, Tag.Text);
  if (turn.state.phase !== 'logoutSent') emit(turn, { MsgType: MsgType.Logout, fields: [] });
  disconnect(turn, text === null ? 'logged out' : `logged out: ${text}`);
}

/** SequenceReset-GapFill in its turn: the numbers from here to NewSeqNo will not come. */
function fillIncomingGap(turn: Turn, message: ReceivedMessage, sequence: number): void {
  const next = countOf(message, Tag.NewSeqNo) ?? 0;
  if (next > sequence) {
    advance(turn, next);
    return;
  }
  advance(turn, sequence + 1);
  rejectMessage(turn, message, newSeqNoProblem());
}

/** SequenceReset-Reset: taken whatever its own number, forward only. */
function resetIncoming(turn: Turn, message: ReceivedMessage): void {
  const { nextIncoming } = turn.state;
  const next = countOf(message, Tag.NewSeqNo);
  if (next === null || next < nextIncoming) rejectMessage(turn, message, newSeqNoProblem());
  else if (next === nextIncoming) {
    alarm(turn, 'FIX_SEQUENCE_RESET', `SequenceReset to ${String(next)}, which is expected anyway`);
  } else {
    const lost = `SequenceReset from ${String(nextIncoming)} to ${String(next)}: what lay between is lost`;
    alarm(turn, 'FIX_SEQUENCE_RESET', lost);
    advance(turn, next);
  }
}

function newSeqNoProblem() {
  return {
    reason: SessionRejectReason.ValueIsIncorrect,
    RefTagID: Tag.NewSeqNo,
    text: 'Value is incorrect (out of range) for this tag',
  };
}

/** Takes the held messages whose turn has come; asks again when another gap lies behind. */
function releaseQueued(turn: Turn): void {
  for (;;) {
    const next = turn.state.queued[0];
    if (next === undefined || next.sequence !== turn.state.nextIncoming) break;
    if (next.isHandled) advance(turn, next.sequence + 1);
    else receiveInOrder(turn, next.message, next.sequence);
  }
  if (turn.state.queued.length > 0 && turn.state.resend === null) requestResend(turn);
}
