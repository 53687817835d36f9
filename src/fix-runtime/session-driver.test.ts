import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rng, systemClock } from '../kernel/index.ts';
import {
  SESSION_DEFAULTS,
  Tag,
  field,
  fix44,
  valueOf,
  type ApplicationMessage,
  type DurableEffect,
} from '../fix/index.ts';
import { FileSessionStore } from './file-session-store.ts';
import { SessionDriver } from './session-driver.ts';
import type { SessionStore } from './session-store.ts';
import { keepConnected, listen, type Acceptor, type Initiator } from './transport.ts';

const order = (id: string): ApplicationMessage => ({
  MsgType: 'D',
  fields: [
    field(Tag.ClOrdID, id),
    field(Tag.Symbol, 'VTI'),
    field(Tag.Side, '1'),
    field(Tag.TransactTime, '20261120-14:30:00.000'),
    field(Tag.OrderQty, '100'),
    field(Tag.OrdType, '1'),
  ],
});

interface Peer {
  readonly driver: SessionDriver;
  readonly received: string[];
  readonly notes: string[];
}

let directory = '';
let cleanUp: (() => unknown)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-driver-'));
});
afterEach(async () => {
  for (const task of cleanUp.reverse()) await task();
  cleanUp = [];
  await rm(directory, { recursive: true });
});

async function peer(
  role: 'initiator' | 'acceptor',
  wrap: (store: SessionStore) => SessionStore = (store) => store,
): Promise<Peer> {
  const received: string[] = [];
  const notes: string[] = [];
  const isInitiator = role === 'initiator';
  const store = await FileSessionStore.open({
    path: join(directory, `${role}.log`),
    sessionName: role,
  });
  const driver = await SessionDriver.open({
    config: {
      ...SESSION_DEFAULTS,
      role,
      dictionary: fix44,
      SenderCompID: isInitiator ? 'BUY' : 'SELL',
      TargetCompID: isInitiator ? 'SELL' : 'BUY',
      HeartBtInt: 1,
      queuesWhileDown: true,
    },
    store: wrap(store),
    clock: systemClock,
    staleOrderAfterMs: null,
    onDelivered: (batch) =>
      received.push(...batch.map(({ message }) => valueOf(message, Tag.ClOrdID) ?? '')),
    onAlarm: (code) => notes.push(code),
    onFault: () => notes.push('fault'),
  });
  cleanUp.push(() => driver.close());
  return { driver, received, notes };
}

async function until(condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  for (let waited = 0; waited < timeoutMs; waited += 10) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('the condition did not come true in time');
}

async function acceptorOn(side: Peer): Promise<Acceptor> {
  const acceptor = await listen(side.driver, { host: '127.0.0.1', port: 0 });
  cleanUp.push(() => acceptor.close());
  // Runs before the listener's own close, which waits for the connections to end.
  cleanUp.push(() => side.driver.close());
  return acceptor;
}

function initiatorTo(side: Peer, port: number): Initiator {
  const initiator = keepConnected(side.driver, { host: '127.0.0.1', port, retryMs: 20 });
  cleanUp.push(() => {
    initiator.stop();
    return side.driver.close();
  });
  return initiator;
}

/** A proxy that cuts, at random, connections and pieces of the stream, and adds noise between messages. */
async function badLine(target: number, rng: Rng): Promise<{ port: number; heal: () => void }> {
  let isBad = true;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: target });
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (chunk: Buffer) => {
        if (isBad && rng.chance(0.05)) {
          to.write(chunk.subarray(0, rng.below(chunk.length + 1)));
          near.destroy();
          far.destroy();
        } else {
          to.write(chunk);
          if (isBad && rng.chance(0.1)) to.write('noise 8=FIX.4.4\u00019=12\u0001');
        }
      });
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      sockets.add(from);
    };
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    heal: () => {
      isBad = false;
    },
  };
}

describe('session driver over TCP', () => {
  it('delivers everything once and in order over a line that cuts and adds noise', async () => {
    const [buy, sell] = [await peer('initiator'), await peer('acceptor')];
    const acceptor = await acceptorOn(sell);
    const line = await badLine(acceptor.port, new Rng('bad line'));
    initiatorTo(buy, line.port);
    const sent = Array.from({ length: 150 }, (_, i) => `O${String(i)}`);
    for (const id of sent) {
      await buy.driver.send(order(id));
      if (id.endsWith('3')) await sell.driver.send(order(`R${id}`));
      await sleep(4);
    }
    line.heal();
    await until(() => sell.received.length >= sent.length && buy.received.length >= 15);
    expect(sell.received).toEqual(sent);
    expect(buy.received).toEqual(sent.filter((id) => id.endsWith('3')).map((id) => `R${id}`));
    expect(sell.notes).toContain('FIX_MESSAGE_GARBLED');
  });

  it('SD1 writes nothing of a message before its commit has returned', async () => {
    const [sell] = [await peer('acceptor')];
    const acceptor = await acceptorOn(sell);
    const gate: { release: (() => void) | null } = { release: null };
    const slow = (store: SessionStore): SessionStore => ({
      load: () => store.load(),
      readOutgoing: (begin, end) => store.readOutgoing(begin, end),
      close: () => store.close(),
      commit: async (effects: readonly DurableEffect[]) => {
        const isOrder = effects.some((e) => e.kind === 'persistOutgoing' && e.isApplication);
        if (isOrder) {
          await new Promise<void>((resolve) => {
            gate.release = resolve;
          });
        }
        await store.commit(effects);
      },
    });
    const buy = await peer('initiator', slow);
    initiatorTo(buy, acceptor.port);
    await until(() => buy.driver.isEstablished);
    const sending = buy.driver.send(order('A'));
    await until(() => gate.release !== null);
    await sleep(100);
    expect(sell.received).toEqual([]);
    gate.release?.();
    await sending;
    await until(() => sell.received.length === 1);
  });

  it('SD2 stops for good when a commit fails', async () => {
    const sell = await peer('acceptor');
    const acceptor = await acceptorOn(sell);
    const failing = (store: SessionStore): SessionStore => ({
      load: () => store.load(),
      readOutgoing: (begin, end) => store.readOutgoing(begin, end),
      close: () => store.close(),
      commit: (effects) =>
        effects.some((e) => e.kind === 'persistOutgoing' && e.isApplication)
          ? Promise.reject(new Error('no space left on the device'))
          : store.commit(effects),
    });
    const buy = await peer('initiator', failing);
    initiatorTo(buy, acceptor.port);
    await until(() => buy.driver.isEstablished);
    await expect(buy.driver.send(order('A'))).rejects.toThrow('no space left');
    await expect(buy.driver.send(order('B'))).rejects.toThrow('stopped after a fault');
    expect([buy.driver.isEstablished, buy.notes.includes('fault')]).toEqual([false, true]);
    await sleep(100);
    expect(sell.received).toEqual([]);
  });

  it('SD3 refuses a second connection while the first lives', async () => {
    const [buy, sell] = [await peer('initiator'), await peer('acceptor')];
    const acceptor = await acceptorOn(sell);
    initiatorTo(buy, acceptor.port);
    await until(() => buy.driver.isEstablished && sell.driver.isEstablished);
    const second = connect({ host: '127.0.0.1', port: acceptor.port });
    second.on('error', () => undefined);
    second.resume();
    await new Promise((resolve) => second.once('close', resolve));
    expect(sell.driver.isEstablished).toBe(true);
    await buy.driver.send(order('A'));
    await until(() => sell.received.length === 1);
  });
});
