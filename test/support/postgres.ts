/**
 * One PostgreSQL for all test runs of this checkout, and a fresh, migrated database per test file.
 *
 * The server is started by the first test that asks for a database and shared by every run at the same
 * time; the last run out stops it. With DATABASE_URL set, that server is used instead.
 */
import { createHash, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  ensureDatabase,
  migrate,
  openDatabase,
  quoteIdentifier,
  readMigrations,
  releaseLocalServer,
  sqlStateOf,
  startLocalServer,
  type ConnectionTarget,
  type Database,
} from '../../src/db/index.ts';

const STATE_DIRECTORY = resolve(import.meta.dirname, '..', '..', '.evenkeel', 'test-postgres');
/** Process id of the run: its workers use the server on the run's behalf. */
const RUN_VARIABLE = 'EVENKEEL_TEST_RUN';

/** vitest's globalSetup: nothing is started until a test asks; the returned teardown lets go. */
export default function setup(): () => Promise<void> {
  process.env[RUN_VARIABLE] = String(process.pid);
  return async () => {
    if (databaseUrl() === null) await releaseLocalServer(STATE_DIRECTORY, process.pid);
  };
}

export interface TestDatabase {
  readonly database: Database;
  /** For a second pool, or for another process. */
  readonly target: ConnectionTarget;
  readonly name: string;
  /** A further pool on the same database; closed by `drop`. */
  connect(poolSize?: number): Database;
  /** Closes the pools and drops the database. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** False gives an empty database: for tests of the migrations themselves. */
  readonly isMigrated?: boolean;
  readonly poolSize?: number;
}

/**
 * A fresh database, made from a migrated template.
 *
 * @example
 * let db: TestDatabase;
 * beforeAll(async () => { db = await createTestDatabase(); });
 * afterAll(() => db.drop());
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const targetOf = await serverTargets();
  const maintenance = openDatabase({ target: targetOf(null), poolSize: 1 });
  const name = `evenkeel_test_${runId()}_${randomBytes(5).toString('hex')}`;
  try {
    if (options.isMigrated === false) await ensureDatabase(maintenance, name);
    else await createFromTemplate(maintenance, name, targetOf);
  } finally {
    await maintenance.close();
  }
  const pools: Database[] = [];
  const connect = (poolSize = options.poolSize ?? 8): Database => {
    const pool = openDatabase({ target: targetOf(name), poolSize, applicationName: name });
    pools.push(pool);
    return pool;
  };
  return {
    database: connect(),
    target: targetOf(name),
    name,
    connect,
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.close()));
      const last = openDatabase({ target: targetOf(null), poolSize: 1 });
      await last.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
      await last.close();
    },
  };
}

/** As `createTestDatabase`, dropped when the current test ends. */
export async function useTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const created = await createTestDatabase(options);
  onTestFinished(() => created.drop());
  return created;
}

type TargetOf = (databaseName: string | null) => ConnectionTarget;

function databaseUrl(): string | null {
  const url = process.env['DATABASE_URL'];
  return url === undefined || url === '' ? null : url;
}

function runId(): string {
  return process.env[RUN_VARIABLE] ?? String(process.pid);
}

let targets: Promise<TargetOf> | null = null;

/** Starts or attaches once per worker; the run's process holds the lease. */
function serverTargets(): Promise<TargetOf> {
  targets ??= findServer();
  return targets;
}

async function findServer(): Promise<TargetOf> {
  const url = databaseUrl();
  if (url !== null) {
    // Not through URL: it refuses the form without a host that names a socket directory.
    const [, start = '', , options = ''] = /^([a-z]+:\/\/[^/?]*)(\/[^?]*)?(\?.*)?$/.exec(url) ?? [];
    return (name) => ({ url: name === null ? url : `${start}/${name}${options}` });
  }
  const server = await startLocalServer({
    stateDirectory: STATE_DIRECTORY,
    leaseOf: Number(runId()),
  });
  const targetOf: TargetOf = (name) => server.target(name ?? 'postgres');
  // Whoever starts the server cleans up after runs that were killed; nobody else is in the way yet.
  if (server.wasStarted) await removeLeftovers(targetOf);
  return targetOf;
}

/** Databases of runs that are gone, and templates of other versions of the migrations. */
async function removeLeftovers(targetOf: TargetOf): Promise<void> {
  const maintenance = openDatabase({ target: targetOf(null), poolSize: 1 });
  try {
    const { rows } = await maintenance.query<{ name: string }>(
      `SELECT datname::text AS name FROM pg_database WHERE starts_with(datname, 'evenkeel_')`,
    );
    const current = templateName();
    for (const { name } of rows) {
      const [, kind, run] = name.split('_');
      const isGone = kind === 'template' ? name !== current : !isRunning(Number(run));
      if (isGone) {
        await maintenance.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
      }
    }
  } finally {
    await maintenance.close();
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The template's name is a hash of the migrations: a changed file makes another template. */
function templateName(): string {
  const texts = readMigrations().map((migration) => `${migration.name}:${migration.checksum}`);
  const hash = createHash('sha256').update(texts.join('\n')).digest('hex');
  return `evenkeel_template_${hash.slice(0, 16)}`;
}

async function createFromTemplate(
  maintenance: Database,
  name: string,
  targetOf: TargetOf,
): Promise<void> {
  const template = templateName();
  for (let attempt = 1; ; attempt += 1) {
    await ensureTemplate(maintenance, template, targetOf);
    try {
      await whenIdle(() =>
        maintenance.query(
          `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(template)}`,
        ),
      );
      return;
    } catch (error) {
      // 3D000: a run of other migrations, just starting the server, has cleaned this template away.
      if (sqlStateOf(error) !== '3D000' || attempt >= 3) throw error;
    }
  }
}

/** 55006: a session that has said goodbye is still leaving the template; a moment later it is gone. */
async function whenIdle(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (sqlStateOf(error) !== '55006' || attempt >= 100) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

/** Built under another name and renamed when whole, so that a killed run leaves no half template. */
async function ensureTemplate(
  maintenance: Database,
  template: string,
  targetOf: TargetOf,
): Promise<void> {
  const exists = async (): Promise<boolean> =>
    (await maintenance.query('SELECT 1 FROM pg_database WHERE datname = $1', [template])).rows
      .length > 0;
  if (await exists()) return;
  const building = `evenkeel_building_${runId()}_${randomBytes(5).toString('hex')}`;
  await ensureDatabase(maintenance, building);
  const pool = openDatabase({ target: targetOf(building), poolSize: 1 });
  try {
    await migrate(pool);
  } finally {
    await pool.close();
  }
  try {
    await whenIdle(() =>
      maintenance.query(
        `ALTER DATABASE ${quoteIdentifier(building)} RENAME TO ${quoteIdentifier(template)}`,
      ),
    );
  } catch (error) {
    await maintenance.query(`DROP DATABASE ${quoteIdentifier(building)} WITH (FORCE)`);
    if (!(await exists())) throw error;
  }
}
