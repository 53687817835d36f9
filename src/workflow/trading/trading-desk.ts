/** What the workflow asks of the order manager: a narrow port over `oms`. */
import type { ApprovedOrder, Block, Execution, Placement } from '../../domain/index.ts';
import type { Transaction } from '../../db/index.ts';

/** A block with everything that happened to it at brokers. */
export interface BlockProgress {
  readonly block: Block;
  readonly placements: readonly Placement[];
  readonly executions: readonly Execution[];
}

/** Whether the gateway has a live session with the broker. */
export interface GatewayLink {
  readonly link: 'up' | 'down' | 'unknown';
  readonly detail: string | null;
  readonly heardAt: string | null;
}

/** A change at the desk, in the order in which it was recorded. */
export interface DeskEvent {
  readonly position: string;
  readonly kind: 'placement' | 'execution' | 'gateway' | 'other';
  readonly placementId: string | null;
  readonly blockId: string | null;
}

export interface TradingDesk {
  /** Writes blocks and releases them for the market, in the caller's transaction. */
  release(
    tx: Transaction,
    release: {
      readonly blocks: readonly Block[];
      readonly orders: readonly ApprovedOrder[];
      readonly actor: string;
      readonly runId: string;
    },
  ): Promise<void>;
  progressOf(blockIds: readonly string[]): Promise<readonly BlockProgress[]>;
  findPlacement(placementId: string): Promise<Placement | null>;
  /** Asks for a cancel; the broker's answer comes later. False when the placement is finished. */
  requestCancel(tx: Transaction, placementId: string, actor: string): Promise<boolean>;
  eventsAfter(position: string, limit: number): Promise<readonly DeskEvent[]>;
  lastPosition(): Promise<string>;
  gateway(): Promise<GatewayLink>;
}
