/** A real server on a fresh database, with a small generated firm, and people to call it over HTTP. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, type RunningServer } from '../../src/cli/commands/serve.ts';
import { saveFirmDirectory } from '../../src/cli/firm-directory-files.ts';
import { writeFirmDirectory } from '../../src/connectors/index.ts';
import type { FirmBook } from '../../src/domain/index.ts';
import { createAuditWriter } from '../../src/audit/index.ts';
import { createDirectory, type Directory } from '../../src/identity/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { generateFirm } from '../../src/simulator/firm/index.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';

export const PASSWORD = 'correct-horse-battery';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; null when it is not JSON. */
  readonly body: unknown;
}

/** The body of an answer as the caller knows it to be. */
export function bodyOf<T>(answer: Answer): T {
  return answer.body as T;
}

/** One person's browser: keeps the cookie and the CSRF token. */
export class ApiClient {
  readonly #base: string;
  cookie = '';
  csrfToken = '';

  constructor(base: string) {
    this.#base = base;
  }

  async send(
    method: string,
    path: string,
    options: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { body } = options;
    const isRaw = typeof body === 'string';
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(this.csrfToken === '' ? {} : { 'x-csrf-token': this.csrfToken }),
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const setCookie = response.headers.get('set-cookie');
    if (setCookie !== null) this.cookie = setCookie.split(';')[0] ?? '';
    return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, { body, headers });
  }

  async signIn(username: string, password = PASSWORD): Promise<Answer> {
    const answer = await this.post('/v1/session', { username, password });
    if (answer.status === 200) this.csrfToken = bodyOf<{ csrfToken: string }>(answer).csrfToken;
    return answer;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // not JSON, which is what the caller will see
  }
}

export interface ApiWorld {
  readonly db: TestDatabase;
  readonly home: string;
  readonly brokerDirectory: string;
  server: RunningServer;
  readonly directory: Directory;
  client(): ApiClient;
  /** A client that is signed in. */
  as(username: string): Promise<ApiClient>;
  /** Stops the server and starts another one on the same store and files. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server for a firm of a few households. */
export async function openApiWorld(
  options: { readonly households?: number } = {},
): Promise<ApiWorld> {
  const db = await createTestDatabase();
  const home = await mkdtemp(join(tmpdir(), 'evenkeel-api-'));
  const firmDirectory = join(home, 'firm');
  const brokerDirectory = join(home, 'broker');
  const book = generateFirm({ seed: 'api-world', households: options.households ?? 3 });
  await saveFirmDirectory(firmDirectory, writeFirmDirectory(withClientApproval(book)));
  const start = (): Promise<RunningServer> =>
    startServer({
      port: 0,
      home,
      firmDirectory,
      simulatedBrokerDirectory: brokerDirectory,
      password: PASSWORD,
      webDirectory: null,
      logLevel: 'silent',
      store: { database: db.connect(), target: db.target, close: () => Promise.resolve() },
    });
  const world: ApiWorld = {
    db,
    home,
    brokerDirectory,
    server: await start(),
    directory: createDirectory({
      database: db.database,
      audit: createAuditWriter(systemClock),
      firmId: 'demo',
    }),
    client: () => new ApiClient(world.server.url),
    as: async (username) => {
      const client = new ApiClient(world.server.url);
      await client.signIn(username);
      return client;
    },
    restart: async () => {
      await world.server.stop();
      world.server = await start();
    },
    close: async () => {
      await world.server.stop();
      await db.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
  return world;
}

/** The same firm, whose first open account trades only with its client's consent: a soft rule to fail. */
function withClientApproval(book: FirmBook): FirmBook {
  const account = [...book.accounts.values()].find(({ status }) => status === 'open');
  if (account === undefined) throw new Error('the generated firm has no open account');
  const changed = { ...account, discretion: 'clientApproval' as const };
  return { ...book, accounts: new Map([...book.accounts, [account.accountId, changed]]) };
}

/** Asks again until the test is satisfied. @throws Error after `timeoutMs` with the last value */
export async function until<T>(
  ask: () => Promise<T>,
  isDone: (value: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (isDone(value)) return value;
    if (performance.now() > deadline) {
      throw new Error(`still ${JSON.stringify(value).slice(0, 2_000)}`);
    }
    await sleep(100);
  }
}
