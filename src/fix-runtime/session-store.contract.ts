/** The behaviour of every session store (SS1 to SS5 of session-store.ts). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DurableEffect } from '../fix/index.ts';
import type { SessionStore } from './session-store.ts';

export interface SessionStoreHarness {
  /** Opens the store of a session that has never spoken. */
  openNew(): Promise<SessionStore>;
  /** Opens the same session's store again, as a new process would. */
  reopen(): Promise<SessionStore>;
}

const outgoing = (sequence: number, reference: string | null = null): DurableEffect => ({
  kind: 'persistOutgoing',
  sequence,
  bytes: Uint8Array.from([56, 61, sequence % 256, 1, 0, 255]),
  isApplication: reference !== null,
  reference,
});

export function sessionStoreContract(name: string, harness: SessionStoreHarness): void {
  describe(`session store: ${name}`, () => {
    let store: SessionStore;
    beforeEach(async () => {
      store = await harness.openNew();
    });
    afterEach(async () => {
      await store.close();
    });

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await harness.reopen();
    };

    it('begins at 1 and 1', async () => {
      expect(await store.load()).toEqual({ nextOutgoing: 1, nextIncoming: 1 });
      expect(await store.readOutgoing(1, 100)).toEqual([]);
    });

    it('SS1 SS4 gives numbers and bytes back to the next owner', async () => {
      await store.load();
      await store.commit([outgoing(1), { kind: 'persistIncoming', nextExpected: 2 }]);
      await store.commit([outgoing(2, 'placement-a'), outgoing(3, 'placement-b')]);
      await store.commit([{ kind: 'persistIncoming', nextExpected: 7 }]);
      await reopen();
      expect(await store.load()).toEqual({ nextOutgoing: 4, nextIncoming: 7 });
      const messages = await store.readOutgoing(2, 3);
      expect(messages.map((m) => [m.sequence, m.isApplication, m.reference])).toEqual([
        [2, true, 'placement-a'],
        [3, true, 'placement-b'],
      ]);
      expect([...(messages[0]?.bytes ?? [])]).toEqual([56, 61, 2, 1, 0, 255]);
    });

    it('SS3 refuses a number that skips or repeats, and keeps what was there', async () => {
      await store.load();
      await store.commit([outgoing(1)]);
      await expect(store.commit([outgoing(3)])).rejects.toThrow();
      await reopen();
      await store.load();
      await expect(store.commit([outgoing(1)])).rejects.toThrow();
      await reopen();
      expect((await store.load()).nextOutgoing).toBe(2);
    });

    it('SS2 a commit with one bad effect leaves none of its effects', async () => {
      await store.load();
      await store.commit([outgoing(1)]);
      await expect(
        store.commit([outgoing(2), { kind: 'persistIncoming', nextExpected: 5 }, outgoing(9)]),
      ).rejects.toThrow();
      await reopen();
      expect(await store.load()).toEqual({ nextOutgoing: 2, nextIncoming: 1 });
      expect(await store.readOutgoing(2, 9)).toEqual([]);
    });

    it('SS5 reading for a resend changes nothing', async () => {
      await store.load();
      await store.commit([outgoing(1), outgoing(2), outgoing(3)]);
      const first = await store.readOutgoing(1, 3);
      expect(await store.readOutgoing(1, 3)).toEqual(first);
      expect(await store.readOutgoing(4, 9)).toEqual([]);
      await reopen();
      expect(await store.load()).toEqual({ nextOutgoing: 4, nextIncoming: 1 });
    });

    it('a reset starts a new numbering and hides the old messages', async () => {
      await store.load();
      await store.commit([outgoing(1), outgoing(2), { kind: 'persistIncoming', nextExpected: 5 }]);
      await store.commit([{ kind: 'persistReset' }, outgoing(1)]);
      await reopen();
      expect(await store.load()).toEqual({ nextOutgoing: 2, nextIncoming: 1 });
      expect((await store.readOutgoing(1, 99)).map((m) => m.sequence)).toEqual([1]);
    });

    it('takes the record of a skipped message', async () => {
      await store.load();
      await store.commit([outgoing(1, 'placement-a')]);
      await store.commit([{ kind: 'persistGapFilled', sequence: 1, reference: 'placement-a' }]);
      await reopen();
      expect((await store.load()).nextOutgoing).toBe(2);
    });
  });
}
