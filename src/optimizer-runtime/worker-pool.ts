/** Threads that solve chunks of accounts, and what happens when one of them dies. */
import { Worker } from 'node:worker_threads';
import {
  READY,
  type AccountAnswer,
  type Chunk,
  type ChunkAnswer,
  type WorkerInput,
} from './worker-messages.ts';

/** A thread that died is replaced, but input that kills every thread must come to an end. */
const REPLACEMENTS_MAX = 8;

interface Job {
  readonly chunk: Chunk;
  readonly resolve: (answers: readonly AccountAnswer[]) => void;
  readonly reject: (error: Error) => void;
}

/** Hands chunks to whichever thread has the least to do. */
export class WorkerPool {
  readonly #workerUrl: URL;
  readonly #input: WorkerInput;
  readonly #threads: Thread[] = [];
  #chunkCount = 0;
  #replacements = 0;
  #hasEnded = false;
  /** Set when a thread could not even start: then no account is at fault, and none can be solved. */
  #failure: Error | null = null;

  constructor(workerUrl: URL, threads: number, input: WorkerInput) {
    this.#workerUrl = workerUrl;
    this.#input = input;
    for (let t = 0; t < threads; t += 1) this.#start();
  }

  /** @throws Error when threads cannot start at all */
  async solve(accounts: readonly Uint8Array[]): Promise<readonly AccountAnswer[]> {
    return new Promise((resolve, reject) => {
      const chunk = { chunkIndex: this.#chunkCount, accounts };
      this.#chunkCount += 1;
      this.#give({ chunk, resolve, reject });
    });
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all(this.#threads.map(async ({ worker }) => worker.terminate()));
  }

  #give(job: Job): void {
    if (this.#failure !== null) {
      job.reject(this.#failure);
      return;
    }
    const [idlest] = this.#threads.toSorted((a, b) => a.jobs.size - b.jobs.size);
    if (idlest === undefined) {
      job.resolve(job.chunk.accounts.map(() => fault('no thread is left to solve this account')));
      return;
    }
    idlest.jobs.set(job.chunk.chunkIndex, job);
    idlest.worker.postMessage(job.chunk);
  }

  #start(): void {
    const thread: Thread = {
      worker: new Worker(this.#workerUrl, { workerData: this.#input }),
      jobs: new Map(),
      isReady: false,
    };
    this.#threads.push(thread);
    let cause = 'the thread ended';
    thread.worker.on('message', (message: ChunkAnswer | typeof READY) => {
      thread.isReady = true;
      if (message === READY) return;
      thread.jobs.get(message.chunkIndex)?.resolve(message.answers);
      thread.jobs.delete(message.chunkIndex);
    });
    thread.worker.on('error', (error: unknown) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    thread.worker.on('exit', () => {
      this.#replace(thread, cause);
    });
  }

  /** The chunk that the thread was on is lost with it; what waited behind goes to others. */
  #replace(thread: Thread, cause: string): void {
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    if (this.#hasEnded) return;
    if (!thread.isReady) {
      this.#failure = new Error(`a worker thread could not start: ${cause}`);
      for (const { jobs } of [thread, ...this.#threads]) {
        for (const job of jobs.values()) job.reject(this.#failure);
      }
      return;
    }
    if (this.#replacements < REPLACEMENTS_MAX) {
      this.#replacements += 1;
      this.#start();
    }
    const [current, ...behind] = thread.jobs.values();
    current?.resolve(current.chunk.accounts.map(() => fault(`its thread failed: ${cause}`)));
    for (const job of behind) this.#give(job);
  }
}

interface Thread {
  readonly worker: Worker;
  /** By chunk, in the order in which they were given. */
  readonly jobs: Map<number, Job>;
  isReady: boolean;
}

function fault(text: string): AccountAnswer {
  return { accountId: null, fault: text };
}
