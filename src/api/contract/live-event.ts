/**
 * Server-sent events on GET /v1/events. Each has an `id`; a client that reconnects sends the last one
 * in `Last-Event-ID` and misses nothing. Events are pointers: read the resource for its state.
 */
import { z } from 'zod';
import { instant } from './shapes.ts';

export const LIVE_EVENT_KINDS = [
  'run.progressed',
  'run.changed',
  'order.changed',
  'approval.changed',
  'block.changed',
  'placement.changed',
  'execution.recorded',
  'allocation.recorded',
  'reconciliation.changed',
  'monitor.changed',
  'gateway.changed',
  'schedule.fired',
] as const;

export const liveEvent = z
  .object({
    /** Also the SSE `event:` field. */
    kind: z.enum(LIVE_EVENT_KINDS),
    at: instant,
    runId: z.string().nullable(),
    /** The id of the order, block, placement, reconciliation … that changed. */
    subjectId: z.string().nullable(),
    /** Present on `run.progressed`. */
    progress: z.object({ phase: z.string(), doneCount: z.int(), totalCount: z.int() }).nullable(),
  })
  .meta({ id: 'LiveEvent' });
export type LiveEvent = z.infer<typeof liveEvent>;
