import { permissionsOf, type Session } from '../../identity/index.ts';
import { session as sessionSchema, sessionBody } from '../contract/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { ApiRefusal } from '../problem.ts';
import { cookieName, sessionOf } from '../security.ts';

/** Signing in, out, and who is signed in. */
export function sessionRoutes(app: Api, context: ApiContext): void {
  const name = cookieName(context.isSecure);
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: context.isSecure,
  } as const;
  app.post(
    '/v1/session',
    {
      // Open to everybody, and its own limit: this is where passwords are guessed.
      config: { action: null, isKeyless: true, rateLimit: { max: 60, timeWindow: '1 minute' } },
      schema: {
        tags: ['session'],
        summary: 'Sign in',
        body: sessionBody,
        response: { 200: sessionSchema },
      },
    },
    async (request, reply) => {
      const result = await context.directory.signIn({ ...request.body, address: request.ip });
      if (!result.ok) throw new ApiRefusal([result.error]);
      reply.setCookie(name, result.value.token, cookie);
      return sessionView(context, result.value);
    },
  );
  app.get(
    '/v1/session',
    {
      config: { action: null },
      schema: {
        tags: ['session'],
        summary: 'Who is signed in, and what they may do',
        response: { 200: sessionSchema },
      },
    },
    (request) => Promise.resolve(sessionView(context, sessionOf(request))),
  );
  app.delete(
    '/v1/session',
    {
      // Leaving needs no permission beyond being there.
      config: { action: 'status.read' },
      schema: { tags: ['session'], summary: 'Sign out' },
    },
    async (request, reply) => {
      const token = request.cookies[name];
      if (token !== undefined) await context.directory.signOut(sessionOf(request), token);
      reply.clearCookie(name, cookie);
      return reply.code(204).send();
    },
  );
}

function sessionView(context: ApiContext, { user, csrfToken, expiresAt }: Session) {
  return {
    user: { ...user, roles: [...user.roles] },
    firmId: context.workflow.firmId,
    permissions: permissionsOf(user.roles),
    csrfToken,
    expiresAt,
  };
}
