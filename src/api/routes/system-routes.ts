import { DEFAULT_SETTINGS } from '../../domain/index.ts';
import { daysBetween, dateInZone, type Instant } from '../../kernel/index.ts';
import {
  countOpenBreaks,
  countRunBlocks,
  countRuns,
  createSchedule,
  listEvaluations,
  listSchedules,
  listTriggers,
  nextDue,
  tallyRules,
  type Schedule,
} from '../../workflow/index.ts';
import { z } from 'zod';
import {
  complianceQuery,
  complianceView,
  identifierText,
  pageOf,
  pageQuery,
  rule as ruleSchema,
  schedule as scheduleSchema,
  scheduleBody,
  status as statusSchema,
  triggerRow,
  type ComplianceView,
  type ScheduleView,
  type StatusView,
} from '../contract/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { cursorOf, limitOf, readNumberCursor } from '../cursor.ts';
import { ApiRefusal, refuse } from '../problem.ts';
import { actorOf } from '../security.ts';
import { existingRun } from './run-routes.ts';

/** Rules and reports, schedules and triggers, and how the system is. */
export function systemRoutes(app: Api, context: ApiContext): void {
  complianceRoutes(app, context);
  scheduleRoutes(app, context);
  statusRoutes(app, context);
}

function complianceRoutes(app: Api, context: ApiContext): void {
  rulesRoute(app, context);
  reportRoute(app, context);
}

function rulesRoute(app: Api, context: ApiContext): void {
  const { books, rulesFor } = context.workflow;
  app.get(
    '/v1/rules',
    {
      config: { action: 'rule.read' },
      schema: {
        tags: ['compliance'],
        summary: 'The rules in use, with source, expression and worked examples',
        response: { 200: pageOf(ruleSchema) },
      },
    },
    async () => {
      // Without a firm there are no settings yet: the rules as they would be by default.
      const isImported = (await books.version()) !== null;
      const settings = isImported
        ? (await books.reference(await books.latestDate())).settings
        : DEFAULT_SETTINGS;
      const rules = rulesFor(settings);
      return {
        items: rules.map((rule) => ({
          ...rule,
          facts: [...rule.facts],
          source: { ...rule.source },
          examples: rule.examples.map((example) => ({ ...example, facts: { ...example.facts } })),
        })),
        nextCursor: null,
        total: rules.length,
      };
    },
  );
}

function reportRoute(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  app.get(
    '/v1/runs/:runId/compliance',
    {
      config: { action: 'run.read' },
      schema: {
        tags: ['compliance'],
        summary: 'Every evaluation of a run, passes too',
        params: z.object({ runId: identifierText }),
        querystring: complianceQuery,
        response: { 200: complianceView },
      },
    },
    async (request) => {
      const run = await existingRun(context, request.params.runId);
      if (run.reportHash === null) {
        throw refuse('RUN_STATE_REFUSES', `a run that is ${run.state} has no report`);
      }
      const { cursor, limit, ...filter } = request.query;
      const size = limitOf(limit);
      const after = readNumberCursor(cursor);
      const found = await listEvaluations(database, firmId, {
        ...filter,
        runId: run.runId,
        after,
        limit: size + 1,
      });
      const page = found.items.slice(0, size);
      const last = page.at(-1);
      const tallies = await tallyRules(database, firmId, run.runId);
      const total = (field: 'pass' | 'fail' | 'couldNotCheck'): number =>
        tallies.reduce((count, tally) => count + tally[field], 0);
      return {
        runId: run.runId,
        reportHash: run.reportHash,
        counts: {
          pass: total('pass'),
          fail: total('fail'),
          couldNotCheck: total('couldNotCheck'),
        },
        rules: tallies as ComplianceView['rules'],
        items: page.map(({ evaluation }) => ({
          ...evaluation,
          orderIds: [...evaluation.orderIds],
        })),
        nextCursor:
          found.items.length > size && last !== undefined ? cursorOf([last.ordinal]) : null,
        total: found.total,
      };
    },
  );
}

function scheduleView(schedule: Schedule, now: Instant): ScheduleView {
  const { scheduleId, name, rrule, timeZone, rebalanceKind, selection } = schedule;
  return {
    scheduleId,
    name,
    rrule,
    timeZone,
    rebalanceKind,
    selection,
    startsRun: schedule.startsRun,
    isEnabled: schedule.isEnabled,
    nextDueAt: nextDue({ ...schedule, anchoredAt: schedule.createdAt }, now),
    lastFiredAt: schedule.lastFiredAt,
  };
}

function scheduleRoutes(app: Api, context: ApiContext): void {
  const { database, firmId, clock } = context.workflow;
  const list = async (): Promise<ScheduleView[]> =>
    (await listSchedules(database, firmId)).map((s) => scheduleView(s, clock.instant()));
  app.get(
    '/v1/schedules',
    {
      config: { action: 'schedule.read' },
      schema: {
        tags: ['schedules'],
        summary: 'Calendar triggers',
        response: { 200: pageOf(scheduleSchema) },
      },
    },
    async () => {
      const items = await list();
      return { items, nextCursor: null, total: items.length };
    },
  );
  app.post(
    '/v1/schedules',
    {
      config: { action: 'schedule.write' },
      schema: {
        tags: ['schedules'],
        summary: 'Add a calendar trigger: an RFC 5545 rule in a time zone',
        body: scheduleBody,
        response: { 201: scheduleSchema },
      },
    },
    async (request, reply) => {
      const command = { ...request.body, actor: actorOf(request) };
      const created = await createSchedule(context.workflow, command);
      if (!created.ok) throw new ApiRefusal(created.error);
      const view = (await list()).find((item) => item.scheduleId === created.value);
      if (view === undefined) throw refuse('RESOURCE_UNKNOWN', 'the schedule is gone again');
      reply.code(201);
      return view;
    },
  );
  app.get(
    '/v1/triggers',
    {
      config: { action: 'schedule.read' },
      schema: {
        tags: ['schedules'],
        summary: 'What schedules have fired, newest first',
        querystring: pageQuery,
        response: { 200: pageOf(triggerRow) },
      },
    },
    async (request) => {
      const offset = readNumberCursor(request.query.cursor) ?? 0;
      const limit = limitOf(request.query.limit);
      const { items, total } = await listTriggers(database, firmId, { offset, limit });
      const end = offset + items.length;
      return { items: [...items], nextCursor: end < total ? cursorOf([end]) : null, total };
    },
  );
}

function statusRoutes(app: Api, context: ApiContext): void {
  app.get(
    '/v1/status',
    {
      config: { action: 'status.read' },
      schema: {
        tags: ['system'],
        summary: 'Is everything running, and how old is what it runs on',
        response: { 200: statusSchema },
      },
    },
    () => statusOf(context),
  );
  app.get('/livez', { schema: { hide: true } }, () => Promise.resolve({ status: 'live' }));
  app.get('/readyz', { schema: { hide: true } }, async () => {
    await context.workflow.database.query('SELECT 1');
    return { status: 'ready' };
  });
}

async function statusOf(context: ApiContext): Promise<StatusView> {
  const { database, firmId, books, clock, desk, jobs } = context.workflow;
  const { rows } = await database.query<{ readonly server_version: string }>('SHOW server_version');
  const hasBooks = (await books.version()) !== null;
  const asOfDate = hasBooks ? await books.latestDate() : null;
  const snapshot = asOfDate === null ? null : await books.reference(asOfDate);
  const now = clock.instant();
  const openRuns = ['computing', 'proposed', 'submitted', 'approved', 'released'] as const;
  const openBlocks = await Promise.all(
    ['staged', 'working', 'done'].map((state) => countRunBlocks(database, firmId, { state })),
  );
  return {
    version: context.version,
    firmId,
    serverTime: now,
    startedAt: context.startedAt,
    database: { state: 'up', version: rows[0]?.server_version ?? null },
    gateway: await desk.gateway(),
    queues: [...(await jobs.depths())],
    data: {
      asOfDate,
      ageDays: asOfDate === null ? null : daysBetween(asOfDate, dateInZone(now, 'UTC')),
      accountCount: snapshot?.accounts.size ?? 0,
      instrumentCount: snapshot?.instruments.size ?? 0,
    },
    openRunCount: await countRuns(database, firmId, [...openRuns, 'executing', 'executed']),
    openBlockCount: openBlocks.reduce((total, count) => total + count, 0),
    openBreakCount: await countOpenBreaks(database, firmId),
  };
}
