/** Keeps a session driver connected: at once, then with growing pauses, until stopped. */
import { connect } from 'node:net';
import type { SessionDriver } from '../../fix-runtime/index.ts';

const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5_000;

export interface Connector {
  /** The session is established: the next loss is answered quickly again. */
  succeeded(): void;
  /** Connects no more; a connection that lives is left to the driver. */
  stop(): void;
}

/**
 * A peer that accepts connections and refuses logons would be called ten times a second if a mere
 * connection counted as success: the pause shrinks only when a session was established.
 */
export function keepTrying(
  driver: SessionDriver,
  address: { readonly host: string; readonly port: number },
): Connector {
  let isStopped = false;
  let pauseMs = PAUSE_MS_MIN;
  let timer: NodeJS.Timeout | null = null;
  const attempt = (): void => {
    if (isStopped) return;
    const socket = connect({ host: address.host, port: address.port });
    socket.once('connect', () => {
      if (isStopped || !driver.attach(socket)) socket.destroy();
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.once('close', () => {
      if (isStopped) return;
      timer = setTimeout(attempt, pauseMs);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    });
  };
  attempt();
  return {
    succeeded: () => {
      pauseMs = PAUSE_MS_MIN;
    },
    stop: () => {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
