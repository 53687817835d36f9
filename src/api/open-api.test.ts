import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiWorld, type ApiWorld } from '../../test/support/api-server.ts';

/** Committed, so that a change of the contract shows in review. UPDATE_REFERENCE=1 writes it anew. */
const REFERENCE = resolve(import.meta.dirname, '..', '..', 'docs', 'reference', 'openapi.json');

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ households: 1 });
});
afterAll(() => world.close());

/** Every `$ref` in a document. */
function referencesIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item] : referencesIn(item),
  );
}

function resolves(document: unknown, reference: string): boolean {
  const parts = reference.replace(/^#\//, '').split('/');
  let at: unknown = document;
  for (const part of parts) {
    if (at === null || typeof at !== 'object' || !(part in at)) return false;
    at = (at as Record<string, unknown>)[part];
  }
  return true;
}

describe('the served OpenAPI document', () => {
  it('is 3.1, has no dangling reference, and is the one in docs/reference', async () => {
    const answer = await world.client().get('/openapi.json');
    const document = answer.body as Record<string, unknown>;
    expect(document['openapi']).toBe('3.1.0');
    const dangling = referencesIn(document).filter((ref) => !resolves(document, ref));
    expect([...new Set(dangling)]).toEqual([]);
    if (process.env['UPDATE_REFERENCE'] === '1') {
      await mkdir(dirname(REFERENCE), { recursive: true });
      await writeFile(REFERENCE, `${JSON.stringify(document, null, 2)}\n`);
    }
    expect(document).toEqual(JSON.parse(await readFile(REFERENCE, 'utf8')));
  });

  it('gives every operation a problem answer and says which need a key', async () => {
    const { body } = await world.client().get('/openapi.json');
    const { paths } = body as {
      paths: Record<string, Record<string, { responses: object; summary?: string }>>;
    };
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        expect([path, method, operation.summary]).not.toContain(undefined);
        expect(operation.responses).toHaveProperty('default');
      }
    }
  });
});
