/**
 * The store's contract once more by DATABASE_URL: the tests that use PostgreSQL, on a server that the test
 * run is only given the address of, as a firm's own server would be.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../src/db/index.ts';
import { urlOf } from './support/database-url.ts';

const TESTS = [
  'src/oms',
  'src/api',
  'src/workflow',
  'src/vault',
  'src/audit',
  'src/db/database',
  'src/db/migrations',
];

const home = mkdtempSync(join(tmpdir(), 'evenkeel-given-server-'));
const store = await openStore({ home, databaseUrl: '', poolSize: 1 });
const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', ...TESTS], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, DATABASE_URL: urlOf(store.target) },
});
await store.close();
rmSync(home, { recursive: true, force: true });
process.exit(status ?? 1);
