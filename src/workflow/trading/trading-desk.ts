/** What the workflow asks of the order manager: a narrow port over `oms`. */
import type {
  ApprovedOrder,
  Block,
  Finding,
  PlacementId,
  Price,
  RunId,
} from '../../domain/index.ts';
import type { Result } from '../../kernel/index.ts';
import type { Transaction } from '../../db/index.ts';
import type { BlotterBlock, BlotterFilter, EventCursor, OmsEvent } from '../../oms/index.ts';

/** Whether the gateway has a live session with the broker. */
export interface GatewayLink {
  readonly link: 'up' | 'down' | 'unknown';
  readonly detail: string | null;
  readonly heardAt: string | null;
}

export interface DeskRelease {
  readonly blocks: readonly { readonly block: Block; readonly referencePrice: Price | null }[];
  readonly orders: readonly ApprovedOrder[];
  readonly actor: string;
  readonly runId: RunId;
}

export interface TradingDesk {
  /** Writes blocks down and releases them for the market, in the caller's transaction. */
  release(tx: Transaction, release: DeskRelease): Promise<Result<null, readonly Finding[]>>;
  blotter(filter: Omit<BlotterFilter, 'firmId'>): Promise<readonly BlotterBlock[]>;
  /** Asks for a cancel; the broker's answer comes later. */
  requestCancel(
    tx: Transaction,
    command: { readonly placementId: PlacementId; readonly actor: string },
  ): Promise<Result<null, readonly Finding[]>>;
  eventsAfter(cursor: EventCursor | null, limit: number): Promise<readonly OmsEvent[]>;
  lastCursor(): Promise<EventCursor | null>;
  gateway(): Promise<GatewayLink>;
}
