import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Claims a folder for one process by a file with its id. A claim of a process that is gone is taken over: two
 * brokers on one folder would damage each other's log.
 *
 * @returns what gives the claim up, or the id of the living process that holds it
 */
export function claimInstance(file: string): { release(): void } | { readonly holder: number } {
  mkdirSync(dirname(file), { recursive: true });
  // Twice: once against a claim that is left over, once for good.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return { release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = Number(readFileSync(file, 'utf8'));
    if (Number.isInteger(holder) && holder > 0 && isAlive(holder)) return { holder };
    rmSync(file, { force: true });
  }
  return { holder: Number(readFileSync(file, 'utf8')) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
