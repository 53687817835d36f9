import { describe, expect, test } from 'vitest';
import { judgeServer } from './index.ts';

const GOOD: Parameters<typeof judgeServer>[0] = {
  version:
    'PostgreSQL 15.9 on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit',
  version_number: '150009',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  data_checksums: 'on',
  encoding: 'UTF8',
  collation: 'C',
  is_in_recovery: false,
};

describe('judgeServer', () => {
  test('a proper server has nothing to say', () => {
    expect(judgeServer(GOOD, false)).toMatchObject({ majorVersion: 15, warnings: [] });
  });

  test.each([
    [
      'PGlite',
      { version: 'PostgreSQL 17.5 on x86_64-pc-linux-gnu, compiled by emcc (Emscripten)' },
    ],
    ['CockroachDB', { version: 'CockroachDB CCL v24.1.0' }],
    ['YugabyteDB', { version: 'PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64' }],
    ['older', { version_number: '140011' }],
    ['older', { version_number: 'unknown' }],
    ['replica', { is_in_recovery: true }],
    ['SQL_ASCII', { encoding: 'SQL_ASCII' }],
  ])('%s is refused', (word, change) => {
    expect(() => judgeServer({ ...GOOD, ...change }, true)).toThrow(word);
  });

  test.each([
    { fsync: 'off' },
    { full_page_writes: 'off' },
    { synchronous_commit: 'off' },
    { synchronous_commit: 'local' },
    { synchronous_commit: 'remote_write' },
  ])('%o is refused unless a development flag allows it', (change) => {
    expect(() => judgeServer({ ...GOOD, ...change }, false)).toThrow('POSTGRES_NOT_DURABLE');
    expect(judgeServer({ ...GOOD, ...change }, true).warnings).toHaveLength(1);
  });

  test('remote_apply is stronger than on; missing checksums and a locale are warnings', () => {
    const server = {
      synchronous_commit: 'remote_apply',
      data_checksums: 'off',
      collation: 'de_DE',
    };
    expect(judgeServer({ ...GOOD, ...server }, false).warnings).toHaveLength(2);
  });
});
