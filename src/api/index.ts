export type { Api, ApiContext } from './api-context.ts';
export { openApiDocument } from './open-api.ts';
export { buildServer, type ServerOptions } from './server.ts';
