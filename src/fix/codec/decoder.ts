/** Reads the fields of one framed message. */
import type { Dictionary } from '../dictionary/definition.ts';
import { SessionRejectReason } from '../dictionary/tags.ts';
import { byteString } from './byte-string.ts';
import type { Field, FieldProblem, ReceivedMessage } from './message.ts';

const SOH = 0x01;
const EQUALS = 0x3d;
const TAG_DIGITS_MAX = 9;

interface Framed {
  readonly BeginString: string;
  /** From "35=" to the delimiter before "10=". */
  readonly body: Uint8Array;
}

type FieldRead =
  | { readonly field: Field; readonly next: number }
  | { readonly problem: FieldProblem; readonly next: number };

/**
 * Splits a body into fields; a data field takes the length that the field before it states.
 *
 * @returns null when MsgType is not the first field: the message is garbled. A field that is not
 *   tag=value becomes `problem`, for a session Reject; the readable fields are kept, MsgSeqNum among them.
 */
export function decodeFields(framed: Framed, dictionary: Dictionary): ReceivedMessage | null {
  const { body } = framed;
  const fields: Field[] = [];
  let problem: FieldProblem | null = null;
  let dataLength: { readonly dataTag: number; readonly length: number } | null = null;
  for (let at = 0; at < body.length;) {
    const read = readField(body, at, dataLength);
    at = read.next;
    dataLength = null;
    if ('problem' in read) {
      problem ??= read.problem;
      continue;
    }
    fields.push(read.field);
    const dataTag = dictionary.dataTags.get(read.field.tag);
    if (dataTag !== undefined && /^\d{1,8}$/.test(read.field.value)) {
      dataLength = { dataTag, length: Number(read.field.value) };
    }
  }
  const first = fields[0];
  if (first?.tag !== 35 || body[0] !== 0x33) return null;
  return {
    BeginString: framed.BeginString,
    MsgType: first.value,
    fields: fields.slice(1),
    problem,
  };
}

function readField(
  body: Uint8Array,
  at: number,
  data: { readonly dataTag: number; readonly length: number } | null,
): FieldRead {
  const delimiter = body.indexOf(SOH, at);
  const end = delimiter < 0 ? body.length : delimiter;
  const equals = body.indexOf(EQUALS, at);
  const tag = equals < 0 || equals > end ? null : tagNumber(body.subarray(at, equals));
  if (tag === null) {
    const reason = SessionRejectReason.InvalidTagNumber;
    return { problem: { reason, RefTagID: null, text: 'Invalid tag number' }, next: end + 1 };
  }
  if (data !== null && data.dataTag === tag) {
    const dataEnd = equals + 1 + data.length;
    if (dataEnd < body.length && body[dataEnd] === SOH && data.length > 0) {
      return { field: { tag, value: byteString(body, equals + 1, dataEnd) }, next: dataEnd + 1 };
    }
    const reason = SessionRejectReason.IncorrectDataFormatForValue;
    return { problem: { reason, RefTagID: tag, text: 'Data length is wrong' }, next: end + 1 };
  }
  if (equals + 1 === end) {
    const reason = SessionRejectReason.TagSpecifiedWithoutAValue;
    const text = 'Tag specified without a value';
    return { problem: { reason, RefTagID: tag, text }, next: end + 1 };
  }
  return { field: { tag, value: byteString(body, equals + 1, end) }, next: end + 1 };
}

function tagNumber(bytes: Uint8Array): number | null {
  if (bytes.length === 0 || bytes.length > TAG_DIGITS_MAX || bytes[0] === 0x30) return null;
  let tag = 0;
  for (const byte of bytes) {
    if (byte < 0x30 || byte > 0x39) return null;
    tag = tag * 10 + (byte - 0x30);
  }
  return tag;
}
