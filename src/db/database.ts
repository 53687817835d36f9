/**
 * The one way to the database: a pool whose every connection has timeouts and UTC, and transactions that
 * are retried whole.
 *
 * Invariants:
 *   DB1  a transaction's effects are all there or none; an error of the callback rolls back.
 *   DB2  40001 and 40P01 repeat the callback from its start, at most `attemptsMax` times.
 *   DB3  a connection lost during COMMIT is reported as COMMIT_OUTCOME_UNKNOWN, never retried here.
 *   DB4  a transaction handle is dead once its callback has settled.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { assert } from '../kernel/index.ts';
import { rowTypes, toParameter } from './row-types.ts';
import { errorText, isRetryable, sqlStateOf, StoreError } from './store-error.ts';

/** How to reach a server: a URL, or the parts (host is a socket directory for a local server). */
export type ConnectionTarget =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

export interface DatabaseOptions {
  readonly target: ConnectionTarget;
  /** Connections; 8 is right for two cores (ENGINES 1.3: more is slower). */
  readonly poolSize?: number;
  readonly applicationName?: string;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly idleInTransactionTimeoutMs?: number;
  /** Called with errors of idle connections, for example when the server restarts. */
  readonly onConnectionError?: (error: Error) => void;
}

export interface QueryResult<Row> {
  readonly rows: readonly Row[];
  /** Rows returned, or touched by INSERT, UPDATE, DELETE. */
  readonly rowCount: number;
}

export interface Queryable {
  /**
   * Runs one statement. Parameters only as `$1`, `$2` …; text is never built from values.
   *
   * @param values decimals are sent as text, arrays as arrays; JSON through `jsonParameter`
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/** Work inside one transaction. A function that takes one is atomic with its caller's other work. */
export interface Transaction extends Queryable {
  readonly kind: 'transaction';
}

export interface TransactionOptions {
  readonly isolation?: 'readCommitted' | 'repeatableRead' | 'serializable';
  readonly readOnly?: boolean;
  readonly attemptsMax?: number;
}

export interface Database extends Queryable {
  readonly kind: 'database';
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Waits for running work, then closes every connection. Idempotent. */
  close(): Promise<void>;
}

const ATTEMPTS_MAX = 8;
const ISOLATION = {
  readCommitted: 'READ COMMITTED',
  repeatableRead: 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const;

/** Opens a pool; connects on first use. Probe a server before with `probeServer`. */
export function openDatabase(options: DatabaseOptions): Database {
  return new PooledDatabase(options);
}

class PooledDatabase implements Database {
  readonly kind = 'database';
  readonly #pool: pg.Pool;
  readonly #settings: readonly string[];
  readonly #prepared = new WeakSet<pg.PoolClient>();
  #closing: Promise<void> | null = null;

  constructor(options: DatabaseOptions) {
    const { target } = options;
    this.#pool = new pg.Pool({
      ...('url' in target ? { connectionString: target.url } : target),
      max: options.poolSize ?? 8,
      application_name: options.applicationName ?? 'evenkeel',
      types: rowTypes as unknown as pg.CustomTypesConfig,
      connectionTimeoutMillis: 30_000,
    });
    this.#settings = [
      String(options.statementTimeoutMs ?? 120_000),
      String(options.lockTimeoutMs ?? 30_000),
      String(options.idleInTransactionTimeoutMs ?? 120_000),
    ];
    // An idle connection that breaks is dropped by the pool; without a listener it would end the process.
    this.#pool.on('error', (error) => options.onConnectionError?.(error));
  }

  async query<Row extends object>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> {
    return retrying(ATTEMPTS_MAX, () =>
      this.#withClient((client) => runQuery<Row>(client, text, values)),
    );
  }

  async transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    return retrying(options.attemptsMax ?? ATTEMPTS_MAX, () =>
      this.#withClient((client) => runTransaction(client, work, options)),
    );
  }

  async close(): Promise<void> {
    this.#closing ??= this.#pool.end();
    await this.#closing;
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let isBroken = false;
    const onError = (): void => {
      isBroken = true;
    };
    client.on('error', onError);
    try {
      if (!this.#prepared.has(client)) {
        await client.query(
          `SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
                  set_config('idle_in_transaction_session_timeout', $3, false),
                  set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, YMD', false)`,
          [...this.#settings],
        );
        this.#prepared.add(client);
      }
      return await work(client);
    } catch (error) {
      // Without an SQLSTATE the state of the connection is not known: it is not used again.
      if (sqlStateOf(error) === null) isBroken = true;
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(isBroken);
    }
  }
}

async function runQuery<Row>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[],
): Promise<QueryResult<Row>> {
  // Without values the driver uses the simple protocol, in which a migration may hold many statements.
  const result: pg.QueryResult | pg.QueryResult[] =
    values.length === 0
      ? await client.query(text)
      : await client.query(text, values.map(toParameter));
  const last = Array.isArray(result) ? result.at(-1) : result;
  return { rows: (last?.rows ?? []) as Row[], rowCount: last?.rowCount ?? 0 };
}

async function runTransaction<T>(
  client: pg.PoolClient,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  let isOpen = true;
  const tx: Transaction = {
    kind: 'transaction',
    query: (text, values = []) => {
      assert(isOpen, 'a transaction is used only inside its callback');
      return runQuery(client, text, values);
    },
  };
  const isolation = ISOLATION[options.isolation ?? 'readCommitted'];
  await client.query(
    `BEGIN ISOLATION LEVEL ${isolation} ${options.readOnly === true ? 'READ ONLY' : 'READ WRITE'}`,
  );
  let value: T;
  try {
    value = await work(tx);
  } catch (error) {
    isOpen = false;
    await rollback(client);
    throw error;
  }
  isOpen = false;
  await commit(client);
  return value;
}

async function commit(client: pg.PoolClient): Promise<void> {
  try {
    const result = await client.query('COMMIT');
    // A caught statement error leaves the transaction failed: PostgreSQL then answers COMMIT with ROLLBACK.
    assert(result.command === 'COMMIT', 'a transaction with a failed statement is not committed');
  } catch (error) {
    const state = sqlStateOf(error);
    if (state !== null && !state.startsWith('08') && !state.startsWith('57')) throw error;
    if (error instanceof Error && error.name === 'AssertionError') throw error;
    throw new StoreError(
      'COMMIT_OUTCOME_UNKNOWN',
      `the connection was lost during COMMIT: ${errorText(error)}`,
      error,
    );
  }
}

async function rollback(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('ROLLBACK');
  } catch {
    // The connection is gone, and with it the transaction; the callback's error is the one to report.
  }
}

async function retrying<T>(attemptsMax: number, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= attemptsMax || !isRetryable(error)) throw error;
      await sleep(Math.min(5 * 2 ** count, 200));
    }
  }
}
