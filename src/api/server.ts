/** The HTTP server: routes, their guards, and the web client's files. */
import { existsSync } from 'node:fs';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import staticFiles from '@fastify/static';
import swagger from '@fastify/swagger';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { randomIds } from '../kernel/index.ts';
import type { Api, ApiContext } from './api-context.ts';
import { keepAnswers } from './idempotency.ts';
import { BODY_BYTES_MAX, readJsonBodies } from './json-body.ts';
import { OPEN_API, openApiDocument } from './open-api.ts';
import { handleError, handleNotFound } from './problem.ts';
import { approvalRoutes } from './routes/approval-routes.ts';
import { deskRoutes } from './routes/desk-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { monitorRoutes } from './routes/monitor-routes.ts';
import { orderRoutes } from './routes/order-routes.ts';
import { recordRoutes } from './routes/record-routes.ts';
import { runRoutes } from './routes/run-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { systemRoutes } from './routes/system-routes.ts';
import { guardRequests } from './security.ts';

export interface ServerOptions {
  readonly context: ApiContext;
  readonly logger: Logger;
  /** The built web client; null = API only. */
  readonly webDirectory: string | null;
  /** Host names that requests may ask for besides loopback's. */
  readonly hostNames?: readonly string[];
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Requests per minute and address: far above a person with every screen open. */
const REQUESTS_PER_MINUTE = 3_000;

/** Builds a server that is ready to listen. */
export async function buildServer(options: ServerOptions): Promise<Api> {
  const { context } = options;
  const app = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    // One line per request at the default level would hide what matters; failures are logged by the handler.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => randomIds.next('trace'),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 256 },
  }).withTypeProvider<ZodTypeProvider>() as unknown as Api;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  readJsonBodies(app);
  await app.register(cookie);
  await app.register(helmet, HEADERS);
  await app.register(rateLimit, { max: REQUESTS_PER_MINUTE, timeWindow: '1 minute' });
  await app.register(swagger, {
    openapi: structuredClone(OPEN_API) as never,
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  guardRequests(app, context, {
    hostNames: new Set([...LOOPBACK_NAMES, ...(options.hostNames ?? [])]),
  });
  keepAnswers(app, context);
  for (const routes of ROUTES) routes(app, context);
  app.get('/openapi.json', { schema: { hide: true } }, () => openApiDocument(app));
  await serveWeb(app, options.webDirectory);
  await app.ready();
  return app;
}

const ROUTES = [
  sessionRoutes,
  monitorRoutes,
  runRoutes,
  orderRoutes,
  approvalRoutes,
  deskRoutes,
  recordRoutes,
  systemRoutes,
  eventRoutes,
] as const;

/** The client's own scripts only. Styles may be inline: the grid and the charts set them on elements. */
const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      workerSrc: ["'self'", 'blob:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Meaningless without TLS, and harmful on loopback, where other programs share the host name.
  strictTransportSecurity: false,
} as const;

/** The built client; any path that is not the API's and asks for a page gets the client's one page. */
async function serveWeb(app: Api, directory: string | null): Promise<void> {
  const hasWeb = directory !== null && existsSync(directory);
  if (hasWeb) {
    await app.register(staticFiles, { root: directory, index: 'index.html' });
  }
  app.setNotFoundHandler((request, reply) => {
    const isPage =
      request.method === 'GET' &&
      !request.url.startsWith('/v1/') &&
      (request.headers.accept ?? '').includes('text/html');
    if (hasWeb && isPage) return reply.sendFile('index.html');
    return handleNotFound(request, reply);
  });
}
