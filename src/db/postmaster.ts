/** The running server of a data directory: found by its pid file and proven, started, stopped. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverEnvironment } from './cluster-files.ts';
import { SOCKET_PORT, type ClusterLayout } from './cluster-layout.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { commandLineOf, isProcessAlive } from './process-table.ts';
import { identityOptions } from './service-user.ts';
import { StoreError } from './store-error.ts';

export interface Postmaster {
  readonly pid: number;
  /** From the pid file: a server started elsewhere may have another than the layout's. */
  readonly socketDirectory: string;
  readonly port: number;
}

/**
 * The server that serves this data directory now, or null. A pid file alone proves nothing: the process
 * must live, be a postgres, and have been started with this directory.
 */
export function findPostmaster(layout: ClusterLayout): Postmaster | null {
  const lines = pidFileLines(layout);
  const pid = Number(lines?.[0]);
  const port = Number(lines?.[3]);
  const socketDirectory = lines?.[4] ?? '';
  if (!Number.isInteger(pid) || pid <= 1 || !servesDirectory(pid, layout.dataDirectory))
    return null;
  // The last lines are written a moment after the first: without them the server is still starting.
  if (!(port > 0) || socketDirectory === '') {
    return { pid, port: SOCKET_PORT, socketDirectory: layout.socketDirectory };
  }
  return { pid, port, socketDirectory };
}

function pidFileLines(layout: ClusterLayout): readonly string[] | null {
  try {
    return readFileSync(join(layout.dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null; // no server, or one that stopped between two looks
  }
}

function servesDirectory(pid: number, dataDirectory: string): boolean {
  if (!isProcessAlive(pid)) return false;
  const command = commandLineOf(pid);
  if (command === null || !/^(?:postgres|postmaster)$/.test(basename(command[0] ?? '')))
    return false;
  const directory = command[command.indexOf('-D') + 1];
  return directory !== undefined && realpathOf(directory) === realpathOf(dataDirectory);
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Settings that keep what was acknowledged, stated even where they are the default. */
const SETTINGS: readonly string[] = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'password_encryption=scram-sha-256',
  'unix_socket_permissions=0700',
  'listen_addresses=',
  'ssl=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'max_connections=200',
  'shared_buffers=128MB',
  'logging_collector=off',
  // Every order transaction is small; a checkpoint storm is what hurts the tail.
  'checkpoint_completion_target=0.9',
  'max_wal_size=2GB',
];

/**
 * Starts the server in a process group of its own, so that neither a terminal's signals nor the end of
 * this process reach it. Returns at once; readiness is asked with a query.
 */
export function spawnPostmaster(layout: ClusterLayout, binaries: PostgresBinaries): SpawnedServer {
  removePidFileOfAnother(layout);
  const log = openSync(layout.logFile, 'a', 0o600);
  try {
    const settings = [...SETTINGS, `unix_socket_directories=${layout.socketDirectory}`];
    const child = spawn(
      join(binaries.directory, 'postgres'),
      [
        '-D',
        layout.dataDirectory,
        '-p',
        String(SOCKET_PORT),
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      {
        ...identityOptions(layout.user),
        detached: true,
        stdio: ['ignore', log, log],
        cwd: layout.dataDirectory,
        env: serverEnvironment(),
      },
    );
    const server: { failure: string | null } = { failure: null };
    child.once('error', (error) => (server.failure = error.message));
    child.once('exit', (code, signal) => {
      server.failure ??= `it ended with ${signal ?? `code ${String(code)}`}`;
    });
    child.unref();
    return server;
  } finally {
    closeSync(log);
  }
}

/** `failure` is set once the process has ended or could not be made. */
export interface SpawnedServer {
  readonly failure: string | null;
}

/**
 * After a crash the recorded process id may be another program's by now, or a zombie's; PostgreSQL would
 * then refuse to start. Its second lock, on shared memory, still stops a start beside live backends.
 */
function removePidFileOfAnother(layout: ClusterLayout): void {
  const pid = Number(pidFileLines(layout)?.[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  if (!servesDirectory(pid, layout.dataDirectory)) {
    rmSync(join(layout.dataDirectory, 'postmaster.pid'), { force: true });
  }
}

/**
 * Stops a server: fast (running transactions are rolled back, everything is flushed), and if that hangs,
 * immediate (the next start recovers). Never SIGKILL.
 *
 * @throws StoreError POSTGRES_START_FAILED if it is still there after both
 */
export async function stopPostmaster(layout: ClusterLayout): Promise<void> {
  const server = findPostmaster(layout);
  if (server === null) return;
  for (const [signal, waitMs] of [
    ['SIGINT', 60_000],
    ['SIGQUIT', 20_000],
  ] as const) {
    process.kill(server.pid, signal);
    for (let waited = 0; waited < waitMs; waited += 20) {
      if (!isProcessAlive(server.pid)) return;
      await sleep(20);
    }
  }
  throw new StoreError(
    'POSTGRES_START_FAILED',
    `the server (process ${String(server.pid)}) does not stop`,
  );
}
