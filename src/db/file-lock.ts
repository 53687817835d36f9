/**
 * A lock between processes of one machine: a file made exclusively, whose holder's process id stands in
 * it and whose time is renewed while it is held. A lock left by a killed process is taken over.
 *
 * It orders starters; it is not what protects the data. PostgreSQL's own postmaster.pid and shared-memory
 * checks do, and a new cluster appears under its name only when it is whole.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from './process-table.ts';

const RENEWAL_MS = 5_000;
const STALE_AFTER_MS = 60_000;
const POLL_MS = 25;

/**
 * Runs `work` while holding the lock.
 *
 * @throws Error if the lock could not be had within `timeoutMs`, naming its holder
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  timeoutMs = 300_000,
): Promise<T> {
  const content = `${String(process.pid)} ${randomUUID()}`;
  await acquire(path, content, timeoutMs);
  const renewal = setInterval(() => {
    const now = new Date(); // house: reads-clock
    try {
      utimesSync(path, now, now);
    } catch {
      // Someone removed the state directory; the work itself will fail and say so.
    }
  }, RENEWAL_MS);
  renewal.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    if (contentOf(path) === content) rmSync(path, { force: true });
  }
}

async function acquire(path: string, content: string, timeoutMs: number): Promise<void> {
  for (let waited = 0; ; waited += POLL_MS) {
    try {
      writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const held = contentOf(path);
    if (held !== null && isStale(path, held)) takeAway(path, held);
    else if (waited >= timeoutMs) {
      throw new Error(`${path} is held by process ${held?.split(' ')[0] ?? 'unknown'}`);
    } else await sleep(POLL_MS);
  }
}

function isStale(path: string, content: string): boolean {
  const pid = Number(content.split(' ')[0]);
  const age = ageMs(path);
  // An empty file is one being written right now, or one whose writer died in between.
  if (!Number.isInteger(pid) || pid <= 0) return age > 2_000;
  return !isProcessAlive(pid) || age > STALE_AFTER_MS;
}

/** Removes exactly the lock that was judged stale: a fresh one that slipped in is put back. */
function takeAway(path: string, judged: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (contentOf(aside) === judged) rmSync(aside, { force: true });
    else renameSync(aside, path);
  } catch {
    // Another process took it away first; the next attempt sees what is there now.
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // gone in the meantime
  }
}

function ageMs(path: string): number {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  return Date.now() - modified; // house: reads-clock
}
