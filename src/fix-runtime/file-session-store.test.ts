import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DurableEffect } from '../fix/index.ts';
import { FileSessionStore } from './file-session-store.ts';
import { DamagedLogError, RecordLog } from './record-log.ts';
import { sessionStoreContract } from './session-store.contract.ts';

const directory = await mkdtemp(join(tmpdir(), 'evenkeel-store-'));
afterAll(() => rm(directory, { recursive: true }));
let count = 0;
const fresh = (): string => {
  count += 1;
  return join(directory, `${String(count)}.log`);
};
const open = (path: string): Promise<FileSessionStore> =>
  FileSessionStore.open({ path, sessionName: 'FIX.4.4 A B' });
const outgoing = (sequence: number): DurableEffect => ({
  kind: 'persistOutgoing',
  sequence,
  bytes: new Uint8Array([1, 2, 3]),
  isApplication: true,
  reference: `r${String(sequence)}`,
});

let current = '';
sessionStoreContract('append-only file', {
  openNew: () => {
    current = fresh();
    return open(current);
  },
  reopen: () => open(current),
});

async function filled(): Promise<{ path: string; bytes: Buffer }> {
  const path = fresh();
  const store = await open(path);
  for (let n = 1; n <= 5; n += 1) await store.commit([outgoing(n)]);
  await store.close();
  return { path, bytes: await readFile(path) };
}

describe('record log', () => {
  it('RL1 RL2 a file cut at any byte of its last record gives the records before it', async () => {
    const { bytes } = await filled();
    const lastStart = bytes.lastIndexOf('EKR1');
    for (let length = lastStart; length < bytes.length; length += 1) {
      const path = fresh();
      await writeFile(path, bytes.subarray(0, length));
      const store = await open(path);
      expect(await store.load()).toEqual({ nextOutgoing: 5, nextIncoming: 1 });
      // The next commit lands after the last whole record, and is read again.
      await store.commit([outgoing(5)]);
      await store.close();
      const again = await open(path);
      expect((await again.readOutgoing(1, 9)).map((m) => m.sequence)).toEqual([1, 2, 3, 4, 5]);
      await again.close();
    }
  });

  it('RL3 any byte changed before the last record refuses to open, and leaves the file alone', async () => {
    const { bytes } = await filled();
    const lastStart = bytes.lastIndexOf('EKR1');
    for (let at = 0; at < lastStart; at += 1) {
      const path = fresh();
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x15;
      await writeFile(path, changed);
      await expect(open(path)).rejects.toThrow(DamagedLogError);
      expect((await readFile(path)).equals(changed)).toBe(true);
    }
  });

  it('RL3 a damaged last record that is whole refuses too: somebody may have acted on it', async () => {
    const { path, bytes } = await filled();
    const changed = Buffer.from(bytes);
    changed[bytes.length - 1] = 0;
    await writeFile(path, changed);
    await expect(open(path)).rejects.toThrow(/checksum is wrong.*Nothing was changed.*Restore/s);
  });

  it('RL3 foreign bytes at the end refuse', async () => {
    const { path } = await filled();
    await appendFile(path, 'hello');
    await expect(open(path)).rejects.toThrow(DamagedLogError);
  });

  it('RL3 an emptied file is not a new session', async () => {
    const { path } = await filled();
    await truncate(path, 0);
    await expect(open(path)).rejects.toThrow(/does not begin with/);
  });

  it('refuses the file of another session', async () => {
    const { path } = await filled();
    await expect(FileSessionStore.open({ path, sessionName: 'FIX.4.4 A OTHER' })).rejects.toThrow(
      DamagedLogError,
    );
    await expect(RecordLog.open(path, 'something else')).rejects.toThrow(/does not begin with/);
  });
});

describe('file session store', () => {
  it('applies deliveries before it counts them, and again when the count was not recorded', async () => {
    const path = fresh();
    const seen: number[] = [];
    let fails = true;
    const store = await FileSessionStore.open({
      path,
      sessionName: 'FIX.4.4 A B',
      apply: (deliveries) => {
        seen.push(...deliveries.map(({ sequence }) => sequence));
        return fails ? Promise.reject(new Error('disk full')) : Promise.resolve();
      },
    });
    const batch: DurableEffect[] = [
      { kind: 'persistIncoming', nextExpected: 2 },
      {
        kind: 'deliver',
        message: { BeginString: 'FIX.4.4', MsgType: 'D', fields: [], problem: null },
        sequence: 1,
        isPossDup: false,
        isPossResend: false,
      },
    ];
    await expect(store.commit(batch)).rejects.toThrow('disk full');
    expect(await store.load()).toEqual({ nextOutgoing: 1, nextIncoming: 1 });
    fails = false;
    await store.commit(batch);
    expect(await store.load()).toEqual({ nextOutgoing: 1, nextIncoming: 2 });
    expect(seen).toEqual([1, 1]);
    await store.close();
  });

  it('remembers references across a reset', async () => {
    const path = fresh();
    const store = await open(path);
    await store.commit([outgoing(1), { kind: 'persistReset' }, outgoing(1), outgoing(2)]);
    await store.close();
    const again = await open(path);
    expect([again.hasReference('r1'), again.hasReference('r9')]).toEqual([true, false]);
    expect((await again.readOutgoing(1, 9)).map((m) => m.sequence)).toEqual([1, 2]);
    await again.close();
  });
});
