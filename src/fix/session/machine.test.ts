import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../codec/encoder.ts';
import { field, type Field, type ReceivedMessage } from '../codec/message.ts';
import { decodeMessage } from '../codec/single.ts';
import { fix44 } from '../dictionary/fix44.ts';
import { MsgType, Tag } from '../dictionary/tags.ts';
import type { SessionEffect, SessionInput } from './effect.ts';
import { step } from './machine.ts';
import {
  initialSession,
  SESSION_DEFAULTS,
  type SessionConfig,
  type SessionState,
} from './state.ts';

const NOW = Date.parse('2026-11-20T14:30:00.000Z');
const TIME = '20261120-14:30:00.000';

/** A message from the peer BUY (or what `change` says) with readable fields. */
function from(
  msgType: string,
  sequence: number,
  fields: readonly (readonly [number, string])[] = [],
  change: { sender?: string; time?: string; beginString?: string; flags?: readonly Field[] } = {},
): SessionInput {
  const message: ReceivedMessage = {
    BeginString: change.beginString ?? 'FIX.4.4',
    MsgType: msgType,
    problem: null,
    fields: [
      field(Tag.SenderCompID, change.sender ?? 'BUY'),
      field(Tag.TargetCompID, 'SELL'),
      field(Tag.MsgSeqNum, String(sequence)),
      field(Tag.SendingTime, change.time ?? TIME),
      ...(change.flags ?? []),
      ...fields.map(([tag, value]) => field(tag, value)),
    ],
  };
  return { kind: 'message', message };
}
const dup = (original = TIME): { flags: readonly Field[] } => ({
  flags: [field(Tag.PossDupFlag, 'Y'), field(Tag.OrigSendingTime, original)],
});
const logon = (sequence: number, more: readonly (readonly [number, string])[] = []) =>
  from('A', sequence, [[98, '0'], [108, '30'], ...more]);
const order = (id: string): (readonly [number, string])[] => [
  [11, id],
  [55, 'VTI'],
  [54, '1'],
  [60, TIME],
  [38, '100'],
  [40, '1'],
];

/** Effects as a reader would tell them: messages without the fields that every header has. */
function told(effects: readonly SessionEffect[]): string[] {
  return effects.flatMap((effect) => {
    switch (effect.kind) {
      case 'transmit': {
        const message = decodeMessage(effect.bytes, fix44);
        const skipped: readonly number[] = [Tag.SenderCompID, Tag.TargetCompID, Tag.SendingTime];
        const fields = message?.fields.filter(({ tag }) => !skipped.includes(tag)) ?? [];
        return [
          `> 35=${message?.MsgType ?? '?'} ${fields.map((f) => `${String(f.tag)}=${f.value}`).join(' ')}`,
        ];
      }
      case 'deliver':
        return [`deliver ${String(effect.sequence)}${effect.isPossDup ? ' possDup' : ''}`];
      case 'persistIncoming':
        return [`expect ${String(effect.nextExpected)}`];
      case 'disconnect':
        return ['disconnect'];
      case 'requestStored':
        return [`stored ${String(effect.begin)}-${String(effect.end)}`];
      case 'established':
      case 'persistReset':
        return [effect.kind];
      default:
        return [];
    }
  });
}

class Acceptor {
  state: SessionState;
  constructor(numbers = { nextOutgoing: 1, nextIncoming: 1 }, change: Partial<SessionConfig> = {}) {
    this.state = initialSession(
      {
        ...SESSION_DEFAULTS,
        role: 'acceptor',
        dictionary: fix44,
        SenderCompID: 'SELL',
        TargetCompID: 'BUY',
        ...change,
      },
      numbers,
    );
    this.take({ kind: 'connected' });
  }
  take(input: SessionInput, now = NOW): string[] {
    const result = step(this.state, input, { now });
    this.state = result.state;
    return told(result.effects);
  }
  static loggedOn(): Acceptor {
    const acceptor = new Acceptor();
    acceptor.take(logon(1));
    return acceptor;
  }
}

describe('logon', () => {
  it('answers a Logon with the same interval', () => {
    expect(
      new Acceptor().take(
        from('A', 1, [
          [98, '0'],
          [108, '17'],
        ]),
      ),
    ).toEqual(['expect 2', '> 35=A 34=1 98=0 108=17', 'established']);
  });
  it('goes on with the numbers of the store, and asks for what it missed', () => {
    const acceptor = new Acceptor({ nextOutgoing: 8, nextIncoming: 5 });
    expect(acceptor.take(logon(9))).toEqual([
      '> 35=A 34=8 98=0 108=30',
      'established',
      '> 35=2 34=9 7=5 16=0',
    ]);
  });
  it.each([
    ['a first message that is no Logon', from('0', 1), ['disconnect']],
    ['a stranger', from('A', 1, [], { sender: 'EVE' }), ['disconnect']],
    ['another version', from('A', 1, [], { beginString: 'FIX.4.2' }), ['disconnect']],
  ])('gives no answer to %s', (_name, input, expected) => {
    expect(new Acceptor().take(input)).toEqual(expected);
  });
  it('logs out a number that is too low', () => {
    expect(new Acceptor({ nextOutgoing: 3, nextIncoming: 5 }).take(logon(2))).toEqual([
      '> 35=5 34=3 58=MsgSeqNum too low, expecting 5 but received 2',
      'disconnect',
    ]);
  });
  it('logs out a clock that is five minutes off', () => {
    const late = from(
      'A',
      1,
      [
        [98, '0'],
        [108, '30'],
      ],
      { time: '20261120-14:25:00' },
    );
    expect(new Acceptor().take(late)[1]).toBe('disconnect');
  });
  it('resets both numbers when asked, and says so', () => {
    const acceptor = new Acceptor({ nextOutgoing: 8, nextIncoming: 5 });
    expect(acceptor.take(logon(1, [[141, 'Y']]))).toEqual([
      'persistReset',
      'expect 2',
      '> 35=A 34=1 98=0 108=30 141=Y',
      'established',
    ]);
  });
  it('refuses a second Logon', () => {
    expect(Acceptor.loggedOn().take(logon(2))).toEqual([
      'expect 3',
      '> 35=5 34=2 58=Session is already logged on',
      'disconnect',
    ]);
  });
});

describe('initiator', () => {
  const initiator = (change: Partial<SessionConfig> = {}) =>
    new Acceptor({ nextOutgoing: 4, nextIncoming: 6 }, { role: 'initiator', ...change });
  it('a reset that is not confirmed is refused: old messages would come a second time', () => {
    const side = initiator({ resetOnLogon: true });
    expect(side.take(logon(1)).at(-1)).toBe('disconnect');
    const confirmed = initiator({ resetOnLogon: true });
    expect(confirmed.take(logon(1, [[141, 'Y']]))).toEqual(['expect 2', 'established']);
    expect([confirmed.state.nextOutgoing, confirmed.state.nextIncoming]).toEqual([2, 2]);
  });
  it('sends what was recorded between its Logon and the answer', () => {
    const side = initiator({ queuesWhileDown: true });
    side.take({
      kind: 'send',
      reference: 'p',
      message: { MsgType: 'D', fields: order('A').map(([tag, value]) => field(tag, value)) },
    });
    expect(side.take(logon(6))).toEqual(['expect 7', 'established', 'stored 5-5']);
  });
  it('refuses to send while down, unless it queues', () => {
    const down = initialSession(initiator().state.config, { nextOutgoing: 1, nextIncoming: 1 });
    const send: SessionInput = {
      kind: 'send',
      reference: 'p1',
      message: { MsgType: 'D', fields: [] },
    };
    expect(step(down, send, { now: NOW }).effects).toEqual([
      { kind: 'refused', reference: 'p1', code: 'FIX_SESSION_NOT_ESTABLISHED' },
    ]);
  });
});

describe('sequence', () => {
  it('holds messages behind a gap and delivers each once, in order', () => {
    const acceptor = Acceptor.loggedOn();
    expect(acceptor.take(from('D', 4, order('C')))).toEqual(['> 35=2 34=2 7=2 16=0']);
    expect(acceptor.take(from('D', 3, order('B')))).toEqual([]);
    expect(acceptor.take(from('D', 2, order('A'), dup()))).toEqual([
      'expect 3',
      'deliver 2 possDup',
      'expect 4',
      'deliver 3',
      'expect 5',
      'deliver 4',
    ]);
    expect(acceptor.take(from('D', 3, order('B'), dup()))).toEqual([]);
  });
  it('answers a ResendRequest that itself lies behind a gap: else both would wait for ever', () => {
    const acceptor = Acceptor.loggedOn();
    expect(
      acceptor.take(
        from('2', 5, [
          [7, '1'],
          [16, '0'],
        ]),
      ),
    ).toEqual(['stored 1-1', '> 35=2 34=2 7=2 16=0']);
    expect(
      acceptor.take(
        from(
          '4',
          2,
          [
            [123, 'Y'],
            [36, '5'],
          ],
          dup(),
        ),
      ),
    ).toEqual(['expect 5', 'expect 6']);
  });
  it('logs out a low number without PossDup; ignores one with it', () => {
    const acceptor = Acceptor.loggedOn();
    expect(acceptor.take(from('0', 1, [], dup()))).toEqual([]);
    expect(acceptor.take(from('0', 1))).toEqual([
      '> 35=5 34=2 58=MsgSeqNum too low, expecting 2 but received 1',
      'disconnect',
    ]);
  });
  it('rejects a PossDup without OrigSendingTime, and logs out one from the future', () => {
    const acceptor = Acceptor.loggedOn();
    const bare = from('0', 1, [], { flags: [field(Tag.PossDupFlag, 'Y')] });
    expect(acceptor.take(bare)).toEqual([
      '> 35=3 34=2 45=1 371=122 372=0 373=1 58=Required tag missing',
    ]);
    const future = from('0', 1, [], dup('20261120-14:31:00'));
    expect(acceptor.take(future).at(-1)).toBe('disconnect');
  });
  it.each([
    [
      'GapFill forward',
      [
        [123, 'Y'],
        [36, '7'],
      ],
      ['expect 7'],
    ],
    [
      'GapFill to itself',
      [
        [123, 'Y'],
        [36, '2'],
      ],
      ['expect 3', '> 35=3 … 371=36 373=5'],
    ],
    ['Reset forward', [[36, '7']], ['expect 7']],
    ['Reset to the expected number', [[36, '2']], []],
    ['Reset back', [[36, '1']], ['> 35=3 … 371=36 373=5']],
  ] as const)('SequenceReset: %s', (_name, fields, expected) => {
    const short = Acceptor.loggedOn()
      .take(from('4', 2, fields))
      .map((line) =>
        line.replace(/^> 35=3 .* 371=(\d+) 372=4 373=(\d+) .*/, '> 35=3 … 371=$1 373=$2'),
      );
    expect(short).toEqual(expected);
  });
});

describe('resend', () => {
  const stored = (
    sequence: number,
    msgType: string,
    fields: readonly (readonly [number, string])[],
  ) => ({
    sequence,
    isApplication: !['0', '3', 'A'].includes(msgType),
    reference: `r${String(sequence)}`,
    isStale: sequence === 4,
    bytes: encodeMessage({
      BeginString: 'FIX.4.4',
      MsgType: msgType,
      fields: [
        field(49, 'SELL'),
        field(56, 'BUY'),
        field(34, String(sequence)),
        field(52, '20261120-14:00:00.000'),
        ...fields.map(([tag, value]) => field(tag, value)),
      ],
    }),
  });
  it('sends applications again with PossDup, fills admin, stale and lost ones, keeps its number', () => {
    const acceptor = Acceptor.loggedOn();
    const lines = acceptor.take({
      kind: 'stored',
      begin: 1,
      end: 7,
      messages: [
        stored(1, 'A', [[98, '0']]),
        stored(2, '8', [[37, 'X']]),
        stored(3, '3', [[45, '2']]),
        stored(4, 'D', [[11, 'OLD']]),
        stored(6, '8', [[37, 'Y']]),
      ],
    });
    const orig = '122=20261120-14:00:00.000';
    expect(lines).toEqual([
      `> 35=4 34=1 43=Y 122=${TIME} 123=Y 36=2`,
      `> 35=8 34=2 43=Y ${orig} 37=X`,
      `> 35=3 34=3 43=Y ${orig} 45=2`,
      `> 35=4 34=4 43=Y 122=${TIME} 123=Y 36=6`,
      `> 35=8 34=6 43=Y ${orig} 37=Y`,
      `> 35=4 34=7 43=Y 122=${TIME} 123=Y 36=8`,
    ]);
    expect(acceptor.state.nextOutgoing).toBe(2);
  });
  it.each([
    ['open', '1', '0', 'stored 1-1'],
    ['bounded beyond the end', '1', '99', 'stored 1-1'],
    ['of what was never sent', '5', '0', null],
    [
      'backwards',
      '3',
      '2',
      '> 35=3 34=2 45=2 371=16 372=2 373=5 58=Value is incorrect (out of range)',
    ],
    [
      'from zero',
      '0',
      '0',
      '> 35=3 34=2 45=2 371=7 372=2 373=5 58=Value is incorrect (out of range)',
    ],
  ])('ResendRequest %s', (_name, begin, end, expected) => {
    const lines = Acceptor.loggedOn().take(
      from('2', 2, [
        [7, begin],
        [16, end],
      ]),
    );
    expect(lines).toEqual(expected === null ? ['expect 3'] : ['expect 3', expected]);
  });
});

describe('validation', () => {
  const without = (tag: number) => order('A').filter(([t]) => t !== tag);
  it.each([
    ['missing Symbol', without(55), '371=55 372=D 373=1'],
    ['a Side that FIX does not have', [...without(54), [54, 'x']], '371=54 372=D 373=5'],
    ['a quantity that is no number', [...without(38), [38, '1e3']], '371=38 372=D 373=6'],
    ['a tag twice', [...order('A'), [55, 'BND']], '371=55 372=D 373=13'],
    ['a header field in the body', [...order('A'), [97, 'N']], '371=97 372=D 373=14'],
    ['a group with a wrong count', [[453, '2'], [448, 'X'], ...order('A')], '371=453 372=D 373=16'],
    ['a group out of order', [[453, '1'], [447, 'D'], ...order('A')], '371=447 372=D 373=15'],
  ] as const)('rejects %s, counts it, does not deliver it', (_name, fields, expected) => {
    const lines = Acceptor.loggedOn().take(from('D', 2, fields));
    expect(lines[0]).toBe('expect 3');
    expect(lines[1]).toContain(`> 35=3 34=2 45=2 ${expected}`);
    expect(lines).toHaveLength(2);
  });
  it('an invalid MsgType is a session Reject, an unsupported one a business reject', () => {
    expect(Acceptor.loggedOn().take(from('zz', 2))[1]).toContain(
      '35=3 34=2 45=2 371=35 372=zz 373=11',
    );
    expect(Acceptor.loggedOn().take(from('AE', 2))[1]).toContain('35=j 34=2 45=2 372=AE 380=3');
  });
  it('wrong CompIDs on an established session: reject, log out', () => {
    const lines = Acceptor.loggedOn().take(from('0', 2, [], { sender: 'EVE' }));
    expect(lines[1]).toContain('35=3 34=2 45=2 371=49 372=0 373=9');
    expect(lines.slice(2)).toEqual(['> 35=5 34=3 58=CompID problem', 'disconnect']);
  });
});

describe('heartbeats and logout', () => {
  it('beats after the interval, asks after 1.2 of it, gives up after 2.4', () => {
    const acceptor = Acceptor.loggedOn();
    const tick: SessionInput = { kind: 'tick' };
    expect(acceptor.take(tick, NOW + 29_999)).toEqual([]);
    expect(acceptor.take(tick, NOW + 30_000)).toEqual(['> 35=0 34=2']);
    expect(acceptor.take(tick, NOW + 36_000)[0]).toContain('> 35=1 34=3 112=');
    expect(acceptor.take(tick, NOW + 66_000)).toEqual(['> 35=0 34=4']);
    expect(acceptor.take(tick, NOW + 72_000)).toEqual(['disconnect']);
  });
  it('answers a TestRequest with its id', () => {
    expect(Acceptor.loggedOn().take(from('1', 2, [[112, 'ping']]))).toEqual([
      'expect 3',
      '> 35=0 34=2 112=ping',
    ]);
  });
  it('answers a Logout and ends; takes what is in flight after its own', () => {
    expect(Acceptor.loggedOn().take(from('5', 2))).toEqual([
      'expect 3',
      '> 35=5 34=2',
      'disconnect',
    ]);
    const acceptor = Acceptor.loggedOn();
    expect(acceptor.take({ kind: 'logout', text: null })).toEqual(['> 35=5 34=2']);
    expect(acceptor.take(from('D', 2, order('A')))).toEqual(['expect 3', 'deliver 2']);
    expect(acceptor.take(from(MsgType.Logout, 3))).toEqual(['expect 4', 'disconnect']);
  });
});
