import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../kernel/index.ts';
import { field, sequenceOf, valueOf, type ReceivedMessage } from '../codec/message.ts';
import { decodeMessage } from '../codec/single.ts';
import { fix44 } from '../dictionary/fix44.ts';
import { MsgType, Tag } from '../dictionary/tags.ts';
import type { SessionEffect, SessionInput, StoredMessage } from './effect.ts';
import { step } from './machine.ts';
import { initialSession, SESSION_DEFAULTS, type SessionState } from './state.ts';

const START = Date.parse('2026-11-20T14:30:00.000Z');

/** One side: the machine, what its store holds, and what its application was delivered. */
class Side {
  state: SessionState;
  readonly outgoing = new Map<number, Omit<StoredMessage, 'isStale'>>();
  nextOutgoing = 1;
  nextIncoming = 1;
  readonly delivered: string[] = [];
  readonly gapFilled: string[] = [];
  readonly numbersGivenOut: number[] = [];
  readonly wire: Uint8Array[] = [];
  isDown = false;
  readonly role: 'initiator' | 'acceptor';
  readonly isStale: (reference: string | null) => boolean;

  constructor(role: 'initiator' | 'acceptor', isStale: (r: string | null) => boolean) {
    this.role = role;
    this.isStale = isStale;
    this.state = this.restarted();
  }

  /** The machine as a new process makes it: from the store alone. */
  restarted(): SessionState {
    const isInitiator = this.role === 'initiator';
    return initialSession(
      {
        ...SESSION_DEFAULTS,
        role: this.role,
        dictionary: fix44,
        SenderCompID: isInitiator ? 'BUY' : 'SELL',
        TargetCompID: isInitiator ? 'SELL' : 'BUY',
        HeartBtInt: 5,
        queuesWhileDown: true,
      },
      { nextOutgoing: this.nextOutgoing, nextIncoming: this.nextIncoming },
    );
  }

  /** Steps, records, and then acts. */
  feed(input: SessionInput, now: number): readonly SessionEffect[] {
    const result = step(this.state, input, { now });
    this.state = result.state;
    checkOrder(result.effects);
    for (const effect of result.effects) this.#persist(effect);
    for (const effect of result.effects) this.#act(effect, now);
    return result.effects;
  }

  /** A kill after the commit and before the wire: everything recorded, nothing transmitted. */
  feedAndDie(input: SessionInput, now: number): void {
    const result = step(this.state, input, { now });
    for (const effect of result.effects) this.#persist(effect);
    this.die();
  }

  die(): void {
    this.state = this.restarted();
    this.isDown = true;
  }

  #persist(effect: SessionEffect): void {
    if (effect.kind === 'persistOutgoing') {
      expect(effect.sequence).toBe(this.nextOutgoing);
      this.numbersGivenOut.push(effect.sequence);
      this.nextOutgoing += 1;
      this.outgoing.set(effect.sequence, effect);
    } else if (effect.kind === 'persistIncoming') {
      expect(effect.nextExpected).toBeGreaterThan(this.nextIncoming);
      this.nextIncoming = effect.nextExpected;
    } else if (effect.kind === 'deliver') {
      this.delivered.push(valueOf(effect.message, Tag.ClOrdID) ?? '');
    } else if (effect.kind === 'persistGapFilled') {
      this.gapFilled.push(effect.reference ?? '');
    }
  }

  #act(effect: SessionEffect, now: number): void {
    if (effect.kind === 'transmit') {
      this.wire.push(effect.bytes);
      const message = read(effect.bytes);
      const isResend = valueOf(message, Tag.PossDupFlag) === 'Y';
      // FS4: never on the wire a second time.
      if (isResend) expect(this.isStale(valueOf(message, Tag.ClOrdID))).toBe(false);
    }
    if (effect.kind === 'disconnect') this.isDown = true;
    else if (effect.kind === 'requestStored') {
      const messages = [...this.outgoing.values()]
        .filter((m) => m.sequence >= effect.begin && m.sequence <= effect.end)
        .map((m) => ({ ...m, isStale: this.isStale(m.reference) }));
      this.feed({ kind: 'stored', begin: effect.begin, end: effect.end, messages }, now);
    }
  }
}

/** FS3: what must be durable stands before the transmit or the delivery that depends on it. */
function checkOrder(effects: readonly SessionEffect[]): void {
  const persisted = new Set<Uint8Array>();
  let counted = 0;
  for (const effect of effects) {
    if (effect.kind === 'persistOutgoing') persisted.add(effect.bytes);
    else if (effect.kind === 'persistIncoming') counted = effect.nextExpected;
    else if (effect.kind === 'deliver') expect(counted).toBeGreaterThan(effect.sequence);
    else if (effect.kind === 'transmit') {
      const message = read(effect.bytes);
      const isResend = valueOf(message, Tag.PossDupFlag) === 'Y';
      if (!isResend) expect(persisted.has(effect.bytes)).toBe(true);
    }
  }
}

function read(bytes: Uint8Array): ReceivedMessage {
  const message = decodeMessage(bytes, fix44);
  if (message === null) throw new Error('a machine wrote what nobody can read');
  return message;
}

function order(id: string): SessionInput {
  return {
    kind: 'send',
    reference: id,
    message: {
      MsgType: MsgType.NewOrderSingle,
      fields: [
        field(Tag.ClOrdID, id),
        field(Tag.Symbol, 'VTI'),
        field(Tag.Side, '1'),
        field(Tag.TransactTime, '20261120-14:30:00.000'),
        field(Tag.OrderQty, '100'),
        field(Tag.OrdType, '1'),
      ],
    },
  };
}

interface Faults {
  readonly lose: number;
  readonly repeat: number;
  readonly reorder: number;
  readonly die: number;
}

/** Two sides over a transport with faults; then the faults end and the sessions have time to recover. */
class World {
  now = START;
  readonly buy: Side;
  readonly sell: Side;
  readonly rng: Rng;
  #count = 0;

  constructor(seed: number, isStale: (r: string | null) => boolean = () => false) {
    this.buy = new Side('initiator', isStale);
    this.sell = new Side('acceptor', isStale);
    this.rng = new Rng(seed);
    this.connect();
  }

  connect(): void {
    for (const side of [this.sell, this.buy]) {
      side.wire.length = 0;
      side.isDown = false;
      side.feed({ kind: 'connected' }, this.now);
    }
  }

  reconnectIfDown(): void {
    if (!this.buy.isDown && !this.sell.isDown) return;
    for (const side of [this.buy, this.sell]) side.feed({ kind: 'disconnected' }, this.now);
    this.connect();
  }

  carry(from: Side, to: Side, faults: Faults): void {
    const flight = from.wire.splice(0);
    if (this.rng.chance(faults.reorder))
      flight.splice(0, flight.length, ...this.rng.shuffle(flight));
    for (const bytes of flight) {
      if (this.rng.chance(faults.lose)) continue;
      const input: SessionInput = { kind: 'message', message: read(bytes) };
      if (this.rng.chance(faults.die)) {
        to.feedAndDie(input, this.now);
        return;
      }
      if (to.isDown) return;
      to.feed(input, this.now);
      if (this.rng.chance(faults.repeat)) to.feed(input, this.now);
    }
  }

  round(faults: Faults): void {
    this.reconnectIfDown();
    for (const [side, name] of [
      [this.buy, 'b'],
      [this.sell, 's'],
    ] as const) {
      if (faults.lose + faults.die > 0 && this.rng.chance(0.6)) {
        this.#count += 1;
        side.feed(order(`${name}${String(this.#count)}`), this.now);
      }
    }
    this.carry(this.buy, this.sell, faults);
    this.carry(this.sell, this.buy, faults);
    this.now += this.rng.below(3000);
    for (const side of [this.buy, this.sell]) side.feed({ kind: 'tick' }, this.now);
  }

  run(faults: Faults, rounds: number): void {
    for (let i = 0; i < rounds; i += 1) this.round(faults);
    const none = { lose: 0, repeat: 0, reorder: 0, die: 0 };
    for (let i = 0; i < 60; i += 1) this.round(none);
  }
}

const sentBy = (side: Side): string[] =>
  [...side.outgoing.values()].flatMap((m) => (m.isApplication ? [m.reference ?? ''] : []));
const chance = fc.integer({ min: 0, max: 25 }).map((percent) => percent / 100);
const faultsOf = fc.record({ lose: chance, repeat: chance, reorder: chance, die: chance });

describe('session machine', () => {
  it('FS1 FS2 FS3 delivers everything once and in order through loss, repeats, reorder and kills', () => {
    fc.assert(
      fc.property(fc.nat(), faultsOf, (seed, faults) => {
        const world = new World(seed, () => false);
        world.run({ ...faults, lose: faults.lose + 0.01 }, 60);
        expect(world.sell.delivered).toEqual(sentBy(world.buy));
        expect(world.buy.delivered).toEqual(sentBy(world.sell));
        for (const side of [world.buy, world.sell]) {
          expect(side.numbersGivenOut).toEqual(side.numbersGivenOut.map((_n, i) => i + 1));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('FS4 a stale message is either delivered from its first sending, or skipped on the record', () => {
    fc.assert(
      fc.property(fc.nat(), faultsOf, (seed, faults) => {
        const isStale = (reference: string | null): boolean => reference?.endsWith('7') === true;
        const world = new World(seed, isStale);
        world.run({ ...faults, lose: faults.lose + 0.05 }, 60);
        const sent = sentBy(world.buy);
        const missing = sent.filter((id) => !world.sell.delivered.includes(id));
        expect(world.sell.delivered).toEqual(sent.filter((id) => !missing.includes(id)));
        for (const id of missing) {
          expect(isStale(id)).toBe(true);
          expect(world.buy.gapFilled).toContain(id);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('FS5 takes any message in any phase without a throw', () => {
    const anyField = fc.record({
      tag: fc.constantFrom(...Object.values(Tag)),
      value: fc.oneof(
        fc.constantFrom(
          '0',
          '1',
          '2',
          '5',
          '99',
          '-1',
          'Y',
          'N',
          'BUY',
          'SELL',
          '20261120-14:30:00',
        ),
        fc.string({ minLength: 1, maxLength: 6, unit: 'binary-ascii' }),
      ),
    });
    const head = fc.record({
      seq: fc.integer({ min: 0, max: 8 }),
      msgType: fc.constantFrom(...Object.values(MsgType), 'AE', 'zz', ''),
      isKnown: fc.boolean(),
    });
    const incoming = fc
      .tuple(head, fc.array(anyField, { maxLength: 12 }))
      .map(([h, rest]): SessionInput => {
        const identity = h.isKnown
          ? [
              field(Tag.SenderCompID, 'BUY'),
              field(Tag.TargetCompID, 'SELL'),
              field(Tag.MsgSeqNum, String(h.seq)),
              field(Tag.SendingTime, '20261120-14:30:00.000'),
            ]
          : [];
        const message: ReceivedMessage = {
          BeginString: 'FIX.4.4',
          MsgType: h.msgType,
          fields: [...identity, ...rest],
          problem: null,
        };
        return { kind: 'message', message };
      });
    fc.assert(
      fc.property(fc.array(incoming, { maxLength: 15 }), fc.boolean(), (inputs, isLoggedOn) => {
        const world = new World(1);
        if (isLoggedOn) world.round({ lose: 0, repeat: 0, reorder: 0, die: 0 });
        for (const input of inputs) {
          if (input.kind !== 'message') continue;
          const before = world.sell.delivered.length;
          world.sell.feed(input, START);
          const { fields } = input.message;
          const hasNumber = sequenceOf({ ...input.message, fields }) !== null;
          if (!hasNumber) expect(world.sell.delivered).toHaveLength(before);
        }
      }),
      { numRuns: 200 },
    );
  });
});
