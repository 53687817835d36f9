/** `evenkeel gateway`: the FIX gateway as a process of its own, without the command line around it. */
import { hostname } from 'node:os';
import { systemClock } from '../../kernel/index.ts';
import { createAuditWriter } from '../../audit/index.ts';
import { openStore, StoreError, type StoreOptions } from '../../db/index.ts';
import { runGateway } from '../../oms/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export interface GatewayCommandOptions {
  readonly firmId: string;
  /** The broker's name in placements. */
  readonly executingBroker: string;
  readonly host: string;
  readonly port: number;
  readonly senderCompId: string;
  readonly targetCompId: string;
  /** Which store; default DATABASE_URL, else the local server. */
  readonly store?: StoreOptions;
  readonly leaseMs?: number;
  readonly staleOrderAfterMs?: number;
}

/** Few: one for the session, one for its lease, one to read the outbox, one to spare. */
const POOL_SIZE = 4;

/**
 * Runs until SIGTERM or SIGINT, and then logs out and gives the session up. Writes one line of JSON
 * `{"gateway":"running","executingBroker":…}` to standard output when it has started, and notes to standard
 * error. Any number may run for one broker; one owns the session, the others wait.
 *
 * @returns 0 after a signal, 6 when the store cannot be opened
 */
export async function gatewayCommand(options: GatewayCommandOptions): Promise<ExitCode> {
  const note = (text: string): void => {
    process.stderr.write(`gateway: ${text}\n`);
  };
  const told = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  try {
    const store = await openStore({
      ...options.store,
      poolSize: POOL_SIZE,
      applicationName: `evenkeel gateway ${options.executingBroker}`,
    });
    const gateway = runGateway({
      database: store.database,
      audit: createAuditWriter(systemClock),
      clock: systemClock,
      firmId: options.firmId,
      executingBroker: options.executingBroker,
      host: options.host,
      port: options.port,
      senderCompId: options.senderCompId,
      targetCompId: options.targetCompId,
      owner: `${hostname()}:${String(process.pid)}`,
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      ...(options.staleOrderAfterMs === undefined
        ? {}
        : { staleOrderAfterMs: options.staleOrderAfterMs }),
      onNotice: (code, text) => {
        note(`${code}: ${text}`);
      },
    });
    const { executingBroker } = options;
    process.stdout.write(`${JSON.stringify({ gateway: 'running', executingBroker })}\n`);
    await told;
    await gateway.stop();
    await store.close();
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    note(error.message);
    return EXIT.unavailable;
  }
}
