/**
 * What a FIX message does to orders, inside the transaction that gives it its number.
 *
 * Invariants (gateway.test.ts and the crash scenario):
 *   OH1  an intent is marked sent in the transaction that stores its bytes; an intent that is gone by then
 *        (taken back, or stopped by the kill switch) makes that transaction fail, and no byte is sent.
 *   OH2  a message from a broker that cannot be read books nothing and is kept and flagged.
 */
import { assert, toPlainJson } from '../../kernel/index.ts';
import { tryIdentifier, type ClientOrderId } from '../../domain/index.ts';
import { MsgType, type Delivery, type MessageRejection } from '../../fix/index.ts';
import { StoreError, type Transaction } from '../../db/index.ts';
import {
  loseContact,
  receiveCancelRejection,
  receiveExecutionReport,
  receiveMessageRefusal,
  type BrokerContext,
} from '../broker-messages.ts';
import { record } from '../journal.ts';
import type { OutboxIntent } from '../oms-records.ts';
import {
  claimIntent,
  intentById,
  intentOfSequence,
  markIntentSent,
  queueStatusRequest,
} from '../outbox-postgres.ts';
import { applyEvent } from '../placement-fold.ts';
import { lockPlacement, savePlacement, setVersionState } from '../placements-postgres.ts';
import { readBrokerMessage } from './broker-reading.ts';
import type { SessionHooks } from './session-store-postgres.ts';

/** The name under which an intent travels through the session. */
export function referenceOf(intent: Pick<OutboxIntent, 'intentId'>): string {
  return `intent:${String(intent.intentId)}`;
}

function intentIdOf(reference: string): number {
  const match = /^intent:(\d+)$/.exec(reference);
  assert(match !== null, `a reference names an intent: ${reference}`);
  return Number(match[1]);
}

export function orderHooks(context: BrokerContext): SessionHooks {
  return {
    onOutgoing: (tx, sent) => markSent(tx, context, sent),
    onDelivery: (tx, delivery) => deliver(tx, context, delivery),
    onUndeliverable: (tx, { sequence, message }, reason) =>
      recordUnreadable(tx, context, { sequence, MsgType: message.MsgType, reason }),
    onGapFilled: async (tx, skipped) => {
      const intent = await intentById(tx, context.firmId, intentIdOf(skipped.reference));
      if (intent === null) return;
      const { placementId } = intent;
      const { executingBroker } = context;
      if (intent.kind === 'newOrder') await loseContact(tx, context, placementId);
      // A cancel that will not arrive: the answer tells whether the order still works.
      else await queueStatusRequest(tx, context.firmId, { placementId, executingBroker });
    },
  };
}

async function markSent(
  tx: Transaction,
  context: BrokerContext,
  sent: { readonly sequence: number; readonly reference: string },
): Promise<void> {
  const { firmId } = context;
  const intent = await intentById(tx, firmId, intentIdOf(sent.reference));
  const found = intent === null ? null : await lockPlacement(tx, firmId, intent.placementId);
  assert(intent !== null && found !== null, 'what is sent was queued');
  // The placement first, then the intent: the order in which a cancel takes the two locks.
  if (!(await claimIntent(tx, firmId, intent))) {
    const message = `${sent.reference} was taken back before it was sent`;
    throw new StoreError('INTENT_WITHDRAWN', message);
  }
  await markIntentSent(tx, firmId, { intentId: intent.intentId, sequence: sent.sequence });
  const { placementId } = intent;
  if (intent.kind === 'newOrder') {
    const { placement } = applyEvent({ placement: found.placement, executions: [] }, 'send');
    await savePlacement(tx, firmId, placement);
  }
  if (intent.kind !== 'statusRequest') {
    const kind = intent.kind === 'newOrder' ? 'new' : 'cancel';
    await setVersionState(tx, firmId, { placementId, kind, from: ['pendingSend'], to: 'sent' });
  }
  await record(tx, context, {
    context: { actor: context.actor, correlationId: null },
    action: `placement.${intent.kind}Sent`,
    subjectKind: 'placement',
    subjectId: placementId,
    runId: found.runId,
    event: 'placement.changed',
    payload: { sequence: sent.sequence, version: intent.version },
  });
}

async function deliver(tx: Transaction, context: BrokerContext, delivery: Delivery): Promise<void> {
  const said = readBrokerMessage(delivery.message);
  switch (said.kind) {
    case 'executionReport':
      await receiveExecutionReport(tx, context, said.report);
      return;
    case 'cancelRejection':
      await receiveCancelRejection(tx, context, said.rejection);
      return;
    case 'messageRefused':
      await refuse(tx, context, said.rejection);
      return;
    case 'unreadable':
      await recordUnreadable(tx, context, {
        sequence: delivery.sequence,
        MsgType: delivery.message.MsgType,
        reason: said.reason,
      });
  }
}

async function recordUnreadable(
  tx: Transaction,
  context: BrokerContext,
  unreadable: { readonly sequence: number; readonly MsgType: string; readonly reason: string },
): Promise<void> {
  await record(tx, context, {
    context: { actor: context.actor, correlationId: null },
    action: 'fixMessage.unreadable',
    subjectKind: 'fixSession',
    subjectId: context.executingBroker,
    runId: null,
    event: 'gateway.changed',
    reasonCode: 'FIX_MESSAGE_UNREADABLE',
    reasonText: unreadable.reason,
    payload: toPlainJson(unreadable),
  });
}

/** A refused message is found by its number, or by the ClOrdID that the broker repeats. */
async function refuse(
  tx: Transaction,
  context: BrokerContext,
  said: MessageRejection,
): Promise<void> {
  const { firmId, executingBroker } = context;
  const sequence = said.referenceSequence;
  const intent =
    sequence === null ? null : await intentOfSequence(tx, firmId, { executingBroker, sequence });
  const named = said.referenceId === null ? null : tryIdentifier<ClientOrderId>(said.referenceId);
  const clientOrderId = intent?.clientOrderId ?? named;
  // A refused status request says nothing about the order.
  if (clientOrderId !== null && intent?.kind !== 'statusRequest') {
    await receiveMessageRefusal(tx, context, {
      clientOrderId,
      kind: said.referenceMsgType === MsgType.OrderCancelRequest ? 'cancel' : 'new',
      text: said.text ?? `message refused, reason ${String(said.reason ?? 'not given')}`,
    });
    return;
  }
  await record(tx, context, {
    context: { actor: context.actor, correlationId: null },
    action: 'fixMessage.refused',
    subjectKind: 'fixSession',
    subjectId: executingBroker,
    runId: null,
    event: 'gateway.changed',
    payload: toPlainJson(said),
  });
}
