/** `evenkeel broker`: the simulated broker as a process of its own, without the command line around it. */
import { readFile } from 'node:fs/promises';
import { Decimal } from '../../kernel/index.ts';
import type { Price } from '../../domain/index.ts';
import { runBroker, SCENARIOS, type ScenarioName } from '../../simulator/broker/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export interface BrokerCommandOptions {
  /** 0 picks a free port; the first line on standard output names it. */
  readonly port: number;
  readonly dataDirectory: string;
  readonly seed: string;
  readonly scenario: ScenarioName;
  /** CSV with the columns symbol and price; null: the orders' own hints. */
  readonly pricesFile: string | null;
  readonly rejectSymbols?: readonly string[];
  /** The broker's CompID, and its client's. */
  readonly SenderCompID?: string;
  readonly TargetCompID?: string;
}

/**
 * Runs until SIGTERM or SIGINT. Writes one line of JSON `{"broker":"listening","port":N}` to standard
 * output when it takes connections, and notes to standard error.
 *
 * @returns 0 after a signal, 6 when it could not start or its disk failed
 */
export async function brokerCommand(options: BrokerCommandOptions): Promise<ExitCode> {
  const note = (text: string): void => {
    process.stderr.write(`broker: ${text}\n`);
  };
  let stop: (code: ExitCode) => void = () => undefined;
  const stopped = new Promise<ExitCode>((resolve) => {
    stop = resolve;
  });
  try {
    const scenario = SCENARIOS[options.scenario];
    const broker = await runBroker({
      port: options.port,
      dataDirectory: options.dataDirectory,
      seed: options.seed,
      scenario: { ...scenario, rejectSymbols: options.rejectSymbols ?? scenario.rejectSymbols },
      ...(options.pricesFile === null ? {} : { prices: await readPrices(options.pricesFile) }),
      ...(options.SenderCompID === undefined ? {} : { SenderCompID: options.SenderCompID }),
      ...(options.TargetCompID === undefined ? {} : { TargetCompID: options.TargetCompID }),
      onNote: note,
      onFault: (error) => {
        note(messageOf(error));
        stop(EXIT.unavailable);
      },
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        stop(EXIT.ok);
      });
    }
    process.stdout.write(`${JSON.stringify({ broker: 'listening', port: broker.port })}\n`);
    const code = await stopped;
    await broker.close();
    return code;
  } catch (error) {
    note(messageOf(error));
    return EXIT.unavailable;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @throws Error naming file and row when a line is not `symbol,price` with a positive price */
async function readPrices(path: string): Promise<ReadonlyMap<string, Price>> {
  const prices = new Map<string, Price>();
  const lines = (await readFile(path, 'utf8')).split(/\r?\n/);
  lines.forEach((line, index) => {
    if (line === '' || (index === 0 && line === 'symbol,price')) return;
    const [symbol = '', text = ''] = line.split(',');
    const price = Decimal.tryParse<'Price'>(text);
    if (symbol === '' || price?.isPositive() !== true) {
      throw new Error(`${path}, row ${String(index + 1)}: expected symbol,price with a price > 0`);
    }
    prices.set(symbol, price);
  });
  return prices;
}
