import type { Brand } from './brand.ts';

/** Time is handed in. Nothing is ordered by a timestamp: `seq` orders, instants explain. */
export interface Clock {
  /** Now, as an RFC 3339 UTC instant with milliseconds: `2026-11-21T14:30:00.000Z`. */
  instant(): Instant;
  /** Milliseconds from an arbitrary origin that never run backwards: for durations. */
  monotonic(): number;
}

/** RFC 3339 in UTC with exactly three fractional digits, so that text order is time order. */
export type Instant = Brand<string, 'Instant'>;

/** A clock that a test or a replay moves by hand. */
export class SimulatedClock implements Clock {
  #milliseconds: number;
  readonly #origin: number;

  constructor(start: string) {
    this.#milliseconds = Date.parse(start);
    this.#origin = this.#milliseconds;
  }

  instant(): Instant {
    return instantOf(this.#milliseconds);
  }

  monotonic(): number {
    return this.#milliseconds - this.#origin;
  }

  advance(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }
}

/** The instant that many milliseconds after 1970-01-01T00:00:00Z. */
export function instantOf(epochMilliseconds: number): Instant {
  return new Date(epochMilliseconds).toISOString() as Instant;
}

export function epochMilliseconds(instant: Instant): number {
  return Date.parse(instant);
}
