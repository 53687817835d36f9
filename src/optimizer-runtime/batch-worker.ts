/** A worker thread of a batch: accounts in, answers out, and nothing of one account reaches the next. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../kernel/index.ts';
import { optimize } from '../optimizer/index.ts';
import { decodeAccount } from './account-record.ts';
import { encodeAnswer } from './answer-record.ts';
import { openModel, type SharedModel } from './batch-model.ts';

export interface WorkerInput {
  readonly model: SharedModel;
  readonly tolerance: number | null;
}

export interface Chunk {
  readonly chunkIndex: number;
  readonly accounts: readonly Uint8Array[];
}

/** Per account, in order: the answer's bytes, or why there is none. */
export interface ChunkAnswer {
  readonly chunkIndex: number;
  readonly answers: readonly AccountAnswer[];
}

export type AccountAnswer =
  | { readonly accountId: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly accountId: string | null; readonly fault: string };

const { model: shared, tolerance } = workerData as WorkerInput;
const model = openModel(shared);
const options = tolerance === null ? {} : { tolerance };

function answerOf(bytes: Uint8Array): AccountAnswer {
  let accountId: string | null = null;
  try {
    const account = decodeAccount(model, bytes);
    accountId = account.accountId;
    const result = optimize(
      account.problem,
      account.start === null ? options : { ...options, start: account.start },
    );
    return { accountId, bytes: encodeAnswer(result) };
  } catch (error) {
    return { accountId, fault: error instanceof Error ? error.message : String(error) };
  }
}

const port = parentPort;
assert(port !== null, 'a batch worker is started as a worker thread');
port.on('message', ({ chunkIndex, accounts }: Chunk) => {
  const answers = accounts.map(answerOf);
  const transfer = answers.flatMap((answer) => ('bytes' in answer ? [answer.bytes.buffer] : []));
  const message: ChunkAnswer = { chunkIndex, answers };
  port.postMessage(message, transfer);
});
