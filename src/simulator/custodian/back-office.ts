/**
 * The outside world's end of day: the custodian books instructions and publishes statements, the broker's
 * statement is delivered beside them. Runs beside a server or in a process of its own; all it shares with
 * the product are the two folders.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCalendarDate } from '../../kernel/index.ts';
import { brokerStatement, statementCsv } from '../broker/index.ts';
import {
  SimulatedCustodian,
  type CustodianOptions,
  type OpeningBooks,
} from './simulated-custodian.ts';

export interface BackOfficeOptions extends CustodianOptions {
  readonly opening: OpeningBooks;
  /** Data directory of the simulated broker, whose log its statement is made from. */
  readonly brokerDirectory: string;
  readonly intervalMs?: number;
  readonly onFault?: (error: unknown) => void;
}

export interface BackOffice {
  stop(): Promise<void>;
}

const INTERVAL_MS = 400;

/** Starts and goes on until stopped; killed at any moment, it goes on from its files. */
export async function startBackOffice(options: BackOfficeOptions): Promise<BackOffice> {
  const custodian = new SimulatedCustodian(options);
  await custodian.open(options.opening);
  const stopping = new AbortController();
  const running = run(options, custodian, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function run(
  options: BackOfficeOptions,
  custodian: SimulatedCustodian,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      // The broker first: by the time an instruction is acknowledged, its fills are in the statement.
      await deliverBrokerStatements(options);
      await custodian.processInstructions();
    } catch (error) {
      options.onFault?.(error);
    }
    // An aborted pause rejects: that is the signal to end.
    await sleep(options.intervalMs ?? INTERVAL_MS, undefined, { signal }).catch(() => null);
  }
}

const INSTRUCTION_DATE = /^allocation-instruction-(\d{4}-\d{2}-\d{2})-/;

async function deliverBrokerStatements(options: BackOfficeOptions): Promise<void> {
  const names = await readdir(options.instructionsDirectory).catch(() => []);
  const dates = new Set(names.flatMap((name) => INSTRUCTION_DATE.exec(name)?.[1] ?? []));
  await mkdir(options.statementsDirectory, { recursive: true });
  for (const date of dates) {
    const lines = await brokerStatement(options.brokerDirectory, parseCalendarDate(date));
    const path = join(options.statementsDirectory, `broker-executions-${date}.csv`);
    const text = statementCsv(lines);
    if ((await readFile(path, 'utf8').catch(() => null)) === text) continue;
    await writeFile(`${path}.part`, text);
    await rename(`${path}.part`, path);
  }
}
