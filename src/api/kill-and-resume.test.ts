/**
 * The loop over HTTP with the server killed (-9) while it computes, executes, allocates and reconciles.
 * Broker and gateway are the product's own and stay up; the crash scenario of the order path kills those.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditWriter } from '../audit/index.ts';
import { saveFirmDirectory } from '../cli/firm-directory-files.ts';
import { writeFirmDirectory } from '../connectors/index.ts';
import { systemClock } from '../kernel/index.ts';
import { runGateway } from '../oms/index.ts';
import { BROKER_COMP_ID, CLIENT_COMP_ID, runBroker, SCENARIOS } from '../simulator/broker/index.ts';
import { generateFirm } from '../simulator/firm/index.ts';
import { ApiClient, bodyOf, PASSWORD, until } from '../../test/support/api-server.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import type { AllocationView, Order, Page, ReconciliationView, Run } from './contract/index.ts';

const ENTRY = resolve(import.meta.dirname, '..', '..', 'test', 'support', 'server-process.ts');

/** Restarts wait for the lease of a killed worker to lapse. */
const TIMEOUT_MS = 240_000;

let db: TestDatabase;
let home: string;
let server: ChildProcess | null = null;
let url = '';
const closers: (() => Promise<unknown>)[] = [];

async function startServer(): Promise<void> {
  const options = {
    target: db.target,
    port: 0,
    home,
    firmDirectory: join(home, 'firm'),
    simulatedBrokerDirectory: join(home, 'broker'),
    password: PASSWORD,
    webDirectory: null,
    logLevel: 'silent',
  };
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = child;
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  url = (JSON.parse(line.toString()) as { url: string }).url;
}

async function killServer(): Promise<void> {
  const child = server;
  if (child === null) return;
  server = null;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

beforeAll(async () => {
  db = await createTestDatabase();
  home = await mkdtemp(join(tmpdir(), 'evenkeel-kill-'));
  const book = generateFirm({ seed: 'kill', households: 3 });
  await saveFirmDirectory(join(home, 'firm'), writeFirmDirectory(book));
  const broker = await runBroker({
    port: 0,
    dataDirectory: join(home, 'broker'),
    seed: 'kill',
    scenario: SCENARIOS.typical,
  });
  const gateway = runGateway({
    database: db.connect(4),
    audit: createAuditWriter(systemClock),
    clock: systemClock,
    firmId: 'demo',
    executingBroker: 'SIM',
    host: '127.0.0.1',
    port: broker.port,
    senderCompId: CLIENT_COMP_ID,
    targetCompId: BROKER_COMP_ID,
    owner: 'test',
  });
  closers.push(
    () => gateway.stop(),
    () => broker.close(),
  );
  await startServer();
});

afterAll(async () => {
  await killServer();
  for (const close of closers) await close();
  await db.drop();
  await rm(home, { recursive: true, force: true });
});

/** A person at whatever port the server now has; the session is in the database and survives. */
async function as(username: string): Promise<ApiClient> {
  const client = new ApiClient(url);
  await client.signIn(username);
  return client;
}

async function runNow(runId: string): Promise<Run> {
  return bodyOf<Run>(await (await as('tara')).get(`/v1/runs/${runId}`));
}

describe('a server that is killed', () => {
  it('L3 L4 computes a run once, whenever it dies', { timeout: TIMEOUT_MS }, async () => {
    const body = { rebalanceKind: 'full', reason: 'killed while computing', selection: 'all' };
    const { runId } = bodyOf<Run>(await (await as('tara')).post('/v1/runs', body));
    for (const delay of [20, 120, 300]) {
      await sleep(delay);
      await killServer();
      await startServer();
    }
    const run = await until(
      () => runNow(runId),
      ({ state }) => state !== 'computing',
    );
    expect(run).toMatchObject({ state: 'proposed', failure: null });
    const { rows } = await db.database.query<{ orders: number; computed: number }>(
      `SELECT (SELECT count(*) FROM run_order WHERE run_id = $1) AS orders,
              (SELECT count(*) FROM audit_entry
                WHERE action = 'run.computed' AND correlation_id = $1) AS computed`,
      [runId],
    );
    expect(rows[0]).toEqual({ orders: run.totals?.orderCount, computed: 1 });
  });

  it(
    'L8 L9 L10 books every fill once and reconciles, whenever it dies',
    { timeout: TIMEOUT_MS },
    async () => {
      const tara = await as('tara');
      const body = { rebalanceKind: 'full', reason: 'killed while trading', selection: 'all' };
      const { runId } = bodyOf<Run>(await tara.post('/v1/runs', body));
      await until(
        () => runNow(runId),
        ({ state }) => state === 'proposed',
      );
      await tara.post(`/v1/runs/${runId}/submission`);
      const carl = await as('carl');
      const orders = bodyOf<Page<Order>>(
        await carl.get(`/v1/runs/${runId}/orders?limit=5000&verdict=pass`),
      ).items;
      const approved = await carl.post(`/v1/runs/${runId}/approvals`, {
        orders: orders.map(({ orderId, factsHash }) => ({ orderId, factsHash })),
        reasonText: 'all of them pass',
      });
      expect(approved.status).toBe(200);
      const released = await tara.post(`/v1/runs/${runId}/release`);
      expect([released.status, released.text.slice(0, 300)]).toEqual([200, expect.anything()]);
      for (const delay of [50, 250, 500, 900, 1_400]) {
        await sleep(delay);
        await killServer();
        await startServer();
      }
      const run = await until(
        () => runNow(runId),
        ({ state }) => state === 'reconciled',
        90_000,
      );
      expect(run.totals?.activeShareAchieved).not.toBeNull();
      await expectConserved(runId);
    },
  );
});

/** Shares and cash: what executed is what was allocated, once, and the custodian agrees. */
async function expectConserved(runId: string): Promise<void> {
  const carl = await as('carl');
  const allocations = bodyOf<Page<AllocationView>>(
    await carl.get(`/v1/allocations?runId=${runId}&limit=5000`),
  ).items;
  expect(new Set(allocations.map(({ orderId }) => orderId)).size).toBe(allocations.length);
  const { rows } = await db.database.query<{ executed: string; allocated: string }>(
    `SELECT (SELECT sum(e.last_quantity) FROM execution e
               JOIN placement p ON p.firm_id = e.firm_id AND p.placement_id = e.placement_id
               JOIN block b ON b.firm_id = p.firm_id AND b.block_id = p.block_id
              WHERE b.run_id = $1 AND e.execution_type = 'trade') AS executed,
            (SELECT sum(quantity) FROM block_allocation WHERE run_id = $1) AS allocated`,
    [runId],
  );
  expect(Number(rows[0]?.allocated)).toBeGreaterThan(0);
  expect(Number(rows[0]?.allocated)).toBe(Number(rows[0]?.executed));
  const [reconciliation] = bodyOf<Page<ReconciliationView>>(
    await carl.get('/v1/reconciliations'),
  ).items;
  expect(reconciliation).toMatchObject({ state: 'matched', breakCount: 0 });
}
