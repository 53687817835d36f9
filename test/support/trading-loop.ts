/**
 * The whole loop on the real parts, for scenarios: PostgreSQL, vault, job queue and workers, order manager,
 * the gateway over FIX and TCP, the simulated broker, and the simulated custodian with its files.
 *
 * The market's clock stands on the trade date of the scenario, so that the broker's fills and statement
 * bear it; the database keeps its own time.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditWriter } from '../../src/audit/index.ts';
import type { Database } from '../../src/db/index.ts';
import type { FirmBook } from '../../src/domain/index.ts';
import {
  epochMilliseconds,
  instantOf,
  randomIds,
  systemClock,
  type CalendarDate,
  type Clock,
} from '../../src/kernel/index.ts';
import { runGateway } from '../../src/oms/index.ts';
import { shippedRules } from '../../src/compliance/index.ts';
import {
  BROKER_COMP_ID,
  CLIENT_COMP_ID,
  runBroker,
  SCENARIOS,
} from '../../src/simulator/broker/index.ts';
import { startBackOffice } from '../../src/simulator/custodian/index.ts';
import { custodianCashLines, custodianPositionLines } from '../../src/simulator/statement/index.ts';
import {
  createDesk,
  findRun,
  importFirm,
  readGatewayLink,
  startJobQueue,
  startWorkers,
  VaultBooks,
  type RunRecord,
  type RunState,
  type WorkflowContext,
} from '../../src/workflow/index.ts';
import type { TestDatabase } from './postgres.ts';

const FIRM_ID = 'real-index';
const EXECUTING_BROKER = 'SIM';

export interface TradingLoop {
  readonly context: WorkflowContext;
  readonly database: Database;
  /** The broker's own records, for what it says it executed. */
  readonly brokerDirectory: string;
  /** What workers, gateway and back office could not do; a sound run leaves it empty. */
  readonly faults: readonly string[];
  /** Waits until the run is in the state. @throws when it fails, or after `seconds` */
  reach(runId: string, state: RunState, seconds: number): Promise<RunRecord>;
  stop(): Promise<void>;
}

/** Imports the firm and starts everything that a day needs. */
export async function startTradingLoop(
  store: TestDatabase,
  given: { readonly book: FirmBook; readonly asOfDate: CalendarDate; readonly seed: string },
): Promise<TradingLoop> {
  const { book, asOfDate, seed } = given;
  const root = mkdtempSync(join(tmpdir(), 'evenkeel-loop-'));
  const faults: string[] = [];
  const context = await createContext(store, { root, faults });
  await importFirm(context, { book, source: 'real prices', asOfDate, findings: [] });
  const clock = marketClock(asOfDate);
  const brokerDirectory = join(root, 'broker');
  const broker = await runBroker({
    port: 0,
    dataDirectory: brokerDirectory,
    seed,
    scenario: BRISK,
    clock,
    onNote: (text) => faults.push(`broker: ${text}`),
    onFault: (error) => faults.push(`broker: ${String(error)}`),
  });
  const gateway = runGateway({
    database: store.connect(4),
    audit: context.audit,
    clock,
    firmId: FIRM_ID,
    executingBroker: EXECUTING_BROKER,
    host: '127.0.0.1',
    port: broker.port,
    senderCompId: CLIENT_COMP_ID,
    targetCompId: BROKER_COMP_ID,
    owner: 'scenario',
    // A busy machine may hold this process up; nobody else wants the session.
    leaseMs: 60_000,
    heartbeatSeconds: 60,
    unansweredAfterMs: 60_000,
    onNotice: (code, text) => faults.push(`gateway: ${code}: ${text}`),
  });
  const workers = await startWorkers(context);
  const backOffice = await startBackOffice({
    stateDirectory: join(root, 'custodian'),
    instructionsDirectory: context.files.outboxDirectory,
    statementsDirectory: context.files.inboxDirectory,
    brokerDirectory,
    opening: { positions: custodianPositionLines(book), cash: custodianCashLines(book) },
    onFault: (error) => faults.push(`back office: ${String(error)}`),
  });
  return {
    context,
    database: store.database,
    brokerDirectory,
    faults,
    reach: (runId, state, seconds) => reach(store.database, faults, { runId, state, seconds }),
    stop: async () => {
      await backOffice.stop();
      await workers.stop();
      await context.jobs.stop(10_000);
      await gateway.stop();
      await broker.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Every order fills in up to three executions, as in the calm market, only sooner. */
const BRISK = {
  ...SCENARIOS.calm,
  firstFillMs: [10, 60],
  betweenFillsMs: [10, 60],
} as const;

/** No fill is further from its reference than this. */
export const SLIPPAGE_BPS_MAX = BRISK.slippageBpsMax;

/** Half past two in New York on the date, and running from there. */
function marketClock(date: CalendarDate): Clock {
  const offset = Date.parse(`${date}T18:30:00Z`) - epochMilliseconds(systemClock.instant());
  return {
    instant: () => instantOf(epochMilliseconds(systemClock.instant()) + offset),
    monotonic: () => systemClock.monotonic(),
  };
}

async function createContext(
  store: TestDatabase,
  given: { readonly root: string; readonly faults: string[] },
): Promise<WorkflowContext> {
  const { root, faults } = given;
  const { database, target } = store;
  const audit = createAuditWriter(systemClock);
  const files = { inboxDirectory: join(root, 'inbox'), outboxDirectory: join(root, 'outbox') };
  mkdirSync(files.inboxDirectory, { recursive: true });
  mkdirSync(files.outboxDirectory, { recursive: true });
  return {
    database,
    audit,
    firmId: FIRM_ID,
    ids: randomIds,
    clock: systemClock,
    books: new VaultBooks(database, FIRM_ID),
    desk: createDesk({
      database,
      audit,
      firmId: FIRM_ID,
      executingBroker: EXECUTING_BROKER,
      gateway: () => readGatewayLink(database, FIRM_ID, EXECUTING_BROKER),
    }),
    jobs: await startJobQueue({
      target,
      database,
      firmId: FIRM_ID,
      onEvent: (kind, detail) => {
        if (kind === 'error') faults.push(`jobs: ${detail}`);
      },
    }),
    rulesFor: shippedRules,
    files,
    onFault: (where, error) => faults.push(`${where}: ${String(error)}`),
  };
}

async function reach(
  database: Database,
  faults: readonly string[],
  goal: { readonly runId: string; readonly state: RunState; readonly seconds: number },
): Promise<RunRecord> {
  const deadline = performance.now() + goal.seconds * 1_000;
  for (;;) {
    const run = await findRun(database, FIRM_ID, goal.runId);
    if (run?.state === goal.state) return run;
    if (run === null || run.state === 'failed' || performance.now() > deadline) {
      const state = run === null ? 'unknown' : run.state;
      const failure = run?.failure?.message ?? '';
      throw new Error(`the run is ${state}, not ${goal.state}: ${failure}\n${faults.join('\n')}`);
    }
    await sleep(100);
  }
}
