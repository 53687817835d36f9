/** `evenkeel serve`: store, books, workers and HTTP server, without the command line around it. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pino, { type Logger } from 'pino';
import { randomIds, systemClock } from '../../kernel/index.ts';
import {
  errorFinding,
  findingText,
  type Account,
  type AccountId,
  type FirmBook,
} from '../../domain/index.ts';
import { accountsAtFault } from '../../connectors/index.ts';
import { buildServer, type Api } from '../../api/index.ts';
import {
  createAuditWriter,
  loadSigner,
  startSequencer,
  type Sequencer,
} from '../../audit/index.ts';
import { shippedRules } from '../../compliance/index.ts';
import { homeDirectory, openStore, StoreError, type Store } from '../../db/index.ts';
import { createDirectory, type SeededPerson, type SeedPerson } from '../../identity/index.ts';
import {
  createDesk,
  importFirm,
  latestPriceDate,
  readGatewayLink,
  startJobQueue,
  startWorkers,
  VaultBooks,
  type WorkflowContext,
  type Workers,
} from '../../workflow/index.ts';
import { startBackOffice, type BackOffice } from '../../simulator/custodian/index.ts';
import { custodianCashLines, custodianPositionLines } from '../../simulator/statement/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { loadFirmDirectory } from '../firm-directory-files.ts';

export interface ServeOptions {
  /** 0 picks a free port. */
  readonly port: number;
  /** Default 127.0.0.1. Any other address than loopback needs `allowsInsecureListen`. */
  readonly host?: string;
  /** Names the risk: passwords and orders would cross the network unencrypted. */
  readonly allowsInsecureListen?: boolean;
  readonly firmId?: string;
  /** Imported when the vault is empty; null or absent = nothing is imported. */
  readonly firmDirectory?: string | null;
  /** Default EVENKEEL_HOME, else `.evenkeel` in the checkout. */
  readonly home?: string;
  readonly databaseUrl?: string | null;
  readonly databaseName?: string;
  /** As the gateway's session is named. */
  readonly executingBroker?: string;
  /** The built web client; null = API only. */
  readonly webDirectory?: string | null;
  /** Data directory of the simulated broker: also runs the simulated custodian, for demonstrations. */
  readonly simulatedBrokerDirectory?: string | null;
  /** Password for the seeded people; null = EVENKEEL_DEMO_PASSWORD, else one is generated for each. */
  readonly password?: string | null;
  /** An open, migrated store to use instead of opening one; closed with the server. */
  readonly store?: Pick<Store, 'database' | 'target' | 'close'>;
  readonly onProgress?: (message: string) => void;
  /** Least severe log lines on standard error; default `warn`. */
  readonly logLevel?: string;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly firmId: string;
  /** Passwords only of those created now, or given. For the one who starts the server, never for a log. */
  readonly people: readonly SeededPerson[];
  readonly workflow: WorkflowContext;
  /** Where statements are expected and instructions are written. */
  readonly exchangeDirectory: string;
  /** Stops in order: no new requests, workers, queue, log, store. Idempotent. */
  stop(): Promise<void>;
}

/** The people of a new firm: one who proposes and one who approves, and operations to watch. */
export const SEED_PEOPLE: readonly SeedPerson[] = [
  { username: 'tara', displayName: 'Tara Lindqvist', roles: ['trader'] },
  { username: 'carl', displayName: 'Carl Okafor', roles: ['compliance'] },
];

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);
const VERSION = '0.1.0';
const STOP_TIMEOUT_MS = 10_000;

/** Refused before anything is opened: `BIND_REFUSED`. */
export class BindRefused extends Error {
  override readonly name = 'BindRefused';
}

/**
 * Opens everything and listens.
 *
 * @throws BindRefused for an address beyond loopback without the flag that names the risk
 * @throws StoreError when the store cannot be opened
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  if (!LOOPBACK.has(host) && options.allowsInsecureListen !== true) {
    const text = `${host} is beyond this machine, and there is no transport security`;
    throw new BindRefused(findingText(errorFinding('BIND_REFUSED', text)));
  }
  const logger = pino(
    // Fields are chosen where they are logged; this is the second line of defense.
    { level: options.logLevel ?? 'warn', redact: ['password', '*.password', '*.*.password'] },
    pino.destination(2),
  );
  const home = resolve(options.home ?? homeDirectory());
  const store = options.store ?? (await openStore(storeOptions(options, home)));
  const started: Started = { store };
  try {
    return await start(options, { home, host, logger, started });
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

function storeOptions(options: ServeOptions, home: string) {
  const { databaseUrl, databaseName, onProgress } = options;
  return {
    home,
    applicationName: 'evenkeel-server',
    poolSize: 10,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(databaseName === undefined ? {} : { databaseName }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
}

/** What has been started, in order; stopped in reverse. */
interface Started {
  readonly store: NonNullable<ServeOptions['store']>;
  sequencer?: Sequencer;
  workflow?: WorkflowContext;
  workers?: Workers;
  backOffice?: BackOffice;
  app?: Api;
}

async function stopAll(started: Started): Promise<void> {
  await started.app?.close();
  await started.backOffice?.stop();
  await started.workers?.stop();
  await started.workflow?.jobs.stop(STOP_TIMEOUT_MS);
  await started.sequencer?.stop();
  await started.store.close();
}

interface Setting {
  readonly home: string;
  readonly host: string;
  readonly logger: Logger;
  readonly started: Started;
}

async function start(options: ServeOptions, setting: Setting): Promise<RunningServer> {
  const { home, host, logger, started } = setting;
  const { database } = started.store;
  const firmId = options.firmId ?? 'demo';
  const workflow = await createWorkflow(options, setting);
  started.workflow = workflow;
  started.sequencer = startSequencer({
    database,
    signer: loadSigner(join(home, 'audit-key.pem'), 'evenkeel.local/audit'),
    onError: (error) => {
      logger.error({ err: error }, 'sequencing the audit log failed');
    },
  });
  const directory = createDirectory({ database, audit: workflow.audit, firmId });
  const given = options.password ?? process.env['EVENKEEL_DEMO_PASSWORD'] ?? '';
  const people = await directory.seed(SEED_PEOPLE, given === '' ? null : given);
  const book = await importOnce(options, workflow);
  started.workers = await startWorkers(workflow);
  await startOutside(options, { ...setting, workflow, book });
  const app = await buildServer({
    context: {
      workflow,
      directory,
      version: VERSION,
      startedAt: workflow.clock.instant(),
      isSecure: false,
    },
    logger,
    webDirectory: options.webDirectory === undefined ? WEB_DIRECTORY : options.webDirectory,
    hostNames: [host],
  });
  started.app = app;
  const address = await app.listen({ host, port: options.port });
  const port = Number(new URL(address).port);
  let stopping: Promise<void> | null = null;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    port,
    firmId,
    people,
    workflow,
    exchangeDirectory: join(home, 'exchange'),
    stop: () => (stopping ??= stopAll(started)),
  };
}

const WEB_DIRECTORY = resolve(import.meta.dirname, '..', '..', '..', 'web', 'dist');

async function createWorkflow(options: ServeOptions, setting: Setting): Promise<WorkflowContext> {
  const { home, logger, started } = setting;
  const { database, target } = started.store;
  const firmId = options.firmId ?? 'demo';
  const executingBroker = options.executingBroker ?? 'SIM';
  const audit = createAuditWriter(systemClock);
  const inboxDirectory = join(home, 'exchange', 'inbox');
  const outboxDirectory = join(home, 'exchange', 'outbox');
  await mkdir(inboxDirectory, { recursive: true });
  await mkdir(outboxDirectory, { recursive: true });
  const jobs = await startJobQueue({
    target,
    database,
    firmId,
    onEvent: (kind, detail) => {
      logger[kind === 'error' ? 'error' : 'info']({ detail }, 'job queue');
    },
  });
  return {
    database,
    audit,
    firmId,
    ids: randomIds,
    clock: systemClock,
    books: new VaultBooks(database, firmId),
    desk: createDesk({
      database,
      audit,
      firmId,
      executingBroker,
      gateway: () => readGatewayLink(database, firmId, executingBroker),
    }),
    jobs,
    rulesFor: shippedRules,
    files: { inboxDirectory, outboxDirectory },
    onFault: (where, error) => {
      logger.error({ err: error, where }, 'a worker failed; it will try again');
    },
  };
}

/** Imports the firm directory into an empty vault. @returns its book, also when it was there before */
async function importOnce(
  options: ServeOptions,
  workflow: WorkflowContext,
): Promise<FirmBook | null> {
  const { firmDirectory } = options;
  if (firmDirectory === undefined || firmDirectory === null) return null;
  const { book, findings } = await loadFirmDirectory(firmDirectory);
  const asOfDate = latestPriceDate(book);
  if ((await workflow.books.version()) !== null) return book;
  if (asOfDate === null || book.accounts.size === 0) {
    const texts = findings.slice(0, 20).map(findingText);
    throw new FirmUnreadable([`${firmDirectory} holds no firm that can be imported`, ...texts]);
  }
  const source = `firm directory ${resolve(firmDirectory)}`;
  const held = accountsAtFault(findings, book);
  const imported = withFrozen(book, held);
  await importFirm(workflow, { book: imported, source, asOfDate, findings });
  for (const finding of findings.slice(0, 20)) options.onProgress?.(findingText(finding));
  if (held.size > 0) options.onProgress?.(`${String(held.size)} accounts are frozen: see above`);
  options.onProgress?.(`imported ${String(book.accounts.size)} accounts as of ${asOfDate}`);
  return book;
}

/** What an account really holds is not known when one of its records was refused: it must not trade. */
function withFrozen(book: FirmBook, held: ReadonlySet<AccountId>): FirmBook {
  const accounts = [...book.accounts].map(([accountId, account]): [AccountId, Account] => [
    accountId,
    held.has(accountId) ? { ...account, status: 'frozen' } : account,
  ]);
  return { ...book, accounts: new Map(accounts) };
}

/** The firm directory given cannot be imported; the message says why. */
export class FirmUnreadable extends Error {
  override readonly name = 'FirmUnreadable';
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

/** The simulated custodian, opened from the firm's files and not from our books. */
async function startOutside(
  options: ServeOptions,
  outside: Setting & { readonly workflow: WorkflowContext; readonly book: FirmBook | null },
): Promise<void> {
  const brokerDirectory = options.simulatedBrokerDirectory ?? null;
  const { home, logger, started, workflow, book } = outside;
  if (brokerDirectory === null || book === null) return;
  started.backOffice = await startBackOffice({
    stateDirectory: join(home, 'simulated-custodian'),
    instructionsDirectory: workflow.files.outboxDirectory,
    statementsDirectory: workflow.files.inboxDirectory,
    brokerDirectory,
    opening: { positions: custodianPositionLines(book), cash: custodianCashLines(book) },
    onFault: (error) => {
      logger.error({ err: error }, 'the simulated back office failed; it will try again');
    },
  });
}

/**
 * Serves until SIGTERM or SIGINT, then stops cleanly. Writes one line of JSON to standard output when it
 * listens: `{"server":"listening","url":…}`. New passwords are shown once on standard error's terminal by
 * the caller through `onPeople`, never written to a log.
 *
 * @returns 0 after a signal, 2 for a refused address or firm directory, 6 when the store cannot be opened
 */
export async function serveCommand(
  options: ServeOptions & { readonly onPeople?: (people: readonly SeededPerson[]) => void },
): Promise<ExitCode> {
  const told = new Promise<void>((tell) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => tell());
  });
  let server: RunningServer;
  try {
    server = await startServer(options);
  } catch (error) {
    const isUsage = error instanceof BindRefused || error instanceof FirmUnreadable;
    if (!isUsage && !(error instanceof StoreError)) throw error;
    process.stderr.write(`serve: ${error.message}\n`);
    return isUsage ? EXIT.usage : EXIT.unavailable;
  }
  options.onPeople?.(server.people);
  process.stdout.write(`${JSON.stringify({ server: 'listening', url: server.url })}\n`);
  await told;
  await server.stop();
  return EXIT.ok;
}
