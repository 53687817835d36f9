/** What the workflow remembers of a run and of its orders. */
import type { CalendarDate, Instant, Sha256 } from '../../kernel/index.ts';
import type {
  AccountId,
  AccountOutcome,
  Drift,
  Finding,
  Money,
  OrderId,
  ProposedOrder,
  Quantity,
  Ratio,
  RebalanceKind,
  RunId,
  Verdict,
} from '../../domain/index.ts';

/** Which accounts a run looks at. `triggered`: those with a trigger on its date. */
export type RunSelection = 'triggered' | 'all' | 'listed';

export const RUN_STATES = [
  'computing',
  'proposed',
  'submitted',
  'approved',
  'released',
  'executing',
  'executed',
  'allocated',
  'reconciled',
  'failed',
] as const;
export type RunState = (typeof RUN_STATES)[number];

export type RunPhase = 'queued' | 'snapshot' | 'accounts' | 'compliance' | 'storing' | 'done';

export interface RunTotals {
  readonly accountCount: number;
  readonly proposedAccountCount: number;
  readonly unchangedAccountCount: number;
  readonly refusedAccountCount: number;
  readonly orderCount: number;
  readonly suppressedCount: number;
  readonly buyAmount: Money;
  readonly sellAmount: Money;
  readonly realizedShortTerm: Money;
  readonly realizedLongTerm: Money;
  readonly estimatedTax: Money | null;
  readonly estimatedCost: Money;
  readonly activeShareBefore: Ratio | null;
  readonly activeShareAfter: Ratio | null;
  readonly activeShareAchieved: Ratio | null;
}

export interface RunRecord {
  readonly runId: RunId;
  readonly state: RunState;
  readonly rebalanceKind: RebalanceKind;
  readonly selection: RunSelection;
  readonly accountIds: readonly AccountId[] | null;
  readonly reason: string;
  readonly asOfDate: CalendarDate;
  readonly startedBy: string;
  readonly startedAt: Instant;
  readonly scheduleId: string | null;
  readonly computedAt: Instant | null;
  readonly submittedBy: string | null;
  readonly submittedAt: Instant | null;
  readonly submissionNote: string | null;
  readonly releasedBy: string | null;
  readonly releasedAt: Instant | null;
  readonly tradeDate: CalendarDate | null;
  readonly snapshotHash: Sha256 | null;
  readonly engineVersion: string | null;
  readonly resultHash: Sha256 | null;
  readonly reportHash: Sha256 | null;
  readonly reportVersion: number;
  readonly phase: RunPhase;
  readonly doneCount: number;
  readonly totalCount: number;
  readonly totals: RunTotals | null;
  readonly findings: readonly Finding[];
  readonly failure: Finding | null;
  readonly claimCount: number;
}

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
export type ReviewState = (typeof ORDER_STATES)[number];

export interface OrderHold {
  readonly heldBy: string;
  readonly heldAt: Instant;
  readonly reasonCode: string;
  readonly reasonText: string;
}

export interface ApprovalRecord {
  readonly orderId: OrderId;
  readonly orderVersion: number;
  readonly approver: string;
  readonly proposer: string;
  readonly factsHash: Sha256;
  readonly reasonText: string;
  readonly approvedAt: Instant;
  readonly voidedAt: Instant | null;
  readonly voidReason: string | null;
}

export interface OverrideRecord {
  readonly orderId: OrderId;
  readonly ruleId: string;
  readonly orderVersion: number;
  readonly overriddenBy: string;
  readonly reasonCode: string;
  readonly reasonText: string;
  readonly factsHash: Sha256;
  readonly overriddenAt: Instant;
}

/** An order under review: the wish, its verdict, and what people have decided about it. */
export interface OrderRecord {
  readonly order: ProposedOrder;
  readonly state: ReviewState;
  readonly version: number;
  readonly quantityProposed: Quantity;
  readonly factsHash: Sha256;
  readonly verdict: Verdict;
  readonly canOverride: boolean;
  readonly failedRuleIds: readonly string[];
  readonly editedBy: string | null;
  readonly hold: OrderHold | null;
  readonly blockId: string | null;
}

/** An account of a run, with what was achieved once the books show it. */
export interface RunAccountRecord {
  readonly outcome: Omit<AccountOutcome, 'orders'>;
  readonly driftAchieved: Drift | null;
}
