import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/index.ts';
import { sequenceAudit } from './audit-postgres.ts';
import type { NoteSigner } from './signed-note.ts';

export interface SequencerOptions {
  readonly database: Database;
  readonly signer: NoteSigner;
  /** Pause between looks when there was nothing; default 500 ms. */
  readonly intervalMs?: number;
  /** Errors do not end the sequencer: it tries again after the pause. */
  readonly onError?: (error: unknown) => void;
}

export interface Sequencer {
  /** Ends after a last step, so that an orderly stop leaves nothing unsequenced that could be sequenced. */
  stop(): Promise<void>;
}

/** Sequences in the background until stopped. */
export function startSequencer(options: SequencerOptions): Sequencer {
  const stopping = new AbortController();
  const running = run(options, stopping.signal);
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

async function run(options: SequencerOptions, signal: AbortSignal): Promise<void> {
  for (let isLast = false; !isLast;) {
    isLast = signal.aborted;
    let appendedCount = 0;
    try {
      ({ appendedCount } = await sequenceAudit(options.database, options.signer));
    } catch (error) {
      options.onError?.(error);
    }
    if (appendedCount === 0 && !isLast) {
      // An aborted pause rejects: that is the signal, not a fault.
      await sleep(options.intervalMs ?? 500, undefined, { signal }).catch(() => null);
    }
  }
}
