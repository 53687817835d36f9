import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Decimal,
  Rng,
  parseCalendarDate,
  sum,
  systemClock,
  type CalendarDate,
} from '../../kernel/index.ts';
import { identifier, type ClientOrderId, type InstrumentSymbol } from '../../domain/index.ts';
import {
  MsgType,
  SESSION_DEFAULTS,
  cancelRejectionFromFix,
  cancelRequestToFix,
  executionReportFromFix,
  fix44,
  newOrderToFix,
  statusRequestToFix,
  type Delivery,
  type NewOrder,
  type ReportedOrder,
} from '../../fix/index.ts';
import {
  FileSessionStore,
  SessionDriver,
  keepConnected,
  type Initiator,
} from '../../fix-runtime/index.ts';
import { brokerStatement, runBroker, SCENARIOS, type RunningBroker } from './index.ts';

const date: CalendarDate = parseCalendarDate('2026-11-20');
const quick = {
  ...SCENARIOS.calm,
  sliceCountMax: 4,
  firstFillMs: [20, 200],
  betweenFillsMs: [20, 200],
} as const;

const orderOf = (n: number, change: Partial<NewOrder> = {}): NewOrder => ({
  clientOrderId: identifier<ClientOrderId>(`ORDER-${String(n).padStart(5, '0')}`),
  symbol: identifier<InstrumentSymbol>('VTI'),
  side: n % 2 === 0 ? 'buy' : 'sell',
  orderQuantity: Decimal.parse<'Quantity'>(n % 3 === 0 ? '12.345678' : '100'),
  orderType: 'market',
  limitPrice: null,
  timeInForce: 'day',
  tradeDate: date,
  transactTime: systemClock.instant(),
  referencePrice: Decimal.parse<'Price'>('250.10'),
  ...change,
});

/** A client on the same driver, with everything it was delivered. */
class Client {
  readonly deliveries: Delivery[] = [];
  readonly driver: SessionDriver;
  #initiator: Initiator | null = null;
  private constructor(open: { driver: SessionDriver; deliveries: Delivery[] }) {
    this.driver = open.driver;
    this.deliveries = open.deliveries;
  }

  static async open(path: string): Promise<Client> {
    const deliveries: Delivery[] = [];
    const store = await FileSessionStore.open({
      path,
      sessionName: 'FIX.4.4 EVENKEEL SIMBROKER',
    });
    const driver = await SessionDriver.open({
      config: {
        ...SESSION_DEFAULTS,
        role: 'initiator',
        dictionary: fix44,
        SenderCompID: 'EVENKEEL',
        TargetCompID: 'SIMBROKER',
        queuesWhileDown: true,
      },
      store,
      clock: systemClock,
      staleOrderAfterMs: null,
      onDelivered: (batch) => deliveries.push(...batch),
    });
    return new Client({ driver, deliveries });
  }

  connect(port: number): void {
    this.#initiator?.stop();
    this.#initiator = keepConnected(this.driver, { host: '127.0.0.1', port, retryMs: 50 });
  }

  reports(): ReportedOrder[] {
    return this.deliveries
      .filter(({ message }) => message.MsgType === MsgType.ExecutionReport)
      .map(({ message }) => {
        const parsed = executionReportFromFix(message);
        if (!parsed.ok) throw new Error(parsed.error.text);
        return parsed.value;
      });
  }

  async until(condition: () => boolean, timeoutMs = 30_000): Promise<void> {
    for (let waited = 0; waited < timeoutMs; waited += 20) {
      if (condition()) return;
      await sleep(20);
    }
    throw new Error('the condition did not come true in time');
  }

  async close(): Promise<void> {
    this.#initiator?.stop();
    await this.driver.close();
  }
}

let directory = '';
let client: Client;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-broker-'));
  client = await Client.open(join(directory, 'client.log'));
});
afterEach(async () => {
  await client.close();
  await rm(directory, { recursive: true });
});

const tradesOf = (reports: readonly ReportedOrder[]) =>
  reports.filter(({ report }) => report.reportKind === 'trade');

describe('simulated broker over TCP', () => {
  let broker: RunningBroker | null = null;
  const start = async (scenario: Parameters<typeof runBroker>[0]['scenario'] = quick) => {
    broker = await runBroker({
      port: 0,
      dataDirectory: join(directory, 'broker'),
      seed: 'test',
      scenario,
    });
    client.connect(broker.port);
  };
  afterEach(async () => {
    await broker?.close();
    broker = null;
  });

  it('acknowledges, fills in slices that add up, and states the same executions', async () => {
    await start();
    for (let n = 1; n <= 20; n += 1) await client.driver.send(newOrderToFix(orderOf(n)));
    await client.until(
      () => client.reports().filter(({ report }) => report.orderStatus === 'filled').length === 20,
    );
    const trades = tradesOf(client.reports());
    for (let n = 1; n <= 20; n += 1) {
      const order = orderOf(n);
      const own = trades.filter(({ report }) => report.clientOrderId === order.clientOrderId);
      const quantity = sum(own.flatMap(({ report }) => report.lastQuantity ?? []));
      expect(quantity.toString()).toBe(order.orderQuantity.toString());
    }
    const statement = await brokerStatement(join(directory, 'broker'), date);
    expect(statement.map((line) => line.brokerExecutionId).sort()).toEqual(
      trades.map(({ report }) => report.brokerExecutionId).sort(),
    );
  });

  it('BB1 answers a ClOrdID it has with the order’s status and makes no second order', async () => {
    await start();
    await client.driver.send(newOrderToFix(orderOf(2)));
    await client.driver.send(newOrderToFix(orderOf(2)));
    await client.until(() =>
      client.reports().some(({ report }) => report.orderStatus === 'filled'),
    );
    const kinds = client.reports().map(({ report }) => report.reportKind);
    expect(kinds.filter((kind) => kind === 'new')).toHaveLength(1);
    expect(kinds).toContain('orderStatus');
    const quantity = sum(
      tradesOf(client.reports()).flatMap(({ report }) => report.lastQuantity ?? []),
    );
    expect(quantity.toString()).toBe('100');
  });

  it('rejects by script, cancels what is open, refuses to cancel what is done or unknown', async () => {
    await start({ ...quick, rejectSymbols: ['BAD'] });
    const limit = Decimal.parse<'Price'>('1');
    const resting = orderOf(4, { orderType: 'limit', limitPrice: limit }); // far below the market
    await client.driver.send(
      newOrderToFix(orderOf(1, { symbol: identifier<InstrumentSymbol>('BAD') })),
    );
    await client.driver.send(newOrderToFix(resting));
    const cancel = {
      clientOrderId: identifier<ClientOrderId>('CANCEL-1'),
      originalClientOrderId: resting.clientOrderId,
      symbol: resting.symbol,
      side: resting.side,
      orderQuantity: resting.orderQuantity,
      transactTime: systemClock.instant(),
    };
    await client.driver.send(cancelRequestToFix(cancel));
    await client.driver.send(
      cancelRequestToFix({ ...cancel, clientOrderId: identifier<ClientOrderId>('CANCEL-2') }),
    );
    await client.until(() => client.deliveries.length >= 4);
    expect(
      client.reports().map(({ report: r }) => [r.clientOrderId, r.reportKind, r.orderStatus]),
    ).toEqual([
      ['ORDER-00001', 'rejected', 'rejected'],
      ['ORDER-00004', 'new', 'new'],
      ['CANCEL-1', 'canceled', 'canceled'],
    ]);
    const last = client.deliveries.at(-1);
    const rejection = last === undefined ? null : cancelRejectionFromFix(last.message);
    expect(rejection).toMatchObject({
      ok: true,
      value: { clientOrderId: 'CANCEL-2', orderStatus: 'canceled', text: 'Too late to cancel' },
    });
  });

  it('tells the status of a known order and that it does not know another', async () => {
    await start();
    await client.driver.send(newOrderToFix(orderOf(2)));
    await client.until(() =>
      client.reports().some(({ report }) => report.orderStatus === 'filled'),
    );
    const before = client.deliveries.length;
    await client.driver.send(statusRequestToFix(orderOf(2)));
    await client.driver.send(statusRequestToFix(orderOf(777)));
    await client.until(() => client.deliveries.length === before + 2);
    const [known, unknown] = client.reports().slice(-2);
    expect(known?.report).toMatchObject({ reportKind: 'orderStatus', orderStatus: 'filled' });
    expect(known?.report.cumulativeQuantity.toString()).toBe('100');
    expect(unknown?.report).toMatchObject({
      reportKind: 'orderStatus',
      orderStatus: 'rejected',
      brokerOrderId: null,
      text: 'Unknown order',
    });
  });

  it('expires what is open at the end of the day', async () => {
    await start({ ...quick, firstFillMs: [60_000, 60_000] });
    await client.driver.send(newOrderToFix(orderOf(2)));
    await client.until(() => client.reports().length === 1);
    await broker?.expireOpenOrders();
    await client.until(() => client.reports().length === 2);
    expect(client.reports()[1]?.report).toMatchObject({
      reportKind: 'expired',
      orderStatus: 'expired',
    });
  });
});

describe('simulated broker under kill -9', () => {
  const command = join(import.meta.dirname, '../../cli/commands/broker.ts');
  const node = join(import.meta.dirname, '../../../node_modules/.bin/node');
  let child: ChildProcess | null = null;

  const startProcess = async (port: number): Promise<number> => {
    const options = {
      port,
      dataDirectory: join(directory, 'broker'),
      seed: 'kill',
      scenario: 'calm',
      pricesFile: null,
    };
    const script = `import { brokerCommand } from ${JSON.stringify(command)};
      process.exitCode = await brokerCommand(${JSON.stringify(options)});`;
    const started = spawn(node, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let errors = '';
    started.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    return new Promise((resolve, reject) => {
      let text = '';
      started.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\n')) resolve((JSON.parse(text) as { port: number }).port);
      });
      started.on('exit', (code) => {
        reject(new Error(`the broker ended with ${String(code)}: ${errors}`));
      });
    });
  };
  const kill = async (): Promise<void> => {
    const running = child;
    if (running === null) return;
    child = null;
    await new Promise((resolve) => {
      running.once('exit', resolve);
      running.kill('SIGKILL');
    });
  };
  afterEach(kill);

  it('BB1 BB2 accepts every order once and delivers every fill once through ten kills', async () => {
    const count = 200;
    const rng = new Rng('kills');
    const port = await startProcess(0);
    client.connect(port);
    const sending = (async () => {
      for (let n = 1; n <= count; n += 1) {
        await client.driver.send(newOrderToFix(orderOf(n)));
        await sleep(10);
      }
    })();
    for (let round = 0; round < 10; round += 1) {
      await sleep(50 + rng.below(400));
      await kill();
      await startProcess(port);
    }
    await sending;
    const done = (): boolean =>
      new Set(
        client
          .reports()
          .filter(({ report }) => report.orderStatus === 'filled')
          .map(({ report }) => report.clientOrderId),
      ).size === count;
    await client.until(done, 45_000);
    const reports = client.reports();
    const news = reports.filter(({ report }) => report.reportKind === 'new');
    expect(news).toHaveLength(count);
    expect(new Set(news.map(({ report }) => report.clientOrderId)).size).toBe(count);
    const trades = tradesOf(reports);
    expect(new Set(trades.map(({ report }) => report.brokerExecutionId)).size).toBe(trades.length);
    for (let n = 1; n <= count; n += 1) {
      const order = orderOf(n);
      const own = trades.filter(({ report }) => report.clientOrderId === order.clientOrderId);
      expect(sum(own.flatMap(({ report }) => report.lastQuantity ?? [])).toString()).toBe(
        order.orderQuantity.toString(),
      );
    }
    const statement = await brokerStatement(join(directory, 'broker'), date);
    expect(statement).toHaveLength(trades.length);
  }, 120_000);
});
