import { describe, expect, it } from 'vitest';
import { parseCalendarDate } from '../kernel/index.ts';
import { firstLongTermDate, termOf } from './holding-term.ts';

const date = parseCalendarDate;

describe('holding term', () => {
  // acquired, sold, expected; the reasons are PRODUCT section 7.2 and Rev. Rul. 66-7
  it.each([
    ['2020-03-10', '2021-03-10', 'short', 'the same date next year is exactly one year'],
    ['2020-03-10', '2021-03-11', 'long', 'one day later is more than one year'],
    ['2023-02-28', '2024-02-28', 'short', 'last day of a month, common year'],
    [
      '2023-02-28',
      '2024-02-29',
      'short',
      'Rev. Rul. 66-7: long only from the first of the 13th month',
    ],
    ['2023-02-28', '2024-03-01', 'long', 'first day of the thirteenth month'],
    ['2020-02-29', '2021-02-28', 'short', 'leap day: the period runs from March 1'],
    ['2020-02-29', '2021-03-01', 'long', 'leap day, one year after March 1'],
    ['2020-02-28', '2021-02-28', 'short', 'the period starts on February 29'],
    ['2020-02-28', '2021-03-01', 'long', 'its anniversary in a common year is March 1'],
    ['2023-12-31', '2024-12-31', 'short', 'year end'],
    ['2023-12-31', '2025-01-01', 'long', 'year end, one day later'],
    ['2024-05-05', '2024-05-05', 'short', 'sold on the day it was bought'],
  ])('%s sold %s is %s (%s)', (acquired, sold, term) => {
    expect(termOf(date(acquired), date(sold))).toBe(term);
  });

  it('names the first long-term date', () => {
    expect(firstLongTermDate(date('2025-06-30'))).toBe('2026-07-01');
  });
});
