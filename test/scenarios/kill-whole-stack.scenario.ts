/**
 * The whole stack as a user runs it, killed with SIGKILL while a run goes from computation to reconciliation:
 * server, gateway and broker are processes of their own, die at seeded moments and are started again. Commands
 * are repeated with the same key until they are answered. At the end the broker's and the custodian's own
 * files agree with our books line by line, and every approved order is in one block.
 *
 * KILL_SEED gives other moments; KILL_COUNT other numbers of kills.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type {
  ApprovalOutcome,
  BlockView,
  Order,
  ReconciliationView,
  Run,
} from '../../src/api/contract/index.ts';
import { generateFirmCommand } from '../../src/cli/commands/generate.ts';
import { ApiClient, ApiProblem } from '../../src/cli/demo/api-client.ts';
import { freePort } from '../../src/cli/demo/free-port.ts';
import { SupervisedProcess } from '../../src/cli/demo/supervised-process.ts';
import { Rng } from '../../src/kernel/index.ts';
import { urlOf } from '../support/database-url.ts';
import { useTestDatabase } from '../support/postgres.ts';

const SEED = process.env['KILL_SEED'] ?? '20261121';
const KILL_COUNT = Number(process.env['KILL_COUNT'] ?? 20);
const MAIN = resolve(import.meta.dirname, '..', '..', 'src', 'main.ts');
const PASSWORD = 'correct horse battery staple';
const RESTARTS_ENOUGH = 40;

/** Repeats until the server answers: it may be dead just now, or in the middle of starting. */
async function persistently<T>(act: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const isPassing =
        !(error instanceof ApiProblem) || error.status >= 500 || error.status === 409;
      if (!isPassing || performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

it(`survives ${String(KILL_COUNT)} kills of server, gateway and broker from proposal to reconciliation`, async () => {
  const { target } = await useTestDatabase();
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-kill-stack-'));
  const firm = join(home, 'firm');
  mkdirSync(firm);
  await generateFirmCommand({ seed: SEED, households: 30, out: firm });
  const [port, brokerPort] = [await freePort(0), await freePort(0)];
  const broker = join(home, 'broker');
  const commands = {
    serve: ['--port', String(port), '--firm', firm, '--simulated-broker', broker],
    broker: [
      '--port',
      String(brokerPort),
      '--data',
      broker,
      '--seed',
      SEED,
      '--scenario',
      'typical',
    ],
    gateway: ['--port', String(brokerPort)],
  };
  const processes = Object.entries(commands).map(
    ([name, args]) =>
      new SupervisedProcess({
        name,
        args: ['--disable-warning=ExperimentalWarning', MAIN, name, ...args],
        env: {
          EVENKEEL_HOME: home,
          EVENKEEL_DEMO_PASSWORD: PASSWORD,
          DATABASE_URL: urlOf(target),
        },
        logFile: join(home, `${name}.log`),
        restartsMax: RESTARTS_ENOUGH,
        restartDelayMs: 50,
      }),
  );
  onTestFinished(async () => {
    for (const process of processes.toReversed()) await process.stop();
    rmSync(home, { recursive: true, force: true });
  });
  for (const process of processes) await process.start();

  const url = `http://127.0.0.1:${String(port)}`;
  const [trader, compliance] = [new ApiClient(url), new ApiClient(url)];
  await trader.signIn('tara', PASSWORD);
  await compliance.signIn('carl', PASSWORD);

  const killing = killAtRandom(processes);
  const { runId } = await persistently(() =>
    trader.post<Run>(
      '/v1/runs',
      { rebalanceKind: 'full', reason: 'plug pulled', selection: 'all' },
      'kill-stack-run',
    ),
  );
  await waitFor(trader, runId, (run) => run.state !== 'computing');
  await persistently(() => trader.post(`/v1/runs/${runId}/submission`, {}, 'kill-stack-submit'));
  const orders = await everyOrder(compliance, runId);
  const clear = orders.filter((order) => order.verdict === 'pass');
  const outcome = await persistently(() =>
    compliance.post<ApprovalOutcome>(
      `/v1/runs/${runId}/approvals`,
      {
        orders: clear.map(({ orderId, factsHash }) => ({ orderId, factsHash })),
        reasonText: 'within policy',
      },
      'kill-stack-approve',
    ),
  );
  expect(outcome.approvedOrderIds.length).toBe(clear.length);
  await persistently(() => trader.post(`/v1/runs/${runId}/release`, {}, 'kill-stack-release'));
  await waitFor(trader, runId, (run) => ['allocated', 'reconciled'].includes(run.state));
  const kills = await killing;

  const { items: blocks } = await persistently(() =>
    trader.get<{ items: BlockView[] }>(`/v1/blocks?runId=${runId}&limit=5000`),
  );
  const inBlocks = blocks.flatMap((block) => block.statement.map((line) => line.orderId));
  expect([...inBlocks].sort()).toEqual([...outcome.approvedOrderIds].sort());
  const statuses = new Set(blocks.flatMap((block) => block.placements.map((p) => p.status)));
  for (const open of ['unknown', 'sent', 'pendingSend', 'new'])
    expect(statuses.has(open as never)).toBe(false);

  const run = await persistently(() => trader.get<Run>(`/v1/runs/${runId}`));
  const requested = await persistently(() =>
    trader.post<ReconciliationView>(
      '/v1/reconciliations',
      { tradeDate: run.tradeDate },
      'kill-stack-reconcile',
    ),
  );
  const path = `/v1/reconciliations/${requested.reconciliationId}`;
  let view = requested;
  for (let i = 0; i < 200 && view.state === 'awaitingStatements'; i += 1) {
    await sleep(300);
    view = await persistently(() => trader.get<ReconciliationView>(path));
  }
  const fills = blocks.flatMap((block) => block.placements.flatMap((p) => p.executions));
  expect(view.breaks).toEqual([]);
  expect(view.state).toBe('matched');
  expect(view.matched.executions).toBe(fills.length);
  expect(fills.length).toBeGreaterThan(50);
  expect(kills).toBe(KILL_COUNT);
}, 300_000);

/** Kills one of the processes at a time, with a pause long enough that all of them get to work. */
async function killAtRandom(processes: readonly SupervisedProcess[]): Promise<number> {
  const rng = new Rng(SEED);
  let kills = 0;
  while (kills < KILL_COUNT) {
    await sleep(rng.between(100, 1400));
    const { pid } = rng.pick(processes);
    if (pid === undefined) continue;
    try {
      process.kill(pid, 'SIGKILL');
      kills += 1;
    } catch {
      // It died between the look and the kill; the next round finds its successor.
    }
  }
  return kills;
}

async function waitFor(
  client: ApiClient,
  runId: string,
  isDone: (run: Run) => boolean,
): Promise<void> {
  const deadline = performance.now() + 150_000;
  for (;;) {
    const run = await persistently(() => client.get<Run>(`/v1/runs/${runId}`));
    if (isDone(run)) return;
    if (performance.now() > deadline) throw new Error(`the run stays in ${run.state}`);
    await sleep(250);
  }
}

async function everyOrder(client: ApiClient, runId: string): Promise<Order[]> {
  const orders: Order[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: Order[]; nextCursor: string | null } = await persistently(() =>
      client.get(`/v1/runs/${runId}/orders?limit=1000${query}`),
    );
    orders.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return orders;
}
