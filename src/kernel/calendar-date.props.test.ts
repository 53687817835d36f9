/** Days as integers, against the platform's Date as the independent implementation. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  dateOfDayNumber,
  dayNumber,
  tryParseCalendarDate,
  type CalendarDate,
} from './calendar-date.ts';

const MILLISECONDS_PER_DAY = 86_400_000;
const first = Date.parse('0000-01-01T00:00:00Z') / MILLISECONDS_PER_DAY;
const last = Date.parse('9999-12-31T00:00:00Z') / MILLISECONDS_PER_DAY;
const days = fc.integer({ min: first, max: last });

function isoOf(day: number): CalendarDate {
  return new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10) as CalendarDate;
}

describe('calendar days', () => {
  it('number the same days as Date, in both directions', () => {
    fc.assert(
      fc.property(days, (day) => {
        expect(dateOfDayNumber(day)).toBe(isoOf(day));
        expect(dayNumber(isoOf(day))).toBe(day);
      }),
      { numRuns: 2_000 },
    );
  });

  it('agree on every day from 1899 to 2101: a common and a leap turn of a century', () => {
    const from = Date.parse('1899-01-01T00:00:00Z') / MILLISECONDS_PER_DAY;
    const all = Array.from({ length: 203 * 365 }, (_, i) => from + i);
    const odd = all.filter((day) => {
      const text = isoOf(day);
      return dateOfDayNumber(day) !== text || dayNumber(text) !== day;
    });
    expect(odd).toEqual([]);
  });

  it.each([
    ['2024-02-29', 1, '2024-03-01'],
    ['2023-02-28', 1, '2023-03-01'],
    ['1900-02-28', 1, '1900-03-01'],
    ['2000-02-28', 1, '2000-02-29'],
    ['2024-01-01', -1, '2023-12-31'],
  ])('%s plus %i days is %s', (date, count, expected) => {
    expect(addDays(date as CalendarDate, count)).toBe(expected);
  });

  it.each([
    '2023-02-29',
    '2023-04-31',
    '2023-13-01',
    '2023-00-10',
    '2023-01-00',
    '2023-01-32',
    '2023-99-99',
    '2023-1-01',
  ])('%s is no date', (text) => {
    expect(tryParseCalendarDate(text)).toBeNull();
  });
});
