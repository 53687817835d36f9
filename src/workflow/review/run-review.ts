/**
 * A run under review: its orders judged together, again after every change of one of them.
 *
 *   L5  what a person approved is what is released: a change of an order, of its verdict or of a measured
 *       figure voids the approvals that were given before it.
 *   L6  a change is written only onto the state it was computed from.
 */
import { evaluateCompliance } from '../../compliance/index.ts';
import { assert, err, ok, type Result, type Sha256 } from '../../kernel/index.ts';
import {
  errorFinding,
  type ComplianceReport,
  type Finding,
  type OrderId,
  type ProposedOrder,
  type RebalanceRun,
  type Snapshot,
} from '../../domain/index.ts';
import type { Transaction } from '../../db/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import { saveEvaluations } from '../runs/evaluations-postgres.ts';
import {
  countOrders,
  listOrders,
  saveJudgments,
  saveOrderStates,
  voidApprovals,
  voidOverrides,
} from '../runs/orders-postgres.ts';
import { judgmentsOf } from '../runs/run-computation.ts';
import type { OrderRecord, ReviewState, RunAccountRecord, RunRecord } from '../runs/run-record.ts';
import { nextRunState } from '../runs/run-state.ts';
import {
  findRun,
  listRunAccounts,
  lockRun,
  saveReport,
  saveRunState,
} from '../runs/runs-postgres.ts';

/** Orders that can still go to the market. */
const LIVE_STATES: ReadonlySet<ReviewState> = new Set(['proposed', 'submitted', 'approved']);

export function isLiveInReview(state: ReviewState): boolean {
  return LIVE_STATES.has(state);
}

/** A run with everything a decision about it depends on. */
export interface RunReview {
  readonly run: RunRecord;
  readonly accounts: readonly RunAccountRecord[];
  readonly orders: readonly OrderRecord[];
  readonly snapshot: Snapshot;
}

export async function loadReview(
  context: WorkflowContext,
  runId: string,
): Promise<RunReview | null> {
  const run = await findRun(context.database, context.firmId, runId);
  if (run === null) return null;
  const [accounts, orders, snapshot] = await Promise.all([
    listRunAccounts(context.database, context.firmId, { runId }),
    listOrders(context.database, context.firmId, { runId }),
    context.books.snapshot(run.asOfDate),
  ]);
  return { run, accounts, orders, snapshot };
}

/** Judges these orders together, as the run's report would. */
export function judge(
  context: WorkflowContext,
  review: RunReview,
  orders: readonly ProposedOrder[],
): ComplianceReport {
  return evaluateCompliance({
    run: rebalanceRunOf(review),
    snapshot: review.snapshot,
    orders,
    rules: context.rulesFor(review.snapshot.settings),
    asOfDate: review.run.asOfDate,
  });
}

/**
 * The run as it was computed: its figures, such as the drift after, are those of the quantities then proposed,
 * and stay so when a person edits one. Judging by the edited ones here would let those figures pass as current.
 */
function rebalanceRunOf({ run, accounts, orders, snapshot }: RunReview): RebalanceRun {
  const byAccount = Map.groupBy(
    orders.map(({ order, quantityProposed }) => ({ ...order, quantity: quantityProposed })),
    (order) => order.accountId,
  );
  const { engineVersion, resultHash } = run;
  assert(engineVersion !== null && resultHash !== null, 'a run under review has been computed');
  return {
    runId: run.runId,
    asOfDate: run.asOfDate,
    rebalanceKind: run.rebalanceKind,
    reason: run.reason,
    snapshotHash: run.snapshotHash ?? snapshot.snapshotHash,
    engineVersion,
    accounts: accounts.map(({ outcome }) => ({
      ...outcome,
      orders: byAccount.get(outcome.accountId) ?? [],
    })),
    findings: run.findings,
    resultHash,
  };
}

/** A change of one or more orders that is about to be written. */
export interface OrderChange {
  readonly actor: string;
  /** Orders as they will be, of those that will be live. */
  readonly liveOrders: readonly ProposedOrder[];
  /** Whose approvals go whatever the figures say, and the words for it. */
  readonly changedOrderIds: readonly OrderId[];
  readonly voidReason: string;
  /** Writes the change itself; runs first, in the same transaction. */
  readonly write: (tx: Transaction) => Promise<void>;
}

/**
 * Writes a change, judges all live orders again and voids what was approved on other facts.
 *
 * @refuses VERSION_CHANGED when someone else changed the run since `review` was read
 */
export async function applyChange(
  context: WorkflowContext,
  review: RunReview,
  change: OrderChange,
): Promise<Result<ComplianceReport, readonly Finding[]>> {
  const report = judge(context, review, change.liveOrders);
  return context.database.transaction(async (tx) => {
    if (!(await isUnchanged(context, tx, review))) {
      return err([
        errorFinding('VERSION_CHANGED', 'another change of this run came first; read it again'),
      ]);
    }
    await change.write(tx);
    await writeReport(context, tx, { review, report, change });
    return ok(report);
  });
}

/** Locks the run and compares what this change was computed from with what is there. */
export async function isUnchanged(
  context: WorkflowContext,
  tx: Transaction,
  review: RunReview,
): Promise<boolean> {
  const { firmId } = context;
  const current = await lockRun(tx, firmId, review.run.runId);
  if (current === null || current.state !== review.run.state) return false;
  if (current.reportVersion !== review.run.reportVersion) return false;
  const orders = await listOrders(tx, firmId, { runId: review.run.runId });
  const versions = new Map(orders.map((record) => [record.order.orderId, record.version]));
  return review.orders.every(({ order, version }) => versions.get(order.orderId) === version);
}

async function writeReport(
  context: WorkflowContext,
  tx: Transaction,
  written: {
    readonly review: RunReview;
    readonly report: ComplianceReport;
    readonly change: OrderChange;
  },
): Promise<void> {
  const { firmId } = context;
  const { review, report, change } = written;
  const { run } = review;
  const version = run.reportVersion + 1;
  const judgments = judgmentsOf(change.liveOrders, report);
  await saveEvaluations(tx, firmId, { runId: run.runId, version, evaluations: report.evaluations });
  await saveReport(tx, firmId, { runId: run.runId, hash: report.reportHash, version });
  const shown = new Map<OrderId, Sha256>(
    review.orders.map((record) => [record.order.orderId, record.factsHash]),
  );
  const changed = [...judgments.values()]
    .filter((judgment) => shown.get(judgment.orderId) !== judgment.factsHash)
    .map((judgment) => judgment.orderId);
  await saveJudgments(tx, firmId, [...judgments.values()]);
  const orderIds = [...new Set([...change.changedOrderIds, ...changed])];
  await voidDecisions(context, tx, { run, orderIds, change });
  await settleReviewState(context, tx, run);
  await appendLiveEvents(tx, firmId, [
    { kind: 'run.changed', runId: run.runId },
    ...change.changedOrderIds.map((orderId) => ({
      kind: 'order.changed' as const,
      runId: run.runId,
      subjectId: orderId,
    })),
  ]);
}

/** A run whose last open order was held or declined is approved, if the others are. */
async function settleReviewState(
  context: WorkflowContext,
  tx: Transaction,
  run: RunRecord,
): Promise<void> {
  const { firmId } = context;
  const { runId } = run;
  const awaiting = await countOrders(tx, firmId, { runId, states: ['submitted'] });
  const approved = await countOrders(tx, firmId, { runId, states: ['approved'] });
  const state = nextRunState(run.state, 'approveAll');
  if (state === null || awaiting > 0 || approved === 0) return;
  await saveRunState(tx, firmId, { runId, state });
}

/** Takes back approvals and overrides of orders whose facts are no longer those that were shown. */
async function voidDecisions(
  context: WorkflowContext,
  tx: Transaction,
  voided: {
    readonly run: RunRecord;
    readonly orderIds: readonly OrderId[];
    readonly change: OrderChange;
  },
): Promise<void> {
  const { firmId } = context;
  const { run, orderIds, change } = voided;
  const approvals = await voidApprovals(tx, firmId, { orderIds, reason: change.voidReason });
  await voidOverrides(tx, firmId, { orderIds, reason: change.voidReason });
  if (approvals.length === 0) return;
  const orders = await listOrders(tx, firmId, { runId: run.runId, states: ['approved'] });
  const approved = new Set(orders.map((record) => record.order.orderId));
  const reopened = approvals.map((a) => a.orderId).filter((orderId) => approved.has(orderId));
  await saveOrderStates(tx, firmId, { orderIds: reopened, state: 'submitted' });
  const state = nextRunState(run.state, 'reopen');
  if (state !== null) await saveRunState(tx, firmId, { runId: run.runId, state });
  for (const { orderId, approver } of approvals) {
    await recordDecision(context, tx, {
      actor: change.actor,
      action: 'approval.voided',
      subjectKind: 'order',
      subjectId: orderId,
      runId: run.runId,
      reasonText: change.voidReason,
      payload: { approver, mustApproveAgain: 'a person of the compliance role' },
    });
  }
  await appendLiveEvents(tx, firmId, [{ kind: 'approval.changed', runId: run.runId }]);
}

/** Runs can be changed until they are released. */
export function changeFindings(run: RunRecord): readonly Finding[] {
  const canChange = ['proposed', 'submitted', 'approved'].includes(run.state);
  return canChange
    ? []
    : [errorFinding('RUN_STATE_REFUSES', `a run that is ${run.state} can no longer be changed`)];
}
