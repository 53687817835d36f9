/**
 * Calendar triggers.
 *
 *   L11  each due instant of a schedule fires once, on whichever server; after an outage the last missed
 *        one fires, because a morning's rebalance at noon is wanted and five of them are not.
 */
import { derivedId, err, ok, toPlainJson, type Instant, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  identifier,
  type Finding,
  type RebalanceKind,
  type RunId,
} from '../../domain/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import { monitorAccounts } from '../rebalance/index.ts';
import { insertRunRequest } from '../runs/run-request.ts';
import { checkRecurrence, dueInstants } from './recurrence.ts';
import {
  databaseNow,
  insertFire,
  insertSchedule,
  insertTriggers,
  listSchedules,
  saveCheckedUntil,
  type Schedule,
} from './schedules-postgres.ts';

export interface ScheduleCommand {
  readonly actor: string;
  readonly name: string;
  readonly rrule: string;
  readonly timeZone: string;
  readonly rebalanceKind: RebalanceKind;
  readonly selection: 'triggered' | 'all';
  readonly startsRun: boolean;
}

/** @refuses SCHEDULE_RULE_INVALID, SCHEDULE_NAME_TAKEN */
export async function createSchedule(
  context: WorkflowContext,
  command: ScheduleCommand,
): Promise<Result<string, readonly Finding[]>> {
  const { actor, ...schedule } = command;
  const anchoredAt = await databaseNow(context.database);
  const checked = checkRecurrence({ ...schedule, anchoredAt });
  if (!checked.ok) {
    return err([errorFinding('SCHEDULE_RULE_INVALID', checked.error, { pointer: '/rrule' })]);
  }
  const scheduleId = context.ids.next('schedule');
  return context.database.transaction(async (tx) => {
    const isNew = await insertSchedule(tx, context.firmId, {
      ...schedule,
      scheduleId,
      createdBy: actor,
    });
    if (!isNew) {
      const text = `there is a schedule named ${command.name}`;
      return err([errorFinding('SCHEDULE_NAME_TAKEN', text, { pointer: '/name' })]);
    }
    await recordDecision(context, tx, {
      actor,
      action: 'schedule.created',
      subjectKind: 'schedule',
      subjectId: scheduleId,
      runId: null,
      payload: schedule,
    });
    return ok(scheduleId);
  });
}

/** Fires what has become due since the last look. */
export async function sweepSchedules(context: WorkflowContext): Promise<void> {
  if ((await context.books.version()) === null) return;
  const now = await databaseNow(context.database);
  for (const schedule of await listSchedules(context.database, context.firmId)) {
    if (!schedule.isEnabled) continue;
    const due = dueInstants(
      { ...schedule, anchoredAt: schedule.createdAt },
      { after: schedule.checkedUntil, until: now },
    ).at(-1);
    if (due !== undefined) await fire(context, schedule, due);
    await saveCheckedUntil(context.database, context.firmId, {
      scheduleId: schedule.scheduleId,
      until: now,
    });
  }
}

async function fire(context: WorkflowContext, schedule: Schedule, dueAt: Instant): Promise<void> {
  const { firmId } = context;
  const { scheduleId } = schedule;
  const asOfDate = await context.books.latestDate();
  const snapshot = await context.books.snapshot(asOfDate);
  // The ids are functions of what is due: a repeated fire is the same fire.
  const runId = schedule.startsRun
    ? identifier<RunId>(derivedId('run', firmId, scheduleId, dueAt))
    : null;
  const triggers = monitorAccounts(snapshot).flatMap((row) =>
    row.triggers.map((trigger, index) => ({
      triggerId: derivedId('trigger', scheduleId, dueAt, row.account.account.accountId, index),
      scheduleId,
      accountId: row.account.account.accountId,
      kind: trigger.kind,
      asOfDate,
      facts: toPlainJson(trigger),
      runId,
    })),
  );
  await context.database.transaction(async (tx) => {
    const fired = { scheduleId, dueAt, runId, triggerCount: triggers.length };
    if (!(await insertFire(tx, firmId, fired))) return;
    await insertTriggers(tx, firmId, triggers);
    await recordDecision(context, tx, {
      actor: 'system:scheduler',
      action: 'schedule.fired',
      subjectKind: 'schedule',
      subjectId: scheduleId,
      runId,
      payload: { dueAt, asOfDate, triggerCount: triggers.length },
    });
    await appendLiveEvents(tx, firmId, [{ kind: 'schedule.fired', subjectId: scheduleId, runId }]);
    if (runId === null) return;
    await insertRunRequest(context, tx, {
      runId,
      asOfDate,
      request: {
        actor: 'system:scheduler',
        rebalanceKind: schedule.rebalanceKind,
        reason: schedule.name,
        selection: schedule.selection,
        accountIds: [],
        asOfDate,
        scheduleId,
      },
    });
  });
}
