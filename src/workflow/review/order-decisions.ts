/** What people change on single orders before release: quantity, hold, override, decline. */
import { err, ok, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  type Finding,
  type OrderId,
  type ProposedOrder,
  type Quantity,
} from '../../domain/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import {
  clearHold,
  findOrder,
  insertOverride,
  saveEdit,
  saveHold,
  saveOrderStates,
} from '../runs/orders-postgres.ts';
import type { OrderRecord, ReviewState } from '../runs/run-record.ts';
import { lockRun } from '../runs/runs-postgres.ts';
import { overrideFindings } from './decision-rules.ts';
import { reviseQuantity } from './order-revision.ts';
import {
  applyChange,
  changeFindings,
  isLiveInReview,
  loadReview,
  type RunReview,
} from './run-review.ts';

export interface Reason {
  readonly reasonCode: string;
  readonly reasonText: string;
}

interface OrderCommand {
  readonly actor: string;
  readonly orderId: string;
  /** The version that the person saw. */
  readonly version: number;
}

export type Outcome = Promise<Result<OrderId, readonly Finding[]>>;

interface OrderInReview {
  readonly review: RunReview;
  readonly record: OrderRecord;
}

/** The order and its run, if both can be changed and the version is the one that was seen. */
async function openOrder(
  context: WorkflowContext,
  command: OrderCommand,
): Promise<Result<OrderInReview, readonly Finding[]>> {
  const found = await findOrder(context.database, context.firmId, command.orderId);
  const review = found === null ? null : await loadReview(context, found.order.runId);
  const record = review?.orders.find(({ order }) => order.orderId === command.orderId);
  if (review === null || record === undefined) {
    return err([errorFinding('RESOURCE_UNKNOWN', `there is no order ${command.orderId}`)]);
  }
  const findings = [...changeFindings(review.run)];
  if (record.version !== command.version) {
    const text = `the order is at version ${String(record.version)}, not ${String(command.version)}`;
    findings.push(errorFinding('VERSION_CHANGED', text));
  }
  return findings.length > 0 ? err(findings) : ok({ review, record });
}

function stateRefusal(record: OrderRecord, what: string): readonly Finding[] {
  return [
    errorFinding('ORDER_STATE_REFUSES', `an order that is ${record.state} cannot be ${what}`),
  ];
}

function liveOrdersOf(review: RunReview, without: OrderId): ProposedOrder[] {
  return review.orders
    .filter(({ order, state }) => isLiveInReview(state) && order.orderId !== without)
    .map((record) => record.order);
}

/**
 * Gives an order another quantity. Lots are chosen anew, all live orders judged anew, and approvals given
 * on other facts are void.
 *
 * @refuses RESOURCE_UNKNOWN, RUN_STATE_REFUSES, VERSION_CHANGED, ORDER_STATE_REFUSES, ORDER_UNCHANGED,
 *   and what `reviseOrder` refuses
 */
export async function editOrder(
  context: WorkflowContext,
  command: OrderCommand & Reason & { readonly quantity: Quantity },
): Outcome {
  const opened = await openOrder(context, command);
  if (!opened.ok) return opened;
  const { review, record } = opened.value;
  const { order } = record;
  if (!isLiveInReview(record.state)) return err(stateRefusal(record, 'edited'));
  if (order.quantity.equals(command.quantity)) {
    return err([
      errorFinding('ORDER_UNCHANGED', `the quantity is ${order.quantity.toString()} already`, {
        pointer: '/quantity',
      }),
    ]);
  }
  const revised = reviseQuantity(review, order, command.quantity);
  if (!revised.ok) {
    return err(
      revised.error.map((finding) => ({
        ...finding,
        location: { ...finding.location, pointer: '/quantity' },
      })),
    );
  }
  const applied = await applyChange(context, review, {
    actor: command.actor,
    liveOrders: [...liveOrdersOf(review, order.orderId), revised.value],
    changedOrderIds: [order.orderId],
    voidReason: `the quantity was changed from ${order.quantity.toString()} to ${command.quantity.toString()} shares`,
    write: async (tx) => {
      await saveEdit(tx, context.firmId, { order: revised.value, editedBy: command.actor });
      await recordDecision(context, tx, {
        actor: command.actor,
        action: 'order.edited',
        subjectKind: 'order',
        subjectId: order.orderId,
        runId: order.runId,
        reasonCode: command.reasonCode,
        reasonText: command.reasonText,
        payload: {
          before: { quantity: order.quantity, estimatedAmount: order.estimatedAmount },
          after: {
            quantity: revised.value.quantity,
            estimatedAmount: revised.value.estimatedAmount,
          },
        },
      });
    },
  });
  return applied.ok ? ok(order.orderId) : applied;
}

/**
 * Keeps an order from the market until it is resumed; the others are judged without it.
 *
 * @refuses RESOURCE_UNKNOWN, RUN_STATE_REFUSES, VERSION_CHANGED, ORDER_STATE_REFUSES
 */
export async function holdOrder(context: WorkflowContext, command: OrderCommand & Reason): Outcome {
  const opened = await openOrder(context, command);
  if (!opened.ok) return opened;
  const { review, record } = opened.value;
  const { orderId, runId } = record.order;
  if (!isLiveInReview(record.state)) return err(stateRefusal(record, 'held'));
  const { actor, reasonCode, reasonText } = command;
  const applied = await applyChange(context, review, {
    actor,
    liveOrders: liveOrdersOf(review, orderId),
    changedOrderIds: [orderId],
    voidReason: 'an order of the run was held',
    write: async (tx) => {
      await saveHold(tx, context.firmId, { orderId, heldBy: actor, reasonCode, reasonText });
      await recordDecision(context, tx, {
        actor,
        action: 'order.held',
        subjectKind: 'order',
        subjectId: orderId,
        runId,
        reasonCode,
        reasonText,
        payload: { quantity: record.order.quantity },
      });
    },
  });
  return applied.ok ? ok(orderId) : applied;
}

/** Takes a hold back. @refuses as `holdOrder` */
export async function resumeOrder(context: WorkflowContext, command: OrderCommand): Outcome {
  const opened = await openOrder(context, command);
  if (!opened.ok) return opened;
  const { review, record } = opened.value;
  const { orderId, runId } = record.order;
  if (record.state !== 'held') return err(stateRefusal(record, 'resumed'));
  const state: ReviewState = review.run.state === 'proposed' ? 'proposed' : 'submitted';
  const applied = await applyChange(context, review, {
    actor: command.actor,
    liveOrders: [...liveOrdersOf(review, orderId), record.order],
    changedOrderIds: [orderId],
    voidReason: 'a held order of the run was resumed',
    write: async (tx) => {
      await clearHold(tx, context.firmId, { orderId, state });
      await recordDecision(context, tx, {
        actor: command.actor,
        action: 'order.resumed',
        subjectKind: 'order',
        subjectId: orderId,
        runId,
        payload: { quantity: record.order.quantity },
      });
    },
  });
  return applied.ok ? ok(orderId) : applied;
}

/**
 * Lets one soft rule's fail pass for one order, on exactly the facts that were shown.
 *
 * @refuses RESOURCE_UNKNOWN, RUN_STATE_REFUSES, ORDER_STATE_REFUSES, FACTS_CHANGED,
 *   APPROVER_IS_PROPOSER, APPROVER_IS_EDITOR, OVERRIDE_NOT_PERMITTED: all that apply
 */
export async function overrideRule(
  context: WorkflowContext,
  command: Reason & {
    readonly actor: string;
    readonly orderId: string;
    readonly ruleId: string;
    readonly factsHash: string;
  },
): Outcome {
  return context.database.transaction(async (tx) => {
    const found = await findOrder(tx, context.firmId, command.orderId);
    const run = found === null ? null : await lockRun(tx, context.firmId, found.order.runId);
    // Read again under the run's lock: what is judged is what is overridden.
    const record = run === null ? null : await findOrder(tx, context.firmId, command.orderId);
    if (run === null || record === null) {
      return err([errorFinding('RESOURCE_UNKNOWN', `there is no order ${command.orderId}`)]);
    }
    const findings = [...changeFindings(run), ...overrideFindings({ run, record, ...command })];
    if (findings.length > 0) return err(findings);
    const { orderId, runId } = record.order;
    const { actor, ruleId, reasonCode, reasonText } = command;
    await insertOverride(tx, context.firmId, {
      record,
      ruleId,
      overriddenBy: actor,
      maker: run.startedBy,
      reasonCode,
      reasonText,
    });
    await saveOrderStates(tx, context.firmId, { orderIds: [orderId], state: record.state });
    await recordDecision(context, tx, {
      actor,
      action: 'order.overridden',
      subjectKind: 'order',
      subjectId: orderId,
      runId,
      reasonCode,
      reasonText,
      payload: { ruleId, factsHash: record.factsHash },
    });
    await appendLiveEvents(tx, context.firmId, [
      { kind: 'order.changed', runId, subjectId: orderId },
    ]);
    return ok(orderId);
  });
}
