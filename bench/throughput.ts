/**
 * Accounts per second of the account engine on one thread and on two at once, solver only: every thread has the model
 * and accounts of its own ready, and copies an account in, solves it and copies the answer out, over and over. Cold, and
 * from the prices of the day before. What reading, certificate and writing add is in the batch bench.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Table from 'cli-table3';
import { INSTANCE_SEED } from './instances/index.ts';
import type { ThroughputAnswer, ThroughputInput } from './throughput-worker.ts';

interface Plan {
  readonly instances: readonly string[];
  readonly accounts: number;
  readonly seconds: number;
}
const FULL: Plan = {
  instances: [
    'ria-n500-k65-l1',
    'ria-n500-k65-tax-sec',
    'ria-n1000-k65-tax-sec',
    'ria-n3000-k65-l1',
    'ria-n3000-k65-tax-sec',
  ],
  accounts: 150,
  seconds: 3,
};
const SMOKE: Plan = { instances: ['ria-n100-k20-tax-sec'], accounts: 10, seconds: 0.1 };
const THREADS = [1, 2];
const STARTS = ['cold', 'warm'] as const;

export interface ThroughputFigures {
  readonly instance: string;
  readonly threads: number;
  readonly start: 'cold' | 'warm';
  /** All threads together. */
  readonly accountsPerSecond: number;
  readonly medianMilliseconds: number;
  readonly p99Milliseconds: number;
  readonly solved: number;
  readonly failures: number;
}

export interface ThroughputSummary {
  readonly seed: number;
  /** Distinct accounts of each thread. */
  readonly accounts: number;
  readonly figures: readonly ThroughputFigures[];
}

/** @param scale `smoke` for CI: that it runs */
export async function throughput(scale: 'smoke' | 'full'): Promise<ThroughputSummary> {
  const plan = scale === 'smoke' ? SMOKE : FULL;
  const figures: ThroughputFigures[] = [];
  for (const instance of plan.instances) {
    for (const threads of THREADS) figures.push(...(await measure(plan, instance, threads)));
  }
  print(figures);
  return { seed: INSTANCE_SEED, accounts: plan.accounts, figures };
}

async function measure(
  { accounts, seconds }: Plan,
  instance: string,
  threads: number,
): Promise<ThroughputFigures[]> {
  const url = join(import.meta.dirname, 'throughput-worker.ts');
  const workers = Array.from({ length: threads }, (_, t) => {
    const workerData: ThroughputInput = { instance, accounts, first: t * accounts, seconds };
    return new Worker(url, { workerData });
  });
  try {
    // `once` rejects when a thread fails.
    await Promise.all(workers.map(async (worker) => once(worker, 'message')));
    const figures: ThroughputFigures[] = [];
    for (const start of STARTS) {
      const answers = await Promise.all(
        workers.map(async (worker) => {
          const answered = once(worker, 'message');
          worker.postMessage(start);
          const [answer] = (await answered) as [ThroughputAnswer];
          return answer;
        }),
      );
      figures.push({ instance, threads, start, ...joined(answers) });
    }
    return figures;
  } finally {
    await Promise.all(workers.map(async (worker) => worker.terminate()));
  }
}

function joined(
  answers: readonly ThroughputAnswer[],
): Omit<ThroughputFigures, 'instance' | 'threads' | 'start'> {
  const times = answers.flatMap((answer) => [...answer.times]).sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] as number;
  const sumOf = (value: (answer: ThroughputAnswer) => number): number =>
    answers.reduce((sum, answer) => sum + value(answer), 0);
  return {
    accountsPerSecond: sumOf(({ solved, seconds }) => solved / seconds),
    medianMilliseconds: at(0.5),
    p99Milliseconds: at(0.99),
    solved: sumOf(({ solved }) => solved),
    failures: sumOf(({ failures }) => failures),
  };
}

function print(figures: readonly ThroughputFigures[]): void {
  const table = new Table({
    head: ['instance', 'threads', 'start', 'accounts/s', 'median ms', 'p99', 'failed'],
    colAligns: ['left', 'right', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const one of figures) {
    table.push([
      one.instance,
      String(one.threads),
      one.start,
      one.accountsPerSecond.toFixed(0),
      one.medianMilliseconds.toFixed(3),
      one.p99Milliseconds.toFixed(3),
      String(one.failures),
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
