import { z } from 'zod';
import { derivedId, parseCalendarDate, type Instant } from '../../kernel/index.ts';
import type { AccountId, RunId, Verdict } from '../../domain/index.ts';
import {
  countOrders,
  countRunAccounts,
  countRuns,
  findRun,
  frontierOfRunAccount,
  listOrders,
  listRunAccounts,
  listRuns,
  startRun,
  type RunRecord,
} from '../../workflow/index.ts';
import {
  accountFrontier,
  identifierText,
  orderState,
  order as orderSchema,
  pageOf,
  pageQuery,
  run as runSchema,
  runAccount,
  runBody,
  runState,
  verdict,
} from '../contract/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { cursorOf, limitOf, readCursor } from '../cursor.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { ApiRefusal, refuse } from '../problem.ts';
import { actorOf } from '../security.ts';
import { accountFrontierView, orderView, runAccountView } from '../views/run-view.ts';
import { orderParts, presentRun, viewerOf } from './run-presentation.ts';

const runParams = z.object({ runId: identifierText });

/** Runs: started, listed, followed, opened. */
export function runRoutes(app: Api, context: ApiContext): void {
  startRoute(app, context);
  listRoute(app, context);
  app.get(
    '/v1/runs/:runId',
    {
      config: { action: 'run.read' },
      schema: {
        tags: ['runs'],
        summary: 'One run with progress and totals',
        params: runParams,
        response: { 200: runSchema },
      },
    },
    async (request) => {
      const run = await existingRun(context, request.params.runId);
      return presentRun(context, run, await viewerOf(context, request));
    },
  );
  accountsRoute(app, context);
  frontierRoute(app, context);
  ordersRoute(app, context);
}

/** @throws ApiRefusal RESOURCE_UNKNOWN */
export async function existingRun(context: ApiContext, runId: string): Promise<RunRecord> {
  const { database, firmId } = context.workflow;
  const run = await findRun(database, firmId, runId);
  if (run === null) throw refuse('RESOURCE_UNKNOWN', `there is no run ${runId}`);
  return run;
}

function startRoute(app: Api, context: ApiContext): void {
  app.post(
    '/v1/runs',
    {
      config: { action: 'run.create' },
      schema: {
        tags: ['runs'],
        summary: 'Start a rebalance; it is computed in the background',
        body: runBody,
        response: { 202: runSchema },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const actor = actorOf(request);
      const started = await startRun(context.workflow, {
        actor,
        rebalanceKind: body.rebalanceKind,
        reason: body.reason,
        selection: body.selection,
        accountIds: body.accountIds ?? [],
        asOfDate: body.asOfDate === undefined ? null : parseCalendarDate(body.asOfDate),
        scheduleId: null,
        // The run of a key is one run, even when its answer was lost.
        runId: derivedId('run', context.workflow.firmId, actor, idempotencyKeyOf(request)) as RunId,
      });
      if (!started.ok) throw new ApiRefusal(started.error);
      const run = await existingRun(context, started.value);
      reply.code(202).header('location', `/v1/runs/${run.runId}`);
      return presentRun(context, run, await viewerOf(context, request));
    },
  );
}

function listRoute(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  app.get(
    '/v1/runs',
    {
      config: { action: 'run.read' },
      schema: {
        tags: ['runs'],
        summary: 'Runs, newest first',
        querystring: pageQuery.extend({ state: runState.optional() }),
        response: { 200: pageOf(runSchema) },
      },
    },
    async (request) => {
      const { cursor, limit, state } = request.query;
      const size = limitOf(limit);
      const states = state === undefined ? undefined : [state];
      const after = readCursor(cursor, 2);
      if (after !== undefined && Number.isNaN(Date.parse(after[0] ?? ''))) {
        throw refuse('CURSOR_INVALID', 'the cursor is not one of this listing');
      }
      const runs = await listRuns(database, firmId, {
        ...(states === undefined ? {} : { states }),
        ...(after === undefined
          ? {}
          : { before: { startedAt: after[0] as Instant, runId: after[1] ?? '' } }),
        limit: size + 1,
      });
      const page = runs.slice(0, size);
      const last = page.at(-1);
      const viewer = await viewerOf(context, request);
      return {
        items: await Promise.all(page.map((run) => presentRun(context, run, viewer))),
        nextCursor:
          runs.length > size && last !== undefined ? cursorOf([last.startedAt, last.runId]) : null,
        total: await countRuns(database, firmId, states ?? null),
      };
    },
  );
}

function accountsRoute(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  app.get(
    '/v1/runs/:runId/accounts',
    {
      config: { action: 'run.read' },
      schema: {
        tags: ['runs'],
        summary: 'What the run decided for each account',
        params: runParams,
        querystring: pageQuery.extend({
          status: z.enum(['proposed', 'unchanged', 'refused']).optional(),
        }),
        response: { 200: pageOf(runAccount) },
      },
    },
    async (request) => {
      const run = await existingRun(context, request.params.runId);
      const { cursor, limit, status } = request.query;
      const size = limitOf(limit);
      const [after] = readCursor(cursor, 1) ?? [];
      const filter = { runId: run.runId, ...(status === undefined ? {} : { status }) };
      const records = await listRunAccounts(database, firmId, {
        ...filter,
        ...(after === undefined ? {} : { after }),
        limit: size + 1,
      });
      const page = records.slice(0, size);
      const last = page.at(-1);
      const orders = await listOrders(database, firmId, { runId: run.runId });
      const byAccount = Map.groupBy(orders, (record) => record.order.accountId);
      const snapshot = await context.workflow.books.reference(run.asOfDate);
      return {
        items: page.map((record) => {
          const own = byAccount.get(record.outcome.accountId) ?? [];
          return runAccountView(record, {
            snapshot,
            orderCount: own.length,
            verdict: worst(own.map((item) => item.verdict)),
          });
        }),
        nextCursor:
          records.length > size && last !== undefined ? cursorOf([last.outcome.accountId]) : null,
        total: await countRunAccounts(database, firmId, filter),
      };
    },
  );
}

function frontierRoute(app: Api, context: ApiContext): void {
  app.get(
    '/v1/runs/:runId/accounts/:accountId/frontier',
    {
      config: { action: 'run.read' },
      schema: {
        tags: ['runs'],
        summary: 'What less tax would cost one account in tracking error',
        params: runParams.extend({ accountId: identifierText }),
        querystring: z.object({ points: z.coerce.number().int().min(3).max(50).default(20) }),
        response: { 200: accountFrontier },
      },
    },
    async (request) => {
      const { runId, accountId } = request.params;
      const run = await existingRun(context, runId);
      const { points } = request.query;
      const wish = { accountId: accountId as AccountId, points };
      const frontier = await frontierOfRunAccount(context.workflow, run, wish);
      if (!frontier.ok) throw new ApiRefusal(frontier.error);
      return accountFrontierView(frontier.value);
    },
  );
}

function worst(verdicts: readonly Verdict[]): Verdict | null {
  if (verdicts.includes('fail')) return 'fail';
  if (verdicts.includes('couldNotCheck')) return 'couldNotCheck';
  return verdicts.length === 0 ? null : 'pass';
}

function ordersRoute(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  app.get(
    '/v1/runs/:runId/orders',
    {
      config: { action: 'run.read' },
      schema: {
        tags: ['orders'],
        summary: 'Orders of a run with reasons, lots, verdict and approval',
        params: runParams,
        querystring: pageQuery.extend({
          accountId: identifierText.optional(),
          symbol: identifierText.optional(),
          state: orderState.optional(),
          verdict: verdict.optional(),
        }),
        response: { 200: pageOf(orderSchema) },
      },
    },
    async (request) => {
      const run = await existingRun(context, request.params.runId);
      const { cursor, limit, state, ...rest } = request.query;
      const size = limitOf(limit);
      const filter = {
        ...rest,
        runId: run.runId,
        ...(state === undefined ? {} : { states: [state] }),
      };
      const after = readCursor(cursor, 3) as readonly [string, string, string] | undefined;
      const records = await listOrders(database, firmId, { ...filter, after, limit: size + 1 });
      const page = records.slice(0, size);
      const last = page.at(-1)?.order;
      const parts = await orderParts(context, run);
      return {
        items: page.map((record) => orderView(record, parts)),
        nextCursor:
          records.length > size && last !== undefined
            ? cursorOf([last.accountId, last.symbol, last.orderId])
            : null,
        total: await countOrders(database, firmId, filter),
      };
    },
  );
}
