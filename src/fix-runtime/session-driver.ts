/**
 * Runs one FIX session over sockets: steps the pure machine, commits what must be durable, and only then
 * writes. Inputs that wait are stepped together and committed once (group commit).
 *
 * Invariants (session-driver.test.ts):
 *   SD1  No byte of a new message is written before the commit that records it has returned.
 *   SD2  When a commit fails the driver stops for good: nothing more is written, and pending sends fail.
 *   SD3  One connection at a time; a second one is refused while the first lives.
 */
import type { Socket } from 'node:net';
import { epochMilliseconds, type Clock } from '../kernel/index.ts';
import {
  FrameReader,
  decodeMessage,
  initialSession,
  isEstablished,
  parseUtcTimestamp,
  step,
  Tag,
  valueOf,
  MsgType,
  type ApplicationMessage,
  type Delivery,
  type DurableEffect,
  type SessionAlarmCode,
  type SessionConfig,
  type SessionEffect,
  type SessionInput,
  type SessionState,
  type StoredMessage,
} from '../fix/index.ts';
import type { SessionStore } from './session-store.ts';

export interface SessionDriverOptions {
  readonly config: SessionConfig;
  readonly store: SessionStore;
  readonly clock: Clock;
  /** A NewOrderSingle older than this is not resent: its order becomes doubtful instead. Null: always resent. */
  readonly staleOrderAfterMs: number | null;
  /** After the commit that counted them. What must not be lost belongs into the store's commit. */
  readonly onDelivered?: (deliveries: readonly Delivery[]) => void;
  readonly onEstablished?: () => void;
  readonly onDisconnected?: (reason: string) => void;
  readonly onAlarm?: (code: SessionAlarmCode | 'FIX_MESSAGE_GARBLED', text: string) => void;
  /** The store failed: the driver has stopped. */
  readonly onFault?: (error: unknown) => void;
}

export type SendOutcome =
  | { readonly kind: 'recorded'; readonly sequence: number }
  | { readonly kind: 'refused'; readonly code: SessionAlarmCode };

interface Waiting {
  readonly input: SessionInput;
  /** The connection that it came from; null for inputs that hold for any. */
  readonly connection: number | null;
  readonly settle?: { resolve: (outcome: SendOutcome) => void; reject: (error: unknown) => void };
}

const MESSAGE_LENGTH_MAX = 1024 * 1024;
const BATCH_COUNT_MAX = 256;
/** Inputs that wait before the socket is paused. */
const WAITING_COUNT_MAX = 4096;
/** Unwritten bytes at which a peer that does not read is cut off; it gets the rest by resend. */
const UNWRITTEN_BYTES_MAX = 16 * 1024 * 1024;
const STORED_CHUNK = 500;
const TICK_MS = 200;

export class SessionDriver {
  readonly #options: SessionDriverOptions;
  #state: SessionState;
  #waiting: Waiting[] = [];
  #isPumping = false;
  #socket: Socket | null = null;
  #connection = 0;
  #fault: unknown = null;
  #isClosed = false;
  readonly #ticker: NodeJS.Timeout;
  #idle: (() => void)[] = [];

  private constructor(options: SessionDriverOptions, state: SessionState) {
    this.#options = options;
    this.#state = state;
    this.#ticker = setInterval(() => {
      this.#enqueue({ input: { kind: 'tick' }, connection: null });
    }, TICK_MS);
    this.#ticker.unref();
  }

  /** Loads the numbers from the store. The driver owns the session until `close`. */
  static async open(options: SessionDriverOptions): Promise<SessionDriver> {
    return new SessionDriver(options, initialSession(options.config, await options.store.load()));
  }

  get state(): SessionState {
    return this.#state;
  }

  get isEstablished(): boolean {
    return this.#fault === null && isEstablished(this.#state);
  }

  /** Takes a connected socket. @returns false when a connection lives already (SD3); the caller closes it */
  attach(socket: Socket): boolean {
    if (this.#socket !== null || this.#fault !== null || this.#isClosed) return false;
    this.#connection += 1;
    const connection = this.#connection;
    this.#socket = socket;
    socket.setNoDelay(true);
    const frames = new FrameReader(this.#options.config.dictionary, {
      messageLengthMax: MESSAGE_LENGTH_MAX,
    });
    socket.on('data', (chunk: Buffer) => {
      for (const frame of frames.push(chunk)) {
        if (frame.kind === 'garbled') {
          const text = `${String(frame.length)} bytes ignored: ${frame.reason}`;
          this.#options.onAlarm?.('FIX_MESSAGE_GARBLED', text);
        } else {
          this.#enqueue({ input: { kind: 'message', message: frame.message }, connection });
        }
      }
      if (this.#waiting.length > WAITING_COUNT_MAX) socket.pause();
    });
    // 'close' always follows; the error itself says nothing that the disconnect does not.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#lost(connection, 'connection closed');
    });
    this.#enqueue({ input: { kind: 'connected' }, connection });
    return true;
  }

  /**
   * Records and sends an application message. Resolved when it is durable, whether or not it reached the
   * peer yet: the session sees to that.
   *
   * @param reference the sender's name for it: comes back in `persistOutgoing` and `persistGapFilled`
   */
  send(message: ApplicationMessage, reference: string | null = null): Promise<SendOutcome> {
    if (this.#fault !== null) return Promise.reject(faultError(this.#fault));
    if (this.#isClosed) return Promise.reject(new Error('the session is closed'));
    return new Promise((resolve, reject) => {
      this.#enqueue({
        input: { kind: 'send', message, reference },
        connection: null,
        settle: { resolve, reject },
      });
    });
  }

  logout(text: string | null = null): void {
    this.#enqueue({ input: { kind: 'logout', text }, connection: null });
  }

  /** Finishes what waits, ends the connection and closes the store. The peer is not told: see `logout`. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#ticker);
    if (this.#isPumping) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#socket?.destroy();
    await this.#options.store.close();
  }

  #enqueue(waiting: Waiting): void {
    if (this.#fault !== null) {
      waiting.settle?.reject(faultError(this.#fault));
      return;
    }
    if (this.#isClosed) {
      waiting.settle?.reject(new Error('the session is closed'));
      return;
    }
    this.#waiting.push(waiting);
    if (!this.#isPumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      while (this.#waiting.length > 0) {
        await this.#runBatch(this.#waiting.splice(0, BATCH_COUNT_MAX));
        if (this.#waiting.length < WAITING_COUNT_MAX / 2) this.#socket?.resume();
      }
    } catch (error) {
      this.#stop(error);
    } finally {
      this.#isPumping = false;
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    const now = epochMilliseconds(this.#options.clock.instant());
    const effects: SessionEffect[] = [];
    const settled: (() => void)[] = [];
    try {
      for (const waiting of batch) {
        if (waiting.connection !== null && waiting.connection !== this.#connection) continue;
        const result = step(this.#state, waiting.input, { now });
        this.#state = result.state;
        effects.push(...result.effects);
        if (waiting.settle !== undefined) settled.push(outcomeOf(waiting.settle, result.effects));
      }
      const durable = effects.filter(isDurable);
      if (durable.length > 0) await this.#options.store.commit(durable);
    } catch (error) {
      for (const waiting of batch) waiting.settle?.reject(error);
      throw error;
    }
    for (const settle of settled) settle();
    await this.#execute(effects);
  }

  /** After the commit: the wire, then the listeners, in the order of the effects. */
  async #execute(effects: readonly SessionEffect[]): Promise<void> {
    const deliveries: Delivery[] = [];
    let unwritten: Uint8Array[] = [];
    const flush = (): void => {
      if (unwritten.length > 0) this.#write(Buffer.concat(unwritten));
      unwritten = [];
    };
    for (const effect of effects) {
      if (effect.kind === 'transmit') unwritten.push(effect.bytes);
      else if (effect.kind === 'deliver') deliveries.push(effect);
      else if (effect.kind === 'disconnect') {
        flush();
        this.#disconnect(effect.reason);
      } else if (effect.kind === 'established') this.#options.onEstablished?.();
      else if (effect.kind === 'alarm') this.#options.onAlarm?.(effect.code, effect.text);
      else if (effect.kind === 'requestStored') {
        flush();
        await this.#readStored(effect.begin, effect.end);
      }
    }
    flush();
    if (deliveries.length > 0) this.#options.onDelivered?.(deliveries);
  }

  async #readStored(begin: number, end: number): Promise<void> {
    const now = epochMilliseconds(this.#options.clock.instant());
    const connection = this.#connection;
    const parts: Waiting[] = [];
    for (let from = begin; from <= end; from += STORED_CHUNK) {
      const to = Math.min(from + STORED_CHUNK - 1, end);
      const messages = await this.#options.store.readOutgoing(from, to);
      const judged = messages.map((m) => ({ ...m, isStale: this.#isStale(m, now) }));
      parts.push({ input: { kind: 'stored', begin: from, end: to, messages: judged }, connection });
    }
    this.#waiting.unshift(...parts);
  }

  #isStale(message: Omit<StoredMessage, 'isStale'>, now: number): boolean {
    const { staleOrderAfterMs, config } = this.#options;
    if (staleOrderAfterMs === null || !message.isApplication) return false;
    const decoded = decodeMessage(message.bytes, config.dictionary);
    if (decoded?.MsgType !== MsgType.NewOrderSingle) return false;
    const sentAt = parseUtcTimestamp(valueOf(decoded, Tag.SendingTime) ?? '');
    return sentAt === null || now - sentAt > staleOrderAfterMs;
  }

  #write(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (socket === null || socket.destroyed || !socket.writable) return;
    socket.write(bytes);
    if (socket.writableLength > UNWRITTEN_BYTES_MAX) socket.destroy();
  }

  #disconnect(reason: string): void {
    const socket = this.#socket;
    this.#socket = null;
    // What was written before (a Logout) still goes out; a peer that keeps the line open is cut off.
    socket?.end(() => socket.destroy());
    this.#options.onDisconnected?.(reason);
  }

  #lost(connection: number, reason: string): void {
    if (connection !== this.#connection || this.#socket === null) return;
    this.#socket = null;
    this.#options.onDisconnected?.(reason);
    this.#enqueue({ input: { kind: 'disconnected' }, connection });
  }

  #stop(error: unknown): void {
    this.#fault = error ?? new Error('unknown fault');
    clearInterval(this.#ticker);
    this.#socket?.destroy();
    this.#socket = null;
    for (const waiting of this.#waiting.splice(0)) waiting.settle?.reject(error);
    this.#options.onFault?.(error);
  }
}

function faultError(fault: unknown): Error {
  return new Error('the session has stopped after a fault', { cause: fault });
}

function isDurable(effect: SessionEffect): effect is DurableEffect {
  return (
    effect.kind === 'persistOutgoing' ||
    effect.kind === 'persistIncoming' ||
    effect.kind === 'persistReset' ||
    effect.kind === 'persistGapFilled' ||
    effect.kind === 'deliver'
  );
}

function outcomeOf(
  settle: NonNullable<Waiting['settle']>,
  effects: readonly SessionEffect[],
): () => void {
  for (const effect of effects) {
    if (effect.kind === 'persistOutgoing') {
      const { sequence } = effect;
      return () => settle.resolve({ kind: 'recorded', sequence });
    }
    if (effect.kind === 'refused') {
      const { code } = effect;
      return () => settle.resolve({ kind: 'refused', code });
    }
  }
  return () => settle.reject(new Error('the session took the message and recorded nothing'));
}
