/**
 * Server-sent events: what changed, as pointers.
 *
 *   AP9  a client that reconnects with Last-Event-ID sees every event after it, once.
 *
 * An event's id is where the stream stands in both feeds, the workflow's and the desk's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { isLiveEventId, lastLiveEventId, liveEventsAfter } from '../../workflow/index.ts';
import type { EventCursor } from '../../oms/index.ts';
import type { LiveEvent } from '../contract/index.ts';
import type { Api, ApiContext } from '../api-context.ts';
import { cookieName } from '../security.ts';
import { refuse } from '../problem.ts';

const POLL_MS = 250;
const HEARTBEAT_MS = 15_000;
const CONNECTIONS_MAX = 200;
const PAGE = 500;

interface Position {
  readonly live: string;
  readonly desk: EventCursor | null;
}

export function eventRoutes(app: Api, context: ApiContext): void {
  const closing = new AbortController();
  let connectionCount = 0;
  app.addHook('preClose', () => {
    closing.abort();
    return Promise.resolve();
  });
  app.get(
    '/v1/events',
    {
      config: { action: 'status.read', rateLimit: false },
      schema: { tags: ['system'], summary: 'Live events (text/event-stream of LiveEvent)' },
    },
    async (request, reply) => {
      if (connectionCount >= CONNECTIONS_MAX) {
        throw refuse('REQUESTS_LIMITED', 'too many event streams are open');
      }
      const lastId = request.headers['last-event-id'];
      const start =
        (typeof lastId === 'string' ? parsePosition(lastId) : null) ?? (await newest(context));
      const ended = new AbortController();
      request.raw.on('close', () => {
        ended.abort();
      });
      connectionCount += 1;
      reply.hijack();
      const token = request.cookies[cookieName(context.isSecure)] ?? '';
      const signal = AbortSignal.any([closing.signal, ended.signal]);
      try {
        await stream(context, reply, { start, token, signal });
      } catch (error) {
        request.log.error({ err: error }, 'event stream failed');
      } finally {
        connectionCount -= 1;
        reply.raw.end();
      }
    },
  );
}

async function newest(context: ApiContext): Promise<Position> {
  const { database, firmId, desk } = context.workflow;
  return { live: await lastLiveEventId(database, firmId), desk: await desk.lastCursor() };
}

const POSITION = /^(\d+-\d+)_(\d{1,19})-(\d{1,15})$/;

function positionText({ live, desk }: Position): string {
  return `${live}_${desk?.tx ?? '0'}-${String(desk?.eventId ?? 0)}`;
}

function parsePosition(text: string): Position | null {
  const match = POSITION.exec(text);
  const live = match?.[1] ?? '';
  if (match === null || !isLiveEventId(live)) return null;
  return { live, desk: { tx: match[2] ?? '0', eventId: Number(match[3]) } };
}

async function stream(
  context: ApiContext,
  reply: FastifyReply,
  follow: { readonly start: Position; readonly token: string; readonly signal: AbortSignal },
): Promise<void> {
  const { clock } = context.workflow;
  const { signal } = follow;
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  // The first event carries the position, so that a client that sees nothing else can still resume.
  reply.raw.write(`retry: 1000\nid: ${positionText(follow.start)}\n: connected\n\n`);
  let position = follow.start;
  let beatAt = clock.monotonic();
  while (!signal.aborted) {
    const step = await nextEvents(context, position);
    for (const { event, at } of step.events) {
      reply.raw.write(
        `id: ${positionText(at)}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`,
      );
    }
    position = step.position;
    if (clock.monotonic() - beatAt > HEARTBEAT_MS) {
      beatAt = clock.monotonic();
      // A session that was closed elsewhere ends its streams too.
      if ((await context.directory.sessionOf(follow.token)) === null) return;
      reply.raw.write(': alive\n\n');
    }
    if (step.events.length === 0) await sleep(POLL_MS, undefined, { signal }).catch(() => null);
  }
}

interface Step {
  readonly events: readonly { readonly event: LiveEvent; readonly at: Position }[];
  readonly position: Position;
}

async function nextEvents(context: ApiContext, from: Position): Promise<Step> {
  const { database, firmId, desk } = context.workflow;
  const events: { event: LiveEvent; at: Position }[] = [];
  let position = from;
  const live = await liveEventsAfter(database, firmId, { after: position.live, limit: PAGE });
  for (const { id, kind, at, runId, subjectId, progress } of live) {
    position = { ...position, live: id };
    events.push({
      event: { kind, at, runId, subjectId, progress: progress ?? null },
      at: position,
    });
  }
  for (const item of await desk.eventsAfter(position.desk, PAGE)) {
    position = { ...position, desk: item.cursor };
    const kind = item.kind === 'killSwitch.changed' ? 'gateway.changed' : item.kind;
    const { at, runId, subjectId } = item;
    events.push({ event: { kind, at, runId, subjectId, progress: null }, at: position });
  }
  return { events, position };
}
