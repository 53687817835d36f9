/**
 * Many accounts over one risk model, on worker threads.
 *
 *   B1  Answers come in the order of the accounts, one per account, whatever thread was faster.
 *   B2  The bytes of an answer do not depend on the number of threads or on the accounts before it.
 *   B3  Memory is bounded: input is read only as fast as answers are taken.
 *   B4  An account that fails is an answer that says so; the others are not touched by it.
 *   B5  When the caller stops, by leaving the loop or by its signal, every thread ends.
 */
import { availableParallelism } from 'node:os';
import { assert } from '../kernel/index.ts';
import type { OptimizationResult } from '../domain/index.ts';
import { decodeAnswer } from './answer-record.ts';
import { shareModel, type BatchModel } from './batch-model.ts';
import type { AccountAnswer } from './worker-messages.ts';
import { WorkerPool } from './worker-pool.ts';

export interface BatchOptions {
  /** Default: the machine's cores. */
  readonly threads?: number;
  /** Accounts handed over at once; default 32. */
  readonly chunkSize?: number;
  /** Largest residual of a row or factor price, in weight; default that of `optimize`. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
  /** Called when answers are taken: accounts answered so far. */
  readonly onProgress?: (answered: number) => void;
}

/** One account's answer, in the order of the accounts. */
export type BatchAnswer =
  | {
      readonly index: number;
      readonly accountId: string;
      readonly ok: true;
      readonly result: OptimizationResult;
    }
  | {
      readonly index: number;
      /** null when the record itself could not be read. */
      readonly accountId: string | null;
      readonly ok: false;
      readonly error: string;
    };

/** Beside this module, with the ending it was compiled to. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './batch-worker.ts' : './batch-worker.js',
  import.meta.url,
);
const CHUNK_SIZE = 32;
/** Chunks a thread has waiting beside the one it works on, so that it never idles. */
const CHUNKS_AHEAD = 2;

/**
 * Solves accounts as a stream: take answers with `for await`, and input is drawn as they are taken.
 *
 * @param accounts records of `encodeAccount` over this model; each is read once
 * @throws AssertionError on a malformed model or option; the signal's reason when it is aborted; whatever
 *   the input throws; Error when threads cannot start. Threads have ended by then.
 */
export async function* optimizeBatch(
  model: BatchModel,
  accounts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: BatchOptions = {},
): AsyncGenerator<BatchAnswer, void, undefined> {
  const threads = options.threads ?? availableParallelism();
  const chunkSize = options.chunkSize ?? CHUNK_SIZE;
  assert(Number.isInteger(threads) && threads >= 1, 'threads is a whole number of at least one');
  assert(Number.isInteger(chunkSize) && chunkSize >= 1, 'chunkSize is at least one');
  options.signal?.throwIfAborted();
  const pool = new WorkerPool(WORKER_URL, threads, {
    model: shareModel(model),
    tolerance: options.tolerance ?? null,
  });
  const abort = abortion(options.signal);
  const chunks = chunksOf(accounts, chunkSize);
  const waiting: Promise<readonly AccountAnswer[]>[] = [];
  let isDrawn = false;
  let index = 0;
  try {
    for (;;) {
      while (!isDrawn && waiting.length < threads * (CHUNKS_AHEAD + 1)) {
        const next = await abort.race(chunks.next());
        if (next.done === true) isDrawn = true;
        else waiting.push(watched(pool.solve(next.value)));
      }
      const first = waiting.shift();
      if (first === undefined) return;
      for (const answer of await abort.race(first)) {
        yield toBatchAnswer(answer, index);
        index += 1;
      }
      options.onProgress?.(index);
    }
  } finally {
    abort.end();
    await pool.end();
    // An input that is stuck must not hold the threads' end; one that is open is told to close.
    void chunks.return(undefined).catch(() => undefined);
  }
}

/** A chunk that fails while an earlier one is awaited is told when its turn comes, not as an unhandled rejection. */
function watched<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

function toBatchAnswer(answer: AccountAnswer, index: number): BatchAnswer {
  return 'bytes' in answer
    ? { index, accountId: answer.accountId, ok: true, result: decodeAnswer(answer.bytes) }
    : { index, accountId: answer.accountId, ok: false, error: answer.fault };
}

async function* chunksOf(
  accounts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array[], void, undefined> {
  let chunk: Uint8Array[] = [];
  for await (const account of accounts) {
    chunk.push(account);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Waiting that ends when the signal does. */
function abortion(signal: AbortSignal | undefined): {
  readonly race: <T>(work: Promise<T>) => Promise<T>;
  readonly end: () => void;
} {
  if (signal === undefined) return { race: (work) => work, end: () => undefined };
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    };
  });
  aborted.catch(() => undefined);
  signal.addEventListener('abort', onAbort);
  return {
    race: (work) => Promise.race([work, aborted]),
    end: () => {
      signal.removeEventListener('abort', onAbort);
    },
  };
}
