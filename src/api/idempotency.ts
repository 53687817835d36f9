/**
 * One effect per Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).
 *
 *   AP7  same key and request: the first answer again. Other request: 422. Still running: 409.
 *   AP8  an answer of 5xx is not kept: the request may come again.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentHash } from '../kernel/index.ts';
import type { Api, ApiContext } from './api-context.ts';
import {
  claimKey,
  releaseKey,
  saveAnswer,
  type KeyOwner,
  type StoredAnswer,
} from './idempotency-postgres.ts';
import { refuse } from './problem.ts';
import { actorOf } from './security.ts';

const KEY = /^[\x21-\x7e]{8,128}$/;
const KEPT_HEADERS = ['content-type', 'location', 'etag'] as const;

interface Claimed {
  readonly owner: KeyOwner;
  readonly attempt: number;
}

/** The key of a request that must have one. */
export function idempotencyKeyOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw refuse('IDEMPOTENCY_KEY_MISSING', 'send an Idempotency-Key of 8 to 128 characters');
  }
  return key;
}

export function keepAnswers(app: Api, context: ApiContext): void {
  const { database, firmId } = context.workflow;
  const claims = new WeakMap<FastifyRequest, Claimed>();
  app.addHook('preHandler', async (request, reply) => {
    const { action, isKeyless } = request.routeOptions.config;
    if (request.method !== 'POST' || isKeyless === true || action == null) return;
    const owner = { firmId, userId: actorOf(request), key: idempotencyKeyOf(request) };
    const requestHash = contentHash([request.method, request.url, request.body ?? null]);
    const claim = await claimKey(database, owner, requestHash);
    switch (claim.kind) {
      case 'claimed':
        claims.set(request, { owner, attempt: claim.attempt });
        return;
      case 'answered':
        return replay(reply, claim.answer);
      case 'otherRequest':
        throw refuse('IDEMPOTENCY_KEY_REUSED', 'this key was used for another request');
      case 'inProgress':
        throw refuse('IDEMPOTENCY_IN_PROGRESS', 'the first request with this key still runs');
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const claimed = claims.get(request);
    if (claimed === undefined) return payload;
    claims.delete(request);
    const { owner, attempt } = claimed;
    if (reply.statusCode >= 500) await releaseKey(database, owner, attempt);
    else await saveAnswer(database, owner, { attempt, answer: answerOf(reply, payload) });
    return payload;
  });
}

function replay(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  for (const [name, value] of Object.entries(answer.headers)) reply.header(name, value);
  return reply
    .code(answer.status)
    .header('idempotency-replayed', 'true')
    .serializer((payload: unknown) => String(payload))
    .send(answer.body);
}

function answerOf(reply: FastifyReply, payload: unknown): StoredAnswer {
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
  return {
    status: reply.statusCode,
    headers,
    body: typeof payload === 'string' ? payload : '',
  };
}
