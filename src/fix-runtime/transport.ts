/** TCP for a session driver: an acceptor that listens, an initiator that keeps connecting. */
import { connect, createServer, type Server } from 'node:net';
import type { SessionDriver } from './session-driver.ts';

export interface Acceptor {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens; hands each connection to the driver, which takes one at a time. Port 0 picks a free one. */
export async function listen(
  driver: SessionDriver,
  address: { readonly host: string; readonly port: number },
): Promise<Acceptor> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined); // 'close' follows
    if (!driver.attach(socket)) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

export interface Initiator {
  /** Stops connecting; a connection that lives is left to the driver. */
  stop(): void;
}

/** Connects, and again `retryMs` after each loss, until stopped. */
export function keepConnected(
  driver: SessionDriver,
  address: { readonly host: string; readonly port: number; readonly retryMs: number },
): Initiator {
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;
  const attempt = (): void => {
    if (isStopped) return;
    const socket = connect({ host: address.host, port: address.port });
    let isAttached = false;
    socket.once('connect', () => {
      isAttached = !isStopped && driver.attach(socket);
      if (!isAttached) socket.destroy();
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.once('close', () => {
      if (!isStopped) timer = setTimeout(attempt, address.retryMs);
    });
  };
  attempt();
  return {
    stop: () => {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
