import { expect, it } from 'vitest';
import { shareModel } from './batch-model.ts';
import { WorkerPool } from './worker-pool.ts';

const input = {
  model: shareModel({
    assets: [],
    factorCount: 0,
    factors: new Float64Array(0),
    specificVariance: new Float64Array(0),
    riskAversion: 1,
    rows: [],
  }),
  tolerance: null,
};

/** A thread that dies on an account whose first byte is 1 and answers every other one by its first byte. */
const MORTAL = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.postMessage('ready');
    parentPort.on('message', ({ chunkIndex, accounts }) => {
      if (accounts.some((account) => account[0] === 1)) process.exit(1);
      const answers = accounts.map((account) => ({ accountId: null, fault: 'saw ' + account[0] }));
      parentPort.postMessage({ chunkIndex, answers });
    });
  `)}`,
);

it('B4: loses only the chunk on which a thread died, and goes on with another thread', async () => {
  const pool = new WorkerPool(MORTAL, 1, input);
  const chunks = [2, 1, 3, 4].map(async (byte) => pool.solve([Uint8Array.of(byte)]));
  const answers = (await Promise.all(chunks)).map(([answer]) => answer);
  expect(answers).toEqual([
    { accountId: null, fault: 'saw 2' },
    { accountId: null, fault: 'its thread failed: the thread ended' },
    { accountId: null, fault: 'saw 3' },
    { accountId: null, fault: 'saw 4' },
  ]);
  await pool.end();
});

it('B4: comes to an end even when every account kills its thread', async () => {
  const pool = new WorkerPool(MORTAL, 2, input);
  const chunks = Array.from({ length: 30 }, async () => pool.solve([Uint8Array.of(1)]));
  const faults = (await Promise.all(chunks)).map(([answer]) => answer);
  expect(faults.every((answer) => answer !== undefined && 'fault' in answer)).toBe(true);
  expect(faults.at(-1)).toMatchObject({ fault: 'no thread is left to solve this account' });
  await pool.end();
});

it('fails as a whole when threads cannot start: no account is at fault', async () => {
  const broken = new URL(
    `data:text/javascript,${encodeURIComponent("throw new Error('no such model')")}`,
  );
  const pool = new WorkerPool(broken, 2, input);
  const chunks = Array.from({ length: 5 }, async () => pool.solve([Uint8Array.of(2)]));
  for (const chunk of await Promise.allSettled(chunks)) {
    expect(chunk).toMatchObject({ status: 'rejected' });
  }
  await expect(pool.solve([Uint8Array.of(2)])).rejects.toThrow('could not start: no such model');
  await pool.end();
});
