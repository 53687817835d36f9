/**
 * Files to proposed orders, with the compliance report: the same work at growing sizes, each in a process of
 * its own so that its peak memory is its own. Reports accounts per second, peak memory and the exponent with
 * which time grows with the number of accounts (1 = linear).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { growthExponent, slope } from './growth.ts';

export interface LoopFigures {
  readonly accounts: number;
  readonly taxLots: number;
  readonly orders: number;
  readonly seconds: {
    readonly read: number;
    readonly snapshot: number;
    readonly propose: number;
    readonly compliance: number;
  };
  /** Of the process when the orders are proposed, the compliance report not yet made. */
  readonly peakMegabytes: number;
}

const SIZES = [100, 1000, 10_000];
const SMOKE_SIZES = [50, 200];

export interface LoopSummary {
  readonly sizes: readonly LoopFigures[];
  /** Least-squares slope of log(files to proposed orders) over log(accounts). */
  readonly growthExponent: number;
  /** The same of the compliance report's time. */
  readonly complianceGrowthExponent: number;
  /** Least-squares slope of the peak memory over the accounts: what one more account costs. */
  readonly kilobytesPerAccount: number;
}

export async function wholeLoop(scale: 'smoke' | 'full'): Promise<LoopSummary> {
  const figures = (scale === 'smoke' ? SMOKE_SIZES : SIZES).map(measure);
  const accounts = figures.map((f) => f.accounts);
  const summary: LoopSummary = {
    sizes: figures,
    growthExponent: growthExponent(accounts, figures.map(secondsToOrders)),
    complianceGrowthExponent: growthExponent(
      accounts,
      figures.map((f) => f.seconds.compliance),
    ),
    kilobytesPerAccount: slope(
      accounts,
      figures.map((f) => f.peakMegabytes * 1024),
    ),
  };
  print(summary);
  return summary;
}

/** Reading, snapshot and proposal: what the issue calls files to proposed orders. */
function secondsToOrders({ seconds }: LoopFigures): number {
  return seconds.read + seconds.snapshot + seconds.propose;
}

function measure(accounts: number): LoopFigures {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const worker = join(import.meta.dirname, 'whole-loop-worker.ts');
  const run = (mode: string): string =>
    execFileSync(process.execPath, [worker, mode, directory, String(accounts)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  try {
    run('generate');
    return JSON.parse(run('measure')) as LoopFigures;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function print(summary: LoopSummary): void {
  const table = new Table({
    head: [
      'accounts',
      'lots',
      'orders',
      'read s',
      'snapshot s',
      'propose s',
      'accounts/s',
      'compliance s',
      'peak MB',
    ],
    colAligns: Array.from({ length: 9 }, () => 'right' as const),
    style: { head: [], border: [] },
  });
  for (const f of summary.sizes) {
    const { read, snapshot, propose, compliance } = f.seconds;
    table.push([
      String(f.accounts),
      String(f.taxLots),
      String(f.orders),
      read.toFixed(2),
      snapshot.toFixed(2),
      propose.toFixed(2),
      (f.accounts / secondsToOrders(f)).toFixed(0),
      compliance.toFixed(2),
      f.peakMegabytes.toFixed(0),
    ]);
  }
  process.stdout.write(
    `${table.toString()}\n` +
      `growth exponent: to orders ${summary.growthExponent.toFixed(3)}, ` +
      `compliance ${summary.complianceGrowthExponent.toFixed(3)}; ` +
      `${summary.kilobytesPerAccount.toFixed(0)} kB per account\n`,
  );
}
