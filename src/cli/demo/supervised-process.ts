/** A child process of the demo: started with its own log file, waited for by its first line, started again when it dies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { EXIT_WITH_PARENT } from '../exit-with-parent.ts';

export interface ProcessDefinition {
  readonly name: string;
  /** Arguments for the pinned node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Deaths after which it is left dead: something is wrong that starting again does not cure. Default 10. */
  readonly restartsMax?: number;
  /** Default 500. */
  readonly restartDelayMs?: number;
}

const RESTARTS_MAX = 10;
const RESTART_DELAY_MS = 500;
const READY_TIMEOUT_MS = 90_000;
/** A process that does not stop when told is ended. */
const STOP_TIMEOUT_MS = 15_000;

export class SupervisedProcess {
  readonly #definition: ProcessDefinition;
  readonly #log: WriteStream;
  #child: ChildProcess | null = null;
  #isStopping = false;
  #restarts = 0;
  #recent: string[] = [];

  constructor(definition: ProcessDefinition) {
    this.#definition = definition;
    mkdirSync(dirname(definition.logFile), { recursive: true });
    this.#log = createWriteStream(definition.logFile, { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it. @returns the JSON of its first line on standard output. @throws Error with its last words */
  start(): Promise<Readonly<Record<string, unknown>>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${this.#definition.name} did not become ready in time`));
      }, READY_TIMEOUT_MS);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        act();
      };
      this.#launch({
        onFirstLine: (line) => settle(() => resolve(line)),
        onEarlyExit: (code) =>
          settle(() => {
            const words = this.#recent.slice(-6).join('\n');
            reject(new Error(`${this.#definition.name} ended with ${String(code)}\n${words}`));
          }),
      });
    });
  }

  #launch(listener: {
    readonly onFirstLine: (line: Readonly<Record<string, unknown>>) => void;
    readonly onEarlyExit: (code: number | null) => void;
  }): void {
    const { args, env } = this.#definition;
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env, [EXIT_WITH_PARENT]: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The terminal's Ctrl-C reaches the demo only, which then stops its children in order.
      detached: true,
    });
    this.#child = child;
    let isReady = false;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#log.write(`${line}\n`);
      if (isReady || !line.startsWith('{')) return;
      isReady = true;
      listener.onFirstLine(JSON.parse(line) as Readonly<Record<string, unknown>>);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#recent = [...this.#recent.slice(-20), line];
      this.#log.write(`${line}\n`);
    });
    child.on('exit', (code) => {
      if (this.#child === child) this.#child = null;
      if (!isReady) listener.onEarlyExit(code);
      else if (!this.#isStopping) this.#restart();
    });
  }

  #restart(): void {
    this.#restarts += 1;
    if (this.#restarts > (this.#definition.restartsMax ?? RESTARTS_MAX)) return;
    this.#log.write(`restart ${String(this.#restarts)} of ${this.#definition.name}\n`);
    setTimeout(() => {
      if (this.#isStopping) return;
      this.#launch({ onFirstLine: () => undefined, onEarlyExit: () => this.#restart() });
    }, this.#definition.restartDelayMs ?? RESTART_DELAY_MS);
  }

  /** Tells it to stop and waits; ends it when it does not. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child !== null && child.exitCode === null) {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    }
    this.#log.end();
  }
}
