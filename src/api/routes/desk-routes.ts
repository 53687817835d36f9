import { z } from 'zod';
import type { PlacementId } from '../../domain/index.ts';
import { readPlacement, type BlotterBlock } from '../../oms/index.ts';
import {
  countAllocations,
  countRunBlocks,
  listAllocations,
  listRunBlocks,
  type RunBlock,
} from '../../workflow/index.ts';
import {
  allocation as allocationSchema,
  allocationQuery,
  block as blockSchema,
  blockQuery,
  identifierText,
  pageOf,
  placement as placementSchema,
  type BlockView,
} from '../contract/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { cursorOf, limitOf, readCursor } from '../cursor.ts';
import { ApiRefusal, refuse } from '../problem.ts';
import { actorOf } from '../security.ts';
import { allocationView, blockView, placementView } from '../views/block-view.ts';
import { currentReference } from './monitor-routes.ts';

/** The blotter: blocks with placements and fills, allocations, cancels. */
export function deskRoutes(app: Api, context: ApiContext): void {
  blockRoutes(app, context);
  allocationRoute(app, context);
  cancellationRoute(app, context);
}

async function presentBlocks(
  context: ApiContext,
  blocks: readonly RunBlock[],
): Promise<BlockView[]> {
  const { database, firmId, desk } = context.workflow;
  const snapshot = await currentReference(context);
  const runIds = [...new Set(blocks.map((block) => block.runId))];
  const byId = new Map<string, BlotterBlock>();
  for (const runId of runIds) {
    for (const item of await desk.blotter({ runId, limit: 5_000 })) {
      byId.set(item.block.blockId, item);
    }
  }
  const allocations = Map.groupBy(
    await listAllocations(database, firmId, { blockIds: blocks.map((block) => block.blockId) }),
    (allocation) => allocation.blockId,
  );
  return blocks.flatMap((block) => {
    const view = blockView(block, {
      snapshot,
      progress: byId.get(block.blockId),
      allocations: allocations.get(block.blockId) ?? [],
    });
    return view === null ? [] : [view];
  });
}

function blockRoutes(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  app.get(
    '/v1/blocks',
    {
      config: { action: 'block.read' },
      schema: {
        tags: ['desk'],
        summary: 'Blocks with placements, executions and allocations',
        querystring: blockQuery,
        response: { 200: pageOf(blockSchema) },
      },
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query;
      const size = limitOf(limit);
      const after = readCursor(cursor, 3) as readonly [string, string, string] | undefined;
      if (after !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(after[0])) {
        throw refuse('CURSOR_INVALID', 'the cursor is not one of this listing');
      }
      const blocks = await listRunBlocks(database, firmId, { ...filter, after, limit: size + 1 });
      const page = blocks.slice(0, size);
      const last = page.at(-1);
      return {
        items: page.length === 0 ? [] : await presentBlocks(context, page),
        nextCursor:
          blocks.length > size && last !== undefined
            ? cursorOf([last.tradeDate, last.symbol, last.blockId])
            : null,
        total: await countRunBlocks(database, firmId, filter),
      };
    },
  );
  app.get(
    '/v1/blocks/:blockId',
    {
      config: { action: 'block.read' },
      schema: {
        tags: ['desk'],
        summary: 'One block',
        params: z.object({ blockId: identifierText }),
        response: { 200: blockSchema },
      },
    },
    async (request) => {
      const { blockId } = request.params;
      const [view] = await presentBlocks(
        context,
        await listRunBlocks(database, firmId, { blockId }),
      );
      if (view === undefined) throw refuse('RESOURCE_UNKNOWN', `there is no block ${blockId}`);
      return view;
    },
  );
}

function allocationRoute(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  app.get(
    '/v1/allocations',
    {
      config: { action: 'allocation.read' },
      schema: {
        tags: ['desk'],
        summary: 'Each account’s share of what executed',
        querystring: allocationQuery,
        response: { 200: pageOf(allocationSchema) },
      },
    },
    async (request) => {
      const { cursor, limit, runId, blockId, accountId } = request.query;
      const size = limitOf(limit);
      const filter = {
        runId,
        accountId,
        ...(blockId === undefined ? {} : { blockIds: [blockId] }),
      };
      const [after] = readCursor(cursor, 1) ?? [];
      const rows = await listAllocations(database, firmId, { ...filter, after, limit: size + 1 });
      const page = rows.slice(0, size);
      const last = page.at(-1);
      const items =
        page.length === 0
          ? []
          : await currentReference(context).then((snapshot) =>
              page.map((row) => allocationView(row, snapshot)),
            );
      return {
        items,
        nextCursor: rows.length > size && last !== undefined ? cursorOf([last.allocationId]) : null,
        total: await countAllocations(database, firmId, filter),
      };
    },
  );
}

function cancellationRoute(app: Api, context: ApiContext): void {
  const { database, firmId, desk } = context.workflow;
  app.post(
    '/v1/placements/:placementId/cancellation',
    {
      config: { action: 'placement.cancel' },
      schema: {
        tags: ['desk'],
        summary: 'Ask the broker to cancel; its answer comes as an event',
        params: z.object({ placementId: identifierText }),
        response: { 202: placementSchema },
      },
    },
    async (request, reply) => {
      const placementId = request.params.placementId as PlacementId;
      const actor = actorOf(request);
      const requested = await database.transaction((tx) =>
        desk.requestCancel(tx, { placementId, actor }),
      );
      if (!requested.ok) throw new ApiRefusal(requested.error);
      const placement = await readPlacement(database, firmId, placementId);
      if (placement === null) {
        throw refuse('RESOURCE_UNKNOWN', `there is no placement ${placementId}`);
      }
      reply.code(202);
      return placementView(placement);
    },
  );
}
