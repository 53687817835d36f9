/** What the order manager's queries return. */
import type { CalendarDate, Instant } from '../kernel/index.ts';
import type {
  AllocationStatementLine,
  Block,
  BlockId,
  ClientOrderId,
  Execution,
  OrderStatus,
  Placement,
  PlacementId,
  Price,
  Quantity,
  RunId,
} from '../domain/index.ts';
import type { ExecutionFlagCode } from './execution-flag.ts';

/** Who gives a command, and what it belongs to. */
export interface CommandContext {
  /** A person's id, or `system:NAME`. */
  readonly actor: string;
  /** Ties audit entries together: the run's id, as a rule. */
  readonly correlationId: string | null;
}

export interface RecordedFlag {
  readonly code: ExecutionFlagCode;
  readonly placementId: PlacementId | null;
  readonly reference: string;
  readonly expected: string | null;
  readonly received: string | null;
  readonly recordedAt: Instant;
}

export interface BlotterPlacement {
  readonly placement: Placement;
  readonly attempt: number;
  readonly sentAt: Instant | null;
  readonly updatedAt: Instant;
  readonly canCancel: boolean;
  /** In order of receipt. */
  readonly executions: readonly Execution[];
  readonly flags: readonly RecordedFlag[];
}

export interface BlotterBlock {
  readonly block: Block;
  readonly runId: RunId;
  readonly state: 'staged' | 'working' | 'done';
  readonly referencePrice: Price | null;
  readonly cumulativeQuantity: Quantity;
  readonly leavesQuantity: Quantity;
  /** Over all placements, from executions. */
  readonly averagePrice: Price | null;
  readonly stagedAt: Instant;
  readonly releasedAt: Instant | null;
  readonly statement: readonly AllocationStatementLine[];
  readonly placements: readonly BlotterPlacement[];
}

export interface BlotterFilter {
  readonly firmId: string;
  readonly runId?: RunId;
  readonly blockId?: BlockId;
  readonly tradeDate?: CalendarDate;
  readonly state?: BlotterBlock['state'];
  /** Block ids after this one, for paging. */
  readonly after?: BlockId;
  /** At most 5000; default 500. */
  readonly limit?: number;
}

/** How far the blocks of a run have got. */
export interface RunExecutionProgress {
  readonly runId: RunId;
  readonly blockCount: number;
  readonly stagedCount: number;
  readonly workingCount: number;
  readonly doneCount: number;
  readonly unknownCount: number;
  readonly orderQuantity: Quantity;
  readonly cumulativeQuantity: Quantity;
  /** True when every block is released and no share of any may still trade. */
  readonly isDone: boolean;
}

/** A point in the change feed; opaque to readers. */
export interface EventCursor {
  readonly tx: string;
  readonly eventId: number;
}

export interface OmsEvent {
  readonly cursor: EventCursor;
  readonly kind:
    | 'block.changed'
    | 'placement.changed'
    | 'execution.recorded'
    | 'gateway.changed'
    | 'killSwitch.changed';
  readonly subjectId: string;
  readonly runId: RunId | null;
  readonly at: Instant;
}

/** Something the gateway has yet to say. */
export interface OutboxIntent {
  readonly intentId: number;
  readonly kind: 'newOrder' | 'cancel' | 'statusRequest';
  readonly placementId: PlacementId;
  readonly version: number;
  readonly queuedAt: Instant;
}

export interface PlacementRecord {
  readonly placement: Placement;
  readonly runId: RunId;
  readonly version: number;
  readonly attempt: number;
  readonly referencePrice: Price | null;
  readonly sentAt: Instant | null;
}

export interface PlacementVersion {
  readonly placementId: PlacementId;
  readonly version: number;
  readonly kind: 'new' | 'cancel';
  readonly clientOrderId: ClientOrderId;
  readonly originalClientOrderId: ClientOrderId | null;
  readonly orderQuantity: Quantity;
}

export interface KillSwitch {
  readonly isEngaged: boolean;
  readonly engagedBy: string | null;
  readonly engagedReason: string | null;
  readonly engagedAt: Instant | null;
  /** Who asked for the release; somebody else confirms it. */
  readonly releaseRequestedBy: string | null;
}

export type { OrderStatus };
