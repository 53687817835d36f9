/**
 * Business dates: calendar dates without time or zone, as ISO text, so that text order is date order.
 * The one module that knows temporal-polyfill; delete the import when Node has Temporal.
 */
import { Temporal } from 'temporal-polyfill';
import { assert } from './assert.ts';
import type { Brand } from './brand.ts';
import type { Instant } from './clock.ts';

/** `YYYY-MM-DD`, a date that exists. */
export type CalendarDate = Brand<string, 'CalendarDate'>;

const SHAPE = /^\d{4}-\d{2}-\d{2}$/;

/** Reads `YYYY-MM-DD`; null when the text has another shape or the date does not exist. */
export function tryParseCalendarDate(text: string): CalendarDate | null {
  if (!SHAPE.test(text)) return null;
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' });
    return text as CalendarDate;
  } catch {
    return null; // the shape is right but there is no such day, for example February 30
  }
}

export function parseCalendarDate(text: string): CalendarDate {
  const date = tryParseCalendarDate(text);
  assert(date !== null, `not a calendar date: ${JSON.stringify(text.slice(0, 20))}`);
  return date;
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  return Temporal.PlainDate.from(date).add({ days }).toString() as CalendarDate;
}

/** Adds calendar months; the day is clipped to the month's end (January 31 + 1 month = February 28). */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  return Temporal.PlainDate.from(date).add({ months }).toString() as CalendarDate;
}

export function addYears(date: CalendarDate, years: number): CalendarDate {
  return Temporal.PlainDate.from(date).add({ years }).toString() as CalendarDate;
}

/** Calendar days from `start` to `end`; negative when `end` is earlier. */
export function daysBetween(start: CalendarDate, end: CalendarDate): number {
  return Temporal.PlainDate.from(start).until(Temporal.PlainDate.from(end), { largestUnit: 'day' })
    .days;
}

/** ISO weekday: Monday 1 … Sunday 7. */
export function weekday(date: CalendarDate): number {
  return Temporal.PlainDate.from(date).dayOfWeek;
}

/** The date that clocks in `zone` (IANA name) show at an instant. */
export function dateInZone(instant: Instant, zone: string): CalendarDate {
  return Temporal.Instant.from(instant)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString() as CalendarDate;
}

/** The UTC instant at which clocks in `zone` show `time` (`HH:MM`) on `date`. */
export function instantInZone(date: CalendarDate, time: string, zone: string): Instant {
  const zoned = Temporal.PlainDate.from(date).toZonedDateTime({
    timeZone: zone,
    plainTime: Temporal.PlainTime.from(time),
  });
  return zoned.toInstant().toString({ fractionalSecondDigits: 3 }) as Instant;
}
