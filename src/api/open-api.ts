/** The served OpenAPI 3.1 document, generated from the routes and their schemas. */
import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';
import { liveEvent, problem } from './contract/index.ts';
import type { Api } from './api-context.ts';

export const OPEN_API = {
  openapi: '3.1.0',
  info: {
    title: 'Evenkeel',
    description:
      'Portfolio rebalancing from trigger to reconciled fills. Decimals are strings. Every error is a ' +
      'problem document (RFC 9457). Every POST takes an Idempotency-Key; every changing request the ' +
      'X-CSRF-Token of the session.',
    version: '0.1.0',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  components: {
    securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'evenkeel' } },
  },
  security: [{ session: [] }],
} as const;

/** The document of a ready server, with the problem answer that every operation can give. */
export function openApiDocument(app: Api): OpenAPIV3_1.Document {
  const document = structuredClone(app.swagger()) as OpenAPIV3_1.Document;
  const components = (document.components ??= {});
  const schemas = (components.schemas ??= {});
  for (const schema of [problem, liveEvent]) Object.assign(schemas, definitionsOf(schema));
  components.responses = {
    Problem: {
      description: 'What is wrong, all of it at once.',
      content: {
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      },
    },
  };
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = methods?.[method];
      if (operation === undefined) continue;
      operation.operationId = operationIdOf(method, path);
      operation.responses = {
        ...operation.responses,
        default: { $ref: '#/components/responses/Problem' },
      };
    }
  }
  components.schemas = usedSchemas(document, schemas);
  return document;
}

/** `get /v1/runs/{runId}/orders` becomes `getRunsByRunIdOrders`: stable, and a name for generated clients. */
function operationIdOf(method: string, path: string): string {
  const words = path
    .split('/')
    .filter((part) => part !== '' && part !== 'v1')
    .map((part) => (part.startsWith('{') ? `By${capital(part.slice(1, -1))}` : capital(part)));
  return `${method}${words.join('')}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

type Schemas = NonNullable<NonNullable<OpenAPIV3_1.Document['components']>['schemas']>;

/**
 * The schemas that something refers to. The library lists every schema in an input and an output form; a
 * reader should see only those that occur. The live event stays: its stream has no schema to refer to it.
 */
function usedSchemas(document: OpenAPIV3_1.Document, schemas: Schemas): Schemas {
  const used = new Set(['LiveEvent']);
  const visit = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(REFERENCE)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name] ?? null);
    }
  };
  visit([document.paths, document.components?.responses, schemas['LiveEvent']]);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
}

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;

/** The named schemas of one that no route has as its body, with references into the shared ones. */
function definitionsOf(schema: z.ZodType): Record<string, OpenAPIV3_1.SchemaObject> {
  const text = JSON.stringify(z.toJSONSchema(schema)).replaceAll(
    '#/$defs/',
    '#/components/schemas/',
  );
  const { $defs = {} } = JSON.parse(text) as {
    readonly $defs?: Record<string, OpenAPIV3_1.SchemaObject>;
  };
  for (const definition of Object.values($defs)) Reflect.deleteProperty(definition, 'id');
  return $defs;
}
