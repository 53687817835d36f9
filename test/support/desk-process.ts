/**
 * The processes of the kill scenario, one file and three roles, so that each can be killed alone:
 *
 *   desk-process.ts gateway JSON    the product's gateway
 *   desk-process.ts broker JSON     the product's simulated broker
 *   desk-process.ts desk JSON       stages and releases blocks, and repeats every command after a restart
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditWriter } from '../../src/audit/index.ts';
import { brokerCommand } from '../../src/cli/commands/broker.ts';
import { openDatabase, type ConnectionTarget, type Database } from '../../src/db/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { OrderManager, runGateway } from '../../src/oms/index.ts';
import { approvedOrders, blockOfOrders } from './approved-orders.ts';

export interface DeskProcessOptions {
  readonly target: ConnectionTarget;
  readonly firmId: string;
  readonly brokerPort: number;
  readonly brokerDirectory: string;
  /** The desk goes on until this file exists. */
  readonly stopFile: string;
  readonly blockCountMax: number;
  readonly accountsPerBlock: number;
  readonly seed: string;
  /** The desk waits this long between two blocks. */
  readonly paceMs: number;
}

export const EXECUTING_BROKER = 'SIM';
export const RUN_ID = 'kill-nine';
const SYMBOLS = ['AAPL', 'MSFT', 'XOM', 'JNJ', 'BRK.B'];

/** The approved orders of block n, the same in every process and after every restart. */
export function ordersOfBlock(options: DeskProcessOptions, index: number): readonly string[] {
  const symbol = SYMBOLS[index % SYMBOLS.length] ?? 'AAPL';
  const side = index % 3 === 0 ? 'sell' : 'buy';
  return Array.from({ length: options.accountsPerBlock }, (_, account) => {
    const quantity = 10 + ((index * 7 + account * 13) % 90);
    return `o-${String(index)}-${String(account)} A${String(account)} ${side} ${String(quantity)} ${symbol}`;
  });
}

/** True for the blocks of which the desk asks to cancel the placement right after the release. */
export const isCanceled = (index: number): boolean => index % 11 === 5;

async function runDesk(database: Database, options: DeskProcessOptions): Promise<void> {
  const manager = new OrderManager({
    firmId: options.firmId,
    audit: createAuditWriter(systemClock),
  });
  const context = { actor: 'tom', correlationId: RUN_ID };
  for (let index = 0; index < options.blockCountMax; index += 1) {
    const orders = approvedOrders(RUN_ID, ordersOfBlock(options, index));
    const block = blockOfOrders(`block-${String(index).padStart(4, '0')}`, orders);
    const priced = { block, referencePrice: orders[0]?.estimatedPrice ?? null };
    const placement = await database.transaction(async (tx) => {
      const staged = await manager.stageBlocks(tx, {
        blocks: [priced],
        approvedOrders: orders,
        context,
      });
      if (!staged.ok) throw new Error(JSON.stringify(staged.error));
      const released = await manager.releaseBlocks(tx, {
        blockIds: [block.blockId],
        executingBroker: EXECUTING_BROKER,
        context,
      });
      if (!released.ok) throw new Error(JSON.stringify(released.error));
      return released.value[0];
    });
    if (placement !== undefined && isCanceled(index)) {
      // Refused when it is done already; either way the answer is booked.
      await database.transaction((tx) =>
        manager.requestCancel(tx, { placementId: placement.placementId, context }),
      );
    }
    // What a restart repeats is repeated at once, so that orders flow again when the next kill comes.
    if (placement?.status !== 'pendingSend') continue;
    if (existsSync(options.stopFile)) break;
    await sleep(options.paceMs);
  }
  process.stdout.write('desk: done\n');
}

async function main(role: string, options: DeskProcessOptions): Promise<void> {
  if (role === 'broker') {
    process.exitCode = await brokerCommand({
      port: options.brokerPort,
      dataDirectory: options.brokerDirectory,
      seed: options.seed,
      scenario: 'calm',
      pricesFile: null,
    });
    return;
  }
  const database = openDatabase({ target: options.target, poolSize: 4, applicationName: role });
  if (role === 'desk') {
    await runDesk(database, options);
    await database.close();
    return;
  }
  const gateway = runGateway({
    database,
    audit: createAuditWriter(systemClock),
    clock: systemClock,
    firmId: options.firmId,
    executingBroker: EXECUTING_BROKER,
    host: '127.0.0.1',
    port: options.brokerPort,
    senderCompId: 'EVENKEEL',
    targetCompId: 'SIMBROKER',
    owner: `gateway ${String(process.pid)}`,
    leaseMs: 500,
    unansweredAfterMs: 2_000,
    onNotice: (code, text) => process.stderr.write(`gateway: ${code}: ${text}\n`),
  });
  process.stdout.write('gateway: running\n');
  process.once('SIGTERM', () => void gateway.stop().then(() => database.close()));
}

const [role, text] = process.argv.slice(2);
if (role !== undefined && text !== undefined && process.argv[1] === import.meta.filename) {
  await main(role, JSON.parse(text) as DeskProcessOptions);
}
