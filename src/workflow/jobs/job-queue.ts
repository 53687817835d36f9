/**
 * Background work as small pointers: a job says what to look at, the tables say what is true.
 *
 *   J1  a job enqueued in a transaction exists exactly when the transaction committed.
 *   J2  a job may run more than once: handlers are idempotent, and their last write tests their claim.
 *   J3  a worker that is killed loses its job to another within seconds.
 */
import type { Transaction } from '../../db/index.ts';

/** What can be queued, and the pointer that each job carries. */
export interface JobPointers {
  readonly 'run-computation': { readonly firmId: string; readonly runId: string };
  /** Looks at every schedule; comes by itself once a minute. */
  readonly 'schedule-sweep': { readonly firmId: string };
}
export type JobName = keyof JobPointers;

export interface QueueDepth {
  readonly name: string;
  /** Jobs waiting or running. */
  readonly depth: number;
  readonly oldestAgeSeconds: number | null;
}

export interface JobQueue {
  enqueue<Name extends JobName>(
    tx: Transaction,
    name: Name,
    pointer: JobPointers[Name],
  ): Promise<void>;
  /** Runs `handler` for every job of a name, one at a time. A handler that throws is retried. */
  work<Name extends JobName>(
    name: Name,
    handler: (pointer: JobPointers[Name]) => Promise<void>,
  ): Promise<void>;
  depths(): Promise<readonly QueueDepth[]>;
  /** Waits for running handlers, at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}
