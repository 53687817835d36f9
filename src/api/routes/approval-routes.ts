import { z } from 'zod';
import { sum, type Instant } from '../../kernel/index.ts';
import {
  approveRun,
  declineOrders,
  isMaker,
  listApprovals,
  listOrders,
  listRuns,
  releaseRun,
  submitRun,
  tallyOrders,
  type RunRecord,
} from '../../workflow/index.ts';
import { isPermitted } from '../../identity/index.ts';
import {
  approvalBody,
  approvalInboxItem,
  approvalOutcome,
  declineBody,
  identifierText,
  pageOf,
  releaseOutcome,
  run as runSchema,
  submissionBody,
  type ApprovalInboxItem,
} from '../contract/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { ApiRefusal } from '../problem.ts';
import { actorOf } from '../security.ts';
import { nameOf, type Viewer } from '../views/run-view.ts';
import { existingRun } from './run-routes.ts';
import { presentRun, viewerOf } from './run-presentation.ts';

const runParams = z.object({ runId: identifierText });

/** From submission to release. */
export function approvalRoutes(app: Api, context: ApiContext): void {
  inboxRoute(app, context);
  submissionRoute(app, context);
  decisionRoutes(app, context);
  app.post(
    '/v1/runs/:runId/release',
    {
      config: { action: 'run.release' },
      schema: {
        tags: ['approvals'],
        summary: 'Send the approved orders to the desk as blocks',
        params: runParams,
        response: { 200: releaseOutcome },
      },
    },
    async (request) => {
      const { runId } = request.params;
      const released = await releaseRun(context.workflow, { actor: actorOf(request), runId });
      if (!released.ok) throw new ApiRefusal(released.error);
      const run = await existingRun(context, runId);
      const viewer = await viewerOf(context, request);
      return {
        run: await presentRun(context, run, viewer),
        blockIds: [...released.value.blockIds],
      };
    },
  );
}

function submissionRoute(app: Api, context: ApiContext): void {
  app.post(
    '/v1/runs/:runId/submission',
    {
      config: { action: 'run.submit' },
      schema: {
        tags: ['approvals'],
        summary: 'Hand a run to those who approve',
        params: runParams,
        body: submissionBody.nullish(),
        response: { 200: runSchema },
      },
    },
    async (request) => {
      const { runId } = request.params;
      const note = request.body?.reasonText ?? null;
      const submitted = await submitRun(context.workflow, {
        actor: actorOf(request),
        runId,
        note: note === '' ? null : note,
      });
      if (!submitted.ok) throw new ApiRefusal(submitted.error);
      const run = await existingRun(context, runId);
      return presentRun(context, run, await viewerOf(context, request));
    },
  );
}

function decisionRoutes(app: Api, context: ApiContext): void {
  app.post(
    '/v1/runs/:runId/approvals',
    {
      config: { action: 'order.approve' },
      schema: {
        tags: ['approvals'],
        summary: 'Approve orders, each on the facts that were shown',
        params: runParams,
        body: approvalBody,
        response: { 200: approvalOutcome },
      },
    },
    async (request) => {
      const { runId } = request.params;
      const command = { ...request.body, actor: actorOf(request), runId };
      const decided = await approveRun(context.workflow, command);
      if (!decided.ok) throw new ApiRefusal(decided.error);
      const run = await existingRun(context, runId);
      return {
        approvedOrderIds: [...decided.value.approvedOrderIds],
        refused: decided.value.refused.map(({ orderId, finding }) => ({
          orderId,
          code: finding.code,
          message: finding.message,
        })),
        run: await presentRun(context, run, await viewerOf(context, request)),
      };
    },
  );
  app.post(
    '/v1/runs/:runId/declines',
    {
      config: { action: 'order.approve' },
      schema: {
        tags: ['approvals'],
        summary: 'Send orders back; the others are judged without them',
        params: runParams,
        body: declineBody,
        response: { 200: runSchema },
      },
    },
    async (request) => {
      const { runId } = request.params;
      const command = { ...request.body, actor: actorOf(request), runId };
      const declined = await declineOrders(context.workflow, command);
      if (!declined.ok) throw new ApiRefusal(declined.error);
      const run = await existingRun(context, runId);
      return presentRun(context, run, await viewerOf(context, request));
    },
  );
}

function inboxRoute(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  app.get(
    '/v1/approvals',
    {
      config: { action: 'run.read' },
      schema: {
        tags: ['approvals'],
        summary: 'Runs that wait for approval or release',
        response: { 200: pageOf(approvalInboxItem) },
      },
    },
    async (request) => {
      const viewer = await viewerOf(context, request);
      const runs = await listRuns(database, firmId, {
        states: ['submitted', 'approved'],
        limit: 200,
      });
      const items = await Promise.all(runs.map((run) => inboxItem(context, run, viewer)));
      return { items, nextCursor: null, total: items.length };
    },
  );
}

async function inboxItem(
  context: ApiContext,
  run: RunRecord,
  viewer: Viewer,
): Promise<ApprovalInboxItem> {
  const { database, firmId } = context.workflow;
  const { runId } = run;
  const orders = await listOrders(database, firmId, { runId });
  const approvals = await listApprovals(database, firmId, runId);
  const tallies = await tallyOrders(database, firmId, runId);
  const awaiting = orders.filter(({ state }) => state === 'submitted');
  const because = cannotApproveBecause(run, viewer);
  return {
    runId,
    reason: run.reason,
    state: run.state,
    submittedBy: run.submittedBy ?? run.startedBy,
    submittedByName: nameOf(viewer.names, run.submittedBy ?? run.startedBy),
    submittedAt: run.submittedAt ?? ('' as Instant),
    submissionNote: run.submissionNote,
    accountCount: new Set(orders.map(({ order }) => order.accountId)).size,
    awaitingCount: awaiting.length,
    approvedCount: orders.filter(({ state }) => state === 'approved').length,
    voidedCount: awaiting.filter(({ order }) => approvals.has(order.orderId)).length,
    blockedCount: tallies
      .filter(({ state }) => state === 'submitted')
      .reduce((total, tally) => total + tally.count - tally.clearCount, 0),
    awaitingAmount: sum(awaiting.map(({ order }) => order.estimatedAmount)).toString(),
    canApprove: because === null,
    cannotApproveBecause: because,
  };
}

function cannotApproveBecause(run: RunRecord, viewer: Viewer): string | null {
  if (!isPermitted(viewer.roles, 'order.approve')) return 'your role does not approve';
  return isMaker(run, viewer.userId) ? 'you proposed this run' : null;
}
