/**
 * A process that was started by another one of ours ends with it, also when that one was killed: two brokers
 * on one folder, or a server nobody knows of, would be the price of an orphan.
 */

/** Set to `1` in the environment of processes that must not outlive the one that started them. */
export const EXIT_WITH_PARENT = 'EVENKEEL_EXIT_WITH_PARENT';

const LOOK_MS = 500;

/** Watches for the parent's death and then asks this process to stop, as a signal from outside would. */
export function exitWithParent(): void {
  if (process.env[EXIT_WITH_PARENT] !== '1') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  timer.unref();
}
