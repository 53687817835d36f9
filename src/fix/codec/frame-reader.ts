/**
 * Cuts a byte stream into messages. TCP gives chunks of any size; hostile or broken peers give anything.
 *
 * Invariants (tested under the same numbers in codec.props.test.ts):
 *   FC1  The same bytes give the same messages, however they are cut into chunks.
 *   FC2  decode(encode(m)) = m, and encode(decode(bytes)) = bytes for every sound frame.
 *   FC3  A frame with a wrong BodyLength or CheckSum is never handed out as a message, and the messages
 *        after it still are.
 *   FC4  No input throws, and memory is bounded by the longest message allowed.
 */
import type { Dictionary } from '../dictionary/definition.ts';
import { byteString } from './byte-string.ts';
import { decodeFields } from './decoder.ts';
import type { ReceivedMessage } from './message.ts';

export type Frame =
  | { readonly kind: 'message'; readonly message: ReceivedMessage; readonly bytes: Uint8Array }
  /** Ignored by FIX's rule: not counted, not answered. `length` bytes were dropped. */
  | { readonly kind: 'garbled'; readonly reason: GarbleReason; readonly length: number };

export type GarbleReason = 'noise' | 'bodyLength' | 'checkSum' | 'tooLong' | 'fieldOrder';

/** "8=FIX" as bytes. */
const START = [0x38, 0x3d, 0x46, 0x49, 0x58] as const;
const SOH = 0x01;
const EQUALS = 0x3d;
/** Longest BeginString we look for ("FIXT.1.1" is 8). */
const BEGIN_STRING_LENGTH_MAX = 12;
const BODY_LENGTH_DIGITS_MAX = 8;
/** "10=nnn" and the delimiter. */
const TRAILER_LENGTH = 7;

type Cut =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'frame'; readonly frame: Frame; readonly length: number };

export class FrameReader {
  #buffer = new Uint8Array(0);
  readonly #dictionary: Dictionary;
  readonly #messageLengthMax: number;

  /** @param options.messageLengthMax bytes of the longest message accepted, frame included */
  constructor(dictionary: Dictionary, options: { readonly messageLengthMax: number }) {
    this.#dictionary = dictionary;
    this.#messageLengthMax = options.messageLengthMax;
  }

  /** Takes the next chunk and returns the frames that it completes, in stream order. */
  push(chunk: Uint8Array): readonly Frame[] {
    const buffer = new Uint8Array(this.#buffer.length + chunk.length);
    buffer.set(this.#buffer);
    buffer.set(chunk, this.#buffer.length);
    const frames: Frame[] = [];
    let position = 0;
    for (;;) {
      const cut = this.#cut(buffer.subarray(position));
      if (cut.kind === 'incomplete') break;
      if (cut.frame.kind === 'garbled') addGarble(frames, cut.frame);
      else frames.push(cut.frame);
      position += cut.length;
    }
    this.#buffer = buffer.slice(position);
    return frames;
  }

  #cut(buffer: Uint8Array): Cut {
    const start = indexOfStart(buffer, 0);
    if (start > 0) return garbled('noise', start);
    if (buffer.length < START.length) return { kind: 'incomplete' };
    const beginEnd = boundedIndexOf(buffer, START.length, BEGIN_STRING_LENGTH_MAX);
    if (beginEnd === 'absent') return garbled('noise', resync(buffer));
    if (beginEnd === 'incomplete') return { kind: 'incomplete' };
    // A start that another start overtook: the message begins at the second.
    if (buffer.subarray(2, beginEnd).includes(EQUALS)) return garbled('noise', resync(buffer));
    return this.#cutBody(buffer, beginEnd);
  }

  #cutBody(buffer: Uint8Array, beginEnd: number): Cut {
    const at = beginEnd + 1;
    if (buffer.length < at + 2) return { kind: 'incomplete' };
    // The first three fields are 8, 9 and 35, in this order, or the message is garbled.
    if (buffer[at] !== 0x39 || buffer[at + 1] !== 0x3d)
      return garbled('fieldOrder', resync(buffer));
    const lengthEnd = boundedIndexOf(buffer, at + 2, BODY_LENGTH_DIGITS_MAX + 1);
    if (lengthEnd === 'absent') return garbled('bodyLength', resync(buffer));
    if (lengthEnd === 'incomplete') return { kind: 'incomplete' };
    const bodyLength = digits(buffer.subarray(at + 2, lengthEnd));
    if (bodyLength === null) return garbled('bodyLength', resync(buffer));
    const trailerAt = lengthEnd + 1 + bodyLength;
    const end = trailerAt + TRAILER_LENGTH;
    if (end > this.#messageLengthMax) return garbled('tooLong', resync(buffer));
    if (buffer.length < end) return { kind: 'incomplete' };
    if (!hasTrailer(buffer, trailerAt)) return garbled('bodyLength', resync(buffer));
    const stated = digits(buffer.subarray(trailerAt + 3, trailerAt + 6));
    if (stated !== checkSum(buffer.subarray(0, trailerAt))) return garbled('checkSum', end);
    const message = decodeFields(
      {
        BeginString: byteString(buffer, 2, beginEnd),
        body: buffer.subarray(lengthEnd + 1, trailerAt),
      },
      this.#dictionary,
    );
    if (message === null) return garbled('fieldOrder', end);
    return {
      kind: 'frame',
      frame: { kind: 'message', message, bytes: buffer.slice(0, end) },
      length: end,
    };
  }
}

function garbled(reason: GarbleReason, length: number): Cut {
  return { kind: 'frame', frame: { kind: 'garbled', reason, length }, length };
}

/** Noise found piece by piece is reported as one. */
function addGarble(frames: Frame[], frame: Extract<Frame, { kind: 'garbled' }>): void {
  const last = frames.at(-1);
  if (last?.kind === 'garbled' && last.reason === 'noise' && frame.reason === 'noise') {
    frames[frames.length - 1] = { ...frame, length: last.length + frame.length };
  } else frames.push(frame);
}

/** Bytes to drop so that the next possible start stands first; keeps a start that has only begun. */
function resync(buffer: Uint8Array): number {
  return indexOfStart(buffer, 1);
}

/** First index >= from where START stands or may be completed by the next chunk; the length if none. */
function indexOfStart(buffer: Uint8Array, from: number): number {
  for (let i = from; i < buffer.length; i += 1) {
    let j = 0;
    while (j < START.length && i + j < buffer.length && buffer[i + j] === START[j]) j += 1;
    if (j === START.length || i + j === buffer.length) return i;
  }
  return buffer.length;
}

/** The index of the next delimiter if it stands within `span` bytes from `from`. */
function boundedIndexOf(
  buffer: Uint8Array,
  from: number,
  span: number,
): number | 'absent' | 'incomplete' {
  const end = Math.min(buffer.length, from + span);
  for (let i = from; i < end; i += 1) if (buffer[i] === SOH) return i;
  return end < from + span ? 'incomplete' : 'absent';
}

function digits(bytes: Uint8Array): number | null {
  if (bytes.length === 0) return null;
  let value = 0;
  for (const byte of bytes) {
    if (byte < 0x30 || byte > 0x39) return null;
    value = value * 10 + (byte - 0x30);
  }
  return value;
}

function hasTrailer(buffer: Uint8Array, at: number): boolean {
  return (
    buffer[at - 1] === SOH &&
    buffer[at] === 0x31 &&
    buffer[at + 1] === 0x30 &&
    buffer[at + 2] === 0x3d &&
    buffer[at + 6] === SOH
  );
}

/** The sum of all bytes before the CheckSum field, modulo 256 (FIX 4.4, volume 2). */
export function checkSum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum % 256;
}
