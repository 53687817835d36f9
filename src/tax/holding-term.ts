import { addDays, type CalendarDate } from '../kernel/index.ts';
import type { HoldingTerm } from '../domain/index.ts';

/**
 * Whether a sale is short-term or long-term.
 *
 * "More than one year" (IRC section 1222), counted from the day after acquisition; the day of sale counts
 * (Rev. Rul. 66-7: a share acquired on the last day of a month is long-term from the first day of the
 * thirteenth month after it). So the period starts on acquired + 1 and the sale is long-term from the
 * anniversary of that start; February 29 has its anniversary on March 1 in a common year.
 */
export function termOf(acquiredDate: CalendarDate, soldDate: CalendarDate): HoldingTerm {
  return soldDate >= firstLongTermDate(acquiredDate) ? 'long' : 'short';
}

/** The first date on which a sale of a lot acquired on `acquiredDate` is long-term. */
export function firstLongTermDate(acquiredDate: CalendarDate): CalendarDate {
  let date = known.get(acquiredDate);
  if (date === undefined) {
    date = anniversaryOfStart(acquiredDate);
    known.set(acquiredDate, date);
  }
  return date;
}

/** A firm's million lots were bought on some thousand dates. */
const known = new Map<CalendarDate, CalendarDate>();

function anniversaryOfStart(acquiredDate: CalendarDate): CalendarDate {
  const start = addDays(acquiredDate, 1);
  const nextYear = String(Number(start.slice(0, 4)) + 1).padStart(4, '0');
  const monthAndDay = start.slice(4);
  if (monthAndDay !== '-02-29') return `${nextYear}${monthAndDay}` as CalendarDate;
  return `${nextYear}-03-01` as CalendarDate; // the year after a leap year is never one
}
