/** What several routes need to show a run or an order. */
import type { FastifyRequest } from 'fastify';
import {
  listAllocations,
  listApprovals,
  listOverrides,
  tallyOrders,
  type RunRecord,
} from '../../workflow/index.ts';
import type { Run } from '../contract/index.ts';
import type { ApiContext } from '../api-context.ts';
import { sessionOf } from '../security.ts';
import { runView, type OrderParts, type Viewer } from '../views/run-view.ts';

export async function viewerOf(context: ApiContext, request: FastifyRequest): Promise<Viewer> {
  const { user } = sessionOf(request);
  return {
    userId: user.userId,
    roles: user.roles,
    names: await context.directory.displayNames(),
  };
}

export async function presentRun(
  context: ApiContext,
  run: RunRecord,
  viewer: Viewer,
): Promise<Run> {
  const { database, firmId } = context.workflow;
  return runView(run, await tallyOrders(database, firmId, run.runId), viewer);
}

export async function orderParts(context: ApiContext, run: RunRecord): Promise<OrderParts> {
  const { database, firmId, books } = context.workflow;
  const { runId } = run;
  const [approvals, overrides, allocations, snapshot, names] = await Promise.all([
    listApprovals(database, firmId, runId),
    listOverrides(database, firmId, runId),
    listAllocations(database, firmId, { runId }),
    books.reference(run.asOfDate),
    context.directory.displayNames(),
  ]);
  return {
    run,
    snapshot,
    names,
    approvals,
    overrides,
    allocations: new Map(allocations.map((allocation) => [allocation.orderId, allocation])),
  };
}
