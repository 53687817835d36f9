/** Sections of the report on many accounts: the engine on two threads, and batches streamed from a file. */
import type { BatchSummary } from './batch-figures.ts';
import { markdownTable, NOTHING, rounded, whole, worst } from './markdown.ts';
import type { ThroughputFigures, ThroughputSummary } from './throughput.ts';

/** Accounts per second on two threads, lots and rows. */
export const THROUGHPUT_GOALS: Readonly<Record<string, Readonly<Record<'cold' | 'warm', number>>>> =
  {
    'ria-n500-k65-tax-sec': { cold: 5_000, warm: 10_000 },
    'ria-n3000-k65-tax-sec': { cold: 600, warm: 2_000 },
  };
/** 99th percentile over median. */
export const TAIL_GOAL = 5;
const GOAL_THREADS = 2;
const MILLION_GOAL_MINUTES = 3;

export function throughputSection({ seed, accounts, figures }: ThroughputSummary): string {
  const table = markdownTable(
    [
      'instance',
      'start',
      'threads',
      'accounts/s',
      'goal',
      'median ms',
      'p99 ms',
      'p99 / median',
      'failed',
    ],
    figures.map((one) => [
      one.instance,
      one.start,
      String(one.threads),
      whole(one.accountsPerSecond),
      goalCell(one),
      rounded(one.medianMilliseconds),
      rounded(one.p99Milliseconds),
      (one.p99Milliseconds / one.medianMilliseconds).toFixed(1),
      whole(one.failures),
    ]),
    2,
  );
  const beyond = figures.filter(
    (one) => one.p99Milliseconds > TAIL_GOAL * one.medianMilliseconds,
  ).length;
  return `Solver only: each thread has ${whole(accounts)} accounts of its own ready (seed ${String(seed)}) and copies an account in, solves it and copies the
answer out, over and over; every solve counts, also those the machine interrupts. The 99th percentile is to stay within
${String(TAIL_GOAL)} times the median: ${beyond === 0 ? 'it does everywhere' : `it does not in ${String(beyond)} of ${String(figures.length)} lines`}.

${table}`;
}

function goalCell({ instance, threads, start, accountsPerSecond }: ThroughputFigures): string {
  const goal = threads === GOAL_THREADS ? THROUGHPUT_GOALS[instance]?.[start] : undefined;
  if (goal === undefined) return NOTHING;
  return `${whole(goal)}, ${accountsPerSecond >= goal ? 'met' : '**missed**'}`;
}

export function batchSection(summary: BatchSummary): string {
  const { instance, seed, files, runs, latencies, isSameForAllThreads } = summary;
  const table = markdownTable(
    [
      'start',
      'threads',
      'accounts',
      'accounts/s',
      '1,000,000 extrapolated, min',
      'resident MB, least to most',
      'MB per 10,000 accounts',
      'worst gap',
      'worst violation',
      'failed',
    ],
    runs.map((one) => [
      one.start,
      String(one.threads),
      whole(one.accounts),
      whole(one.accountsPerSecond),
      one.millionAccountsMinutes.toFixed(1),
      `${whole(one.residentMegabytes.least)} to ${whole(one.residentMegabytes.most)}`,
      one.residentMegabytes.perTenThousandAccounts.toFixed(1),
      worst(one.worstRelativeGap),
      worst(one.worstViolation),
      whole(one.failures),
    ]),
  );
  const latency = markdownTable(
    ['start', 'accounts', 'median ms', 'p99 ms', 'largest ms'],
    latencies.map((one) => [
      one.start,
      whole(one.accounts),
      rounded(one.median),
      rounded(one.p99),
      rounded(one.max),
    ]),
  );
  const goals = runs
    .filter(({ threads }) => threads === GOAL_THREADS)
    .map(({ start, millionAccountsMinutes: minutes }) => {
      const verdict = minutes <= MILLION_GOAL_MINUTES ? 'met' : '**missed**';
      return `${start} ${minutes.toFixed(1)}, ${verdict}`;
    });
  const tenths = markdownTable(
    ['start', 'threads', ...Array.from({ length: 10 }, (_, tenth) => String(tenth + 1))],
    runs.map((one) => [
      one.start,
      String(one.threads),
      ...one.residentMegabytes.byTenth.map(whole),
    ]),
  );
  const [file] = files;
  return `Accounts of \`${instance}\` (seed ${String(seed)}) streamed from a file through \`optimizeBatch\`: reading, decoding, solving, certificate, encoding
and taking every answer, in a process of its own. ${whole(file?.accounts ?? 0)} distinct accounts,
${rounded((file?.bytesPerAccount ?? 0) / 1000)} kB each. The files had just been written, so that much of them is read from the system's cache. *Warm* records
carry the prices of the day before.

Memory is that of the process with its threads after the first fifth of the accounts; its slope says whether it grows. A
million accounts were not run: those minutes are the run's time per account times a million. Goal with
${String(GOAL_THREADS)} threads: ${String(MILLION_GOAL_MINUTES)} minutes; ${goals.join('; ')}. One thread and two gave
${isSameForAllThreads ? 'the same bits for every answer (SHA-256 over weights, factor prices and shadow prices)' : '**different bits**, which is a fault'}.

${table}
The most resident megabytes in each tenth of a run:

${tenths}
One account on one thread, record to answer record:

${latency}`;
}
