/** What a person can do, one function per command of the contract. Each throws ApiProblem on refusal. */
import type {
  ApprovalBody,
  ApprovalOutcome,
  DeclineBody,
  HoldBody,
  Order,
  OrderPatchBody,
  OverrideBody,
  PlacementView,
  ReconciliationBody,
  ReconciliationView,
  ReleaseOutcome,
  Run,
  RunBody,
  Session,
  SessionBody,
  SubmissionBody,
} from '../../../src/api/contract/index.ts';
import { send, setCsrfToken } from './client.ts';

const part = encodeURIComponent;

export async function signIn(body: SessionBody): Promise<Session> {
  const session = await send<Session>({ method: 'POST', path: '/v1/session', body });
  setCsrfToken(session.csrfToken);
  return session;
}

export async function signOut(): Promise<void> {
  await send({ method: 'DELETE', path: '/v1/session' });
  setCsrfToken(null);
}

export const startRun = (body: RunBody, idempotencyKey: string): Promise<Run> =>
  send({ method: 'POST', path: '/v1/runs', body, idempotencyKey });

export const editOrder = (order: Order, body: OrderPatchBody): Promise<Order> =>
  send({ method: 'PATCH', path: `/v1/orders/${part(order.orderId)}`, body, ifMatch: order.etag });

export const holdOrder = (order: Order, body: HoldBody): Promise<Order> =>
  send({
    method: 'PUT',
    path: `/v1/orders/${part(order.orderId)}/hold`,
    body,
    ifMatch: order.etag,
  });

export const liftHold = (order: Order): Promise<Order> =>
  send({ method: 'DELETE', path: `/v1/orders/${part(order.orderId)}/hold`, ifMatch: order.etag });

export const overrideRule = (orderId: string, body: OverrideBody): Promise<Order> =>
  send({ method: 'POST', path: `/v1/orders/${part(orderId)}/overrides`, body });

export const submitRun = (runId: string, body: SubmissionBody): Promise<Run> =>
  send({ method: 'POST', path: `/v1/runs/${part(runId)}/submission`, body });

export const approveOrders = (runId: string, body: ApprovalBody): Promise<ApprovalOutcome> =>
  send({ method: 'POST', path: `/v1/runs/${part(runId)}/approvals`, body });

export const declineOrders = (runId: string, body: DeclineBody): Promise<Run> =>
  send({ method: 'POST', path: `/v1/runs/${part(runId)}/declines`, body });

export const releaseRun = (runId: string, idempotencyKey: string): Promise<ReleaseOutcome> =>
  send({ method: 'POST', path: `/v1/runs/${part(runId)}/release`, body: {}, idempotencyKey });

export const cancelPlacement = (placementId: string): Promise<PlacementView> =>
  send({ method: 'POST', path: `/v1/placements/${part(placementId)}/cancellation`, body: {} });

export const startReconciliation = (
  body: ReconciliationBody,
  idempotencyKey: string,
): Promise<ReconciliationView> =>
  send({ method: 'POST', path: '/v1/reconciliations', body, idempotencyKey });
