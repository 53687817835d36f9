import { describe, expect, it } from 'vitest';
import type { Instant } from '../../kernel/index.ts';
import { checkRecurrence, dueInstants, nextDue } from './recurrence.ts';

const at = (text: string): Instant => text as Instant;

/** 09:30 in New York, every weekday, anchored on Friday 2026-03-06 at 09:30 EST. */
const MORNINGS = {
  rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=30;BYSECOND=0',
  timeZone: 'America/New_York',
  anchoredAt: at('2026-03-06T14:30:00.000Z'),
};

describe('recurrence', () => {
  it('keeps the wall clock across the change to daylight saving time', () => {
    // Clocks in New York go from UTC-5 to UTC-4 on 2026-03-08.
    const due = dueInstants(MORNINGS, {
      after: at('2026-03-05T00:00:00.000Z'),
      until: at('2026-03-10T23:00:00.000Z'),
    });
    expect(due).toEqual([
      '2026-03-06T14:30:00.000Z',
      '2026-03-09T13:30:00.000Z',
      '2026-03-10T13:30:00.000Z',
    ]);
  });

  it('looks at the half-open window after one instant up to another', () => {
    const window = (after: string, until: string) =>
      dueInstants(MORNINGS, { after: at(after), until: at(until) }).length;
    expect(window('2026-03-09T13:30:00.000Z', '2026-03-09T13:30:00.000Z')).toBe(0);
    expect(window('2026-03-09T13:29:59.999Z', '2026-03-09T13:30:00.000Z')).toBe(1);
    expect(window('2026-03-09T13:30:00.000Z', '2026-03-10T13:29:59.999Z')).toBe(0);
  });

  it('takes a rule with a DTSTART of its own', () => {
    const rrule = 'DTSTART;TZID=Europe/Berlin:20260105T080000\nRRULE:FREQ=MONTHLY;BYDAY=1MO';
    const recurrence = { ...MORNINGS, rrule };
    expect(nextDue(recurrence, at('2026-01-31T00:00:00.000Z'))).toBe('2026-02-02T07:00:00.000Z');
  });

  it.each([
    ['no rule', 'whatever', 'UTC'],
    ['an unknown zone', 'FREQ=DAILY', 'Mars/Olympus'],
    ['a rule that has ended', 'FREQ=DAILY;UNTIL=20200101T000000Z', 'UTC'],
  ])('refuses %s', (_what, rrule, timeZone) => {
    const checked = checkRecurrence({ rrule, timeZone, anchoredAt: MORNINGS.anchoredAt });
    expect(checked.ok).toBe(false);
  });
});
