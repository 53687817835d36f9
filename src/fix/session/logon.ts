/** From the connection to the established session, for both roles. */
import {
  countOf,
  field,
  isFlagged,
  sequenceOf,
  valueOf,
  type ReceivedMessage,
} from '../codec/message.ts';
import { MsgType, Tag } from '../dictionary/tags.ts';
import { compIdProblem, hasBeginString, sendingTimeProblem } from './identity.ts';
import { advance, hold, resetNumbers, tooLowText } from './sequence.ts';
import { alarm, disconnect, emit, logoutNow, update, type Turn } from './turn.ts';
import { problemOf } from './validation.ts';

/** A transport is up: an initiator logs on, an acceptor waits. */
export function startConnection(turn: Turn): void {
  const { config } = turn.state;
  update(turn, { lastReceivedAt: turn.now, lastSentAt: turn.now, phaseSince: turn.now });
  if (config.role === 'acceptor') {
    update(turn, { phase: 'awaitingLogon' });
    return;
  }
  if (config.resetOnLogon) resetNumbers(turn);
  sendLogon(turn, { HeartBtInt: config.HeartBtInt, isReset: config.resetOnLogon });
  update(turn, { phase: 'logonSent', isResetAsked: config.resetOnLogon });
}

function sendLogon(
  turn: Turn,
  terms: { readonly HeartBtInt: number; readonly isReset: boolean },
): void {
  update(turn, { logonSequence: turn.state.nextOutgoing });
  emit(turn, {
    MsgType: MsgType.Logon,
    fields: [
      field(Tag.EncryptMethod, '0'),
      field(Tag.HeartBtInt, String(terms.HeartBtInt)),
      ...(terms.isReset ? [field(Tag.ResetSeqNumFlag, 'Y')] : []),
    ],
  });
}

/** The first message of a connection. */
export function receiveLogon(turn: Turn, message: ReceivedMessage): void {
  const sequence = sequenceOf(message);
  if (!hasBeginString(turn, message) || compIdProblem(turn, message) !== null) {
    // A stranger gets no answer: an answer would use up a number of the session that it is not.
    alarm(turn, 'FIX_IDENTITY_MISMATCH', 'BeginString or CompIDs of the first message are wrong');
    disconnect(turn, 'wrong identity');
  } else if (turn.state.phase === 'logonSent' && message.MsgType === MsgType.Logout) {
    if (sequence === turn.state.nextIncoming) advance(turn, sequence + 1);
    const text = valueOf(message, Tag.Text) ?? 'without a reason';
    alarm(turn, 'FIX_LOGON_REFUSED', `the peer refused the logon: ${text}`);
    disconnect(turn, 'logon refused');
  } else if (message.MsgType !== MsgType.Logon || sequence === null) {
    alarm(turn, 'FIX_LOGON_REFUSED', 'the first message is not a Logon with a MsgSeqNum');
    disconnect(turn, 'first message is not Logon');
  } else {
    acceptLogon(turn, message, sequence);
  }
}

function acceptLogon(turn: Turn, message: ReceivedMessage, sequence: number): void {
  const fault = logonFault(turn, message, sequence);
  if (fault !== null) {
    alarm(turn, 'FIX_LOGON_REFUSED', fault);
    logoutNow(turn, fault);
    return;
  }
  const isReset = isFlagged(message, Tag.ResetSeqNumFlag);
  const logonSequence = turn.state.logonSequence;
  // A reset that we asked for was made when our Logon went out.
  if (isReset && !turn.state.isResetAsked) resetNumbers(turn);
  if (sequence < turn.state.nextIncoming) {
    const text = tooLowText(turn, sequence);
    alarm(turn, 'FIX_SEQUENCE_TOO_LOW', text);
    logoutNow(turn, text);
    return;
  }
  const isGap = sequence > turn.state.nextIncoming;
  if (!isGap) advance(turn, sequence + 1);
  const HeartBtInt = countOf(message, Tag.HeartBtInt) ?? turn.state.config.HeartBtInt;
  update(turn, { heartbeatMs: HeartBtInt * 1000 });
  if (turn.state.config.role === 'acceptor') sendLogon(turn, { HeartBtInt, isReset });
  update(turn, { phase: 'active', phaseSince: turn.now });
  turn.effects.push({ kind: 'established' });
  if (isGap) hold(turn, { sequence, message, isHandled: true });
  transmitHeldBack(turn, logonSequence);
}

/** What was recorded between an initiator's Logon and the answer to it has not been transmitted yet. */
function transmitHeldBack(turn: Turn, logonSequence: number | null): void {
  const { nextOutgoing, config } = turn.state;
  if (config.role === 'acceptor' || logonSequence === null) return;
  if (nextOutgoing > logonSequence + 1) {
    turn.effects.push({ kind: 'requestStored', begin: logonSequence + 1, end: nextOutgoing - 1 });
  }
}

function logonFault(turn: Turn, message: ReceivedMessage, sequence: number): string | null {
  const { config, isResetAsked } = turn.state;
  const problem = sendingTimeProblem(turn, message) ?? problemOf(message, config.dictionary);
  if (problem !== null) {
    const where = problem.RefTagID === null ? '' : `, tag ${String(problem.RefTagID)}`;
    return `Logon refused: ${problem.text}${where}`;
  }
  if (countOf(message, Tag.HeartBtInt) === null) return 'Logon refused: HeartBtInt is negative';
  if (valueOf(message, Tag.EncryptMethod) !== '0') return 'Logon refused: EncryptMethod is not 0';
  const isReset = isFlagged(message, Tag.ResetSeqNumFlag);
  if (isReset && sequence !== 1) return 'Logon refused: a reset begins with MsgSeqNum 1';
  // Going on with a peer that kept its numbers would deliver its old messages a second time.
  if (isResetAsked && !isReset) return 'Logon refused: ResetSeqNumFlag was not confirmed';
  return null;
}
