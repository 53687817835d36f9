/** One call from nothing to a migrated database: what the composition roots use. */
import { join } from 'node:path';
import { probeServer, type ServerCapabilities } from './capabilities.ts';
import { homeDirectory } from './cluster-layout.ts';
import { openDatabase, type ConnectionTarget, type Database, type Queryable } from './database.ts';
import { migrate, readMigrations } from './migrations.ts';
import { startLocalServer, type LocalServer, type LocalServerOptions } from './postgres-server.ts';
import { watchServer, type ServerWatch } from './server-watch.ts';
import { isUniqueViolation, sqlStateOf } from './store-error.ts';

export interface StoreOptions {
  /** An existing server; null or absent = `DATABASE_URL`, else the local server. */
  readonly databaseUrl?: string | null;
  /** Parent of the local server's files; default `EVENKEEL_HOME`, else `.evenkeel` in the checkout. */
  readonly home?: string;
  readonly databaseName?: string;
  readonly migrationsDirectory?: string;
  readonly poolSize?: number;
  readonly applicationName?: string;
  readonly allowsUnsafeDurability?: boolean;
  readonly onProgress?: (message: string) => void;
}

export interface Store {
  readonly database: Database;
  readonly target: ConnectionTarget;
  readonly capabilities: ServerCapabilities;
  /** Null when the server is not ours. */
  readonly server: LocalServer | null;
  /** Closes the connections and gives up the local server; the last user stops it. */
  close(): Promise<void>;
}

/**
 * Opens the store: `DATABASE_URL` if set, else the local server; proven durable; migrated. A local server
 * that is killed is started again while the store is open.
 *
 * @throws StoreError with what is wrong and what to do
 */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const url = options.databaseUrl ?? process.env['DATABASE_URL'] ?? '';
  const local = url === '' ? await openLocalServer(options) : null;
  const release = async (): Promise<void> => {
    await local?.watch.stop();
    await local?.server.release();
  };
  try {
    const databaseName = options.databaseName ?? 'evenkeel';
    if (local !== null) await createDatabase(local.server, databaseName);
    const target = local === null ? { url } : local.server.target(databaseName);
    const opened = await openMigrated(target, options);
    const close = async (): Promise<void> => {
      await opened.database.close();
      await release();
    };
    return { ...opened, target, server: local?.server ?? null, close };
  } catch (error) {
    await release();
    throw error;
  }
}

async function openMigrated(
  target: ConnectionTarget,
  options: StoreOptions,
): Promise<Pick<Store, 'database' | 'capabilities'>> {
  const database = openDatabase({
    target,
    ...(options.poolSize === undefined ? {} : { poolSize: options.poolSize }),
    ...(options.applicationName === undefined ? {} : { applicationName: options.applicationName }),
  });
  try {
    const allowsUnsafeDurability = options.allowsUnsafeDurability ?? false;
    const capabilities = await probeServer(database, { allowsUnsafeDurability });
    const { applied } = await migrate(database, readMigrations(options.migrationsDirectory));
    if (applied.length > 0) options.onProgress?.(`applied ${String(applied.length)} migrations`);
    return { database, capabilities };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openLocalServer(
  options: StoreOptions,
): Promise<{ readonly server: LocalServer; readonly watch: ServerWatch }> {
  const serverOptions: LocalServerOptions = {
    stateDirectory: join(options.home ?? homeDirectory(), 'postgres'),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  };
  const server = await startLocalServer(serverOptions);
  return { server, watch: watchServer(server, serverOptions) };
}

async function createDatabase(server: LocalServer, name: string): Promise<void> {
  const maintenance = openDatabase({ target: server.target('postgres'), poolSize: 1 });
  try {
    await ensureDatabase(maintenance, name);
  } finally {
    await maintenance.close();
  }
}

/** Creates a database unless it is there. @param name letters, digits and underscores */
export async function ensureDatabase(maintenance: Queryable, name: string): Promise<void> {
  const found = await maintenance.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (found.rows.length > 0) return;
  try {
    await maintenance.query(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0`);
  } catch (error) {
    // 42P04, or 23505 in a close race: another starter made it first.
    if (sqlStateOf(error) !== '42P04' && !isUniqueViolation(error)) throw error;
  }
}

/** A name as SQL text. Names come from code, never from users. @throws Error on any other character */
export function quoteIdentifier(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) throw new Error(`not a plain SQL name: ${name}`);
  return `"${name}"`;
}
