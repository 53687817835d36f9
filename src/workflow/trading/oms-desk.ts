/** The desk on the order manager of this installation. */
import { err, ok } from '../../kernel/index.ts';
import type { AuditWriter, Database } from '../../db/index.ts';
import {
  eventsAfter,
  FIRST_EVENT,
  latestCursor,
  OrderManager,
  readBlotter,
} from '../../oms/index.ts';
import type { GatewayLink, TradingDesk } from './trading-desk.ts';

export interface DeskOptions {
  readonly database: Database;
  readonly audit: AuditWriter;
  readonly firmId: string;
  /** Who executes: the name under which the gateway's session is known. */
  readonly executingBroker: string;
  readonly gateway: () => Promise<GatewayLink>;
}

export function createDesk(options: DeskOptions): TradingDesk {
  const { database, firmId, executingBroker } = options;
  const manager = new OrderManager({ firmId, audit: options.audit });
  return {
    release: async (tx, { blocks, orders, actor, runId }) => {
      const context = { actor, correlationId: runId };
      const staged = await manager.stageBlocks(tx, { blocks, approvedOrders: orders, context });
      if (!staged.ok) return err(staged.error);
      const blockIds = staged.value;
      const released = await manager.releaseBlocks(tx, { blockIds, executingBroker, context });
      return released.ok ? ok(null) : err(released.error);
    },
    blotter: (filter) => readBlotter(database, { ...filter, firmId }),
    requestCancel: async (tx, { placementId, actor }) => {
      const context = { actor, correlationId: null };
      const requested = await manager.requestCancel(tx, { placementId, context });
      return requested.ok ? ok(null) : err(requested.error);
    },
    eventsAfter: (cursor, limit) =>
      eventsAfter(database, firmId, { cursor: cursor ?? FIRST_EVENT, limit }),
    lastCursor: () => latestCursor(database, firmId),
    gateway: options.gateway,
  };
}
