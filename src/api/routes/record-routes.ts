import { z } from 'zod';
import { parseCalendarDate, tryParseCalendarDate } from '../../kernel/index.ts';
import {
  proveEntry,
  readCheckpoints,
  readTimeline,
  type TimelineEntry,
} from '../../audit/index.ts';
import {
  listBreaks,
  listReconciliations,
  requestReconciliation,
  type ReconciliationRecord,
} from '../../workflow/index.ts';
import {
  auditCheckpoint,
  auditEntry,
  auditProof,
  auditQuery,
  identifierText,
  pageOf,
  reconciliation as reconciliationSchema,
  reconciliationBody,
  type AuditCheckpointView,
  type AuditEntryView,
  type ReconciliationView,
} from '../contract/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { cursorOf, limitOf, readNumberCursor } from '../cursor.ts';
import { refuse } from '../problem.ts';
import { actorOf } from '../security.ts';
import { findingView } from '../views/monitor-view.ts';
import { nameOf } from '../views/run-view.ts';

/** What is on record: reconciliations and the audit log. */
export function recordRoutes(app: Api, context: ApiContext): void {
  reconciliationRoutes(app, context);
  timelineRoute(app, context);
  proofRoutes(app, context);
}

async function presentReconciliation(
  context: ApiContext,
  record: ReconciliationRecord,
): Promise<ReconciliationView> {
  const { database, firmId } = context.workflow;
  const breaks = await listBreaks(database, firmId, record.reconciliationId);
  return {
    ...record,
    matched: { ...record.matched },
    files: record.files.map((file) => ({ ...file })),
    findings: record.findings.map(findingView),
    runIds: [...record.runIds],
    breaks: breaks.map((item) => ({ ...item })),
  };
}

function reconciliationRoutes(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  const show = async (reconciliationId: string): Promise<ReconciliationView> => {
    const [record] = await listReconciliations(database, firmId, { reconciliationId });
    if (record === undefined) {
      throw refuse('RESOURCE_UNKNOWN', `there is no reconciliation ${reconciliationId}`);
    }
    return presentReconciliation(context, record);
  };
  app.get(
    '/v1/reconciliations',
    {
      config: { action: 'reconciliation.read' },
      schema: {
        tags: ['records'],
        summary: 'Reconciliations, newest first',
        response: { 200: pageOf(reconciliationSchema) },
      },
    },
    async () => {
      const records = await listReconciliations(database, firmId, { limit: 100 });
      const items = await Promise.all(records.map((r) => presentReconciliation(context, r)));
      return { items, nextCursor: null, total: items.length };
    },
  );
  app.get(
    '/v1/reconciliations/:reconciliationId',
    {
      config: { action: 'reconciliation.read' },
      schema: {
        tags: ['records'],
        summary: 'One reconciliation with its breaks',
        params: z.object({ reconciliationId: identifierText }),
        response: { 200: reconciliationSchema },
      },
    },
    (request) => show(request.params.reconciliationId),
  );
  app.post(
    '/v1/reconciliations',
    {
      config: { action: 'reconciliation.create' },
      schema: {
        tags: ['records'],
        summary: 'Compare a trade date with the statements that have arrived',
        body: reconciliationBody,
        response: { 202: reconciliationSchema },
      },
    },
    async (request, reply) => {
      const { tradeDate } = request.body;
      if (tryParseCalendarDate(tradeDate) === null) {
        throw refuse('REQUEST_INVALID', `${tradeDate} does not exist`, '/tradeDate');
      }
      const reconciliationId = await requestReconciliation(context.workflow, {
        actor: actorOf(request),
        tradeDate: parseCalendarDate(tradeDate),
      });
      reply.code(202).header('location', `/v1/reconciliations/${reconciliationId}`);
      return show(reconciliationId);
    },
  );
}

function timelineRoute(app: Api, context: ApiContext): void {
  app.get(
    '/v1/audit',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['records'],
        summary: 'The audit timeline, newest first',
        querystring: auditQuery,
        response: { 200: pageOf(auditEntry) },
      },
    },
    async (request) => {
      const { cursor, limit, actor, action, subjectKind, subjectId, correlationId } = request.query;
      const position = readNumberCursor(cursor);
      const names = await context.directory.displayNames();
      const page = await readTimeline(context.workflow.database, {
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined ? {} : { action }),
        ...(subjectKind === undefined ? {} : { subjectKind }),
        ...(subjectId === undefined ? {} : { subjectId }),
        ...(correlationId === undefined ? {} : { correlationId }),
        ...(position === undefined ? {} : { cursor: position }),
        limit: Math.min(limitOf(limit), 1_000),
      });
      return {
        items: page.entries.map((entry) => entryView(entry, names)),
        nextCursor: page.nextCursor === null ? null : cursorOf([page.nextCursor]),
        // Counting a log that only grows would cost more than it tells: what this page shows.
        total: page.entries.length,
      };
    },
  );
}

function entryView(entry: TimelineEntry, names: ReadonlyMap<string, string>): AuditEntryView {
  return { ...entry, actorName: nameOf(names, entry.actor) };
}

/** C2SP tlog-checkpoint: origin, size, root in base64, then signatures. @returns the root, hexadecimal */
function rootOf(note: string): string {
  return Buffer.from(note.split('\n')[2] ?? '', 'base64').toString('hex');
}

/** The newest signed checkpoint. @throws ApiRefusal RESOURCE_UNKNOWN before the first */
async function newestCheckpoint(context: ApiContext): Promise<AuditCheckpointView> {
  const checkpoint = (await readCheckpoints(context.workflow.database)).at(-1);
  if (checkpoint === undefined) {
    throw refuse('RESOURCE_UNKNOWN', 'the log has no checkpoint yet');
  }
  return {
    size: checkpoint.treeSize,
    rootHash: rootOf(checkpoint.note),
    note: checkpoint.note,
    checkedAt: context.workflow.clock.instant(),
  };
}

function proofRoutes(app: Api, context: ApiContext): void {
  app.get(
    '/v1/audit/checkpoint',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['records'],
        summary: 'Size and root of the log, signed',
        response: { 200: auditCheckpoint },
      },
    },
    () => newestCheckpoint(context),
  );
  app.get(
    '/v1/audit/:seq/proof',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['records'],
        summary: 'What proves that an entry is in the log (RFC 6962)',
        params: z.object({ seq: z.string().regex(/^[1-9]\d{0,14}$/, 'a positive integer') }),
        response: { 200: auditProof },
      },
    },
    async (request) => {
      const seq = Number(request.params.seq);
      const proof = await proveEntry(context.workflow.database, seq);
      if (proof === null)
        throw refuse('RESOURCE_UNKNOWN', `entry ${String(seq)} is not in the log`);
      return {
        seq,
        size: proof.treeSize,
        rootHash: rootOf(proof.checkpoint),
        leafHash: proof.entry.leafHash,
        path: [...proof.path],
        leaf: proof.entry.leaf,
        checkpoint: proof.checkpoint,
      };
    },
  );
}
