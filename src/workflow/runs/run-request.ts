/** Starting a run: the wish is recorded and a worker is told; nothing is computed here. */
import { err, ok, type CalendarDate, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  identifier,
  type AccountId,
  type Finding,
  type RebalanceKind,
  type RunId,
} from '../../domain/index.ts';
import type { Transaction } from '../../db/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import type { RunSelection } from './run-record.ts';
import { findRun, insertRun } from './runs-postgres.ts';

export interface RunRequest {
  readonly actor: string;
  readonly rebalanceKind: RebalanceKind;
  readonly reason: string;
  readonly selection: RunSelection;
  /** For `listed`. */
  readonly accountIds: readonly string[];
  /** Null = the date of the newest prices. */
  readonly asOfDate: CalendarDate | null;
  readonly scheduleId: string | null;
  /** Chosen by the caller, so that a repeated request finds the run that the first one made. */
  readonly runId?: RunId;
}

/**
 * Records a run and queues its computation, in one transaction.
 *
 * @refuses VAULT_EMPTY, DATE_OUTSIDE_BOOKS, SELECTION_EMPTY, ACCOUNTS_UNKNOWN (every unknown account)
 */
export async function startRun(
  context: WorkflowContext,
  request: RunRequest,
): Promise<Result<RunId, readonly Finding[]>> {
  if ((await context.books.version()) === null) {
    return err([errorFinding('VAULT_EMPTY', 'there is no firm to rebalance yet')]);
  }
  const asOfDate = request.asOfDate ?? (await context.books.latestDate());
  const [earliest, latest] = [await context.books.earliestDate(), await context.books.latestDate()];
  if (asOfDate < earliest || asOfDate > latest) {
    const text = `the books go from ${earliest} to ${latest}, and ${asOfDate} is outside`;
    return err([errorFinding('DATE_OUTSIDE_BOOKS', text, { pointer: '/asOfDate' })]);
  }
  const findings = await selectionFindings(context, request, asOfDate);
  if (findings.length > 0) return err(findings);
  const runId = request.runId ?? identifier<RunId>(context.ids.next('run'));
  await context.database.transaction(async (tx) => {
    if ((await findRun(tx, context.firmId, runId)) !== null) return;
    await insertRunRequest(context, tx, { request, runId, asOfDate });
  });
  return ok(runId);
}

/** The writing half of `startRun`, for callers that have a transaction of their own. */
export async function insertRunRequest(
  context: WorkflowContext,
  tx: Transaction,
  run: {
    readonly request: RunRequest;
    readonly runId: RunId;
    readonly asOfDate: CalendarDate;
  },
): Promise<void> {
  const { request, runId, asOfDate } = run;
  const accountIds =
    request.selection === 'listed'
      ? ([...new Set(request.accountIds)].sort() as AccountId[])
      : null;
  await insertRun(tx, context.firmId, {
    runId,
    rebalanceKind: request.rebalanceKind,
    selection: request.selection,
    accountIds,
    reason: request.reason,
    asOfDate,
    startedBy: request.actor,
    scheduleId: request.scheduleId,
  });
  await recordDecision(context, tx, {
    actor: request.actor,
    action: 'run.started',
    subjectKind: 'run',
    subjectId: runId,
    runId,
    reasonText: request.reason,
    payload: {
      rebalanceKind: request.rebalanceKind,
      selection: request.selection,
      accountIds,
      asOfDate,
      scheduleId: request.scheduleId,
    },
  });
  await context.jobs.enqueue(tx, 'run-computation', { firmId: context.firmId, runId });
  await appendLiveEvents(tx, context.firmId, [{ kind: 'run.changed', runId }]);
}

async function selectionFindings(
  context: WorkflowContext,
  request: RunRequest,
  asOfDate: CalendarDate,
): Promise<readonly Finding[]> {
  if (request.selection !== 'listed') return [];
  if (request.accountIds.length === 0) {
    return [
      errorFinding('SELECTION_EMPTY', 'the selection lists no account', { pointer: '/accountIds' }),
    ];
  }
  const { accounts } = await context.books.snapshot(asOfDate);
  return request.accountIds.flatMap((accountId, index) =>
    accounts.has(accountId as AccountId)
      ? []
      : [
          errorFinding('ACCOUNTS_UNKNOWN', `there is no account ${accountId}`, {
            pointer: `/accountIds/${String(index)}`,
            accountId,
          }),
        ],
  );
}
