import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { claimInstance } from './single-instance.ts';

function lockFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-instance-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'demo', 'running');
}

it('is given once, and again after it was given up', () => {
  const file = lockFile();
  const first = claimInstance(file);
  expect(claimInstance(file)).toEqual({ holder: process.pid });
  if ('release' in first) first.release();
  expect(claimInstance(file)).toHaveProperty('release');
});

it('of a process that is gone is taken over', () => {
  const file = lockFile();
  const claim = claimInstance(file);
  expect(claim).toHaveProperty('release');
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(file, String(gone));
  expect(claimInstance(file)).toHaveProperty('release');
});
