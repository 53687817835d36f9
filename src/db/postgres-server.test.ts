import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  discoverBinaries,
  openDatabase,
  startLocalServer,
  stopLocalServer,
  type Database,
  type LocalServer,
} from './index.ts';
import { layoutOf } from './cluster-layout.ts';
import { machineSources } from './postgres-binaries.ts';
import { isProcessAlive } from './process-table.ts';

const isRoot = process.getuid?.() === 0;
const STARTER = resolve(import.meta.dirname, '..', '..', 'test', 'support', 'server-starter.ts');

let directory: string;
let children: ChildProcess[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-db-'));
  chmodSync(directory, 0o755);
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await stopLocalServer(directory);
  const { stateDirectory, socketDirectory } = layoutOf(directory);
  for (const path of [directory, stateDirectory, socketDirectory]) {
    rmSync(path, { recursive: true, force: true });
  }
});

interface StarterReport {
  readonly pid: number;
  readonly wasStarted: boolean;
}

async function starter(
  options: { readonly release?: boolean; readonly uid?: number } = {},
): Promise<{ readonly child: ChildProcess; readonly report: StarterReport }> {
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  const child = spawn(
    process.execPath,
    [STARTER, directory, ...(options.release === true ? ['--release'] : [])],
    { ...identity, stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' },
  );
  children.push(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    return { child, report: JSON.parse(line) as StarterReport };
  }
  throw new Error('the starter ended without a word');
}

async function using<T>(server: LocalServer, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({ target: server.target('postgres'), poolSize: 2 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const start = (): Promise<LocalServer> => startLocalServer({ stateDirectory: directory });

const rowCount = (server: LocalServer): Promise<unknown> =>
  using(server, async (database) => {
    const { rows } = await database.query('SELECT count(*) FROM kept');
    return rows[0]?.['count'];
  });

describe('a new cluster', () => {
  test('PG4 PG5 is durable, unprivileged, and reachable by its socket only', async () => {
    const server = await start();
    expect(server.wasStarted).toBe(true);
    expect(server.capabilities).toMatchObject({
      hasDataChecksums: true,
      collation: 'C',
      warnings: [],
    });
    const { rows } = await using(server, (database) =>
      database.query(`SELECT current_setting('fsync') AS fsync,
        current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS listen,
        current_setting('synchronous_commit') AS commit, current_setting('server_encoding') AS encoding,
        (SELECT bool_and(auth_method = 'scram-sha-256') FROM pg_hba_file_rules) AS scram,
        (SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = current_user) AS stored`),
    );
    expect(rows).toEqual([
      {
        fsync: 'on',
        pages: 'on',
        listen: '',
        commit: 'on',
        encoding: 'UTF8',
        scram: true,
        stored: 'SCRAM-SHA-256',
      },
    ]);
    const layout = layoutOf(directory);
    expect(statSync(layout.socketDirectory).mode & 0o777).toBe(0o700);
    expect(statSync(layout.dataDirectory).mode & 0o777).toBe(0o700);
    expect(statSync(layout.passwordFile).mode & 0o777).toBe(0o600);
    expect(statSync(layout.dataDirectory).uid).toBe(layout.user?.uid ?? process.getuid?.());
    expect(statSync(layout.dataDirectory).uid).not.toBe(0);
  });

  test('PG4 another password is refused, at once', async () => {
    const server = await start();
    writeFileSync(layoutOf(directory).passwordFile, 'wrong\n');
    await expect(start()).rejects.toMatchObject({ code: '28P01' });
    expect(isProcessAlive(server.pid)).toBe(true);
  });

  test('a directory with a path too long for a socket gets its socket elsewhere', async () => {
    const deep = join(directory, 'x'.repeat(60), 'y'.repeat(60));
    const server = await startLocalServer({ stateDirectory: deep });
    const { socketDirectory } = layoutOf(deep);
    expect(socketDirectory.startsWith(deep)).toBe(false);
    expect(await using(server, (database) => database.query('SELECT 1 AS one'))).toMatchObject({
      rows: [{ one: 1 }],
    });
    await server.stop();
    rmSync(socketDirectory, { recursive: true });
  });

  test.skipIf(!isRoot)('as root, a directory the server cannot reach is replaced', async () => {
    chmodSync(directory, 0o700);
    const server = await start();
    expect(server.dataDirectory).toMatch(/^\/var\/lib\/evenkeel-[0-9a-f]{12}\/data$/);
    expect((await start()).pid).toBe(server.pid);
  });

  const uid = 65534;
  const isReachable =
    spawnSync('test', ['-r', import.meta.filename], { uid, gid: uid }).status === 0;
  const reason = !isRoot
    ? ' (skipped: needs root to become somebody else)'
    : isReachable
      ? ''
      : ' (skipped: the checkout is in a folder that other users cannot enter)';
  test.skipIf(reason !== '')(`works as a normal user too${reason}`, async () => {
    chownSync(directory, uid, uid);
    const { report } = await starter({ uid });
    expect(report.wasStarted).toBe(true);
    expect(statSync(layoutOf(directory).dataDirectory).uid).toBe(uid);
    // Root attaches to it as well, and keeps the owner.
    expect((await start()).pid).toBe(report.pid);
  });
});

describe('attaching', () => {
  test('PG1 a second start finds the first', async () => {
    const first = await start();
    const second = await start();
    expect([second.pid, second.wasStarted]).toEqual([first.pid, false]);
  });

  test('PG3 the server outlives kill -9 of its starter, and nothing is lost', async () => {
    const { child, report } = await starter();
    const before = await start();
    expect([before.pid, before.wasStarted]).toEqual([report.pid, false]);
    await using(before, (database) =>
      database.query('CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n'),
    );
    child.kill('SIGKILL');
    await expect.poll(() => isProcessAlive(child.pid ?? 0)).toBe(false);
    await sleep(200);
    const after = await start();
    expect([after.pid, after.wasStarted]).toEqual([report.pid, false]);
    expect(await rowCount(after)).toBe(1000);
  });

  test.skipIf(process.platform !== 'linux')('PG3 it has a process group of its own', async () => {
    const { pid } = await start();
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect([Number(group), Number(session)]).toEqual([pid, pid]);
  });

  test('PG1 four starters at once end with one server', async () => {
    const starters = await Promise.all([starter(), starter(), starter(), starter()]);
    const pids = new Set(starters.map(({ report }) => report.pid));
    expect(pids.size).toBe(1);
    expect(starters.filter(({ report }) => report.wasStarted).length).toBe(1);
  });
});

describe('starting again', () => {
  test('after kill -9 of the server itself, with every commit', async () => {
    const first = await start();
    await using(first, (database) =>
      database.query('CREATE TABLE kept AS SELECT generate_series(1, 500) AS n'),
    );
    process.kill(first.pid, 'SIGKILL');
    const second = await start();
    expect(second.wasStarted).toBe(true);
    expect(second.pid).not.toBe(first.pid);
    expect(await rowCount(second)).toBe(500);
  });

  test('with a pid file that names another living process', async () => {
    const first = await start();
    await first.stop();
    writeFileSync(
      join(first.dataDirectory, 'postmaster.pid'),
      `${String(process.pid)}\n${first.dataDirectory}\n1\n5432\n/nowhere\n\n1 1\nready\n`,
    );
    const second = await start();
    expect([second.wasStarted, second.pid === process.pid]).toEqual([true, false]);
  });

  test('PG2 a cluster half made is made again from nothing', async () => {
    const { stateDirectory, dataDirectory } = layoutOf(directory);
    mkdirSync(join(stateDirectory, 'data.new-1'), { recursive: true });
    writeFileSync(join(stateDirectory, 'data.new-1', 'PG_VERSION'), '15\n');
    await start();
    expect(existsSync(join(stateDirectory, 'data.new-1'))).toBe(false);
    expect(existsSync(join(dataDirectory, 'PG_VERSION'))).toBe(true);
  });

  test('a lock left by a killed starter is taken over', async () => {
    const { stateDirectory, lockFile } = layoutOf(directory);
    mkdirSync(stateDirectory, { recursive: true });
    // Process ids end at 4194304 on Linux: nobody has this one.
    writeFileSync(lockFile, '4194305 gone');
    expect((await start()).wasStarted).toBe(true);
  });
});

describe('leaving', () => {
  test('the last user out stops it, and not before', async () => {
    const server = await start();
    const { report } = await starter({ release: true });
    expect(report.pid).toBe(server.pid);
    await expect.poll(() => children.every((child) => child.exitCode === 0)).toBe(true);
    expect(isProcessAlive(server.pid)).toBe(true);
    await server.release();
    expect(isProcessAlive(server.pid)).toBe(false);
  });

  test('a killed user does not count', async () => {
    const { child, report } = await starter();
    const server = await start();
    child.kill('SIGKILL');
    await expect.poll(() => isProcessAlive(child.pid ?? 0)).toBe(false);
    await server.release();
    expect(isProcessAlive(report.pid)).toBe(false);
  });

  test('stopping what does not run is no fault', async () => {
    expect(await stopLocalServer(directory)).toBe(false);
  });
});

describe('binaries', () => {
  const none = { system: () => [], npm: () => [] };
  const npmOnly = { system: () => [], npm: machineSources.npm };
  const npmDirectory = machineSources.npm()[0];
  const hasNpm = npmDirectory !== undefined && existsSync(dirname(npmDirectory));

  test('none: one sentence names the three ways out', () => {
    expect(() => discoverBinaries(null, none)).toThrow(
      /DATABASE_URL.*postgresql package.*npm install.*POSTGRES_NOT_FOUND/,
    );
  });

  test('PG2 a directory of another major version is refused and left alone', async () => {
    const first = await start();
    await first.stop();
    const version = join(first.dataDirectory, 'PG_VERSION');
    writeFileSync(version, '14\n');
    await expect(start()).rejects.toMatchObject({ code: 'POSTGRES_VERSION_MISMATCH' });
    expect(readFileSync(version, 'utf8')).toBe('14\n');
    expect(existsSync(join(first.dataDirectory, 'base'))).toBe(true);
  });

  test.skipIf(!hasNpm)('the npm binaries serve, and their major version is kept', async () => {
    const first = await startLocalServer({ stateDirectory: directory, sources: npmOnly });
    const { majorVersion } = first.capabilities;
    await first.stop();
    // Discovery alone would prefer the system's, whatever its version.
    const second = await start();
    expect(second.capabilities.majorVersion).toBe(majorVersion);
  });
});
