/** A worker thread of a batch: accounts in, answers out, and nothing of one account reaches the next. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../kernel/index.ts';
import { optimize } from '../optimizer/index.ts';
import { decodeAccount } from './account-record.ts';
import { encodeAnswer } from './answer-record.ts';
import { openModel } from './batch-model.ts';
import {
  READY,
  type AccountAnswer,
  type Chunk,
  type ChunkAnswer,
  type WorkerInput,
} from './worker-messages.ts';

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
port.postMessage(READY);
