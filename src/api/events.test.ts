import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveEvent } from './contract/index.ts';
import { openApiWorld, type ApiClient, type ApiWorld } from '../../test/support/api-server.ts';

let world: ApiWorld;
let tara: ApiClient;
beforeAll(async () => {
  world = await openApiWorld({ households: 1 });
  tara = await world.as('tara');
});
afterAll(() => world.close());

interface Received extends LiveEvent {
  readonly id: string;
}

/** Follows the stream until enough has come; closes it then. */
async function follow(
  lastId: string | null,
  isEnough: (events: readonly Received[]) => boolean,
): Promise<readonly Received[]> {
  const closing = new AbortController();
  const response = await fetch(`${world.server.url}/v1/events`, {
    headers: { cookie: tara.cookie, ...(lastId === null ? {} : { 'last-event-id': lastId }) },
    signal: AbortSignal.any([closing.signal, AbortSignal.timeout(20_000)]),
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events: Received[] = [];
  const decoder = new TextDecoder();
  let text = '';
  if (response.body === null) throw new Error('the stream has no body');
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const id = /^id: (.*)$/m.exec(part)?.[1] ?? '';
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data !== undefined) events.push({ ...(JSON.parse(data) as LiveEvent), id });
    }
    if (isEnough(events)) break;
  }
  closing.abort();
  return events;
}

const startRun = (reason: string) =>
  tara.post('/v1/runs', { rebalanceKind: 'full', reason, selection: 'all' });

describe('live events', () => {
  it('AP9 come once and in order, also to a client that was away', async () => {
    const isComputed = (events: readonly Received[]): boolean =>
      events.filter(({ kind }) => kind === 'run.changed').length >= 2;
    const watching = follow(null, isComputed);
    await startRun('watched');
    const first = await watching;
    expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
    const [resumeAt] = first;
    if (resumeAt === undefined) throw new Error('nothing came');
    // What came after the first event comes again to who asks from there, and nothing before it.
    const replayed = await follow(resumeAt.id, (events) => events.length >= first.length - 1);
    expect(replayed.slice(0, first.length - 1).map(({ id }) => id)).toEqual(
      first.slice(1).map(({ id }) => id),
    );
    await startRun('while away');
    const later = await follow(first.at(-1)?.id ?? null, isComputed);
    expect(later.some(({ id }) => id === resumeAt.id)).toBe(false);
  });

  it('are for people who are signed in', async () => {
    expect((await world.client().get('/v1/events')).status).toBe(401);
  });
});
