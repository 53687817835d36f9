import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SupervisedProcess } from './supervised-process.ts';

const MAIN = resolve(import.meta.dirname, '..', '..', 'main.ts');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function brokerIn(folder: string): SupervisedProcess {
  return new SupervisedProcess({
    name: 'broker',
    args: [
      '--disable-warning=ExperimentalWarning',
      MAIN,
      'broker',
      '--port',
      '0',
      '--data',
      folder,
    ],
    env: {},
    logFile: join(folder, 'broker.log'),
    restartDelayMs: 20,
  });
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'evenkeel-supervised-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

it('starts a killed process again, and stops it when told', async () => {
  const child = brokerIn(folder());
  expect(await child.start()).toMatchObject({ broker: 'listening' });
  const first = child.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await expect
    .poll(() => child.pid !== undefined && child.pid !== first, { timeout: 20_000 })
    .toBe(true);
  const second = child.pid ?? 0;
  await child.stop();
  expect([isAlive(first), isAlive(second)]).toEqual([false, false]);
});

it('reports the last words of a process that cannot start', async () => {
  const child = new SupervisedProcess({
    name: 'broken',
    args: [
      '--disable-warning=ExperimentalWarning',
      MAIN,
      'broker',
      '--port',
      'nowhere',
      '--data',
      '/',
    ],
    env: {},
    logFile: join(folder(), 'broken.log'),
  });
  await expect(child.start()).rejects.toThrow(/a port is an integer/);
  await child.stop();
});

it('CL4: a child does not outlive a parent that is killed', async () => {
  const home = folder();
  // A parent that does what the demo does, and is killed like it.
  const script = `
    import { SupervisedProcess } from ${JSON.stringify(join(import.meta.dirname, 'supervised-process.ts'))};
    const child = new SupervisedProcess({ name: 'broker', env: {}, logFile: ${JSON.stringify(join(home, 'log'))},
      args: [${JSON.stringify(MAIN)}, 'broker', '--port', '0', '--data', ${JSON.stringify(join(home, 'data'))}] });
    await child.start();
    console.log(child.pid);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = await new Promise<number>((found) => {
    parent.stdout.once('data', (text: Buffer) => found(Number(text.toString())));
  });
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});
