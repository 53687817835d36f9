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
const MILLISECONDS_PER_DAY = 86_400_000;

/** Reads `YYYY-MM-DD`; null when the text has another shape or the date does not exist. */
export function tryParseCalendarDate(text: string): CalendarDate | null {
  if (!SHAPE.test(text)) return null;
  // A day that does not exist (February 30) comes back as another one.
  return dateOfDayNumber(dayNumber(text as CalendarDate)) === text ? (text as CalendarDate) : null;
}

export function parseCalendarDate(text: string): CalendarDate {
  const date = tryParseCalendarDate(text);
  assert(date !== null, `not a calendar date: ${JSON.stringify(text.slice(0, 20))}`);
  return date;
}

// Days are counted in UTC, where every day has 24 hours: a million lots have dates to compare, and a
// Temporal object for each costs a hundred times as much.

/** Days since 1970-01-01. */
export function dayNumber(date: CalendarDate): number {
  const time = new Date(0).setUTCFullYear(
    Number(date.slice(0, 4)),
    Number(date.slice(5, 7)) - 1,
    Number(date.slice(8, 10)),
  );
  return time / MILLISECONDS_PER_DAY;
}

export function dateOfDayNumber(day: number): CalendarDate {
  return new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10) as CalendarDate;
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  return dateOfDayNumber(dayNumber(date) + days);
}

/** Calendar days from `start` to `end`; negative when `end` is earlier. */
export function daysBetween(start: CalendarDate, end: CalendarDate): number {
  return dayNumber(end) - dayNumber(start);
}

/** Adds calendar months; the day is clipped to the month's end (January 31 + 1 month = February 28). */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  return Temporal.PlainDate.from(date).add({ months }).toString() as CalendarDate;
}

export function addYears(date: CalendarDate, years: number): CalendarDate {
  return Temporal.PlainDate.from(date).add({ years }).toString() as CalendarDate;
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
