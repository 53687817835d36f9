/**
 * What a broker says, applied to stored placements inside the transaction that advances the session's
 * expected number: either both have happened or neither.
 *
 * Invariants (broker-messages.test.ts):
 *   BM1  an execution is booked once, under whatever message, connection or restart it comes again.
 *   BM2  a message that is not about one of our orders is flagged and books nothing.
 *   BM3  no message of a broker makes the transaction fail: what is odd is flagged.
 */
import { toPlainJson } from '../kernel/index.ts';
import type {
  CancelRejection,
  ClientOrderId,
  ExecutionReport,
  Placement,
  PlacementId,
} from '../domain/index.ts';
import type { Transaction } from '../db/index.ts';
import { flag, type ExecutionFlag } from './execution-flag.ts';
import { record, type OmsServices } from './journal.ts';
import type { PlacementRecord } from './oms-records.ts';
import { appendEvent, queueStatusRequest } from './outbox-postgres.ts';
import {
  applyCancelRejection,
  applyEvent,
  applyExecutionReport,
  type PlacementChange,
} from './placement-fold.ts';
import {
  executionsOf,
  holderOfExecution,
  insertExecution,
  insertFlags,
  lockPlacement,
  placementIdOf,
  savePlacement,
  setVersionState,
} from './placements-postgres.ts';

/** The gateway's name in the audit trail and whose messages it carries. */
export interface BrokerContext extends OmsServices {
  readonly executingBroker: string;
  readonly actor: string;
}

/** Books an ExecutionReport. @returns the placement after it; null when it is not about an order of ours */
export async function receiveExecutionReport(
  tx: Transaction,
  context: BrokerContext,
  report: ExecutionReport,
): Promise<Placement | null> {
  const ids = [report.clientOrderId, report.originalClientOrderId];
  const found = await findPlacement(tx, context, ids);
  if (found === null) {
    const details = { expected: null, received: report.clientOrderId };
    await flagStray(
      tx,
      context,
      flag('REPORT_FOR_UNKNOWN_ORDER', report.brokerExecutionId, details),
    );
    return null;
  }
  const isExecution =
    report.reportKind === 'trade' ||
    report.reportKind === 'tradeCorrect' ||
    report.reportKind === 'tradeCancel';
  const holder = isExecution
    ? await holderOfExecution(tx, context.firmId, {
        executingBroker: context.executingBroker,
        tradeDate: report.tradeDate,
        brokerExecutionId: report.brokerExecutionId,
      })
    : null;
  if (holder !== null && holder !== found.placement.placementId) {
    const values = { expected: holder, received: found.placement.placementId };
    const flags = [flag('EXECUTION_DUPLICATE_DIFFERS', report.brokerExecutionId, values)];
    await saveChange(tx, context, {
      found,
      change: { placement: found.placement, newExecutions: [], flags },
      cause: report.reportKind,
    });
    return found.placement;
  }
  const executions = await executionsOf(tx, context.firmId, [found.placement.placementId]);
  const change = applyExecutionReport({ placement: found.placement, executions }, report);
  await saveChange(tx, context, { found, change, cause: report.reportKind });
  await settleVersions(tx, context, report);
  return change.placement;
}

/** Books a refused cancel or replace. */
export async function receiveCancelRejection(
  tx: Transaction,
  context: BrokerContext,
  rejection: CancelRejection,
): Promise<Placement | null> {
  const ids = [rejection.clientOrderId, rejection.originalClientOrderId];
  const found = await findPlacement(tx, context, ids);
  if (found === null) {
    const details = { expected: null, received: rejection.clientOrderId };
    await flagStray(
      tx,
      context,
      flag('REPORT_FOR_UNKNOWN_ORDER', rejection.clientOrderId, details),
    );
    return null;
  }
  const executions = await executionsOf(tx, context.firmId, [found.placement.placementId]);
  const change = applyCancelRejection({ placement: found.placement, executions }, rejection);
  await saveChange(tx, context, { found, change, cause: 'cancelReject' });
  const { placementId } = found.placement;
  const version = { placementId, kind: 'cancel', from: ['sent'], to: 'rejected' } as const;
  await setVersionState(tx, context.firmId, version);
  return change.placement;
}

/**
 * The broker refused a message as such (session Reject or BusinessMessageReject): the order in it was never
 * worked. A refused cancel leaves its order where it was.
 */
export async function receiveMessageRefusal(
  tx: Transaction,
  context: BrokerContext,
  refusal: {
    readonly clientOrderId: ClientOrderId;
    readonly kind: 'new' | 'cancel';
    readonly text: string;
  },
): Promise<Placement | null> {
  const found = await findPlacement(tx, context, [refusal.clientOrderId]);
  if (found === null) return null;
  const executions = await executionsOf(tx, context.firmId, [found.placement.placementId]);
  const event = refusal.kind === 'new' ? 'reject' : 'cancelReject';
  const change = applyEvent(
    { placement: { ...found.placement, text: refusal.text }, executions },
    event,
  );
  await saveChange(tx, context, { found, change, cause: 'messageRefused' });
  const { placementId } = found.placement;
  const version = { placementId, kind: refusal.kind, from: ['sent'], to: 'rejected' } as const;
  await setVersionState(tx, context.firmId, version);
  return change.placement;
}

/**
 * A new order whose bytes will not be sent again: possibly at the broker, no proof either way. It becomes
 * `unknown`, and the broker is asked.
 */
export async function loseContact(
  tx: Transaction,
  context: BrokerContext,
  placementId: PlacementId,
): Promise<void> {
  const found = await lockPlacement(tx, context.firmId, placementId);
  if (found === null) return;
  const { placement } = found;
  // Only an order that nobody has answered is in doubt; an acknowledged one is known to be there.
  if (placement.status !== 'sent') return;
  const change = applyEvent({ placement, executions: [] }, 'loseContact');
  await saveChange(tx, context, { found, change, cause: 'loseContact' });
  const { executingBroker } = context;
  await queueStatusRequest(tx, context.firmId, { placementId, executingBroker });
}

async function findPlacement(
  tx: Transaction,
  context: BrokerContext,
  clientOrderIds: readonly (ClientOrderId | null)[],
): Promise<PlacementRecord | null> {
  for (const clientOrderId of clientOrderIds) {
    if (clientOrderId === null) continue;
    const placementId = await placementIdOf(tx, context.firmId, clientOrderId);
    if (placementId !== null) return lockPlacement(tx, context.firmId, placementId);
  }
  return null;
}

async function saveChange(
  tx: Transaction,
  context: BrokerContext,
  given: {
    readonly found: PlacementRecord;
    readonly change: PlacementChange;
    readonly cause: string;
  },
): Promise<void> {
  const { found, change } = given;
  const { placement } = change;
  const { firmId, executingBroker } = context;
  const { placementId } = placement;
  await savePlacement(tx, firmId, placement);
  for (const execution of change.newExecutions) {
    await insertExecution(tx, firmId, execution);
    await appendEvent(tx, firmId, {
      kind: 'execution.recorded',
      subjectId: execution.executionId,
      runId: found.runId,
    });
  }
  await insertFlags(tx, firmId, { executingBroker, placementId, flags: change.flags });
  const hasBooked = change.newExecutions.length > 0;
  await record(tx, context, {
    context: { actor: context.actor, correlationId: null },
    action: hasBooked ? 'execution.recorded' : 'placement.reported',
    subjectKind: 'placement',
    subjectId: placementId,
    runId: found.runId,
    event: 'placement.changed',
    ...(change.flags[0] === undefined ? {} : { reasonCode: change.flags[0].code }),
    payload: toPlainJson({
      cause: given.cause,
      statusBefore: found.placement.status,
      status: placement.status,
      cumulativeQuantity: placement.cumulativeQuantity,
      averagePrice: placement.averagePrice,
      text: placement.text,
      executions: change.newExecutions,
      flags: change.flags,
    }),
  });
}

async function settleVersions(
  tx: Transaction,
  context: BrokerContext,
  report: ExecutionReport,
): Promise<void> {
  const placementId = await placementIdOf(tx, context.firmId, report.clientOrderId);
  if (placementId === null) return;
  const isRefused = report.reportKind === 'rejected';
  await setVersionState(tx, context.firmId, {
    placementId,
    kind: 'new',
    from: ['sent'],
    to: isRefused ? 'rejected' : 'accepted',
  });
  if (report.reportKind !== 'canceled') return;
  const accepted = { placementId, kind: 'cancel', from: ['sent'], to: 'accepted' } as const;
  await setVersionState(tx, context.firmId, accepted);
}

async function flagStray(
  tx: Transaction,
  context: BrokerContext,
  stray: ExecutionFlag,
): Promise<void> {
  const { firmId, executingBroker } = context;
  await insertFlags(tx, firmId, { executingBroker, placementId: null, flags: [stray] });
  await record(tx, context, {
    context: { actor: context.actor, correlationId: null },
    action: 'placement.strayReport',
    subjectKind: 'fixSession',
    subjectId: executingBroker,
    runId: null,
    event: 'gateway.changed',
    reasonCode: stray.code,
    payload: toPlainJson(stray),
  });
}
