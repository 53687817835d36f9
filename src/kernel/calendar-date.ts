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
  // A day that does not exist (February 30) comes back as another one.
  return dateOfDayNumber(dayNumber(text as CalendarDate)) === text ? (text as CalendarDate) : null;
}

export function parseCalendarDate(text: string): CalendarDate {
  const date = tryParseCalendarDate(text);
  assert(date !== null, `not a calendar date: ${JSON.stringify(text.slice(0, 20))}`);
  return date;
}

// Days are counted in integers: a million lots have dates to compare, and a Temporal object for each costs
// a hundred times as much, a Date five times. Years are counted from March 1, so that the leap day is the
// last of its year, in eras of 400 years (Euclidean affine functions: Neri and Schneider, *Software: Practice
// and Experience* 53, 2023; the plain form is Hinnant's `days_from_civil`).
const DAYS_PER_ERA = 146_097;
const YEARS_PER_ERA = 400;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;

/** Days since 1970-01-01. A day beyond its month's end counts on into the next month. */
export function dayNumber(date: CalendarDate): number {
  const month = digits(date, 5, 7);
  const year = digits(date, 0, 4) - (month <= 2 ? 1 : 0);
  const era = Math.floor(year / YEARS_PER_ERA);
  const yearOfEra = year - era * YEARS_PER_ERA;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + digits(date, 8, 10) - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * DAYS_PER_ERA + yearOfEra * 365 + leapDays + dayOfYear - EPOCH_DAYS;
}

/** The inverse of `dayNumber`, for the years 0 to 9999. */
export function dateOfDayNumber(day: number): CalendarDate {
  const shifted = day + EPOCH_DAYS;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / (DAYS_PER_ERA - 1))) /
      365,
  );
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - (365 * yearOfEra + leapDays);
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * YEARS_PER_ERA + yearOfEra + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfMonth, 2)}` as CalendarDate;
}

function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i += 1) value = value * 10 + (text.charCodeAt(i) - DIGIT_ZERO);
  return value;
}

const DIGIT_ZERO = 48;

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
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
