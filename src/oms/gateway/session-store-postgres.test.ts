import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeMessage,
  field,
  fix44,
  MsgType,
  Tag,
  type ReceivedMessage,
} from '../../fix/index.ts';
import { sessionStoreContract } from '../../fix-runtime/session-store.contract.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.ts';
import { tryTakeLease, type SessionIdentity } from './session-lease-postgres.ts';
import { PostgresSessionStore, type SessionHooks } from './session-store-postgres.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const quiet: SessionHooks = {
  onOutgoing: () => Promise.resolve(),
  onDelivery: () => Promise.resolve(),
  onUndeliverable: () => Promise.resolve(),
  onGapFilled: () => Promise.resolve(),
};

let sessionCount = 0;
function newIdentity(): SessionIdentity {
  sessionCount += 1;
  const sessionId = `BROKER-${String(sessionCount)}`;
  return { firmId: 'firm', sessionId, senderCompId: 'US', targetCompId: sessionId };
}

/** A lease that is over at once, so that the next open is a new owner. */
async function open(identity: SessionIdentity, hooks = quiet): Promise<PostgresSessionStore> {
  const epoch = await tryTakeLease(db.database, identity, { owner: 'test', durationMs: -1 });
  if (epoch === null) throw new Error('the lease is taken');
  return new PostgresSessionStore({
    database: db.database,
    identity,
    epoch,
    dictionary: fix44,
    hooks,
  });
}

let identity = newIdentity();
sessionStoreContract('PostgreSQL', {
  openNew: () => {
    identity = newIdentity();
    return open(identity);
  },
  reopen: () => open(identity),
});

const outgoing = (sequence: number) =>
  ({
    kind: 'persistOutgoing',
    sequence,
    bytes: Uint8Array.from([1, 2, 3]),
    isApplication: true,
    reference: null,
  }) as const;

const received = (text: string): ReceivedMessage => ({
  BeginString: 'FIX.4.4',
  MsgType: MsgType.ExecutionReport,
  fields: [field(Tag.SenderCompID, 'B'), field(Tag.MsgSeqNum, '1'), field(Tag.Text, text)],
  problem: null,
});
const delivery = (sequence: number, text = 'hello') =>
  ({
    kind: 'deliver',
    message: received(text),
    sequence,
    isPossDup: false,
    isPossResend: false,
  }) as const;

describe('the PostgreSQL session store', () => {
  it('GW1 lets an earlier owner write nothing', async () => {
    const mine = newIdentity();
    const first = await open(mine);
    await first.commit([outgoing(1)]);
    const second = await open(mine);
    await expect(first.commit([outgoing(2)])).rejects.toMatchObject({ code: 'GATEWAY_LEASE_LOST' });
    await expect(first.load()).rejects.toMatchObject({ code: 'GATEWAY_LEASE_LOST' });
    await second.commit([outgoing(2)]);
    expect((await second.load()).nextOutgoing).toBe(3);
  });

  it('GW1 gives the session to one of two that compete, and not while a lease runs', async () => {
    const mine = newIdentity();
    const terms = { owner: 'test', durationMs: 60_000 };
    const taken = await Promise.all([
      tryTakeLease(db.database, mine, terms),
      tryTakeLease(db.database, mine, terms),
      tryTakeLease(db.database, mine, terms),
    ]);
    expect(taken.filter((epoch) => epoch !== null)).toEqual([1]);
  });

  it('GW2 rolls everything back when a hook fails, and keeps the bytes that came', async () => {
    const mine = newIdentity();
    let isFailing = true;
    const store = await open(mine, {
      ...quiet,
      onDelivery: () => (isFailing ? Promise.reject(new Error('disk')) : Promise.resolve()),
    });
    const effects = [{ kind: 'persistIncoming', nextExpected: 2 } as const, delivery(1)];
    await expect(store.commit(effects)).rejects.toThrow('disk');
    expect((await store.load()).nextIncoming).toBe(1);
    isFailing = false;
    await store.commit(effects);
    const { rows } = await db.database.query<{ bytes: Uint8Array }>(
      `SELECT bytes FROM fix_message WHERE session_id = $1 AND direction = 'in'`,
      [mine.sessionId],
    );
    const stored = decodeMessage(rows[0]?.bytes ?? new Uint8Array(), fix44);
    expect(stored?.fields).toEqual(received('hello').fields);
  });

  it('GW3 records a message that no column takes, and goes on to the next', async () => {
    const mine = newIdentity();
    const reasons: string[] = [];
    const store = await open(mine, {
      ...quiet,
      onDelivery: async (tx, { sequence }) => {
        await tx.query('SELECT $1::timestamptz', [sequence === 1 ? 'no time' : '2026-11-20']);
      },
      onUndeliverable: (_tx, _delivery, reason) => {
        reasons.push(reason);
        return Promise.resolve();
      },
    });
    await store.commit([
      { kind: 'persistIncoming', nextExpected: 2 },
      delivery(1),
      { kind: 'persistIncoming', nextExpected: 3 },
      delivery(2),
    ]);
    expect(reasons).toHaveLength(1);
    expect((await store.load()).nextIncoming).toBe(3);
  });

  it('SS4 refuses to open when counters and messages contradict each other', async () => {
    const mine = newIdentity();
    const store = await open(mine);
    await store.commit([outgoing(1)]);
    await db.database.query('UPDATE fix_session SET next_outgoing = 1 WHERE session_id = $1', [
      mine.sessionId,
    ]);
    await expect(store.load()).rejects.toMatchObject({ code: 'FIX_STORE_AMBIGUOUS' });
  });
});
