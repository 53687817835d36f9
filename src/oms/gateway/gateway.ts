/**
 * The FIX gateway: owns a session while its lease lasts, sends what the outbox holds, books what the broker
 * says. Any number may run; one at a time is connected.
 *
 * Invariants (gateway.test.ts, test/scenarios/kill-nine.scenario.ts):
 *   GT1  nothing is written to the socket that is not recorded under a number of this epoch.
 *   GT2  after a fault the session is opened again from the store, never continued from memory.
 *   GT3  one batch of intents is read at a time; the outbox may grow, the gateway does not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { toPlainJson, type Clock } from '../../kernel/index.ts';
import { errorText, StoreError, type AuditWriter, type Database } from '../../db/index.ts';
import { fix44, SESSION_DEFAULTS, type Dictionary, type SessionConfig } from '../../fix/index.ts';
import { SessionDriver } from '../../fix-runtime/index.ts';
import type { BrokerContext } from '../broker-messages.ts';
import { record } from '../journal.ts';
import { keepTrying, type Connector } from './connector.ts';
import { messageOf } from './intent-message.ts';
import { orderHooks, referenceOf } from './order-hooks.ts';
import { queueUnanswered, queuedIntents } from '../outbox-postgres.ts';
import {
  giveUpLease,
  leaseLost,
  renewLease,
  saveLinkState,
  tryTakeLease,
  type SessionIdentity,
} from './session-lease-postgres.ts';
import { PostgresSessionStore } from './session-store-postgres.ts';

export interface GatewayOptions {
  readonly database: Database;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly firmId: string;
  /** The broker's name in placements; the session bears it too. */
  readonly executingBroker: string;
  readonly host: string;
  readonly port: number;
  readonly senderCompId: string;
  readonly targetCompId: string;
  /** For people: who holds the session. */
  readonly owner: string;
  readonly dictionary?: Dictionary;
  readonly heartbeatSeconds?: number;
  /** How long a dead owner blocks the session. */
  readonly leaseMs?: number;
  readonly pollMs?: number;
  /** A new order older than this is not resent: it becomes `unknown` and the broker is asked. */
  readonly staleOrderAfterMs?: number;
  /** After this long without an answer the broker is asked what became of an order. */
  readonly unansweredAfterMs?: number;
  readonly onNotice?: (code: string, text: string) => void;
}

export interface RunningGateway {
  /** Settles when the gateway has ended; rejects never. */
  readonly ended: Promise<void>;
  /** Logs out, gives the lease up and ends. Idempotent. */
  stop(): Promise<void>;
}

const BATCH_MAX = 64;
const LOGOUT_WAIT_MS = 2_000;
const CHASE_EVERY_MS = 1_000;
const RETRY_AFTER_FAULT_MS = 200;
const DEFAULTS = {
  heartbeatSeconds: 10,
  leaseMs: 5_000,
  pollMs: 50,
  staleOrderAfterMs: 60_000,
  unansweredAfterMs: 10_000,
} as const;
type Settings = GatewayOptions & { readonly [Name in keyof typeof DEFAULTS]: number };

/** Starts a gateway; it waits while another one owns the session. */
export function runGateway(options: GatewayOptions): RunningGateway {
  return new Gateway(options);
}

class Gateway implements RunningGateway {
  readonly ended: Promise<void>;
  readonly #options: Settings;
  readonly #identity: SessionIdentity;
  readonly #context: BrokerContext;
  readonly #stopping = new AbortController();

  constructor(options: GatewayOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const { firmId, executingBroker, audit } = options;
    this.#identity = {
      firmId,
      sessionId: executingBroker,
      senderCompId: options.senderCompId,
      targetCompId: options.targetCompId,
    };
    this.#context = { firmId, executingBroker, audit, actor: `system:gateway:${executingBroker}` };
    this.ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.ended;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Sleeps, or returns at once when the gateway is told to stop. */
  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { database, owner, leaseMs } = this.#options;
    while (!this.#isStopping) {
      try {
        const terms = { owner, durationMs: leaseMs };
        const epoch = await tryTakeLease(database, this.#identity, terms);
        if (epoch === null) await this.#pause(leaseMs / 4);
        else await this.#own(epoch);
      } catch (error) {
        this.#notice(error);
        const isForPeople = error instanceof StoreError && error.code === 'FIX_STORE_AMBIGUOUS';
        await this.#pause(isForPeople ? leaseMs : RETRY_AFTER_FAULT_MS);
      }
    }
  }

  /** Runs sessions under one epoch until the lease is lost or the gateway stops. */
  async #own(epoch: number): Promise<void> {
    const { database } = this.#options;
    try {
      while (!this.#isStopping) {
        try {
          await this.#runSession(epoch);
        } catch (error) {
          this.#notice(error);
          // Only another epoch helps a late owner, and only a person an ambiguous store.
          if (error instanceof StoreError && error.code !== 'INTENT_WITHDRAWN') throw error;
          await this.#pause(RETRY_AFTER_FAULT_MS);
        }
      }
    } finally {
      await giveUpLease(database, this.#identity, epoch).catch((error: unknown) => {
        this.#notice(error);
      });
    }
  }

  /** One driver from store to fault or stop (GT2). */
  async #runSession(epoch: number): Promise<void> {
    const session = new SessionRun({
      options: this.#options,
      identity: this.#identity,
      context: this.#context,
      epoch,
      isStopping: () => this.#isStopping,
      pause: (milliseconds) => this.#pause(milliseconds),
    });
    await session.run();
  }

  #notice(error: unknown): void {
    const code = error instanceof StoreError ? error.code : 'GATEWAY_FAULT';
    this.#options.onNotice?.(code, errorText(error));
  }
}

interface SessionRunOptions {
  readonly options: Settings;
  readonly identity: SessionIdentity;
  readonly context: BrokerContext;
  readonly epoch: number;
  readonly isStopping: () => boolean;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** The life of one session driver. */
class SessionRun {
  readonly #given: SessionRunOptions;
  #fault: { readonly error: unknown } | null = null;
  #connector: Connector | null = null;
  /** Link states are written one after the other, in the order in which they happened. */
  #linkWrites: Promise<void> = Promise.resolve();

  constructor(given: SessionRunOptions) {
    this.#given = given;
  }

  async run(): Promise<void> {
    const { options, isStopping, pause } = this.#given;
    const driver = await this.#open();
    this.#connector = keepTrying(driver, options);
    const renewal = setInterval(() => void this.#renew(), options.leaseMs / 3);
    let chasedAt = options.clock.monotonic();
    try {
      while (!isStopping() && this.#fault === null) {
        const sent = driver.isEstablished ? await this.#sendBatch(driver) : 0;
        if (options.clock.monotonic() - chasedAt > CHASE_EVERY_MS && driver.isEstablished) {
          chasedAt = options.clock.monotonic();
          await this.#chase();
        }
        if (sent < BATCH_MAX) await pause(options.pollMs);
      }
      if (this.#fault === null) await this.#logout(driver);
    } finally {
      clearInterval(renewal);
      this.#connector.stop();
      await driver.close();
      await this.#linkWrites;
    }
    if (this.#fault !== null) throw asError(this.#fault.error);
  }

  #open(): Promise<SessionDriver> {
    const { options, identity, context, epoch } = this.#given;
    const dictionary = options.dictionary ?? fix44;
    const config: SessionConfig = {
      ...SESSION_DEFAULTS,
      role: 'initiator',
      dictionary,
      SenderCompID: identity.senderCompId,
      TargetCompID: identity.targetCompId,
      HeartBtInt: options.heartbeatSeconds,
    };
    return SessionDriver.open({
      config,
      clock: options.clock,
      staleOrderAfterMs: options.staleOrderAfterMs,
      store: new PostgresSessionStore({
        database: options.database,
        identity,
        epoch,
        dictionary,
        hooks: orderHooks(context),
      }),
      onEstablished: () => {
        this.#connector?.succeeded();
        this.#saveLink(true, 'logged on');
      },
      onDisconnected: (reason) => {
        this.#saveLink(false, reason);
      },
      onAlarm: (code, text) => options.onNotice?.(code, text),
      onFault: (error) => {
        this.#fault ??= { error };
      },
    });
  }

  /** @returns how many were sent; stops at the first that the session does not take */
  async #sendBatch(driver: SessionDriver): Promise<number> {
    const { options, identity } = this.#given;
    const { database, executingBroker, clock } = options;
    const { firmId } = identity;
    const intents = await queuedIntents(database, firmId, { executingBroker, limit: BATCH_MAX });
    const sends: Promise<unknown>[] = [];
    for (const intent of intents) {
      const message = await messageOf(database, { firmId, intent, clock });
      sends.push(driver.send(message, referenceOf(intent)));
    }
    // A fault rejects all of them; it is reported once, by onFault.
    await Promise.allSettled(sends);
    return intents.length;
  }

  /** Asks about orders that nobody has answered. */
  async #chase(): Promise<void> {
    const { options, identity } = this.#given;
    const { database, executingBroker, unansweredAfterMs } = options;
    await database.transaction((tx) =>
      queueUnanswered(tx, identity.firmId, { executingBroker, unansweredAfterMs }),
    );
  }

  async #renew(): Promise<void> {
    const { options, identity, epoch } = this.#given;
    try {
      const held = { epoch, durationMs: options.leaseMs };
      const isHeld = await renewLease(options.database, identity, held);
      if (!isHeld) this.#fault ??= { error: leaseLost(identity, epoch) };
    } catch (error) {
      // The next renewal may succeed; if none does, a successor takes over and the epoch fences us.
      options.onNotice?.('GATEWAY_LEASE_NOT_RENEWED', errorText(error));
    }
  }

  async #logout(driver: SessionDriver): Promise<void> {
    const { clock } = this.#given.options;
    const until = clock.monotonic() + LOGOUT_WAIT_MS;
    this.#connector?.stop();
    driver.logout();
    while (driver.state.phase !== 'disconnected' && clock.monotonic() < until) await sleep(20);
  }

  #saveLink(isLoggedOn: boolean, text: string): void {
    this.#linkWrites = this.#linkWrites.then(() => this.#writeLink(isLoggedOn, text));
  }

  async #writeLink(isLoggedOn: boolean, text: string): Promise<void> {
    const { options, identity, context, epoch } = this.#given;
    try {
      await options.database.transaction(async (tx) => {
        const isOurs = await saveLinkState(tx, identity, { epoch, isLoggedOn, text });
        if (!isOurs) return;
        await record(tx, context, {
          context: { actor: context.actor, correlationId: null },
          action: isLoggedOn ? 'fixSession.loggedOn' : 'fixSession.disconnected',
          subjectKind: 'fixSession',
          subjectId: identity.sessionId,
          runId: null,
          event: 'gateway.changed',
          payload: toPlainJson({ epoch, text, owner: options.owner }),
        });
      });
    } catch (error) {
      options.onNotice?.('GATEWAY_FAULT', errorText(error));
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
