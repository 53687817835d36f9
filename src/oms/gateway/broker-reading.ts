/** Sorts a broker's message by what it means for orders; the fields are read by `fix`. */
import type { CancelRejection, ExecutionReport } from '../../domain/index.ts';
import {
  cancelRejectionFromFix,
  executionReportFromFix,
  MsgType,
  rejectionFromFix,
  type FieldProblem,
  type MessageRejection,
  type ReceivedMessage,
} from '../../fix/index.ts';

export type BrokerMessage =
  | { readonly kind: 'executionReport'; readonly report: ExecutionReport }
  | { readonly kind: 'cancelRejection'; readonly rejection: CancelRejection }
  /** The broker does not take a message of ours, of the session or of the business level. */
  | { readonly kind: 'messageRefused'; readonly rejection: MessageRejection }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Never throws: what cannot be read comes back with the reason. */
export function readBrokerMessage(message: ReceivedMessage): BrokerMessage {
  switch (message.MsgType) {
    case MsgType.ExecutionReport: {
      const read = executionReportFromFix(message);
      return read.ok
        ? { kind: 'executionReport', report: read.value.report }
        : unreadable(read.error);
    }
    case MsgType.OrderCancelReject: {
      const read = cancelRejectionFromFix(message);
      return read.ok ? { kind: 'cancelRejection', rejection: read.value } : unreadable(read.error);
    }
    case MsgType.BusinessMessageReject:
    case MsgType.Reject:
      return { kind: 'messageRefused', rejection: rejectionFromFix(message) };
    default:
      return { kind: 'unreadable', reason: 'no message of the order path' };
  }
}

function unreadable(problem: FieldProblem): BrokerMessage {
  const tag = problem.RefTagID === null ? '' : ` (tag ${String(problem.RefTagID)})`;
  return { kind: 'unreadable', reason: `${problem.text}${tag}` };
}
