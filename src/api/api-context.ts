/** What every route is handed. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Action } from '../domain/index.ts';
import type { Directory, Session } from '../identity/index.ts';
import type { WorkflowContext } from '../workflow/index.ts';

export interface ApiContext {
  readonly workflow: WorkflowContext;
  readonly directory: Directory;
  readonly version: string;
  readonly startedAt: string;
  /** True when cookies travel over TLS: they are then `Secure` and `__Host-`. */
  readonly isSecure: boolean;
}

export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every route that names an action. */
    session: Session | null;
  }
  interface FastifyContextConfig {
    /** What the route does; the permission table says who may. Null: open to everybody. */
    readonly action?: Action | null;
    /** A POST that is safe to repeat without a key. */
    readonly isKeyless?: boolean;
  }
}
