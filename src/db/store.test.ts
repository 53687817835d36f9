import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../test/support/postgres.ts';
import { openStore, stopLocalServer } from './index.ts';
import { isProcessAlive } from './process-table.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'evenkeel-store-'));
  chmodSync(home, 0o755);
});
afterEach(async () => {
  await stopLocalServer(join(home, 'postgres'));
  rmSync(home, { recursive: true });
});

describe('openStore', () => {
  test('goes from nothing to a migrated database, keeps it, and lets go of the server', async () => {
    const messages: string[] = [];
    // Empty text stands for "no DATABASE_URL", whatever the environment says.
    const options = { databaseUrl: '', home, onProgress: (text: string) => messages.push(text) };
    const first = await openStore(options);
    await first.database.query(`INSERT INTO vault_firm VALUES ('kept')`);
    const pid = first.server?.pid ?? 0;
    await first.close();
    expect(isProcessAlive(pid)).toBe(false);
    expect(messages.join(' ')).toMatch(/creating .* starting .* applied \d+ migrations/);

    const second = await openStore(options);
    const { rows } = await second.database.query('SELECT firm_id FROM vault_firm');
    expect(rows).toEqual([{ firm_id: 'kept' }]);
    expect(second.capabilities.warnings).toEqual([]);

    // Two stores of one process count as two users.
    const third = await openStore(options);
    await third.close();
    expect((await second.database.query('SELECT 1')).rowCount).toBe(1);
    await second.close();
    expect(isProcessAlive(second.server?.pid ?? 0)).toBe(false);
  });

  test('PG6 a server that is killed is started again, one that was stopped is not', async () => {
    const store = await openStore({ databaseUrl: '', home });
    const answer = (): Promise<number> =>
      store.database.query('SELECT 1').then(
        ({ rowCount }) => rowCount,
        () => 0,
      );
    process.kill(store.server?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => isProcessAlive(store.server?.pid ?? 0)).toBe(false);
    await expect.poll(answer, { timeout: 30_000 }).toBe(1);
    await stopLocalServer(join(home, 'postgres'));
    await sleep(1_500);
    expect(await answer()).toBe(0);
    await store.close();
  });

  test('an existing server is used as it is', async () => {
    const db = await createTestDatabase({ isMigrated: false });
    try {
      const { target } = db;
      const url =
        'url' in target
          ? target.url
          : `postgresql://${target.user}:${encodeURIComponent(target.password)}@/${target.database}` +
            `?host=${encodeURIComponent(target.host)}&port=${String(target.port)}`;
      const store = await openStore({ databaseUrl: url, home });
      expect(store.server).toBeNull();
      const { rows } = await store.database.query('SELECT count(*) FROM schema_migration');
      expect(rows[0]?.['count']).toBeGreaterThan(2);
      await store.close();
    } finally {
      await db.drop();
    }
  });
});
