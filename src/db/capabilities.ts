/**
 * What a server is, asked of the server itself and not of its configured name. Everything that could lose
 * an acknowledged commit is refused; what only loses comfort is a warning.
 */
import type { Queryable } from './database.ts';
import { StoreError } from './store-error.ts';

export interface ServerCapabilities {
  readonly majorVersion: number;
  readonly versionText: string;
  readonly hasDataChecksums: boolean;
  readonly collation: string;
  /** Sentences for `doctor` and the health page. */
  readonly warnings: readonly string[];
}

export const MAJOR_VERSION_MIN = 15;

interface ProbeRow {
  readonly version: string;
  readonly version_number: string;
  readonly fsync: string;
  readonly synchronous_commit: string;
  readonly full_page_writes: string;
  readonly data_checksums: string;
  readonly encoding: string;
  readonly collation: string;
  readonly is_in_recovery: boolean;
}

/** Engines that speak PostgreSQL's protocol but are not it (ENGINES 1.2 and 5.2), by their version text. */
const FOREIGN_ENGINES: readonly { readonly pattern: RegExp; readonly name: string }[] = [
  { pattern: /emcc|emscripten|wasm/i, name: 'PGlite (it never flushes to disk)' },
  { pattern: /cockroach/i, name: 'CockroachDB' },
  { pattern: /-YB-|yugabyte/i, name: 'YugabyteDB (not tested)' },
  { pattern: /aurora dsql/i, name: 'Aurora DSQL' },
  { pattern: /redshift/i, name: 'Redshift' },
];

/**
 * Reads a server's version and durability settings back.
 *
 * @throws StoreError POSTGRES_UNSUPPORTED for another engine, an old version, a replica or another
 *   encoding; POSTGRES_NOT_DURABLE unless `allowsUnsafeDurability`
 */
export async function probeServer(
  database: Queryable,
  options: { readonly allowsUnsafeDurability?: boolean } = {},
): Promise<ServerCapabilities> {
  const { rows } = await database.query<ProbeRow>(`
    SELECT version() AS version, current_setting('server_version_num') AS version_number,
           current_setting('fsync') AS fsync,
           current_setting('synchronous_commit') AS synchronous_commit,
           current_setting('full_page_writes') AS full_page_writes,
           current_setting('data_checksums') AS data_checksums,
           current_setting('server_encoding') AS encoding,
           (SELECT datcollate::text FROM pg_database WHERE datname = current_database()) AS collation,
           pg_is_in_recovery() AS is_in_recovery`);
  const row = rows[0];
  if (row === undefined) throw new StoreError('POSTGRES_UNSUPPORTED', 'the server answers nothing');
  return judgeServer(row, options.allowsUnsafeDurability ?? false);
}

/** The judgment of `probeServer` on what the server said; apart, so that other engines can be tried. */
export function judgeServer(row: ProbeRow, allowsUnsafeDurability: boolean): ServerCapabilities {
  const engine = FOREIGN_ENGINES.find(({ pattern }) => pattern.test(row.version));
  if (engine !== undefined) {
    throw new StoreError('POSTGRES_UNSUPPORTED', `${engine.name} is not a system of record`);
  }
  const majorVersion = Math.floor(Number(row.version_number) / 10_000);
  if (!(majorVersion >= MAJOR_VERSION_MIN)) {
    throw new StoreError(
      'POSTGRES_UNSUPPORTED',
      `PostgreSQL ${row.version_number} is older than ${String(MAJOR_VERSION_MIN)}`,
    );
  }
  if (row.is_in_recovery) {
    throw new StoreError('POSTGRES_UNSUPPORTED', 'this is a replica; decisions need the primary');
  }
  if (row.encoding !== 'UTF8') {
    throw new StoreError('POSTGRES_UNSUPPORTED', `the encoding is ${row.encoding}, not UTF8`);
  }
  const warnings = durabilityWarnings(row, allowsUnsafeDurability);
  if (row.data_checksums !== 'on') warnings.push('the server has no data checksums');
  if (row.collation !== 'C' && row.collation !== 'C.UTF-8' && row.collation !== 'POSIX') {
    warnings.push(`the database sorts by ${row.collation}; C does not change with the system`);
  }
  return {
    majorVersion,
    versionText: row.version,
    hasDataChecksums: row.data_checksums === 'on',
    collation: row.collation,
    warnings,
  };
}

function durabilityWarnings(row: ProbeRow, allowsUnsafeDurability: boolean): string[] {
  const weak: string[] = [];
  if (row.fsync !== 'on') weak.push(`fsync=${row.fsync}`);
  // remote_apply is stronger than on; local, remote_write and off are weaker.
  if (row.synchronous_commit !== 'on' && row.synchronous_commit !== 'remote_apply') {
    weak.push(`synchronous_commit=${row.synchronous_commit}`);
  }
  if (row.full_page_writes !== 'on') weak.push(`full_page_writes=${row.full_page_writes}`);
  if (weak.length > 0 && !allowsUnsafeDurability) {
    throw new StoreError('POSTGRES_NOT_DURABLE', `the server runs with ${weak.join(', ')}`);
  }
  return weak.map((setting) => `development only: ${setting}`);
}
