/**
 * Who asks, from where, and whether they may: before a body is read.
 *
 *   AP4  a route that names an action answers 401 without a session and 403 without the permission.
 *   AP5  a changing request needs the session's CSRF token, and an Origin, if any, that is this server.
 *   AP6  a request for another host name than those we serve is refused (DNS rebinding).
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '../kernel/index.ts';
import { isPermitted, type Session } from '../identity/index.ts';
import { recordDecision } from '../workflow/index.ts';
import type { Api, ApiContext } from './api-context.ts';
import { refuse } from './problem.ts';

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function cookieName(isSecure: boolean): string {
  return isSecure ? '__Host-evenkeel' : 'evenkeel';
}

export interface SecurityOptions {
  /** Host names that requests may ask for, without port. */
  readonly hostNames: ReadonlySet<string>;
}

export function guardRequests(app: Api, context: ApiContext, options: SecurityOptions): void {
  app.decorateRequest('session', null);
  app.addHook('onRequest', async (request, reply) => {
    if (!options.hostNames.has(hostNameOf(request))) {
      throw refuse('ORIGIN_REFUSED', 'this server does not answer for that host name');
    }
    if (UNSAFE.has(request.method)) checkOrigin(request);
    const { action } = request.routeOptions.config;
    if (action === undefined) return;
    await authenticate(context, request, reply);
  });
}

function hostNameOf(request: FastifyRequest): string {
  const host = request.headers.host ?? '';
  return host.replace(/:\d+$/, '').toLowerCase();
}

function checkOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    throw refuse('ORIGIN_REFUSED', 'a changing request came from another site');
  }
  if (origin === undefined) return;
  if (origin !== `http://${host ?? ''}` && origin !== `https://${host ?? ''}`) {
    throw refuse('ORIGIN_REFUSED', 'a changing request came from a page of another origin');
  }
}

async function authenticate(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { action } = request.routeOptions.config;
  const token = request.cookies[cookieName(context.isSecure)];
  request.session = token === undefined ? null : await context.directory.sessionOf(token);
  reply.header('cache-control', 'no-store');
  if (action === null || action === undefined) return;
  const { session } = request;
  if (session === null) throw refuse('SESSION_REQUIRED', 'sign in first');
  if (UNSAFE.has(request.method)) checkToken(request, session);
  if (isPermitted(session.user.roles, action)) return;
  await context.workflow.database.transaction((tx) =>
    recordDecision(context.workflow, tx, {
      actor: session.user.userId,
      action: 'permission.denied',
      subjectKind: 'permission',
      subjectId: action,
      runId: null,
      payload: { method: request.method, route: request.routeOptions.url ?? '' },
    }),
  );
  throw refuse('PERMISSION_DENIED', `none of your roles holds ${action}`);
}

function checkToken(request: FastifyRequest, session: Session): void {
  const given = request.headers['x-csrf-token'];
  // Hashes have one length, which timingSafeEqual asks for.
  const isSame =
    typeof given === 'string' &&
    timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(session.csrfToken)));
  if (!isSame) throw refuse('CSRF_TOKEN_WRONG', 'the X-CSRF-Token header is not the session’s');
}

/** The session of a route that names an action. */
export function sessionOf(request: FastifyRequest): Session {
  if (request.session === null) throw refuse('SESSION_REQUIRED', 'sign in first');
  return request.session;
}

/** The id of the person who asks. */
export function actorOf(request: FastifyRequest): string {
  return sessionOf(request).user.userId;
}
