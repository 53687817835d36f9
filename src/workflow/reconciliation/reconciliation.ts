/**
 * Reconciling a trade date: ours, the broker's and the custodian's books, from files that arrived.
 *
 *   L10  a reconciliation compares complete books: every block of the date allocated, every instruction
 *        acknowledged. Until then it waits and says for what.
 */
import { executionRecords, reconcile, type OurBooks } from '../../reconciliation/index.ts';
import { effectiveExecutions } from '../../execution/index.ts';
import { epochMilliseconds, type CalendarDate } from '../../kernel/index.ts';
import { errorFinding, warningFinding, type Execution, type Finding } from '../../domain/index.ts';
import type { Transaction } from '../../db/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { nextRunState } from '../runs/run-state.ts';
import { listRuns, lockRun, saveRunState } from '../runs/runs-postgres.ts';
import { measureAchievedDrift } from '../trading/settlement.ts';
import { listAllocations, listRunBlocks } from '../trading/trading-postgres.ts';
import { instructionName, instructionText, writeInstruction } from './allocation-instruction.ts';
import {
  completeReconciliation,
  insertReconciliation,
  listReconciliations,
  lockReconciliation,
  noteWaiting,
  type ReconciliationRecord,
} from './reconciliations-postgres.ts';
import { readStatements, type StatementReadings } from './statement-inbox.ts';

/** Asks for a reconciliation of a date; a worker completes it when the statements are there. */
export async function requestReconciliation(
  context: WorkflowContext,
  request: { readonly actor: string; readonly tradeDate: CalendarDate },
): Promise<string> {
  const reconciliationId = context.ids.next('reconciliation');
  await context.database.transaction(async (tx) => {
    await insertReconciliation(tx, context.firmId, {
      reconciliationId,
      tradeDate: request.tradeDate,
      requestedBy: request.actor,
    });
    await recordDecision(context, tx, {
      actor: request.actor,
      action: 'reconciliation.requested',
      subjectKind: 'reconciliation',
      subjectId: reconciliationId,
      runId: null,
      payload: { tradeDate: request.tradeDate },
    });
    await appendLiveEvents(tx, context.firmId, [
      { kind: 'reconciliation.changed', subjectId: reconciliationId },
    ]);
  });
  return reconciliationId;
}

/**
 * For every allocated run that no reconciliation has covered: measures what was achieved, instructs the
 * custodian, and sees to it that a reconciliation of its date is on its way. Then completes what can be.
 */
export async function followUp(context: WorkflowContext): Promise<void> {
  const { database, firmId } = context;
  const runs = await listRuns(database, firmId, { states: ['allocated'], limit: 500 });
  const byDate = Map.groupBy(runs, (run) => run.tradeDate);
  for (const [tradeDate, ofDate] of byDate) {
    if (tradeDate !== null) await followUpDate(context, tradeDate, ofDate);
  }
  const waiting = await listReconciliations(database, firmId, { state: 'awaitingStatements' });
  for (const reconciliation of waiting) await tryComplete(context, reconciliation);
}

async function followUpDate(
  context: WorkflowContext,
  tradeDate: CalendarDate,
  runs: readonly RunRecord[],
): Promise<void> {
  const { database, firmId } = context;
  const known = await listReconciliations(database, firmId, { tradeDate, limit: 500 });
  const covered = new Set(known.flatMap((reconciliation) => reconciliation.runIds));
  const open = runs.filter((run) => !covered.has(run.runId));
  for (const run of open) {
    if (run.totals?.activeShareAchieved === null) await measureAchievedDrift(context, run.runId);
    const allocations = await listAllocations(database, firmId, { runId: run.runId });
    const name = instructionName(tradeDate, run.runId);
    await writeInstruction(context.files.outboxDirectory, name, instructionText(allocations));
  }
  const isWaiting = known.some(({ state }) => state === 'awaitingStatements');
  if (open.length > 0 && !isWaiting) {
    await requestReconciliation(context, { actor: 'system:reconciliation', tradeDate });
  }
}

async function tryComplete(
  context: WorkflowContext,
  reconciliation: ReconciliationRecord,
): Promise<void> {
  const { reconciliationId, tradeDate } = reconciliation;
  const readings = await readStatements(context.files.inboxDirectory, tradeDate);
  const findings =
    'missing' in readings
      ? readings.missing.map((name) =>
          warningFinding('STATEMENT_MISSING', `${name} has not arrived`, { file: name }),
        )
      : await waitingFindings(context, tradeDate, readings);
  if ('missing' in readings || findings.length > 0) {
    await noteWaiting(context.database, context.firmId, { reconciliationId, findings });
    return;
  }
  await complete(context, reconciliation, readings);
}

/** What is not yet there for a comparison of complete books. */
async function waitingFindings(
  context: WorkflowContext,
  tradeDate: CalendarDate,
  readings: StatementReadings,
): Promise<readonly Finding[]> {
  const blocks = await listRunBlocks(context.database, context.firmId, { tradeDate });
  const openCount = blocks.filter((block) => block.state !== 'allocated').length;
  const open =
    openCount === 0
      ? []
      : [warningFinding('STATEMENT_MISSING', `${String(openCount)} blocks still trade`)];
  const runIds = [...new Set(blocks.map((block) => block.runId))];
  const unacknowledged = runIds
    .map((runId) => instructionName(tradeDate, runId))
    .filter((name) => !readings.acknowledged.has(name))
    .map((name) =>
      warningFinding('STATEMENT_MISSING', `the custodian has not acknowledged ${name}`),
    );
  return [...open, ...unacknowledged];
}

/** How long a fill may be with us and not yet in the broker's file before it is a break. */
const BROKER_LAG_MS = 20_000;

async function complete(
  context: WorkflowContext,
  reconciliation: ReconciliationRecord,
  readings: StatementReadings,
): Promise<void> {
  const { database, firmId } = context;
  const { reconciliationId, tradeDate, requestedAt } = reconciliation;
  const blocks = await listRunBlocks(database, firmId, { tradeDate });
  const runIds = [...new Set(blocks.map((block) => block.runId))];
  const report = reconcile({
    tradeDate,
    ours: await ourBooks(context, tradeDate),
    theirs: readings.theirs,
  });
  const age = epochMilliseconds(context.clock.instant()) - epochMilliseconds(requestedAt);
  const lags = report.breaks.filter(({ kind }) => kind === 'executionMissingAtBroker').length;
  if (lags > 0 && age < BROKER_LAG_MS) {
    const text = `${String(lags)} fills are not in the broker's statement yet`;
    const findings = [warningFinding('STATEMENT_MISSING', text)];
    await noteWaiting(database, firmId, { reconciliationId, findings });
    return;
  }
  const errors = readings.findings.filter(({ severity }) => severity === 'error');
  const isClean = report.breaks.length === 0 && errors.length === 0;
  await database.transaction(async (tx) => {
    if (!(await lockReconciliation(tx, firmId, reconciliationId))) return;
    const unreadable =
      errors.length === 0
        ? []
        : [errorFinding('STATEMENT_INVALID', `${String(errors.length)} lines were refused`)];
    await completeReconciliation(tx, firmId, {
      reconciliationId,
      state: isClean ? 'matched' : 'breaks',
      matched: report.matched,
      breaks: report.breaks,
      files: readings.files,
      findings: [...unreadable, ...readings.findings],
      runIds,
    });
    await recordDecision(context, tx, {
      actor: 'system:reconciliation',
      action: 'reconciliation.completed',
      subjectKind: 'reconciliation',
      subjectId: reconciliationId,
      runId: runIds.length === 1 ? (runIds[0] ?? null) : null,
      payload: { tradeDate, matched: report.matched, breaks: report.breaks, files: readings.files },
    });
    if (isClean) await markReconciled(context, tx, runIds);
    await appendLiveEvents(tx, firmId, [
      { kind: 'reconciliation.changed', subjectId: reconciliationId },
    ]);
  });
}

async function markReconciled(
  context: WorkflowContext,
  tx: Transaction,
  runIds: readonly string[],
): Promise<void> {
  for (const runId of runIds) {
    const run = await lockRun(tx, context.firmId, runId);
    const state = run === null ? null : nextRunState(run.state, 'reconcile');
    if (run === null || state === null || state === run.state) continue;
    await saveRunState(tx, context.firmId, { runId: run.runId, state });
    await recordDecision(context, tx, {
      actor: 'system:reconciliation',
      action: 'run.reconciled',
      subjectKind: 'run',
      subjectId: runId,
      runId,
      payload: {},
    });
    await appendLiveEvents(tx, context.firmId, [{ kind: 'run.changed', runId }]);
  }
}

/** What we believe: fills of the date that stand, and every account's positions and cash. */
async function ourBooks(context: WorkflowContext, tradeDate: CalendarDate): Promise<OurBooks> {
  const blotter = await context.desk.blotter({ tradeDate, limit: 5_000 });
  const placements = blotter.flatMap((item) => item.placements.map((p) => p.placement));
  const executions = blotter.flatMap((item) => item.placements.flatMap((p) => p.executions));
  const standing = new Map(
    effectiveExecutions(executions).map((fill) => [
      `${fill.executingBroker} ${fill.brokerExecutionId}`,
      fill,
    ]),
  );
  const kept: Execution[] = executions.flatMap((execution) => {
    const fill = standing.get(`${execution.executingBroker} ${execution.brokerExecutionId}`);
    return fill === undefined
      ? []
      : [{ ...execution, lastQuantity: fill.quantity, lastPrice: fill.price }];
  });
  const snapshot = await context.books.snapshot(tradeDate);
  const accounts = [...snapshot.accounts.values()];
  return {
    executions: executionRecords(kept, placements),
    positions: accounts.flatMap(({ account, positions }) =>
      positions.map(({ symbol, quantity }) => ({
        accountId: account.accountId,
        symbol,
        quantity,
      })),
    ),
    cash: accounts.map(({ account, cash }) => ({
      accountId: account.accountId,
      amount: cash.amount,
    })),
  };
}
