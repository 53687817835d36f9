/** The gateway against a broker's FIX session on a real socket; the broker's mind is a few lines here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../kernel/index.ts';
import type { PlacementId } from '../../domain/index.ts';
import { createAuditWriter } from '../../audit/index.ts';
import {
  field,
  fix44,
  MsgType,
  SESSION_DEFAULTS,
  Tag,
  valueOf,
  type Delivery,
} from '../../fix/index.ts';
import { FileSessionStore, listen, SessionDriver } from '../../fix-runtime/index.ts';
import { approvedOrders, blockOfOrders } from '../../../test/support/approved-orders.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/postgres.ts';
import { OrderManager } from '../order-manager.ts';
import { readPlacement } from '../blotter-postgres.ts';
import { runGateway, type GatewayOptions } from './gateway.ts';
import { readGatewayStatus } from './session-lease-postgres.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const audit = createAuditWriter(systemClock);
let firmCount = 0;

type Answer = 'fill' | 'silence' | 'unknownOrder' | 'refuse';

/** A broker session in a directory of its own: started and stopped like a process, its numbers kept. */
async function startBroker(directory: string, answer: Answer, port = 0) {
  const orders: string[] = [];
  const seen: Delivery[] = [];
  const store = await FileSessionStore.open({
    path: join(directory, 'session.log'),
    sessionName: 'test',
  });
  const driver = await SessionDriver.open({
    config: {
      ...SESSION_DEFAULTS,
      role: 'acceptor',
      dictionary: fix44,
      SenderCompID: 'SIM',
      TargetCompID: 'EVENKEEL',
      queuesWhileDown: true,
    },
    clock: systemClock,
    staleOrderAfterMs: null,
    store,
    onDelivered: (deliveries) => {
      for (const delivery of deliveries) {
        seen.push(delivery);
        if (delivery.message.MsgType === MsgType.NewOrderSingle) {
          orders.push(valueOf(delivery.message, Tag.ClOrdID) ?? '');
        }
        void reply(driver, delivery, answer);
      }
    },
  });
  const acceptor = await listen(driver, { host: '127.0.0.1', port });
  return {
    orders,
    seen,
    port: acceptor.port,
    stop: async () => {
      // Closing the listener waits for the connection that the driver holds.
      await Promise.all([acceptor.close(), driver.close()]);
    },
  };
}

async function reply(driver: SessionDriver, { message }: Delivery, answer: Answer): Promise<void> {
  const echo = [Tag.ClOrdID, Tag.Symbol, Tag.Side].map((tag) =>
    field(tag, valueOf(message, tag) ?? '?'),
  );
  const quantity = valueOf(message, Tag.OrderQty) ?? '0';
  const report = (execType: string, status: string, cumulative: string, last: string | null) => ({
    MsgType: MsgType.ExecutionReport,
    fields: [
      field(Tag.OrderID, `O-${valueOf(message, Tag.ClOrdID) ?? ''}`),
      ...echo,
      field(Tag.ExecID, `${execType}-${valueOf(message, Tag.ClOrdID) ?? ''}`),
      field(Tag.ExecType, execType),
      field(Tag.OrdStatus, status),
      ...(last === null ? [] : [field(Tag.LastQty, last), field(Tag.LastPx, '50.25')]),
      field(Tag.LeavesQty, '0'),
      field(Tag.CumQty, cumulative),
      field(Tag.AvgPx, cumulative === '0' ? '0' : '50.25'),
      field(Tag.TradeDate, '20261120'),
      field(Tag.TransactTime, '20261120-15:00:00.000'),
    ],
  });
  const isOrder = message.MsgType === MsgType.NewOrderSingle;
  if (answer === 'fill' && isOrder) {
    await driver.send(report('0', '0', '0', null));
    await driver.send(report('F', '2', quantity, quantity));
  } else if (answer === 'unknownOrder' && message.MsgType === MsgType.OrderStatusRequest) {
    await driver.send(report('I', '8', '0', null));
  } else if (answer === 'refuse' && isOrder) {
    await driver.send({
      MsgType: MsgType.BusinessMessageReject,
      fields: [
        field(Tag.RefSeqNum, valueOf(message, Tag.MsgSeqNum) ?? '0'),
        field(Tag.RefMsgType, 'D'),
        field(Tag.BusinessRejectReason, '4'),
        field(Tag.Text, 'closed today'),
      ],
    });
  }
}

function setUp() {
  firmCount += 1;
  const firmId = `firm-${String(firmCount)}`;
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-broker-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const manager = new OrderManager({ firmId, audit });
  const context = { actor: 'tom', correlationId: null };
  const gateway = (port: number, more: Partial<GatewayOptions> = {}) => {
    const running = runGateway({
      database: db.database,
      audit,
      clock: systemClock,
      firmId,
      executingBroker: 'SIM',
      host: '127.0.0.1',
      port,
      senderCompId: 'EVENKEEL',
      targetCompId: 'SIM',
      owner: 'test',
      leaseMs: 600,
      ...more,
    });
    onTestFinished(() => running.stop());
    return running;
  };
  const place = async (blockId: string): Promise<PlacementId> => {
    const orders = approvedOrders('run-1', [`${blockId}-o1 A1 buy 100 AAPL`]);
    return db.database.transaction(async (tx) => {
      const block = { block: blockOfOrders(blockId, orders), referencePrice: null };
      await manager.stageBlocks(tx, { blocks: [block], approvedOrders: orders, context });
      const blockIds = [block.block.blockId];
      const released = await manager.releaseBlocks(tx, {
        blockIds,
        executingBroker: 'SIM',
        context,
      });
      if (!released.ok || released.value[0] === undefined) throw new Error('refused');
      return released.value[0].placementId;
    });
  };
  const statusOf = async (placementId: PlacementId) =>
    (await readPlacement(db.database, firmId, placementId))?.placement.status;
  return { firmId, directory, gateway, place, statusOf };
}

async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 25) {
    if (await condition()) return;
    await sleep(25);
  }
  throw new Error(`never: ${what}`);
}

describe('gateway', () => {
  it('GT1 OH1 sends what is released, books what is filled, and keeps both sides’ bytes', async () => {
    const { firmId, directory, gateway, place, statusOf } = setUp();
    const broker = await startBroker(directory, 'fill');
    onTestFinished(() => broker.stop());
    const running = gateway(broker.port);
    const placementIds = [await place('b1'), await place('b2')];
    for (const placementId of placementIds) {
      await until('filled', async () => (await statusOf(placementId)) === 'filled');
    }
    expect(new Set(broker.orders).size).toBe(2);
    const [status] = await readGatewayStatus(db.database, firmId);
    expect(status).toMatchObject({ isLoggedOn: true, isOwned: true, queuedCount: 0 });
    const { rows } = await db.database.query<{ direction: string; n: number }>(
      `SELECT direction, count(*) AS n FROM fix_message
        WHERE firm_id = $1 AND is_application GROUP BY direction ORDER BY direction`,
      [firmId],
    );
    expect(rows).toEqual([
      { direction: 'in', n: 4 },
      { direction: 'out', n: 2 },
    ]);
    await running.stop();
    const [after] = await readGatewayStatus(db.database, firmId);
    expect(after).toMatchObject({ isLoggedOn: false, isOwned: false });
  });

  it('of two gateways one works; the other takes over when it stops, and no order goes twice', async () => {
    const { directory, gateway, place, statusOf } = setUp();
    const broker = await startBroker(directory, 'fill');
    onTestFinished(() => broker.stop());
    const first = gateway(broker.port, { owner: 'first' });
    const second = gateway(broker.port, { owner: 'second' });
    const one = await place('b1');
    await until('first order filled', async () => (await statusOf(one)) === 'filled');
    await first.stop();
    const two = await place('b2');
    await until('second order filled', async () => (await statusOf(two)) === 'filled');
    await second.stop();
    expect(broker.orders).toHaveLength(2);
  });

  it('sends again what the broker missed, when it is fresh', async () => {
    const { firmId, directory, gateway, place, statusOf } = setUp();
    const deaf = await startBroker(directory, 'silence');
    gateway(deaf.port);
    const loggedOn = async () =>
      (await readGatewayStatus(db.database, firmId))[0]?.isLoggedOn === true;
    await until('logged on', loggedOn);
    await deaf.stop();
    const placementId = await place('b1');
    const broker = await startBroker(directory, 'fill', deaf.port);
    onTestFinished(() => broker.stop());
    await until('filled', async () => (await statusOf(placementId)) === 'filled');
    expect(broker.orders).toHaveLength(1);
  });

  it('holds back a stale order, calls it unknown, and lets the broker say that it never came', async () => {
    const { firmId, directory, gateway, place, statusOf } = setUp();
    const first = await startBroker(directory, 'silence');
    const running = gateway(first.port);
    await until(
      'logged on',
      async () => (await readGatewayStatus(db.database, firmId))[0]?.isLoggedOn === true,
    );
    const placementId = await place('b1');
    await until('sent', () => first.orders.length === 1);
    await running.stop();
    await first.stop();
    // A broker that lost its last session file has not seen the order: it asks for all from the start.
    rmSync(join(directory, 'session.log'));
    const broker = await startBroker(directory, 'unknownOrder', first.port);
    onTestFinished(() => broker.stop());
    const seen: (string | undefined)[] = [];
    gateway(first.port, { staleOrderAfterMs: 0 });
    await until('resolved', async () => {
      const status = await statusOf(placementId);
      if (seen.at(-1) !== status) seen.push(status);
      return status === 'rejected';
    });
    expect(broker.orders).toEqual([]);
    const { rows } = await db.database.query<{ payload: { status?: string } }>(
      `SELECT payload::jsonb AS payload FROM audit_entry WHERE subject_id = $1 ORDER BY id`,
      [placementId],
    );
    const statuses = rows.map((row) => row.payload.status).filter((status) => status !== undefined);
    expect(statuses).toContain('unknown');
    expect(statuses.at(-1)).toBe('rejected');
  });

  it('OH2 rejects an order whose message the broker refuses', async () => {
    const { firmId, directory, gateway, place, statusOf } = setUp();
    const broker = await startBroker(directory, 'refuse');
    onTestFinished(() => broker.stop());
    gateway(broker.port);
    const placementId = await place('b1');
    await until('rejected', async () => (await statusOf(placementId)) === 'rejected');
    const found = await readPlacement(db.database, firmId, placementId);
    expect(found?.placement.text).toBe('closed today');
  });
});
