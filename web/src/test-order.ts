import type { ApprovalInboxItem, Order } from '../../src/api/contract/index.ts';

/** A sell of 16 shares that passed; tests change what they are about. */
export function orderWith(change: Partial<Order> = {}): Order {
  return {
    orderId: 'o1',
    runId: 'r1',
    accountId: 'a1',
    accountName: 'Ashworth Joint',
    householdId: 'h1',
    symbol: 'VXUS',
    instrumentName: 'International stocks',
    side: 'sell',
    quantity: '16',
    quantityProposed: '16',
    estimatedPrice: '257.9176',
    estimatedAmount: '4126.68',
    estimatedCost: '2.06',
    realizedShortTerm: '-219.09',
    realizedLongTerm: '511.20',
    lots: [],
    reasons: [],
    why: 'Sells 16 VXUS because it is 2.42 points above its target.',
    state: 'submitted',
    verdict: 'pass',
    canOverride: false,
    failedRuleIds: [],
    overrides: [],
    approval: null,
    approvalVoided: null,
    hold: null,
    editedBy: null,
    blockedBy: [],
    version: 1,
    etag: '"1"',
    factsHash: 'a'.repeat(64),
    blockId: null,
    allocatedQuantity: null,
    averagePrice: null,
    ...change,
  };
}

export function inboxItemWith(change: Partial<ApprovalInboxItem> = {}): ApprovalInboxItem {
  return {
    runId: 'r1',
    reason: 'Quarterly review',
    state: 'submitted',
    submittedBy: 'u1',
    submittedByName: 'Tara Trader',
    submittedAt: '2026-11-20T14:30:00.000Z',
    submissionNote: null,
    accountCount: 1,
    awaitingCount: 1,
    approvedCount: 0,
    voidedCount: 0,
    blockedCount: 0,
    awaitingAmount: '4126.68',
    canApprove: true,
    cannotApproveBecause: null,
    ...change,
  };
}
