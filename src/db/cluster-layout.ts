/** Where the local server's files are. */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { canReach, serviceUser, type ServiceUser } from './service-user.ts';

export interface ClusterLayout {
  /** Holds everything below; ours, not PostgreSQL's. */
  readonly stateDirectory: string;
  /** PostgreSQL's data directory: appears under this name only when it is whole. */
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly passwordFile: string;
  readonly logFile: string;
  readonly lockFile: string;
  readonly leaseDirectory: string;
  /** Who the server runs as; null = as this process. */
  readonly user: ServiceUser | null;
}

/** The port is only part of the socket's name: every cluster has a socket directory of its own. */
export const SOCKET_PORT = 5432;
/** sun_path holds 108 bytes with its end mark on Linux, 104 on macOS. */
const SOCKET_PATH_BYTES_MAX = 103;

const PROJECT_ROOT = resolve(import.meta.dirname, '..', '..');

/** `EVENKEEL_HOME`, else `.evenkeel` in the checkout: the parent of all state that Evenkeel keeps. */
export function homeDirectory(): string {
  const home = process.env['EVENKEEL_HOME'];
  return home === undefined || home === '' ? join(PROJECT_ROOT, '.evenkeel') : resolve(home);
}

/**
 * Lays out a cluster under a directory. A directory that the server's user cannot reach (a checkout below
 * /root) is replaced by /var/lib/evenkeel-HASH, always the same for the same directory.
 */
export function layoutOf(wanted: string): ClusterLayout {
  const requested = canonicalPath(wanted);
  const fallback = join('/var/lib', `evenkeel-${shortHash(requested)}`);
  const user = serviceUser(join(requested, 'data'));
  if (canReach(user, requested)) return layoutIn(requested, user);
  return layoutIn(fallback, serviceUser(join(fallback, 'data')));
}

function layoutIn(stateDirectory: string, user: ServiceUser | null): ClusterLayout {
  return {
    stateDirectory,
    dataDirectory: join(stateDirectory, 'data'),
    socketDirectory: socketDirectoryOf(stateDirectory),
    passwordFile: join(stateDirectory, 'password'),
    logFile: join(stateDirectory, 'server.log'),
    lockFile: join(stateDirectory, 'start.lock'),
    leaseDirectory: join(stateDirectory, 'leases'),
    user,
  };
}

function socketDirectoryOf(stateDirectory: string): string {
  const beside = join(stateDirectory, 'socket');
  const socket = join(beside, `.s.PGSQL.${String(SOCKET_PORT)}`);
  if (Buffer.byteLength(socket) <= SOCKET_PATH_BYTES_MAX) return beside;
  return join(tmpdir(), `evenkeel-${shortHash(stateDirectory)}`);
}

/** The path without symbolic links, as far as it exists: two spellings of one directory are one cluster. */
function canonicalPath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  return join(canonicalPath(dirname(absolute)), absolute.slice(dirname(absolute).length));
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
