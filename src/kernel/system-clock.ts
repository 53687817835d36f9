import { instantOf, type Clock } from './clock.ts';

/** The machine's clock. Composition roots only: pure code is handed a `Clock`. */
export const systemClock: Clock = {
  instant: () => instantOf(Date.now()), // house: reads-clock
  monotonic: () => performance.now(), // house: reads-clock
};
