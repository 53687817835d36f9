/**
 * Who the server runs as. PostgreSQL refuses root, and a bare numeric uid without a passwd entry fails
 * too, so a root process hands the server to an existing unprivileged user.
 */
import { chownSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from './store-error.ts';

export interface ServiceUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Preferred first. `nobody` and `daemon` exist on nearly every system, containers included. */
const CANDIDATES = ['postgres', 'evenkeel', 'nobody', 'daemon'] as const;

/**
 * The user for the server, or null when this process is unprivileged and runs it as itself.
 *
 * @param dataDirectory an existing one keeps the owner it has
 * @throws StoreError POSTGRES_DATA_NOT_OURS, POSTGRES_NO_SERVICE_USER
 */
export function serviceUser(dataDirectory: string): ServiceUser | null {
  const owner = statSync(dataDirectory, { throwIfNoEntry: false })?.uid ?? null;
  const uid = process.getuid?.() ?? null;
  if (uid === null) return null;
  if (uid !== 0) {
    if (owner !== null && owner !== uid) {
      throw new StoreError(
        'POSTGRES_DATA_NOT_OURS',
        `${dataDirectory} belongs to uid ${String(owner)}, and this process is uid ${String(uid)}`,
      );
    }
    return null;
  }
  const users = passwdUsers();
  const chosen =
    owner !== null && owner !== 0
      ? users.find((user) => user.uid === owner)
      : CANDIDATES.map((name) => users.find((user) => user.name === name)).find(
          (user) => user !== undefined,
        );
  if (chosen === undefined) {
    throw new StoreError(
      'POSTGRES_NO_SERVICE_USER',
      'this process is root, PostgreSQL refuses root, and there is no user postgres or nobody',
    );
  }
  return chosen;
}

function passwdUsers(): readonly ServiceUser[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .filter((fields) => fields.length >= 4)
      .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number(uid), gid: Number(gid) }))
      .filter((user) => user.uid > 0 && Number.isInteger(user.gid));
  } catch {
    return []; // no passwd file: the caller reports that no user was found
  }
}

/** Gives a path to the server's user; nothing to do when it runs as this process. */
export function giveTo(user: ServiceUser | null, path: string): void {
  if (user !== null) chownSync(path, user.uid, user.gid);
}

/** Options of `spawn` that run a child as the server's user. */
export function identityOptions(user: ServiceUser | null): { uid?: number; gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}

/** True when the user can enter a directory and each of its parents. */
export function canReach(user: ServiceUser | null, directory: string): boolean {
  if (user === null) return true;
  for (let path = directory; ; path = dirname(path)) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) {
      const bit = stats.uid === user.uid ? 0o100 : stats.gid === user.gid ? 0o010 : 0o001;
      if ((stats.mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}
