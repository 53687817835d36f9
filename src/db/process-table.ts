/** Questions about processes of this machine, without trusting that a process id still means the same one. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** True while a process with this id runs; a zombie has ended and only waits to be collected. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything; the state is the first letter after it.
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return true; // no /proc on this system: the signal was the answer
  }
}

/** The command line of a process; null when it is gone or hidden. */
export function commandLineOf(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
    return text.split('\0').filter((part) => part !== '');
  } catch {
    return commandLineFromPs(pid);
  }
}

function commandLineFromPs(pid: number): readonly string[] | null {
  try {
    const options = { encoding: 'utf8', timeout: 5_000, stdio: 'pipe' } as const;
    const text = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], options).trim();
    return text === '' ? null : text.split(' ');
  } catch {
    return null; // no such process, or no ps
  }
}
