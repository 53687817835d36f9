/** Submission by the proposer, approval by another person. */
import { z } from 'zod';
import { decimalText, identifierText, instant, sha256Text } from './shapes.ts';
import { run } from './run.ts';

export const submissionBody = z.strictObject({
  /** A note for the approver. */
  reasonText: z.string().trim().max(2000).optional(),
});
export type SubmissionBody = z.infer<typeof submissionBody>;

export const approvalBody = z.strictObject({
  /** Each order with the facts hash that was on the screen. */
  orders: z
    .array(z.strictObject({ orderId: identifierText, factsHash: sha256Text }))
    .min(1)
    .max(100_000),
  reasonText: z.string().trim().min(3, 'give a reason of at least 3 characters').max(2000),
});
export type ApprovalBody = z.infer<typeof approvalBody>;

/** What happened to each order of a bulk decision. 409 problem when none could be approved. */
export const approvalOutcome = z
  .object({
    approvedOrderIds: z.array(z.string()),
    refused: z.array(z.object({ orderId: z.string(), code: z.string(), message: z.string() })),
    run,
  })
  .meta({ id: 'ApprovalOutcome' });
export type ApprovalOutcome = z.infer<typeof approvalOutcome>;

export const declineBody = z.strictObject({
  orderIds: z.array(identifierText).min(1).max(100_000),
  reasonText: z.string().trim().min(3, 'give a reason of at least 3 characters').max(2000),
});
export type DeclineBody = z.infer<typeof declineBody>;

/** One run in the inbox of those who approve. */
export const approvalInboxItem = z
  .object({
    runId: z.string(),
    reason: z.string(),
    state: z.string(),
    submittedBy: z.string(),
    submittedByName: z.string(),
    submittedAt: instant,
    submissionNote: z.string().nullable(),
    accountCount: z.int(),
    awaitingCount: z.int(),
    approvedCount: z.int(),
    /** Approved once, then changed: must be looked at again. */
    voidedCount: z.int(),
    blockedCount: z.int(),
    awaitingAmount: decimalText,
    /** False for the person who submitted it: maker and checker differ. */
    canApprove: z.boolean(),
    cannotApproveBecause: z.string().nullable(),
  })
  .meta({ id: 'ApprovalInboxItem' });
export type ApprovalInboxItem = z.infer<typeof approvalInboxItem>;
