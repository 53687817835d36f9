import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fix44 } from '../dictionary/fix44.ts';
import { Tag } from '../dictionary/tags.ts';
import { encodeMessage } from './encoder.ts';
import { checkSum, FrameReader, type Frame } from './frame-reader.ts';
import { field, groupEntries, groupFields, type FixMessage } from './message.ts';
import { decodeMessage } from './single.ts';

const DATA_TAGS = new Set(fix44.dataTags.values());
const options = { messageLengthMax: 8192 };
const reader = (): FrameReader => new FrameReader(fix44, options);

const value = fc
  .array(fc.integer({ min: 2, max: 255 }), { minLength: 1, maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes));
/** Any bytes, the delimiter among them. */
const data = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 30 })
  .map((codes) => String.fromCharCode(...codes));
const plainField = fc.record({
  tag: fc.constantFrom(1, 11, 34, 37, 49, 52, 55, 58, 5710, 999_999),
  value,
});
const fields = fc
  .array(
    fc.oneof(
      plainField.map((f) => [f]),
      data.map((bytes) => [
        field(Tag.RawDataLength, String(bytes.length)),
        field(Tag.RawData, bytes),
      ]),
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.flat());
const message: fc.Arbitrary<FixMessage> = fc.record({
  BeginString: fc.constantFrom('FIX.4.4', 'FIX.4.2', 'FIXT.1.1'),
  MsgType: fc.constantFrom('0', '8', 'D', 'AE', 'j'),
  fields,
});
const encode = (m: FixMessage): Uint8Array => encodeMessage(m, DATA_TAGS);

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function readInChunks(bytes: Uint8Array, cuts: readonly number[]): Frame[] {
  const frames = reader();
  const points = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  points.sort((a, b) => a - b);
  return points.slice(1).flatMap((end, i) => frames.push(bytes.subarray(points[i], end)));
}

const messagesOf = (frames: readonly Frame[]): FixMessage[] =>
  frames.flatMap((frame) =>
    frame.kind === 'message'
      ? [
          {
            BeginString: frame.message.BeginString,
            MsgType: frame.message.MsgType,
            fields: frame.message.fields,
          },
        ]
      : [],
  );

describe('codec', () => {
  it('writes what the specification’s example of a checksum says', () => {
    // Computed by hand: the bytes of "8=FIX.4.4|9=5|35=0|" add up to 1187 = 4 x 256 + 163.
    const text = String.fromCharCode(
      ...encodeMessage({ BeginString: 'FIX.4.4', MsgType: '0', fields: [] }),
    );
    expect(text.replaceAll('\u0001', '|')).toBe('8=FIX.4.4|9=5|35=0|10=163|');
  });

  it('FC1 FC2 gives every message back, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(4000), { maxLength: 20 }),
        (sent, cuts) => {
          const bytes = concat(sent.map(encode));
          const frames = readInChunks(bytes, cuts);
          expect(messagesOf(frames)).toEqual(sent);
          expect(concat(messagesOf(frames).map(encode))).toEqual(bytes);
        },
      ),
    );
  });

  it('FC1 one byte at a time is the same as all at once', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 3 }), fc.uint8Array(), (sent, noise) => {
        const bytes = concat([noise, ...sent.map(encode)]);
        const single = reader();
        const slowly = [...bytes].flatMap((byte) => single.push(Uint8Array.of(byte)));
        expect(messagesOf(slowly)).toEqual(messagesOf(reader().push(bytes)));
      }),
    );
  });

  it('FC3 a message with one changed byte is never handed out, and the next ones are', () => {
    fc.assert(
      fc.property(
        message,
        message,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bad, good, at, x) => {
          const spoiled = encode(bad);
          const place = at % spoiled.length;
          spoiled[place] = (spoiled[place] ?? 0) ^ x;
          // Enough sound messages behind it that a damaged BodyLength cannot wait for more bytes for ever.
          const tail = Array.from({ length: 300 }, () => encode(good));
          const received = messagesOf(reader().push(concat([spoiled, ...tail])));
          expect(received.slice(-1)).toEqual([good]);
          const others = received.filter((m) => JSON.stringify(m) !== JSON.stringify(good));
          expect(others).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('FC4 any bytes: no throw, bounded memory', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .constantFrom('8=FIX.4.4', '\u00019=', '\u000135=D\u0001', '10=000\u0001', '9999999', '=')
        .map((text) => Uint8Array.from(text, (c) => c.charCodeAt(0))),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const frames = reader();
        for (const bytes of pieces) frames.push(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a length that overstates', '8=FIX.4.4|9=900|35=0|10=163|'],
    ['a length that understates', '8=FIX.4.4|9=4|35=0|10=163|'],
    ['a wrong checksum', '8=FIX.4.4|9=5|35=0|10=164|'],
    ['a length that is too long for us', '8=FIX.4.4|9=99999|35=0|10=163|'],
    ['a length that is not a number', '8=FIX.4.4|9=5x|35=0|10=163|'],
    ['MsgType not third', '8=FIX.4.4|9=10|34=1|35=0|10=121|'],
    ['BodyLength not second', '8=FIX.4.4|35=0|9=5|10=163|'],
    ['noise', 'hello 8=FI 8=FIX'],
  ])('FC3 ignores %s and reads on', (_name, text) => {
    const bad = Uint8Array.from(text.replaceAll('|', '\u0001'), (c) => c.charCodeAt(0));
    const good: FixMessage = { BeginString: 'FIX.4.4', MsgType: '1', fields: [field(112, 'x')] };
    const tail = Array.from({ length: 60 }, () => encode(good));
    const received = messagesOf(reader().push(concat([bad, ...tail])));
    expect(received).toEqual(tail.map(() => good));
  });

  it('reads a repeating group entry by entry', () => {
    const entries = [
      [field(448, 'DESK'), field(447, 'D'), field(452, '3')],
      [field(448, 'FIRM'), field(452, '1')],
    ];
    const sent: FixMessage = {
      BeginString: 'FIX.4.4',
      MsgType: 'D',
      fields: [field(11, 'A'), ...groupFields(453, entries), field(55, 'VTI')],
    };
    const received = decodeMessage(encode(sent), fix44);
    expect(received === null ? null : groupEntries(received, 453, [448, 447, 452])).toEqual(
      entries,
    );
  });

  it('notes a field that cannot be read, and keeps the others', () => {
    const parts = '35=D|34=7|abc=1|58=|11=X|'.replaceAll('|', '\u0001');
    const head = `8=FIX.4.4\u00019=${String(parts.length)}\u0001${parts}`;
    const sum = checkSum(Uint8Array.from(head, (c) => c.charCodeAt(0)));
    const text = `${head}10=${String(sum).padStart(3, '0')}\u0001`;
    const received = decodeMessage(
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
      fix44,
    );
    expect(received?.problem).toMatchObject({ reason: 0, text: 'Invalid tag number' });
    expect(received?.fields).toEqual([field(34, '7'), field(11, 'X')]);
  });
});
