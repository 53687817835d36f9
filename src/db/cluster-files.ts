/** Makes a cluster: initdb into a directory of its own, renamed into place when it is whole. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterLayout } from './cluster-layout.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { canReach, giveTo, identityOptions } from './service-user.ts';
import { errorText, StoreError } from './store-error.ts';

const run = promisify(execFile);

/** The superuser of our own clusters; no other role exists in them. */
export const CLUSTER_USER = 'evenkeel';

/** Major version recorded in the data directory; null when there is none yet. */
export function recordedMajorVersion(layout: ClusterLayout): number | null {
  const file = join(layout.dataDirectory, 'PG_VERSION');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : null;
}

export function readPassword(layout: ClusterLayout): string {
  return readFileSync(layout.passwordFile, 'utf8').trim();
}

/** The state directory, before the lock in it can be taken. */
export function makeStateDirectory(layout: ClusterLayout): void {
  mkdirSync(layout.stateDirectory, { recursive: true, mode: 0o755 });
  // The server's user passes through it to its data; 0711 shows nothing to anybody else.
  if (process.getuid?.() === 0) chmodSync(layout.stateDirectory, 0o711);
}

/** A 0700 directory for the socket, proven to be ours: the one under /tmp could be someone else's. */
export function makeSocketDirectory(layout: ClusterLayout): void {
  mkdirSync(layout.socketDirectory, { recursive: true, mode: 0o700 });
  const stats = lstatSync(layout.socketDirectory);
  const owners = [process.getuid?.() ?? stats.uid, layout.user?.uid];
  if (!stats.isDirectory() || !owners.includes(stats.uid)) {
    throw new StoreError(
      'POSTGRES_DATA_NOT_OURS',
      `${layout.socketDirectory} belongs to uid ${String(stats.uid)}`,
    );
  }
  chmodSync(layout.socketDirectory, 0o700);
  giveTo(layout.user, layout.socketDirectory);
}

/**
 * Binaries that the server's user can run: the same, or a copy in the state directory when they are where
 * that user cannot go (a checkout below /root).
 */
export function reachableBinaries(
  binaries: PostgresBinaries,
  layout: ClusterLayout,
): PostgresBinaries {
  if (canReach(layout.user, binaries.directory)) return binaries;
  const copy = join(layout.stateDirectory, `native-${String(binaries.majorVersion)}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.new-${String(process.pid)}`;
    const options = { recursive: true, verbatimSymlinks: true } as const;
    cpSync(dirname(binaries.directory), unfinished, options);
    renameSync(unfinished, copy);
  }
  return { ...binaries, directory: join(copy, 'bin') };
}

/** Creates the data directory. The caller holds the lock and has seen that there is none. */
export async function initializeCluster(
  layout: ClusterLayout,
  binaries: PostgresBinaries,
): Promise<void> {
  for (const name of readdirSync(layout.stateDirectory)) {
    // Left by a starter that was killed in the middle of it.
    if (name.startsWith('data.new-'))
      rmSync(join(layout.stateDirectory, name), { recursive: true });
  }
  const unfinished = join(layout.stateDirectory, `data.new-${String(process.pid)}`);
  mkdirSync(unfinished, { mode: 0o700 });
  giveTo(layout.user, unfinished);
  const password = randomBytes(24).toString('base64url');
  const handover = join(layout.socketDirectory, 'initial-password');
  writeFileSync(handover, `${password}\n`, { mode: 0o600 });
  giveTo(layout.user, handover);
  try {
    await run(join(binaries.directory, 'initdb'), initdbArguments(unfinished, handover), {
      ...identityOptions(layout.user),
      cwd: unfinished,
      env: serverEnvironment(),
      timeout: 120_000,
    });
  } catch (error) {
    const output = (error as { stderr?: string }).stderr ?? '';
    throw new StoreError('POSTGRES_START_FAILED', `initdb: ${output || errorText(error)}`, error);
  } finally {
    rmSync(handover, { force: true });
  }
  // The password is there before the cluster is: a cluster without its password would be lost.
  writeFileSync(layout.passwordFile, `${password}\n`, { mode: 0o600 });
  renameSync(unfinished, layout.dataDirectory);
}

function initdbArguments(directory: string, passwordFile: string): readonly string[] {
  return [
    `--pgdata=${directory}`,
    `--username=${CLUSTER_USER}`,
    `--pwfile=${passwordFile}`,
    '--auth-local=scram-sha-256',
    '--auth-host=scram-sha-256',
    '--data-checksums',
    '--encoding=UTF8',
    // C: the order of text, and so of every index, is the same whatever locale library the machine has.
    '--locale=C',
  ];
}

/** Only what the server needs: nothing of this process's environment, which may hold secrets. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
