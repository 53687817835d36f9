/**
 * Computing a run: outside any transaction, then everything in one.
 *
 *   L3  a run's accounts, orders, evaluations, audit entry and state appear together or not at all.
 *   L4  a worker that lost its claim writes nothing.
 *
 * The pipeline's ids are hashes of its inputs, so two runs of one wish on one day would share them. Each
 * run therefore gets ids of its own, derived from the pipeline's; the result hash stays the pipeline's.
 */
import { derivedId } from '../../kernel/index.ts';
import {
  errorFinding,
  type ComplianceReport,
  type OrderId,
  type ProposedOrder,
  type RebalanceRun,
  type RunId,
} from '../../domain/index.ts';
import { errorText, sqlStateOf, StoreError, type Transaction } from '../../db/index.ts';
import { evaluateCompliance, factsHashes } from '../../compliance/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import { proposeRebalance } from '../rebalance/index.ts';
import { saveEvaluations } from './evaluations-postgres.ts';
import { insertOrders, type OrderJudgment } from './orders-postgres.ts';
import type { RunPhase, RunRecord } from './run-record.ts';
import { requestOf } from './rebalance-request.ts';
import { totalsOf } from './run-totals.ts';
import {
  claimRun,
  failComputation,
  findRun,
  finishComputation,
  insertRunAccounts,
  saveProgress,
  type ClaimedRun,
} from './runs-postgres.ts';

/** Thrown to leave a computation that another worker has taken over. */
class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

const PROGRESS_MS = 200;

/** Computes a run if it still waits to be computed. Safe to call twice, at once or after a crash. */
export async function computeRun(context: WorkflowContext, runId: string): Promise<void> {
  const claimCount = await claimRun(context.database, context.firmId, runId);
  const run = await findRun(context.database, context.firmId, runId);
  if (claimCount === null || run === null) return;
  const claim: ClaimedRun = { firmId: context.firmId, runId: run.runId, claimCount };
  try {
    await compute(context, run, claim);
  } catch (error) {
    if (error instanceof ClaimLost) return;
    // A database that went away comes back: the job is repeated. Anything else would fail again.
    if (error instanceof StoreError || sqlStateOf(error) !== null) throw error;
    context.onFault(`computation of ${runId}`, error);
    await recordFailure(context, claim, errorText(error));
  }
}

async function compute(context: WorkflowContext, run: RunRecord, claim: ClaimedRun): Promise<void> {
  const report = progressReporter(context, claim);
  await report('snapshot', 0, 0);
  const snapshot = await context.books.snapshot(run.asOfDate);
  const request = requestOf(run, snapshot);
  await report('accounts', 0, request.accounts.size);
  const pipelineRun = await proposeRebalance({ snapshot, request }, (done, total) =>
    report('accounts', done, total),
  );
  const proposed = withOwnIds(pipelineRun, run.runId);
  await report('compliance', request.accounts.size, request.accounts.size);
  const orders = proposed.accounts.flatMap((account) => account.orders);
  const compliance = evaluateCompliance({
    run: proposed,
    snapshot,
    orders,
    rules: context.rulesFor(snapshot.settings),
    asOfDate: run.asOfDate,
  });
  await report('storing', request.accounts.size, request.accounts.size);
  await context.database.transaction((tx) =>
    store(context, tx, { run, claim, proposed, orders, compliance }),
  );
}

interface Computed {
  readonly run: RunRecord;
  readonly claim: ClaimedRun;
  readonly proposed: RebalanceRun;
  readonly orders: readonly ProposedOrder[];
  readonly compliance: ComplianceReport;
}

async function store(context: WorkflowContext, tx: Transaction, computed: Computed): Promise<void> {
  const { firmId } = context;
  const { run, claim, proposed, orders, compliance } = computed;
  const { runId } = run;
  const totals = totalsOf(proposed.accounts);
  const isOurs = await finishComputation(tx, claim, {
    snapshotHash: proposed.snapshotHash,
    engineVersion: proposed.engineVersion,
    resultHash: proposed.resultHash,
    reportHash: compliance.reportHash,
    totals,
    findings: proposed.findings,
    accountCount: proposed.accounts.length,
  });
  if (!isOurs) throw new ClaimLost('another worker computes this run');
  const accounts = proposed.accounts.map((outcome) => ({ ...outcome, orders: undefined }));
  await insertRunAccounts(tx, firmId, { runId, accounts });
  await insertOrders(tx, firmId, { orders, judgments: judgmentsOf(orders, compliance) });
  await saveEvaluations(tx, firmId, { runId, version: 1, evaluations: compliance.evaluations });
  await recordDecision(context, tx, {
    actor: 'system:engine',
    action: 'run.computed',
    subjectKind: 'run',
    subjectId: runId,
    runId,
    payload: {
      snapshotHash: proposed.snapshotHash,
      engineVersion: proposed.engineVersion,
      resultHash: proposed.resultHash,
      reportHash: compliance.reportHash,
      verdicts: compliance.counts,
      totals,
    },
  });
  await appendLiveEvents(tx, firmId, [{ kind: 'run.changed', runId }, { kind: 'monitor.changed' }]);
}

/** What the report says of each order, in the form the order's row keeps. */
export function judgmentsOf(
  orders: readonly ProposedOrder[],
  compliance: ComplianceReport,
): ReadonlyMap<OrderId, OrderJudgment> {
  const hashes = factsHashes(orders, compliance);
  const judgments = new Map<OrderId, OrderJudgment>();
  for (const { orderId } of orders) {
    const verdict = compliance.orderVerdicts.get(orderId);
    const factsHash = hashes.get(orderId);
    if (verdict === undefined || factsHash === undefined) continue;
    judgments.set(orderId, { orderId, factsHash, ...verdict });
  }
  return judgments;
}

function withOwnIds(pipelineRun: RebalanceRun, runId: RunId): RebalanceRun {
  return {
    ...pipelineRun,
    runId,
    accounts: pipelineRun.accounts.map((account) => ({
      ...account,
      orders: account.orders.map((order) => ({
        ...order,
        runId,
        orderId: derivedId('order', runId, order.orderId) as OrderId,
      })),
    })),
  };
}

/** Writes progress at most every 200 ms, and notices there when the claim is lost. */
function progressReporter(
  context: WorkflowContext,
  claim: ClaimedRun,
): (phase: RunPhase, doneCount: number, totalCount: number) => Promise<void> {
  let phaseBefore: RunPhase = 'queued';
  let writtenAt = Number.NEGATIVE_INFINITY;
  return async (phase, doneCount, totalCount) => {
    const now = context.clock.monotonic();
    if (phase === phaseBefore && doneCount < totalCount && now - writtenAt < PROGRESS_MS) return;
    phaseBefore = phase;
    writtenAt = now;
    const progress = { phase, doneCount, totalCount };
    if (!(await saveProgress(context.database, claim, progress))) {
      throw new ClaimLost('another worker computes this run');
    }
    await appendLiveEvents(context.database, context.firmId, [
      { kind: 'run.progressed', runId: claim.runId, progress },
    ]);
  };
}

async function recordFailure(
  context: WorkflowContext,
  claim: ClaimedRun,
  detail: string,
): Promise<void> {
  const failure = errorFinding('RUN_COMPUTATION_FAILED', detail);
  await context.database.transaction(async (tx) => {
    if (!(await failComputation(tx, claim, failure))) return;
    await recordDecision(context, tx, {
      actor: 'system:engine',
      action: 'run.failed',
      subjectKind: 'run',
      subjectId: claim.runId,
      runId: claim.runId,
      payload: { detail },
    });
    await appendLiveEvents(tx, context.firmId, [{ kind: 'run.changed', runId: claim.runId }]);
  });
}
