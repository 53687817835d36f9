/** When a schedule is due: RFC 5545 rules in a named time zone. The one module that knows rrule-temporal. */
import { RRuleTemporal } from 'rrule-temporal';
import { err, ok, type Instant, type Result } from '../../kernel/index.ts';

export interface Recurrence {
  /** `RRULE:…` or `FREQ=…`; with or without a DTSTART line. */
  readonly rrule: string;
  /** IANA name; a DTSTART with its own zone must name the same. */
  readonly timeZone: string;
  /** Where the rule starts when it has no DTSTART of its own. */
  readonly anchoredAt: Instant;
}

const OCCURRENCES_MAX = 1_000;

function ruleOf(recurrence: Recurrence): RRuleTemporal {
  const text = recurrence.rrule.trim();
  if (/^DTSTART/m.test(text)) {
    return new RRuleTemporal({ rruleString: text, maxIterations: 10_000 });
  }
  const rule = text.startsWith('RRULE:') ? text : `RRULE:${text}`;
  // The anchor is written in the schedule's own zone, so that 09:30 stays 09:30 across a clock change.
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: recurrence.timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(new Date(recurrence.anchoredAt)); // house: reads-clock
  const stamp = local.replaceAll(/[-:]/g, '').replace(' ', 'T');
  return new RRuleTemporal({
    rruleString: `DTSTART;TZID=${recurrence.timeZone}:${stamp}\n${rule}`,
    maxIterations: 10_000,
  });
}

/** The instants at which a rule is due, after one and up to another inclusive; at most a thousand. */
export function dueInstants(
  recurrence: Recurrence,
  window: { readonly after: Instant; readonly until: Instant },
): readonly Instant[] {
  const from = new Date(Date.parse(window.after) + 1); // house: reads-clock
  const until = new Date(window.until); // house: reads-clock
  return ruleOf(recurrence)
    .between(from, until, true)
    .slice(0, OCCURRENCES_MAX)
    .map((due) => due.toInstant().toString({ fractionalSecondDigits: 3 }) as Instant);
}

/** The next instant after one; null when the rule has ended. */
export function nextDue(recurrence: Recurrence, after: Instant): Instant | null {
  const due = ruleOf(recurrence).next(new Date(after), false); // house: reads-clock
  return due === null ? null : (due.toInstant().toString({ fractionalSecondDigits: 3 }) as Instant);
}

/** Null problem when the rule can be read, its zone exists and it falls due at least once. */
export function checkRecurrence(recurrence: Recurrence): Result<null, string> {
  try {
    return nextDue(recurrence, recurrence.anchoredAt) === null
      ? err('the rule never falls due')
      : ok(null);
  } catch (error) {
    return err(error instanceof Error ? error.message : 'the rule cannot be read');
  }
}
