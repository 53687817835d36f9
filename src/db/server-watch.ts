/**
 * Starts the local server again when it was killed. A server that was stopped on purpose has removed its
 * pid file and is left alone: two processes must not fight over whether it runs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalServer, type LocalServer, type LocalServerOptions } from './postgres-server.ts';
import { isProcessAlive } from './process-table.ts';
import { errorText } from './store-error.ts';

const LOOK_EVERY_MS = 500;

export interface ServerWatch {
  /** Ends the watch, and gives up what it started. */
  stop(): Promise<void>;
}

/** Watches from now on; each event is told through `onProgress` of the options. */
export function watchServer(server: LocalServer, options: LocalServerOptions): ServerWatch {
  let current = server;
  const restarted: LocalServer[] = [];
  let restarting: Promise<void> | null = null;
  const restart = async (): Promise<void> => {
    options.onProgress?.(`PostgreSQL (process ${String(current.pid)}) was killed`);
    try {
      current = await startLocalServer(options);
      restarted.push(current);
    } catch (error) {
      // The next look tries again; meanwhile every query fails and says why.
      options.onProgress?.(`PostgreSQL does not start again: ${errorText(error)}`);
    }
    restarting = null;
  };
  const timer = setInterval(() => {
    if (restarting !== null || isProcessAlive(current.pid)) return;
    if (existsSync(join(current.dataDirectory, 'postmaster.pid'))) restarting = restart();
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await restarting;
      for (const again of restarted) await again.release();
    },
  };
}
