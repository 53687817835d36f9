/**
 * The job queue on pg-boss, in a schema of its own on the same PostgreSQL. The library has its own
 * connections, because it expects the driver's own row types; only `enqueue` uses ours, to be in the
 * caller's transaction.
 */
import { PgBoss, type Job } from 'pg-boss';
import type { ConnectionTarget, Database, Transaction } from '../../db/index.ts';
import type { JobName, JobPointers, JobQueue, QueueDepth } from './job-queue.ts';

export interface JobQueueOptions {
  readonly target: ConnectionTarget;
  readonly database: Database;
  readonly firmId: string;
  /** Errors and warnings of the library, which come as events and not as rejections. */
  readonly onEvent: (kind: 'error' | 'warning', detail: string) => void;
}

const SCHEMA = 'evenkeel_jobs';
const QUEUES: readonly JobName[] = ['run-computation', 'schedule-sweep'];

/** Ten seconds is the library's floor: a killed worker's job moves on about twelve seconds later. */
const HEARTBEAT_SECONDS = 10;
const SUPERVISE_SECONDS = 2;

/** Starts the library (which brings its schema up to date) and creates the queues. */
export async function startJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const { target } = options;
  const boss = new PgBoss({
    ...('url' in target ? { connectionString: target.url } : target),
    application_name: 'evenkeel-jobs',
    schema: SCHEMA,
    max: 3,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    useListenNotify: true,
  });
  boss.on('error', (error) => {
    options.onEvent('error', error instanceof Error ? error.message : String(error));
  });
  boss.on('warning', (warning) => {
    options.onEvent('warning', warning.message);
  });
  await boss.start();
  for (const name of QUEUES) {
    await boss.createQueue(name, {
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: 3_600,
      retryLimit: 5,
      retryDelay: 1,
      deleteAfterSeconds: 3_600,
      notify: true,
    });
  }
  // One a minute over all servers; what is due is decided by the handler, from the schedules' own rules.
  await boss.schedule('schedule-sweep', '* * * * *', { firmId: options.firmId }, { tz: 'UTC' });
  return new BossQueue(boss, options);
}

class BossQueue implements JobQueue {
  readonly #boss: PgBoss;
  readonly #options: JobQueueOptions;

  constructor(boss: PgBoss, options: JobQueueOptions) {
    this.#boss = boss;
    this.#options = options;
  }

  async enqueue<Name extends JobName>(
    tx: Transaction,
    name: Name,
    pointer: JobPointers[Name],
  ): Promise<void> {
    const db = {
      executeSql: async (text: string, values?: unknown[]) => {
        const result = await tx.query(text, (values ?? []).map(withoutUndefined));
        return { rows: [...result.rows] };
      },
    };
    await this.#boss.send(name, pointer, { db });
  }

  async work<Name extends JobName>(
    name: Name,
    handler: (pointer: JobPointers[Name]) => Promise<void>,
  ): Promise<void> {
    await this.#boss.work<JobPointers[Name]>(
      name,
      { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 2, batchSize: 1 },
      async (jobs: Job<JobPointers[Name]>[]) => {
        for (const job of jobs) await handler(job.data);
      },
    );
  }

  async depths(): Promise<readonly QueueDepth[]> {
    const { rows } = await this.#options.database.query<{
      readonly name: string;
      readonly depth: number;
      readonly age: number | null;
    }>(
      `SELECT q.name, count(j.id) AS depth,
              extract(epoch FROM now() - min(j.created_on))::integer AS age
         FROM unnest($1::text[]) AS q (name)
         LEFT JOIN ${SCHEMA}.job j
           ON j.name = q.name AND j.state IN ('created', 'retry', 'active') AND j.start_after <= now()
        GROUP BY q.name ORDER BY q.name`,
      [[...QUEUES]],
    );
    return rows.map((row) => ({
      name: row.name,
      depth: row.depth,
      oldestAgeSeconds: row.age,
    }));
  }

  async stop(timeoutMs: number): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: timeoutMs });
  }
}

/** The library passes undefined for SQL NULL. */
function withoutUndefined(value: unknown): unknown {
  return value === undefined ? null : value;
}
