/**
 * Forward-only schema migrations: plain files `NNNNNN-name.sql`, each in one transaction.
 *
 * Invariants:
 *   MG1  every file is applied exactly once, in order of its number; two starters never apply one twice.
 *   MG2  a file that was applied is never different from what was applied.
 *   MG3  a number that appears between applied ones is applied when it appears.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sha256, type Sha256 } from '../kernel/index.ts';
import type { Database, Transaction } from './database.ts';
import { errorText, sqlStateOf, StoreError } from './store-error.ts';

export interface Migration {
  readonly number: number;
  /** File name. */
  readonly name: string;
  readonly sql: string;
  readonly checksum: Sha256;
}

export interface MigrationResult {
  /** Names of the files applied now. */
  readonly applied: readonly string[];
  readonly totalCount: number;
}

/** The `migrations` folder of this checkout. */
export const MIGRATIONS_DIRECTORY = resolve(import.meta.dirname, '..', '..', 'migrations');

const NAME = /^(\d{6})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/;

/** Reads the migration files, by number. @throws StoreError MIGRATION_INVALID naming every bad file */
export function readMigrations(directory: string = MIGRATIONS_DIRECTORY): readonly Migration[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.sql'));
  const bad = names.filter((name) => !NAME.test(name));
  const numbers = names.map((name) => name.slice(0, 6));
  bad.push(...names.filter((name) => numbers.filter((n) => n === name.slice(0, 6)).length > 1));
  if (bad.length > 0) {
    throw new StoreError(
      'MIGRATION_INVALID',
      `${[...new Set(bad)].sort().join(', ')}: not NNNNNN-name.sql with a number of its own`,
    );
  }
  return names.sort().map((name) => {
    const sql = readFileSync(join(directory, name), 'utf8');
    return { number: Number(name.slice(0, 6)), name, sql, checksum: sha256(sql) };
  });
}

/**
 * Brings the schema up to the given files.
 *
 * @throws StoreError MIGRATION_CHANGED, MIGRATION_UNKNOWN or MIGRATION_FAILED; what came before stays
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = readMigrations(),
): Promise<MigrationResult> {
  await createLedger(database);
  await checkApplied(database, migrations);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (await applyOnce(database, migration)) applied.push(migration.name);
  }
  return { applied, totalCount: migrations.length };
}

/**
 * IF NOT EXISTS still races in PostgreSQL: the loser sees a duplicate key (23505), table (42P07) or row type
 * (42710), and the table is there.
 */
const LOST_RACES: ReadonlySet<string | null> = new Set(['23505', '42P07', '42710']);

async function createLedger(database: Database): Promise<void> {
  try {
    await database.query(`CREATE TABLE IF NOT EXISTS schema_migration (
      number     integer PRIMARY KEY,
      name       text NOT NULL,
      checksum   text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
  } catch (error) {
    if (!LOST_RACES.has(sqlStateOf(error))) throw error;
  }
}

interface AppliedRow {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

async function checkApplied(database: Database, migrations: readonly Migration[]): Promise<void> {
  const { rows } = await database.query<AppliedRow>(
    'SELECT number, name, checksum FROM schema_migration ORDER BY number',
  );
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  const unknown = rows.filter((row) => !known.has(row.number));
  if (unknown.length > 0) {
    throw new StoreError(
      'MIGRATION_UNKNOWN',
      `the database has ${unknown.map((row) => row.name).join(', ')}, which this version lacks`,
    );
  }
  const changed = rows.filter((row) => known.get(row.number)?.checksum !== row.checksum);
  if (changed.length > 0) {
    throw new StoreError(
      'MIGRATION_CHANGED',
      `changed since applied: ${changed.map((row) => row.name).join(', ')}`,
    );
  }
}

async function applyOnce(database: Database, migration: Migration): Promise<boolean> {
  try {
    return await database.transaction((tx) => applyUnderLock(tx, migration));
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError('MIGRATION_FAILED', `${migration.name}: ${errorText(error)}`, error);
  }
}

async function applyUnderLock(tx: Transaction, migration: Migration): Promise<boolean> {
  // The table lock, not an advisory lock: it works on every engine and behind every pooler.
  await tx.query(`SET LOCAL lock_timeout = '300s'`);
  await tx.query('LOCK TABLE schema_migration IN EXCLUSIVE MODE');
  const { rows } = await tx.query('SELECT 1 FROM schema_migration WHERE number = $1', [
    migration.number,
  ]);
  if (rows.length > 0) return false;
  await tx.query('SET LOCAL statement_timeout = 0');
  await tx.query(migration.sql);
  await tx.query('INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)', [
    migration.number,
    migration.name,
    migration.checksum,
  ]);
  return true;
}
