import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import { migrate, readMigrations, type MigrationResult } from './index.ts';

let db: TestDatabase;
let directory: string;
beforeEach(async () => {
  db = await createTestDatabase({ isMigrated: false });
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-migrations-'));
});
afterEach(async () => {
  await db.drop();
  rmSync(directory, { recursive: true });
});

const file = (name: string, sql: string): void => writeFileSync(join(directory, name), sql);
const run = (database = db.database): Promise<MigrationResult> =>
  migrate(database, readMigrations(directory));

describe('migrations', () => {
  test('the shipped files apply to an empty database', async () => {
    const { applied, totalCount } = await migrate(db.database);
    expect(applied.length).toBe(totalCount);
    expect(totalCount).toBeGreaterThanOrEqual(3);
    expect((await migrate(db.database)).applied).toEqual([]);
  });

  test('MG1 each is applied once, in order', async () => {
    file('000002-second.sql', 'INSERT INTO story VALUES (2);');
    file('000001-first.sql', 'CREATE TABLE story (n integer); INSERT INTO story VALUES (1);');
    expect((await run()).applied).toEqual(['000001-first.sql', '000002-second.sql']);
    expect((await run()).applied).toEqual([]);
    expect((await db.database.query('SELECT n FROM story')).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test('MG1 starters at once do not apply one twice', async () => {
    file('000001-first.sql', 'CREATE TABLE story (n integer); SELECT pg_sleep(0.2);');
    file('000002-second.sql', 'INSERT INTO story VALUES (2);');
    const results = await Promise.all([1, 2, 3, 4].map(() => run(db.connect(1))));
    expect(results.flatMap((result) => result.applied).sort()).toEqual([
      '000001-first.sql',
      '000002-second.sql',
    ]);
    expect((await db.database.query('SELECT n FROM story')).rows).toEqual([{ n: 2 }]);
  });

  test('MG2 a changed file is refused, and nothing further is applied', async () => {
    file('000001-first.sql', 'CREATE TABLE story (n integer);');
    await run();
    file('000001-first.sql', 'CREATE TABLE story (n bigint);');
    file('000002-second.sql', 'DROP TABLE story;');
    await expect(run()).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' });
    expect((await db.database.query('SELECT n FROM story')).rows).toEqual([]);
  });

  test('a database of a newer version is refused', async () => {
    file('000001-first.sql', 'CREATE TABLE story (n integer);');
    await run();
    rmSync(join(directory, '000001-first.sql'));
    await expect(run()).rejects.toMatchObject({ code: 'MIGRATION_UNKNOWN' });
  });

  test('MG3 a number that appears in between is applied', async () => {
    file('000001-first.sql', 'CREATE TABLE story (n integer);');
    file('000050-last.sql', 'INSERT INTO story VALUES (50);');
    await run();
    file('000030-between.sql', 'INSERT INTO story VALUES (30);');
    expect((await run()).applied).toEqual(['000030-between.sql']);
  });

  test('one that fails leaves nothing of itself', async () => {
    file('000001-first.sql', 'CREATE TABLE story (n integer);');
    file('000002-second.sql', 'INSERT INTO story VALUES (1); SELECT 1 / 0;');
    await expect(run()).rejects.toThrow('000002-second.sql: division by zero');
    expect((await db.database.query('SELECT n FROM story')).rows).toEqual([]);
    file('000002-second.sql', 'INSERT INTO story VALUES (1);');
    expect((await run()).applied).toEqual(['000002-second.sql']);
  });

  test('bad and double names are reported together', () => {
    file('1-short.sql', '');
    file('000001-First.sql', '');
    file('000002-a.sql', '');
    file('000002-b.sql', '');
    expect(() => readMigrations(directory)).toThrow(
      /000001-First\.sql, 000002-a\.sql, 000002-b\.sql, 1-short\.sql.*MIGRATION_INVALID/,
    );
  });
});
