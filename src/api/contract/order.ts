/** Proposed orders under review: reasons, lots, verdict, approval, edits, holds and overrides. */
import { z } from 'zod';
import {
  calendarDate,
  decimalText,
  identifierText,
  instant,
  positiveDecimalText,
  reasonBody,
  sha256Text,
  side,
  verdict,
} from './shapes.ts';

export const ORDER_STATES = [
  'proposed',
  'held',
  'submitted',
  'approved',
  'declined',
  'released',
  'executed',
  'allocated',
] as const;
export const orderState = z.enum(ORDER_STATES);
export type OrderState = z.infer<typeof orderState>;

export const orderReason = z
  .object({
    code: z.string(),
    /** One sentence a portfolio manager understands. */
    text: z.string(),
    /** The numbers behind it, by name: decimals as text. */
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  })
  .meta({ id: 'OrderReason' });

export const lotSelection = z
  .object({
    lotId: z.string(),
    quantity: decimalText,
    acquiredDate: calendarDate,
    costBasis: decimalText,
    proceeds: decimalText,
    gain: decimalText,
    term: z.enum(['short', 'long']),
  })
  .meta({ id: 'LotSelection' });

export const orderApproval = z
  .object({
    approvedBy: z.string(),
    approvedByName: z.string(),
    approvedAt: instant,
    factsHash: sha256Text,
    reasonText: z.string(),
  })
  .meta({ id: 'OrderApproval' });

export const orderOverride = z
  .object({
    ruleId: z.string(),
    overriddenBy: z.string(),
    overriddenByName: z.string(),
    overriddenAt: instant,
    reasonCode: z.string(),
    reasonText: z.string(),
  })
  .meta({ id: 'OrderOverride' });

export const order = z
  .object({
    orderId: z.string(),
    runId: z.string(),
    accountId: z.string(),
    accountName: z.string(),
    householdId: z.string(),
    symbol: z.string(),
    instrumentName: z.string(),
    side,
    quantity: decimalText,
    /** What the engine proposed, before any edit. */
    quantityProposed: decimalText,
    estimatedPrice: decimalText,
    estimatedAmount: decimalText,
    estimatedCost: decimalText,
    realizedShortTerm: decimalText,
    realizedLongTerm: decimalText,
    lots: z.array(lotSelection),
    reasons: z.array(orderReason),
    /** Why this order, in one sentence. */
    why: z.string(),
    state: orderState,
    verdict,
    /** Only soft rules fail: a person of the compliance role may override them. */
    canOverride: z.boolean(),
    failedRuleIds: z.array(z.string()),
    overrides: z.array(orderOverride),
    approval: orderApproval.nullable(),
    /** Set when an approval was voided by a later edit: who must look again, and why. */
    approvalVoided: z.object({ at: instant, reasonText: z.string() }).nullable(),
    hold: z
      .object({
        heldBy: z.string(),
        heldAt: instant,
        reasonCode: z.string(),
        reasonText: z.string(),
      })
      .nullable(),
    editedBy: z.string().nullable(),
    /** Every reason why it cannot go on to release now, all at once. */
    blockedBy: z.array(z.string()),
    /** Counts up with every change; also the ETag, for If-Match. */
    version: z.int(),
    etag: z.string(),
    /** What an approval must name: the hash of the order and its verdict as shown here. */
    factsHash: sha256Text,
    blockId: z.string().nullable(),
    allocatedQuantity: decimalText.nullable(),
    averagePrice: decimalText.nullable(),
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof order>;

export const EDIT_REASONS = [
  'clientRequest',
  'marketView',
  'taxReason',
  'liquidity',
  'other',
] as const;
export const HOLD_REASONS = [
  'clientRequest',
  'awaitingData',
  'awaitingCash',
  'review',
  'other',
] as const;
export const OVERRIDE_REASONS = [
  'clientInstruction',
  'temporaryBreach',
  'riskAccepted',
  'dataVerified',
  'other',
] as const;

export const orderPatchBody = reasonBody.extend({
  reasonCode: z.enum(EDIT_REASONS),
  quantity: positiveDecimalText,
});
export type OrderPatchBody = z.infer<typeof orderPatchBody>;

export const holdBody = reasonBody.extend({ reasonCode: z.enum(HOLD_REASONS) });
export type HoldBody = z.infer<typeof holdBody>;

export const overrideBody = reasonBody.extend({
  reasonCode: z.enum(OVERRIDE_REASONS),
  ruleId: identifierText,
  factsHash: sha256Text,
});
export type OverrideBody = z.infer<typeof overrideBody>;
