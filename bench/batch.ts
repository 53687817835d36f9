/**
 * Many accounts streamed from a file through `optimizeBatch`, with one thread and with two, cold and with the prices of the
 * day before: accounts per second, memory over time, proof of every answer, and whether the number of threads
 * changes a bit. Every run is a process of its own.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import type {
  BatchFile,
  BatchInput,
  BatchLatency,
  BatchRun,
  BatchStart,
  BatchSummary,
} from './batch-figures.ts';
import { INSTANCE_SEED } from './instances/index.ts';

const INSTANCE = 'ria-n500-k65-tax-sec';
const THREADS = [1, 2];
const FULL = { accounts: 50_000 } as const;
const SMOKE = { accounts: 300 } as const;

/** @param scale `full` writes files of about 2 GB each, one after the other, to the folder for temporary files */
export function batch(scale: 'smoke' | 'full'): Promise<BatchSummary> {
  const size = scale === 'smoke' ? SMOKE : FULL;
  const files: (BatchFile & { start: BatchStart })[] = [];
  const runs: BatchRun[] = [];
  const latencies: BatchLatency[] = [];
  for (const start of ['cold', 'warm'] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
    const input = { path: join(folder, 'accounts.bin'), instance: INSTANCE, start, ...size };
    try {
      files.push({ start, ...(run({ step: 'generate', ...input, threads: 1 }) as BatchFile) });
      for (const threads of THREADS) {
        runs.push(run({ step: 'measure', ...input, threads }) as BatchRun);
      }
      latencies.push(run({ step: 'latency', ...input, threads: 1 }) as BatchLatency);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const hashes = new Set(runs.map(({ start, answersHash }) => `${start} ${answersHash}`));
  const summary: BatchSummary = {
    instance: INSTANCE,
    seed: INSTANCE_SEED,
    files,
    runs,
    latencies,
    isSameForAllThreads: hashes.size === files.length,
  };
  print(summary);
  return Promise.resolve(summary);
}

function run(input: BatchInput): unknown {
  const worker = join(import.meta.dirname, 'batch-worker.ts');
  const output = execFileSync(process.execPath, [worker, JSON.stringify(input)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output) as unknown;
}

function print({ instance, runs, latencies, isSameForAllThreads }: BatchSummary): void {
  const table = new Table({
    head: [
      'start',
      'threads',
      'accounts',
      'accounts/s',
      '1 M in min',
      'resident MB',
      'MB per 10,000',
      'gap',
      'violation',
      'failed',
    ],
    colAligns: ['left', ...Array.from({ length: 9 }, () => 'right' as const)],
    style: { head: [], border: [] },
  });
  for (const one of runs) {
    const { least, most, perTenThousandAccounts } = one.residentMegabytes;
    table.push([
      one.start,
      String(one.threads),
      String(one.accounts),
      one.accountsPerSecond.toFixed(0),
      one.millionAccountsMinutes.toFixed(1),
      `${least.toFixed(0)} to ${most.toFixed(0)}`,
      perTenThousandAccounts.toFixed(1),
      one.worstRelativeGap.toExponential(0),
      one.worstViolation.toExponential(0),
      String(one.failures),
    ]);
  }
  const times = latencies.map(
    ({ start, median, p99 }) => `${start} ${median.toFixed(3)} ms, p99 ${p99.toFixed(3)}`,
  );
  process.stdout.write(
    `batch of ${instance}; a million accounts is extrapolated\n` +
      `${table.toString()}\nper account on one thread: ${times.join('; ')}\n` +
      `same bits with one thread and two: ${isSameForAllThreads ? 'yes' : 'NO'}\n`,
  );
}
