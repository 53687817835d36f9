/** The real stack on loopback in a folder of its own: PostgreSQL, server, simulated broker, gateway. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { saveFirmDirectory } from '../../../src/cli/firm-directory-files.ts';
import { writeFirmDirectory } from '../../../src/connectors/index.ts';
import type { FirmBook } from '../../../src/domain/index.ts';
import { generateFirm } from '../../../src/simulator/firm/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;

export const PASSWORD = 'correct horse battery staple';

export interface Stack {
  readonly url: string;
  readonly book: FirmBook;
  /** Ends the processes that were started here, newest first, and removes the folder. */
  stop(): Promise<void>;
}

/** Builds the web client into a folder of this stack. @throws Error with the build's own words */
function buildWeb(outDirectory: string): void {
  const result = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      '--logLevel=error',
      '--emptyOutDir',
      `--outDir=${outDirectory}`,
    ],
    // A test runner's NODE_ENV would build the development bundle.
    {
      cwd: join(ROOT, 'web'),
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
  if (result.status !== 0 || !existsSync(join(outDirectory, 'index.html')))
    throw new Error(`the web client does not build:\n${result.stdout}${result.stderr}`);
}

interface Running {
  readonly child: ChildProcess;
  /** Its first line of output: that it is ready, and where. */
  readonly ready: Readonly<Record<string, unknown>>;
}

/** Starts one process and waits for its first line. @throws Error with what it wrote when it ends instead */
async function startProcess(name: string, options: object): Promise<Running> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'process-entry.ts'),
      name,
      JSON.stringify(options),
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
    if (process.env['E2E_VERBOSE'] !== undefined) process.stderr.write(chunk);
  });
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${name} was not ready in time:\n${errors}`));
    }, START_TIMEOUT_MS);
    lines.once('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended with ${String(code)}:\n${errors}`));
    });
  });
  return { child, ready: JSON.parse(first) as Record<string, unknown> };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

/** `symbol,price` of each last close: what the simulated market trades at. */
function pricesCsv(book: FirmBook): string {
  const lines = [...book.prices].flatMap(([symbol, bars]) => {
    const last = bars.at(-1);
    return last === undefined ? [] : [`${symbol},${last.close.toString()}`];
  });
  return `symbol,price\n${lines.join('\n')}\n`;
}

export interface StackOptions {
  readonly seed: string;
  readonly households: number;
}

/** Starts everything and waits until it is ready. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-e2e-'));
  const firmDirectory = join(folder, 'firm');
  const brokerDirectory = join(folder, 'broker');
  const pricesFile = join(folder, 'prices.csv');
  const webDirectory = join(folder, 'web');
  buildWeb(webDirectory);
  await mkdir(brokerDirectory);
  const book = generateFirm({ seed: options.seed, households: options.households });
  await saveFirmDirectory(firmDirectory, writeFirmDirectory(book));
  await writeFile(pricesFile, pricesCsv(book));

  const started: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of started.toReversed()) await stopProcess(child);
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (name: string, processOptions: object): Promise<Running['ready']> => {
    const { child, ready } = await startProcess(name, processOptions);
    started.push(child);
    return ready;
  };
  const home = join(folder, 'home');
  try {
    const server = await start('serve', {
      port: 0,
      firmId: 'e2e',
      firmDirectory,
      home,
      executingBroker: 'SIM',
      simulatedBrokerDirectory: brokerDirectory,
      password: PASSWORD,
      webDirectory,
    });
    const broker = await start('broker', {
      port: 0,
      dataDirectory: brokerDirectory,
      seed: options.seed,
      scenario: 'calm',
      pricesFile,
    });
    await start('gateway', {
      firmId: 'e2e',
      executingBroker: 'SIM',
      host: '127.0.0.1',
      port: broker['port'],
      senderCompId: 'EVENKEEL',
      targetCompId: 'SIMBROKER',
      store: { home },
    });
    return { url: String(server['url']), book, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
