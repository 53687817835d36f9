/**
 * The session store on one append-only file: one record per commit, so that a commit is atomic (SS1 to
 * SS5 of session-store.ts). Numbers come from the records alone.
 */
import type { Delivery, DurableEffect, StoredMessage } from '../fix/index.ts';
import { RecordLog, type RecordPlace } from './record-log.ts';
import type { SessionStore, StoredSession } from './session-store.ts';

/** A commit's record as JSON: bytes as base64, because FIX bytes are not text. */
type RecordedEffect =
  | { readonly o: number; readonly b: string; readonly a: boolean; readonly r: string | null }
  | { readonly i: number }
  | { readonly reset: true }
  | { readonly g: number; readonly r: string | null };

export interface FileSessionStoreOptions {
  readonly path: string;
  /** Names the session, for example `FIX.4.4 BROKER EVENKEEL`: another session's file is refused. */
  readonly sessionName: string;
  /**
   * Applies received messages before their numbers are recorded. It makes its own records durable and
   * is idempotent: after a kill in between it sees the same messages once more.
   */
  readonly apply?: (deliveries: readonly Delivery[]) => Promise<void>;
}

export class FileSessionStore implements SessionStore {
  readonly #log: RecordLog;
  readonly #apply: ((deliveries: readonly Delivery[]) => Promise<void>) | null;
  #nextOutgoing = 1;
  #nextIncoming = 1;
  /** Where message n (from 1) of the current numbering lies: index n - 1. */
  #places: RecordPlace[] = [];
  readonly #references = new Set<string>();

  private constructor(log: RecordLog, options: FileSessionStoreOptions) {
    this.#log = log;
    this.#apply = options.apply ?? null;
  }

  /** @throws DamagedLogError when the file is torn elsewhere than at its end, or is another session's */
  static async open(options: FileSessionStoreOptions): Promise<FileSessionStore> {
    const title = `evenkeel-fix-session 1 ${options.sessionName}`;
    const { log, records } = await RecordLog.open(options.path, title);
    const store = new FileSessionStore(log, options);
    try {
      for (const { place, payload } of records) {
        const effects = JSON.parse(payload.toString('utf8')) as readonly RecordedEffect[];
        store.#check(effects);
        store.#count(effects, place);
      }
    } catch (error) {
      await log.close();
      throw error;
    }
    return store;
  }

  load(): Promise<StoredSession> {
    return Promise.resolve({
      nextOutgoing: this.#nextOutgoing,
      nextIncoming: this.#nextIncoming,
    });
  }

  async commit(effects: readonly DurableEffect[]): Promise<void> {
    if (effects.length === 0) return;
    const recorded = effects.flatMap(recordedEffect);
    this.#check(recorded);
    const deliveries = effects.filter((effect) => effect.kind === 'deliver');
    if (deliveries.length > 0) await this.#apply?.(deliveries);
    if (recorded.length === 0) return;
    const place = await this.#log.append(Buffer.from(JSON.stringify(recorded)));
    this.#count(recorded, place);
  }

  /** Refuses numbers that skip or repeat (SS3) before anything is written. */
  #check(effects: readonly RecordedEffect[]): void {
    let outgoing = this.#nextOutgoing;
    let incoming = this.#nextIncoming;
    for (const effect of effects) {
      if ('o' in effect) {
        if (effect.o !== outgoing) throw sequenceError('outgoing', outgoing, effect.o);
        outgoing += 1;
      } else if ('i' in effect) {
        if (effect.i <= incoming) throw sequenceError('incoming', incoming + 1, effect.i);
        incoming = effect.i;
      } else if ('reset' in effect) {
        outgoing = 1;
        incoming = 1;
      }
    }
  }

  #count(effects: readonly RecordedEffect[], place: RecordPlace): void {
    for (const effect of effects) {
      if ('o' in effect) {
        this.#places.push(place);
        this.#nextOutgoing = effect.o + 1;
        if (effect.r !== null) this.#references.add(effect.r);
      } else if ('i' in effect) this.#nextIncoming = effect.i;
      else if ('reset' in effect) {
        this.#nextOutgoing = 1;
        this.#nextIncoming = 1;
        this.#places = [];
      }
    }
  }

  async readOutgoing(
    begin: number,
    end: number,
  ): Promise<readonly Omit<StoredMessage, 'isStale'>[]> {
    const messages: Omit<StoredMessage, 'isStale'>[] = [];
    let lastPlace: RecordPlace | null = null;
    for (let n = Math.max(begin, 1); n <= Math.min(end, this.#places.length); n += 1) {
      const place = this.#places[n - 1];
      if (place === undefined || place === lastPlace) continue;
      lastPlace = place;
      const record = JSON.parse((await this.#log.read(place)).toString('utf8')) as RecordedEffect[];
      for (const effect of afterLastReset(record)) {
        if (!('o' in effect) || effect.o < begin || effect.o > end) continue;
        messages.push({
          sequence: effect.o,
          bytes: new Uint8Array(Buffer.from(effect.b, 'base64')),
          isApplication: effect.a,
          reference: effect.r,
        });
      }
    }
    return messages;
  }

  /** True once a message with this reference was recorded, in any numbering. */
  hasReference(reference: string): boolean {
    return this.#references.has(reference);
  }

  async close(): Promise<void> {
    await this.#log.close();
  }
}

function recordedEffect(effect: DurableEffect): RecordedEffect[] {
  switch (effect.kind) {
    case 'persistOutgoing':
      return [
        {
          o: effect.sequence,
          b: Buffer.from(effect.bytes).toString('base64'),
          a: effect.isApplication,
          r: effect.reference,
        },
      ];
    case 'persistIncoming':
      return [{ i: effect.nextExpected }];
    case 'persistReset':
      return [{ reset: true }];
    case 'persistGapFilled':
      return [{ g: effect.sequence, r: effect.reference }];
    case 'deliver':
      return []; // kept by `apply`
  }
}

/** A record may hold a reset between messages: those before it belong to the numbering that ended. */
function afterLastReset(record: readonly RecordedEffect[]): readonly RecordedEffect[] {
  return record.slice(record.findLastIndex((effect) => 'reset' in effect) + 1);
}

function sequenceError(direction: string, expected: number, found: number): Error {
  return new Error(
    `the ${direction} sequence would go from ${String(expected)} to ${String(found)}: refused`,
  );
}
