/**
 * The supervisor of the local PostgreSQL (ENGINES 1.4).
 *
 * Invariants:
 *   PG1  at most one server per data directory, whoever starts and however many at once.
 *   PG2  a data directory is never initialized over, and never opened with another major version.
 *   PG3  the server outlives its starter: kill -9 of our process loses nothing, the next one attaches.
 *   PG4  nothing of the server can be reached from outside this machine, nor by another user on it.
 *   PG5  it is given out only after a query was answered and the durability settings were read back.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { probeServer, type ServerCapabilities } from './capabilities.ts';
import {
  CLUSTER_USER,
  initializeCluster,
  makeSocketDirectory,
  makeStateDirectory,
  reachableBinaries,
  readPassword,
  recordedMajorVersion,
} from './cluster-files.ts';
import { layoutOf, SOCKET_PORT, type ClusterLayout } from './cluster-layout.ts';
import { openDatabase, type ConnectionTarget } from './database.ts';
import { withFileLock } from './file-lock.ts';
import { discoverBinaries, machineSources, type BinarySources } from './postgres-binaries.ts';
import { findPostmaster, spawnPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts';
import { newLeaseName, returnLease, takeLease } from './server-lease.ts';
import { errorText, sqlStateOf, StoreError } from './store-error.ts';

export interface LocalServerOptions {
  /** Where the cluster lives: binaries excepted, everything of the server is in here. */
  readonly stateDirectory: string;
  /** Crash recovery can be long; progress is reported meanwhile. */
  readonly readyTimeoutMs?: number;
  readonly onProgress?: (message: string) => void;
  readonly sources?: BinarySources;
  /** The process that uses the server; this one unless a parent speaks for its children. */
  readonly leaseOf?: number;
}

export interface LocalServer {
  readonly pid: number;
  readonly dataDirectory: string;
  readonly logFile: string;
  /** False when a running server was found and attached to. */
  readonly wasStarted: boolean;
  readonly capabilities: ServerCapabilities;
  /** How to reach a database of this server. */
  target(databaseName: string): ConnectionTarget;
  /** Gives up the use of the server; the last user stops it. */
  release(): Promise<void>;
  /** Stops it now, whoever else uses it. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 180_000;
/** How long the shared memory of a killed server may be held before that is a failure. */
const HELD_MS_MAX = 60_000;
const RETRY_MS = 250;
const POLL_MS = 20;

/**
 * Attaches to the server of a state directory, or starts it, or makes it.
 *
 * @throws StoreError POSTGRES_NOT_FOUND, POSTGRES_VERSION_MISMATCH, POSTGRES_NO_SERVICE_USER,
 *   POSTGRES_DATA_NOT_OURS, POSTGRES_START_FAILED, or what `probeServer` refuses
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  if (process.platform === 'win32') {
    throw new StoreError(
      'POSTGRES_START_FAILED',
      'the local server needs Unix sockets: set DATABASE_URL on Windows',
    );
  }
  const layout = layoutOf(options.stateDirectory);
  makeStateDirectory(layout);
  return withFileLock(layout.lockFile, async () => {
    const ready = (await attach(layout, options)) ?? (await startServer(layout, options));
    const lease = options.leaseOf === undefined ? newLeaseName() : String(options.leaseOf);
    takeLease(layout, lease);
    return describe({ layout, lease, ...ready });
  });
}

interface ReadyServer {
  readonly server: Postmaster;
  readonly capabilities: ServerCapabilities;
  readonly wasStarted: boolean;
}

/** The server that runs already; null when there is none, or when it ends while it is asked. */
async function attach(
  layout: ClusterLayout,
  options: LocalServerOptions,
): Promise<ReadyServer | null> {
  const server = findPostmaster(layout);
  if (server === null) return null;
  const failureOf = (): string | null => (findPostmaster(layout) === null ? 'it ended' : null);
  try {
    const capabilities = await becomeReady({ layout, server, options, failureOf });
    return { server, capabilities, wasStarted: false };
  } catch (error) {
    if (failureOf() === null) throw error;
    return null;
  }
}

/** Stops the server of a state directory if one runs. @returns whether there was one */
export async function stopLocalServer(stateDirectory: string): Promise<boolean> {
  const layout = layoutOf(stateDirectory);
  makeStateDirectory(layout);
  return withFileLock(layout.lockFile, async () => {
    const wasRunning = findPostmaster(layout) !== null;
    await stopPostmaster(layout);
    return wasRunning;
  });
}

/**
 * Gives up the use of a server that was started with `leaseOf`; the last user stops it.
 *
 * @param leaseOf the process id that was given
 */
export async function releaseLocalServer(stateDirectory: string, leaseOf: number): Promise<void> {
  const layout = layoutOf(stateDirectory);
  makeStateDirectory(layout);
  await releaseLease(layout, String(leaseOf));
}

function releaseLease(layout: ClusterLayout, lease: string): Promise<void> {
  return withFileLock(layout.lockFile, async () => {
    if (returnLease(layout, lease)) await stopPostmaster(layout);
  });
}

/** The caller holds the lock and has seen that no server runs. */
async function startServer(
  layout: ClusterLayout,
  options: LocalServerOptions,
): Promise<ReadyServer> {
  const recorded = recordedMajorVersion(layout);
  const discovered = discoverBinaries(recorded, options.sources ?? machineSources);
  const binaries = reachableBinaries(discovered, layout);
  const version = String(binaries.majorVersion);
  makeSocketDirectory(layout);
  if (recorded === null) {
    options.onProgress?.(`creating a PostgreSQL ${version} cluster`);
    await initializeCluster(layout, binaries);
  }
  // After a crash, backends that have not yet noticed still hold the shared memory for a moment.
  for (let waited = 0; ; waited += RETRY_MS) {
    options.onProgress?.(`starting PostgreSQL ${version}`);
    const spawned = spawnPostmaster(layout, binaries);
    const failureOf = (): string | null => spawned.failure;
    const asked = { pid: 0, port: SOCKET_PORT, socketDirectory: layout.socketDirectory };
    try {
      const capabilities = await becomeReady({ layout, server: asked, options, failureOf });
      const server = findPostmaster(layout);
      if (server !== null) return { server, capabilities, wasStarted: true };
      throw new StoreError('POSTGRES_START_FAILED', `it ended again; see ${layout.logFile}`);
    } catch (error) {
      const isHeld = /is still in use|already exists/.test(logTail(layout));
      if (spawned.failure === null || !isHeld || waited >= HELD_MS_MAX) throw error;
      await sleep(RETRY_MS);
    }
  }
}

interface Readiness {
  readonly layout: ClusterLayout;
  readonly server: Postmaster;
  readonly options: LocalServerOptions;
  /** Why it will never be ready; null while it may be. */
  readonly failureOf: () => string | null;
}

/** Readiness is a query that answers; then the settings are read back (PG5). */
async function becomeReady(readiness: Readiness): Promise<ServerCapabilities> {
  const { layout, server, options, failureOf } = readiness;
  const database = openDatabase({ target: targetOf(layout, server, 'postgres'), poolSize: 1 });
  try {
    const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
    const start = performance.now(); // house: reads-clock
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await probeServer(database);
      } catch (error) {
        if (error instanceof StoreError || isAccessRefused(error)) throw error;
        const waited = performance.now() - start; // house: reads-clock
        if (failureOf() !== null || waited > timeoutMs) throw notReady(readiness, error);
        if (attempt % 100 === 99) {
          options.onProgress?.(`waiting for PostgreSQL: ${errorText(error)}`);
        }
      }
      await sleep(POLL_MS);
    }
  } finally {
    await database.close();
  }
}

/** 28xxx: the password file and the cluster do not belong together; waiting would not help. */
function isAccessRefused(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('28') === true;
}

function notReady({ layout, failureOf }: Readiness, error: unknown): StoreError {
  const why = failureOf() ?? errorText(error);
  return new StoreError(
    'POSTGRES_START_FAILED',
    `PostgreSQL is not ready (${why}); end of ${layout.logFile}:\n${logTail(layout)}`,
    error,
  );
}

function logTail(layout: ClusterLayout): string {
  try {
    return readFileSync(layout.logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  } catch {
    return '(no log)';
  }
}

function targetOf(layout: ClusterLayout, server: Postmaster, database: string): ConnectionTarget {
  return {
    host: server.socketDirectory,
    port: server.port,
    user: CLUSTER_USER,
    password: readPassword(layout),
    database,
  };
}

function describe(
  described: ReadyServer & {
    readonly layout: ClusterLayout;
    readonly lease: string;
  },
): LocalServer {
  const { layout, lease, server, capabilities, wasStarted } = described;
  return {
    pid: server.pid,
    dataDirectory: layout.dataDirectory,
    logFile: layout.logFile,
    wasStarted,
    capabilities,
    target: (databaseName) => targetOf(layout, server, databaseName),
    release: () => releaseLease(layout, lease),
    stop: () => withFileLock(layout.lockFile, () => stopPostmaster(layout)),
  };
}
