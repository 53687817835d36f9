/** Submission by those who propose, approval by somebody else. */
import { err, ok, sum, type Result } from '../../kernel/index.ts';
import { errorFinding, type Finding, type OrderId, type RunId } from '../../domain/index.ts';
import type { Transaction } from '../../db/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import {
  insertApprovals,
  listOrders,
  listOverrides,
  saveOrderStates,
} from '../runs/orders-postgres.ts';
import type { OrderRecord, RunRecord } from '../runs/run-record.ts';
import { nextRunState } from '../runs/run-state.ts';
import { lockRun, saveRunState, saveSubmission } from '../runs/runs-postgres.ts';
import { approvalFindings } from './decision-rules.ts';
import { applyChange, changeFindings, isLiveInReview, loadReview } from './run-review.ts';

/**
 * Hands a run to those who approve. The person becomes its proposer, for good.
 *
 * @refuses RESOURCE_UNKNOWN, RUN_STATE_REFUSES, NOTHING_TO_SUBMIT
 */
export async function submitRun(
  context: WorkflowContext,
  command: { readonly actor: string; readonly runId: string; readonly note: string | null },
): Promise<Result<RunId, readonly Finding[]>> {
  const { firmId } = context;
  return context.database.transaction(async (tx) => {
    const run = await lockRun(tx, firmId, command.runId);
    if (run === null) return err([unknownRun(command.runId)]);
    if (nextRunState(run.state, 'submit') === null) {
      return err([
        errorFinding('RUN_STATE_REFUSES', `a run that is ${run.state} cannot be submitted`),
      ]);
    }
    const orders = await listOrders(tx, firmId, { runId: run.runId, states: ['proposed'] });
    if (orders.length === 0) {
      return err([
        errorFinding('NOTHING_TO_SUBMIT', 'the run has no order that could be approved'),
      ]);
    }
    await saveSubmission(tx, firmId, { runId: run.runId, by: command.actor, note: command.note });
    const orderIds = orders.map((record) => record.order.orderId);
    await saveOrderStates(tx, firmId, { orderIds, state: 'submitted' });
    await recordDecision(context, tx, {
      actor: command.actor,
      action: 'run.submitted',
      subjectKind: 'run',
      subjectId: run.runId,
      runId: run.runId,
      reasonText: command.note,
      payload: { orderCount: orders.length, reportHash: run.reportHash },
    });
    await appendLiveEvents(tx, firmId, [
      { kind: 'run.changed', runId: run.runId },
      { kind: 'approval.changed', runId: run.runId },
    ]);
    return ok(run.runId);
  });
}

export interface ApprovalCommand {
  readonly actor: string;
  readonly runId: string;
  /** Each order with the hash that was on the screen. */
  readonly orders: readonly { readonly orderId: string; readonly factsHash: string }[];
  readonly reasonText: string;
}

export interface ApprovalOutcome {
  readonly runId: RunId;
  readonly approvedOrderIds: readonly OrderId[];
  readonly refused: readonly { readonly orderId: string; readonly finding: Finding }[];
}

/**
 * Approves each order that can be; the others are reported with every reason.
 *
 * @refuses RESOURCE_UNKNOWN, RUN_STATE_REFUSES, and the reasons of the orders when none can be approved
 */
export async function approveRun(
  context: WorkflowContext,
  command: ApprovalCommand,
): Promise<Result<ApprovalOutcome, readonly Finding[]>> {
  const { firmId } = context;
  return context.database.transaction(async (tx) => {
    const run = await lockRun(tx, firmId, command.runId);
    if (run === null) return err([unknownRun(command.runId)]);
    if (nextRunState(run.state, 'approveAll') === null) {
      return err([
        errorFinding('RUN_STATE_REFUSES', `a run that is ${run.state} takes no approvals`),
      ]);
    }
    const records = await listOrders(tx, firmId, { runId: run.runId });
    const { granted, refused } = await decide(context, tx, { run, records, command });
    if (granted.length === 0) return err(refused.map(({ finding }) => finding));
    await grant(context, tx, { run, granted, command });
    const awaiting = records.filter(({ state }) => state === 'submitted').length - granted.length;
    if (awaiting === 0) await saveRunState(tx, firmId, { runId: run.runId, state: 'approved' });
    return ok({
      runId: run.runId,
      approvedOrderIds: granted.map((record) => record.order.orderId),
      refused,
    });
  });
}

interface Decision {
  readonly run: RunRecord;
  readonly records: readonly OrderRecord[];
  readonly command: ApprovalCommand;
}

async function decide(
  context: WorkflowContext,
  tx: Transaction,
  { run, records, command }: Decision,
): Promise<{
  readonly granted: readonly OrderRecord[];
  readonly refused: readonly { readonly orderId: string; readonly finding: Finding }[];
}> {
  const overrides = await listOverrides(tx, context.firmId, run.runId);
  const byId = new Map<string, OrderRecord>(records.map((r) => [r.order.orderId, r]));
  const granted: OrderRecord[] = [];
  const refused: { readonly orderId: string; readonly finding: Finding }[] = [];
  const asked = new Map(command.orders.map((order) => [order.orderId, order.factsHash]));
  for (const [orderId, factsHash] of asked) {
    const record = byId.get(orderId);
    const findings =
      record === undefined
        ? [errorFinding('ORDER_NOT_IN_RUN', `order ${orderId} is not of run ${run.runId}`)]
        : approvalFindings({ run, record, actor: command.actor, factsHash, overrides });
    refused.push(...findings.map((finding) => ({ orderId, finding })));
    if (record !== undefined && findings.length === 0) granted.push(record);
  }
  return { granted, refused };
}

async function grant(
  context: WorkflowContext,
  tx: Transaction,
  {
    run,
    granted,
    command,
  }: {
    readonly run: RunRecord;
    readonly granted: readonly OrderRecord[];
    readonly command: ApprovalCommand;
  },
): Promise<void> {
  const orderIds = granted.map((record) => record.order.orderId);
  await insertApprovals(tx, context.firmId, {
    runId: run.runId,
    orderIds,
    approver: command.actor,
    proposer: run.submittedBy ?? run.startedBy,
    reasonText: command.reasonText,
  });
  await saveOrderStates(tx, context.firmId, { orderIds, state: 'approved' });
  for (const { order, factsHash, version } of granted) {
    await recordDecision(context, tx, {
      actor: command.actor,
      action: 'order.approved',
      subjectKind: 'order',
      subjectId: order.orderId,
      runId: run.runId,
      reasonText: command.reasonText,
      payload: { factsHash, version, proposer: run.submittedBy, reportHash: run.reportHash },
    });
  }
  await appendLiveEvents(tx, context.firmId, [
    { kind: 'approval.changed', runId: run.runId },
    { kind: 'run.changed', runId: run.runId },
  ]);
}

/**
 * Sends orders back for good: they leave the run, and the others are judged without them.
 *
 * @refuses RESOURCE_UNKNOWN, RUN_STATE_REFUSES, ORDER_NOT_IN_RUN, ORDER_STATE_REFUSES, VERSION_CHANGED
 */
export async function declineOrders(
  context: WorkflowContext,
  command: {
    readonly actor: string;
    readonly runId: string;
    readonly orderIds: readonly string[];
    readonly reasonText: string;
  },
): Promise<Result<RunId, readonly Finding[]>> {
  const review = await loadReview(context, command.runId);
  if (review === null) return err([unknownRun(command.runId)]);
  const { run } = review;
  const wanted = new Set(command.orderIds);
  const declined = review.orders.filter(({ order }) => wanted.has(order.orderId));
  const known = new Set<string>(declined.map(({ order }) => order.orderId));
  const findings = [
    ...changeFindings(run),
    ...[...wanted]
      .filter((orderId) => !known.has(orderId))
      .map((id) => errorFinding('ORDER_NOT_IN_RUN', `order ${id} is not of run ${run.runId}`)),
    ...declined
      .filter(({ state }) => state !== 'submitted' && state !== 'approved')
      .map(({ order, state }) =>
        errorFinding('ORDER_STATE_REFUSES', `order ${order.orderId} is ${state}`),
      ),
  ];
  if (findings.length > 0) return err(findings);
  const orderIds = declined.map(({ order }) => order.orderId);
  const applied = await applyChange(context, review, {
    actor: command.actor,
    liveOrders: review.orders
      .filter(({ order, state }) => isLiveInReview(state) && !known.has(order.orderId))
      .map(({ order }) => order),
    changedOrderIds: orderIds,
    voidReason: 'orders of the run were declined',
    write: async (tx) => {
      await saveOrderStates(tx, context.firmId, { orderIds, state: 'declined' });
      await recordDecision(context, tx, {
        actor: command.actor,
        action: 'orders.declined',
        subjectKind: 'run',
        subjectId: run.runId,
        runId: run.runId,
        reasonText: command.reasonText,
        payload: {
          orderIds,
          amount: sum(declined.map(({ order }) => order.estimatedAmount)),
        },
      });
    },
  });
  return applied.ok ? ok(run.runId) : applied;
}

export function unknownRun(runId: string): Finding {
  return errorFinding('RESOURCE_UNKNOWN', `there is no run ${runId}`);
}
