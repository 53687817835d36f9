/** What the batch bench tells its processes, and what they answer. */

export type BatchStart = 'cold' | 'warm';

export interface BatchInput {
  readonly step: 'generate' | 'measure' | 'latency';
  readonly path: string;
  readonly instance: string;
  readonly start: BatchStart;
  readonly accounts: number;
  readonly threads: number;
}

export interface BatchFile {
  readonly accounts: number;
  readonly bytes: number;
  readonly bytesPerAccount: number;
}

export interface BatchRun {
  readonly start: BatchStart;
  readonly threads: number;
  readonly accounts: number;
  /** From opening the file to the last answer, threads starting and code compiling included. */
  readonly seconds: number;
  readonly accountsPerSecond: number;
  /** Extrapolated from `seconds`: nobody measured a million. */
  readonly millionAccountsMinutes: number;
  /** Of the whole process with its threads, after the first fifth of the accounts. */
  readonly residentMegabytes: {
    readonly least: number;
    readonly most: number;
    readonly last: number;
    /** Least-squares slope: about zero is flat. */
    readonly perTenThousandAccounts: number;
    /** The most in each tenth of the accounts, from the first on. */
    readonly byTenth: readonly number[];
  };
  readonly worstRelativeGap: number;
  readonly worstViolation: number;
  /** Accounts without a proved answer. */
  readonly failures: number;
  /** SHA-256 of weights, factor prices and shadow prices of all answers, bit by bit. */
  readonly answersHash: string;
}

/** Milliseconds of one account on one thread: record to answer record. */
export interface BatchLatency {
  readonly start: BatchStart;
  readonly accounts: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

export interface BatchSummary {
  readonly instance: string;
  readonly seed: number;
  readonly files: readonly (BatchFile & { readonly start: BatchStart })[];
  readonly runs: readonly BatchRun[];
  readonly latencies: readonly BatchLatency[];
  /** Whether one and two threads gave the same bits, cold and warm. */
  readonly isSameForAllThreads: boolean;
}
