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
  const jsonSchemaOf = (schema: z.ZodType): OpenAPIV3_1.SchemaObject => {
    const json = z.toJSONSchema(schema) as Record<string, unknown>;
    for (const key of ['$schema', 'id']) Reflect.deleteProperty(json, key);
    return json as OpenAPIV3_1.SchemaObject;
  };
  schemas['Problem'] = jsonSchemaOf(problem);
  schemas['LiveEvent'] = inlineDefinitions(jsonSchemaOf(liveEvent));
  components.responses = {
    Problem: {
      description: 'What is wrong, all of it at once.',
      content: {
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      },
    },
  };
  for (const path of Object.values(document.paths ?? {})) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = path?.[method];
      if (operation === undefined) continue;
      operation.responses = {
        ...operation.responses,
        default: { $ref: '#/components/responses/Problem' },
      };
    }
  }
  return document;
}

/** Definitions that a single schema carries with it, moved to the shared ones of the document. */
function inlineDefinitions(schema: OpenAPIV3_1.SchemaObject): OpenAPIV3_1.SchemaObject {
  const text = JSON.stringify(schema).replaceAll('#/$defs/', '#/components/schemas/');
  const json = JSON.parse(text) as Record<string, unknown>;
  Reflect.deleteProperty(json, '$defs');
  return json as OpenAPIV3_1.SchemaObject;
}
