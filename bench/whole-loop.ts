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
  readonly peakMegabytes: number;
}

export interface LoopSummary {
  readonly sizes: readonly LoopFigures[];
  /** Least-squares slope of log(files to proposed orders) over log(accounts). */
  readonly growthExponent: number;
}

/** @param sizes numbers of accounts, ascending */
export async function wholeLoop(sizes: readonly number[]): Promise<LoopSummary> {
  const figures = sizes.map(measure);
  const growthExponent = slope(
    figures.map((f) => Math.log(f.accounts)),
    figures.map((f) => Math.log(secondsToOrders(f))),
  );
  print(figures, growthExponent);
  return { sizes: figures, growthExponent };
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

function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = x.reduce((total, xi, i) => total + (xi - mx) * ((y[i] ?? 0) - my), 0);
  return covariance / x.reduce((total, xi) => total + (xi - mx) ** 2, 0);
}

function print(figures: readonly LoopFigures[], growthExponent: number): void {
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
  for (const f of figures) {
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
  process.stdout.write(`${table.toString()}\ngrowth exponent ${growthExponent.toFixed(3)}\n`);
}
