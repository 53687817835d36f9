/** Is everything running, and how old is what it runs on. */
import { z } from 'zod';
import { calendarDate, instant } from './shapes.ts';

export const status = z
  .object({
    version: z.string(),
    firmId: z.string(),
    serverTime: instant,
    startedAt: instant,
    database: z.object({ state: z.enum(['up', 'down']), version: z.string().nullable() }),
    gateway: z.object({
      /** `unknown`: no gateway has reported. */
      link: z.enum(['up', 'down', 'unknown']),
      detail: z.string().nullable(),
      heardAt: instant.nullable(),
    }),
    queues: z.array(
      z.object({ name: z.string(), depth: z.int(), oldestAgeSeconds: z.int().nullable() }),
    ),
    data: z.object({
      asOfDate: calendarDate.nullable(),
      ageDays: z.int().nullable(),
      accountCount: z.int(),
      instrumentCount: z.int(),
    }),
    openRunCount: z.int(),
    openBlockCount: z.int(),
    openBreakCount: z.int(),
  })
  .meta({ id: 'Status' });
export type StatusView = z.infer<typeof status>;

/** A calendar trigger: RRULE text in a named zone. */
export const schedule = z
  .object({
    scheduleId: z.string(),
    name: z.string(),
    rrule: z.string(),
    timeZone: z.string(),
    rebalanceKind: z.string(),
    selection: z.enum(['triggered', 'all']),
    startsRun: z.boolean(),
    isEnabled: z.boolean(),
    nextDueAt: instant.nullable(),
    lastFiredAt: instant.nullable(),
  })
  .meta({ id: 'Schedule' });
export type ScheduleView = z.infer<typeof schedule>;

export const scheduleBody = z.strictObject({
  name: z.string().trim().min(1).max(120),
  /** RFC 5545 RRULE with its DTSTART line, for example `DTSTART;TZID=…\nRRULE:FREQ=DAILY`. */
  rrule: z.string().min(5).max(1000),
  timeZone: z.string().min(1).max(64),
  rebalanceKind: z.enum(['full', 'toBand', 'investCash', 'raiseCash', 'hold']),
  selection: z.enum(['triggered', 'all']),
  /** False: it only writes trigger rows. */
  startsRun: z.boolean(),
});
export type ScheduleBody = z.infer<typeof scheduleBody>;

export const triggerRow = z
  .object({
    triggerId: z.string(),
    scheduleId: z.string().nullable(),
    accountId: z.string(),
    kind: z.string(),
    asOfDate: calendarDate,
    firedAt: instant,
    facts: z.unknown(),
    runId: z.string().nullable(),
  })
  .meta({ id: 'TriggerRow' });
export type TriggerRow = z.infer<typeof triggerRow>;
