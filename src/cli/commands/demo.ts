/**
 * `evenkeel demo`: a synthetic firm, PostgreSQL, the simulated broker, the FIX gateway, API and screens as
 * processes of their own; plays the loop once and stays up. Stopped and started again, it keeps its data.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { homeDirectory } from '../../db/index.ts';
import { ApiClient } from '../demo/api-client.ts';
import { demoSummary } from '../demo/demo-summary.ts';
import { freePort } from '../demo/free-port.ts';
import { leaveProposal, playLoop, type StoryListener } from '../demo/loop-story.ts';
import { claimInstance } from '../demo/single-instance.ts';
import { SupervisedProcess } from '../demo/supervised-process.ts';
import { ensureWebBundle } from '../demo/web-bundle.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Terminal } from '../output/terminal.ts';
import { generateFirmCommand } from './generate.ts';

export interface DemoOptions {
  /** Play the loop, print the summary, stop, exit 0. */
  readonly isOnce: boolean;
  readonly port: number;
  readonly brokerPort: number;
  readonly households: number;
  readonly seed: string;
  /** Forget the demo's data and begin anew. */
  readonly isFresh: boolean;
  /** Default EVENKEEL_HOME, else `.evenkeel` in the checkout; the demo lives in its folder `demo`. */
  readonly home?: string | undefined;
}

const PROJECT_ROOT = resolve(import.meta.dirname, '..', '..', '..');
const MAIN = join(PROJECT_ROOT, 'src', 'main.ts');
const NODE_FLAGS = ['--disable-proto=delete', '--disable-warning=ExperimentalWarning'];

/** Where the demo keeps what: one folder, so that forgetting it is removing it. */
interface DemoPlace {
  readonly home: string;
  readonly firm: string;
  readonly broker: string;
  readonly logs: string;
  readonly passwordFile: string;
  readonly playedFile: string;
}

function placeOf(options: DemoOptions): DemoPlace {
  const home = join(resolve(options.home ?? homeDirectory()), 'demo');
  return {
    home,
    firm: join(home, 'firm'),
    broker: join(home, 'broker'),
    logs: join(home, 'logs'),
    passwordFile: join(home, 'password'),
    playedFile: join(home, 'played.json'),
  };
}

/** Runs the demo until it is interrupted, or once. @returns 0, or 6 when a part could not start */
export async function demoCommand(options: DemoOptions, terminal: Terminal): Promise<ExitCode> {
  const place = placeOf(options);
  // Beside the folder, not in it: `--fresh` removes the folder.
  const claim = claimInstance(`${place.home}.running`);
  if ('holder' in claim) {
    terminal.note(
      `demo: it is running already (process ${String(claim.holder)}); stop that one first`,
    );
    return EXIT.unavailable;
  }
  try {
    return await runDemo(options, place, terminal);
  } finally {
    claim.release();
  }
}

async function runDemo(
  options: DemoOptions,
  place: DemoPlace,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.isFresh) rmSync(place.home, { recursive: true, force: true });
  const isNew = !existsSync(place.playedFile);
  mkdirSync(place.home, { recursive: true, mode: 0o755 });
  const interrupted = new Promise<void>((told) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => told());
  });
  const processes: SupervisedProcess[] = [];
  try {
    await prepare(options, place, terminal);
    const url = await startAll(options, { place, processes, terminal });
    const password = readFileSync(place.passwordFile, 'utf8');
    await story({ url, password, place, isNew, isOnce: options.isOnce, terminal });
    if (options.isOnce) return EXIT.ok;
    terminal.out(invitation(url, password));
    await interrupted;
    terminal.note('stopping; the data stays (start again with the same command)');
    return EXIT.ok;
  } catch (error) {
    terminal.note(`demo: ${error instanceof Error ? error.message : String(error)}`);
    terminal.note(`demo: logs are in ${place.logs}`);
    return EXIT.unavailable;
  } finally {
    for (const process of processes.toReversed()) await process.stop();
  }
}

async function prepare(options: DemoOptions, place: DemoPlace, terminal: Terminal): Promise<void> {
  if (!existsSync(join(place.firm, 'accounts.csv'))) {
    const { seed, households } = options;
    const firm = await generateFirmCommand({ seed, households, out: place.firm });
    terminal.note(
      `generated a firm of ${String(firm.households)} households, ${String(firm.accounts)} accounts and ${String(firm.taxLots)} tax lots (seed ${seed}, as of ${firm.asOf})`,
    );
  }
  if (!existsSync(place.passwordFile)) {
    const password = randomBytes(9).toString('base64url');
    writeFileSync(place.passwordFile, password, { mode: 0o600 });
  }
  ensureWebBundle(PROJECT_ROOT, (text) => terminal.note(text));
}

interface StartContext {
  readonly place: DemoPlace;
  readonly processes: SupervisedProcess[];
  readonly terminal: Terminal;
}

/** Starts server, broker and gateway. @returns the server's URL */
async function startAll(options: DemoOptions, context: StartContext): Promise<string> {
  const { place, processes, terminal } = context;
  const port = await freePort(options.port);
  const brokerPort = await freePort(options.brokerPort);
  const start = async (name: string, args: readonly string[]) => {
    const child = new SupervisedProcess({
      name,
      args: [...NODE_FLAGS, MAIN, name, ...args],
      env: {
        EVENKEEL_HOME: place.home,
        EVENKEEL_DEMO_PASSWORD: readFileSync(place.passwordFile, 'utf8'),
      },
      logFile: join(place.logs, `${name}.log`),
    });
    processes.push(child);
    const line = await child.start();
    terminal.note(`${name} is running (process ${String(child.pid)})`);
    return line;
  };
  const serverArgs = [
    '--port',
    String(port),
    '--firm',
    place.firm,
    '--simulated-broker',
    place.broker,
  ];
  const server = await start('serve', serverArgs);
  const { seed } = options;
  const brokerArgs = ['--port', String(brokerPort), '--data', place.broker, '--seed', seed];
  await start('broker', [...brokerArgs, '--scenario', 'typical']);
  await start('gateway', ['--port', String(brokerPort)]);
  return String(server['url']);
}

interface StoryContext {
  readonly url: string;
  readonly password: string;
  readonly place: DemoPlace;
  readonly isNew: boolean;
  readonly isOnce: boolean;
  readonly terminal: Terminal;
}

/** Plays the loop when it has not been played; tells what was kept otherwise. */
async function story(context: StoryContext): Promise<void> {
  const { url, password, place, isNew, isOnce, terminal } = context;
  if (!isNew) {
    const played = JSON.parse(readFileSync(place.playedFile, 'utf8')) as {
      readonly summary: string;
    };
    terminal.out(`kept from the last start:\n${played.summary}`);
    return;
  }
  const trader = new ApiClient(url);
  const compliance = new ApiClient(url);
  await trader.signIn('tara', password);
  await compliance.signIn('carl', password);
  const result = await playLoop({ trader, compliance }, progressLine(terminal));
  const summary = demoSummary(result);
  terminal.out(summary);
  writeFileSync(place.playedFile, JSON.stringify({ runId: result.run.runId, summary }));
  if (isOnce) return;
  const waiting = await leaveProposal(trader);
  if (waiting > 0) {
    terminal.out(`A second proposal of ${String(waiting)} orders waits in Carl’s approval inbox.`);
  }
}

/** Redraws one line where there is a terminal; elsewhere prints the end of each step. */
function progressLine(terminal: Terminal): StoryListener {
  return (step, detail, isFinal) => {
    const line = `${step.padEnd(10)} ${detail}`;
    if (terminal.isInteractive) process.stderr.write(`\r\u001b[2K${line}${isFinal ? '\n' : ''}`);
    else if (isFinal) terminal.note(line);
  };
}

function invitation(url: string, password: string): string {
  return [
    '',
    `Open ${url}`,
    `  trader      tara / ${password}`,
    `  compliance  carl / ${password}`,
    'Ctrl-C stops everything; the data stays. Other data: npm run demo -- --fresh --seed 7',
  ].join('\n');
}
