import type { Sha256 } from '../kernel/index.ts';
import type { ProposedOrder } from './proposed-order.ts';

declare const approval: unique symbol;

/** What a person approved: who, and the hash of exactly what was shown. */
export interface ApprovalEvidence {
  readonly approvedBy: string;
  readonly proposedBy: string;
  /** contentHash of the proposed order and the verdict of the report it was shown with. */
  readonly factsHash: Sha256;
}

/**
 * An order that passed compliance and was approved by someone who did not propose it. The symbol is not
 * exported: only `compliance` makes one (a tidy test bans the cast elsewhere), and `oms` takes nothing else.
 */
export type ApprovedOrder = ProposedOrder & {
  readonly evidence: ApprovalEvidence;
  readonly [approval]: true;
};
