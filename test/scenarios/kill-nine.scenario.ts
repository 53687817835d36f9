/**
 * The plug is pulled twenty times: gateway, broker and desk are killed with SIGKILL at seeded moments while
 * orders flow, and start again. At the end the broker's own log and our database tell the same story.
 *
 *   every approved order is at the broker exactly once
 *   every fill is applied once: ours and the broker's executions are equal, one by one
 *   the sum of executions is the cumulative quantity on both sides
 *   nothing is left in doubt, and what a block executed is at most what its statement allocates
 *
 * KILL_SEED gives other moments; KILL_COUNT other numbers of kills.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseCalendarDate, Rng, sum, zero } from '../../src/kernel/index.ts';
import { identifier, type BrokerStatementLine, type Execution } from '../../src/domain/index.ts';
import { readBlotter, readRunProgress, type BlotterBlock } from '../../src/oms/index.ts';
import type { Database } from '../../src/db/index.ts';
import { decodeMessage, fix44, MsgType, Tag, valueOf } from '../../src/fix/index.ts';
import { scanRecords } from '../../src/fix-runtime/index.ts';
import { brokerStatement } from '../../src/simulator/broker/index.ts';
import { eventsOf, TRUTH_TITLE, truthPath } from '../../src/simulator/broker/truth-log.ts';
import {
  isCanceled,
  ordersOfBlock,
  RUN_ID,
  type DeskProcessOptions,
} from '../support/desk-process.ts';
import { useTestDatabase } from '../support/postgres.ts';

const ROLES = ['gateway', 'broker', 'desk'] as const;
type Role = (typeof ROLES)[number];

/** The gateway most often: it holds both sides of the order path. */
const VICTIMS: readonly Role[] = ['gateway', 'broker', 'gateway', 'desk'];

const SCRIPT = resolve(import.meta.dirname, '..', 'support', 'desk-process.ts');
const SEED = process.env['KILL_SEED'] ?? '20261121';
const KILL_COUNT = Number(process.env['KILL_COUNT'] ?? 20);
/** The desk adds blocks while kills are to come, at most so many. */
const BLOCK_COUNT_MAX = 3000;

/** One role's process: always running, until told otherwise. */
class Supervised {
  readonly role: Role;
  readonly #options: DeskProcessOptions;
  #child: ChildProcess | null = null;
  isDone = false;
  output = '';

  constructor(role: Role, options: DeskProcessOptions) {
    this.role = role;
    this.#options = options;
  }

  start(): void {
    const child = spawn(process.execPath, [SCRIPT, this.role, JSON.stringify(this.#options)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const collect = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString('utf8')).slice(-20_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('exit', (code) => {
      if (this.#child !== child) return;
      this.#child = null;
      if (this.role === 'desk' && code === 0) this.isDone = true;
    });
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** SIGKILL, and waits until the process is gone. */
  async kill(): Promise<boolean> {
    const child = this.#child;
    if (child === null) return false;
    this.#child = null;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
    return true;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

function lineOf(execution: Execution, block: BlotterBlock, clientOrderId: string): string {
  const { symbol, side } = block.block;
  const { lastQuantity, lastPrice, brokerExecutionId } = execution;
  return [brokerExecutionId, clientOrderId, symbol, side, lastQuantity, lastPrice].join(' ');
}

function lineOfBroker(line: BrokerStatementLine): string {
  const { brokerExecutionId, clientOrderId, symbol, side, quantity, price } = line;
  return [brokerExecutionId, clientOrderId, symbol, side, quantity, price].join(' ');
}

/** Waits until fills arrive again, or for five seconds when there are none left. */
async function moreExecutions(database: Database, firmId: string): Promise<void> {
  const count = async (): Promise<number> => {
    const { rows } = await database.query<{ n: number }>(
      'SELECT count(*) AS n FROM execution WHERE firm_id = $1',
      [firmId],
    );
    return rows[0]?.n ?? 0;
  };
  const before = await count();
  for (let waited = 0; waited < 5_000; waited += 20) {
    if ((await count()) > before + 5) return;
    await sleep(20);
  }
}

/** ClOrdIDs of the orders that the broker took, from its own log. */
async function arrivalsAt(brokerDirectory: string): Promise<readonly string[]> {
  const path = truthPath(brokerDirectory);
  const { records } = scanRecords(await readFile(path), { path, title: TRUTH_TITLE });
  return eventsOf(records)
    .filter((event) => event.kind === 'accepted' || event.kind === 'rejected')
    .map((event) => event.clientOrderId)
    .sort();
}

/** ClOrdIDs of the NewOrderSingles that got a number of their own, one per number. */
async function newOrdersStored(database: Database, firmId: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ bytes: Uint8Array }>(
    `SELECT bytes FROM fix_message WHERE firm_id = $1 AND direction = 'out' AND is_application`,
    [firmId],
  );
  const messages = rows.map((row) => decodeMessage(row.bytes, fix44));
  return messages
    .filter((message) => message?.MsgType === MsgType.NewOrderSingle)
    .map((message) => (message === null ? '' : (valueOf(message, Tag.ClOrdID) ?? '')))
    .sort();
}

describe('kill -9', () => {
  it(
    `loses and doubles nothing through ${String(KILL_COUNT)} kills`,
    { timeout: 240_000 },
    async () => {
      const { database, target } = await useTestDatabase();
      const brokerDirectory = mkdtempSync(join(tmpdir(), 'evenkeel-kill-'));
      onTestFinished(() => {
        rmSync(brokerDirectory, { recursive: true, force: true });
      });
      const firmId = 'firm';
      const options: DeskProcessOptions = {
        target,
        firmId,
        brokerPort: await freePort(),
        brokerDirectory,
        stopFile: join(brokerDirectory, 'stop'),
        blockCountMax: BLOCK_COUNT_MAX,
        accountsPerBlock: 3,
        seed: SEED,
        paceMs: 40,
      };
      const processes = ROLES.map((role) => new Supervised(role, options));
      const [, , desk] = processes;
      if (desk === undefined) throw new Error('three roles');
      onTestFinished(async () => {
        for (const each of processes) await each.kill();
      });
      for (const each of processes) each.start();
      const progress = () => readRunProgress(database, firmId, identifier(RUN_ID));

      const rng = Rng.stream(SEED, 'kills');
      const victims = rng.shuffle(
        Array.from(
          { length: KILL_COUNT },
          (_, index) => VICTIMS[index % VICTIMS.length] ?? 'gateway',
        ),
      );
      const killed: Record<Role, number> = { gateway: 0, broker: 0, desk: 0 };
      for (const role of victims) {
        // A kill while nothing flows proves nothing: the last one must have been overcome first.
        await moreExecutions(database, firmId);
        await sleep(rng.between(0, 200));
        const victim = processes.find((each) => each.role === role && !each.isDone);
        if (victim === undefined || !(await victim.kill())) continue;
        killed[role] += 1;
        // Sometimes the others go on alone for a while.
        await sleep(rng.between(0, 250));
        victim.start();
      }

      writeFileSync(options.stopFile, '');
      const deadline = performance.now() + 60_000;
      for (;;) {
        const now = await progress();
        if (desk.isDone && now.isDone) break;
        if (performance.now() > deadline) {
          const outputs = processes.map((each) => `${each.role}: ${each.output.slice(-1500)}`);
          throw new Error(`not done: ${JSON.stringify(now)}\n${outputs.join('\n')}`);
        }
        for (const each of processes) if (!each.isRunning && !each.isDone) each.start();
        await sleep(100);
      }
      for (const each of processes) await each.kill();

      expect(killed.gateway + killed.broker + killed.desk, JSON.stringify(killed)).toBe(KILL_COUNT);
      const blocks = await readBlotter(database, { firmId, limit: 5000 });
      const statement = await brokerStatement(brokerDirectory, parseCalendarDate('2026-11-20'));

      // Every approved order stands in one block, and every block in one placement.
      const orderIds = blocks.flatMap((block) => block.statement.map((line) => line.orderId));
      const approved = blocks.flatMap((_, index) =>
        ordersOfBlock(options, index).map((line) => line.split(' ')[0] ?? ''),
      );
      expect(blocks.length).toBeGreaterThan(50);
      expect([...orderIds].sort()).toEqual(approved.sort());
      expect(blocks.map((block) => block.placements.length)).toEqual(blocks.map(() => 1));

      // Fills one by one: nothing lost, nothing twice, nothing changed on the way.
      const ours = blocks.flatMap((block) =>
        block.placements.flatMap(({ placement, executions }) =>
          executions.map((execution) => lineOf(execution, block, placement.clientOrderId)),
        ),
      );
      expect([...ours].sort()).toEqual(statement.map(lineOfBroker).sort());

      const atBroker = Map.groupBy(statement, (line) => line.clientOrderId);
      for (const [index, block] of blocks.entries()) {
        for (const { placement, executions, flags } of block.placements) {
          const lines = atBroker.get(placement.clientOrderId) ?? [];
          const theirs = sum(lines.map((line) => line.quantity));
          expect(placement.cumulativeQuantity.equals(theirs), placement.clientOrderId).toBe(true);
          const total = sum(executions.map((execution) => execution.lastQuantity));
          expect(placement.cumulativeQuantity.equals(total)).toBe(true);
          expect(placement.leavesQuantity.equals(zero())).toBe(true);
          if (!isCanceled(index)) {
            // The calm broker fills everything, so "exactly once" means: all of it, and no more.
            expect(placement.status, placement.clientOrderId).toBe('filled');
            expect(theirs.equals(placement.orderQuantity)).toBe(true);
          }
          const alarming = flags.filter((item) => item.code !== 'EXECUTION_DUPLICATE_IGNORED');
          expect(alarming, JSON.stringify(alarming)).toEqual([]);
        }
        const allocable = sum(block.statement.map((line) => line.quantity));
        expect(allocable.equals(block.block.orderQuantity)).toBe(true);
        expect(block.cumulativeQuantity.isAtMost(allocable)).toBe(true);
      }
      // The broker drops a ClOrdID that it knows, so a second sending would not show in its fills: the
      // arrivals in its log and the numbered messages in our store are counted themselves.
      const sent = blocks.flatMap((block) =>
        block.placements.filter(({ sentAt }) => sentAt !== null).map(({ placement }) => placement),
      );
      const sentIds = sent.map((placement) => placement.clientOrderId as string).sort();
      expect(await arrivalsAt(brokerDirectory)).toEqual(sentIds);
      expect(await newOrdersStored(database, firmId)).toEqual(sentIds);
      expect(sent.length).toBeGreaterThan(blocks.length * 0.8);
      const { rows } = await database.query<{ n: number }>(
        `SELECT count(*) AS n FROM order_outbox WHERE firm_id = $1 AND state = 'queued'`,
        [firmId],
      );
      expect(rows[0]?.n).toBe(0);
      const end = await progress();
      expect(end).toMatchObject({ unknownCount: 0, stagedCount: 0, workingCount: 0 });
    },
  );
});
