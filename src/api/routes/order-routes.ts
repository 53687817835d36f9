import { z } from 'zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Decimal, type Result } from '../../kernel/index.ts';
import type { Finding } from '../../domain/index.ts';
import {
  editOrder,
  findOrder,
  holdOrder,
  overrideRule,
  resumeOrder,
  type OrderRecord,
} from '../../workflow/index.ts';
import {
  holdBody,
  identifierText,
  order as orderSchema,
  orderPatchBody,
  overrideBody,
  type Order,
} from '../contract/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { ApiRefusal, refuse } from '../problem.ts';
import { actorOf } from '../security.ts';
import { etagOf, orderView } from '../views/run-view.ts';
import { existingRun } from './run-routes.ts';
import { orderParts } from './run-presentation.ts';

const orderParams = z.object({ orderId: identifierText });
const ORDER = { params: orderParams, response: { 200: orderSchema } };

/** Single orders: read, edited, held, overridden. */
export function orderRoutes(app: Api, context: ApiContext): void {
  app.get(
    '/v1/orders/:orderId',
    {
      config: { action: 'run.read' },
      schema: { tags: ['orders'], summary: 'One order', ...ORDER },
    },
    (request, reply) => show(context, request.params.orderId, reply),
  );
  app.patch(
    '/v1/orders/:orderId',
    {
      config: { action: 'order.edit' },
      schema: {
        tags: ['orders'],
        summary: 'Change the quantity; lots, verdicts and approvals follow. Needs If-Match',
        body: orderPatchBody,
        ...ORDER,
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const { quantity, reasonCode, reasonText } = request.body;
      await carryOut(
        editOrder(context.workflow, {
          actor: actorOf(request),
          orderId,
          version: versionOf(request),
          quantity: Decimal.parse<'Quantity'>(quantity),
          reasonCode,
          reasonText,
        }),
      );
      return show(context, orderId, reply);
    },
  );
  holdRoutes(app, context);
  app.post(
    '/v1/orders/:orderId/overrides',
    {
      config: { action: 'order.override' },
      schema: {
        tags: ['orders'],
        summary: 'Let a soft rule’s fail pass, on the facts that were shown',
        body: overrideBody,
        ...ORDER,
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const command = { ...request.body, actor: actorOf(request), orderId };
      await carryOut(overrideRule(context.workflow, command));
      return show(context, orderId, reply);
    },
  );
}

function holdRoutes(app: Api, context: ApiContext): void {
  app.put(
    '/v1/orders/:orderId/hold',
    {
      config: { action: 'order.hold' },
      schema: {
        tags: ['orders'],
        summary: 'Keep an order from the market. Needs If-Match',
        body: holdBody,
        ...ORDER,
      },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const version = versionOf(request);
      const command = { ...request.body, actor: actorOf(request), orderId, version };
      await carryOut(holdOrder(context.workflow, command));
      return show(context, orderId, reply);
    },
  );
  app.delete(
    '/v1/orders/:orderId/hold',
    {
      config: { action: 'order.hold' },
      schema: { tags: ['orders'], summary: 'Take a hold back. Needs If-Match', ...ORDER },
    },
    async (request, reply) => {
      const { orderId } = request.params;
      const version = versionOf(request);
      await carryOut(resumeOrder(context.workflow, { actor: actorOf(request), orderId, version }));
      return show(context, orderId, reply);
    },
  );
}

/** The version in If-Match. @throws ApiRefusal PRECONDITION_REQUIRED */
function versionOf(request: FastifyRequest): number {
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(request.headers['if-match'] ?? '');
  if (match === null) {
    throw refuse('PRECONDITION_REQUIRED', 'send the order’s etag in If-Match');
  }
  return Number(match[1]);
}

async function carryOut<T>(outcome: Promise<Result<T, readonly Finding[]>>): Promise<T> {
  const result = await outcome;
  if (!result.ok) throw new ApiRefusal(result.error);
  return result.value;
}

async function show(context: ApiContext, orderId: string, reply: FastifyReply): Promise<Order> {
  const { database, firmId } = context.workflow;
  const record: OrderRecord | null = await findOrder(database, firmId, orderId);
  if (record === null) throw refuse('RESOURCE_UNKNOWN', `there is no order ${orderId}`);
  const run = await existingRun(context, record.order.runId);
  reply.header('etag', etagOf(record.version));
  return orderView(record, await orderParts(context, run));
}
