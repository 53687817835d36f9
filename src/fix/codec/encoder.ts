/** Writes messages: BeginString, BodyLength, MsgType first, CheckSum last, the rest in the order given. */
import { assert } from '../../kernel/index.ts';
import type { FixMessage } from './message.ts';

const SOH = '\u0001';

/**
 * The bytes of a message; BodyLength and CheckSum are computed.
 *
 * @throws AssertionError if a value is empty, or has a character above 255, or has the delimiter outside
 *   a data field (`dataTags` lists the tags of data fields in use)
 */
export function encodeMessage(
  message: FixMessage,
  dataTags: ReadonlySet<number> = NO_DATA_TAGS,
): Uint8Array {
  let body = `35=${message.MsgType}${SOH}`;
  for (const { tag, value } of message.fields) {
    assert(value.length > 0, `field ${String(tag)} has a value`);
    assert(!value.includes(SOH) || dataTags.has(tag), `field ${String(tag)} has no delimiter`);
    body += `${String(tag)}=${value}${SOH}`;
  }
  const text = `8=${message.BeginString}${SOH}9=${String(body.length)}${SOH}${body}`;
  const bytes = new Uint8Array(text.length + 7);
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    assert(code < 256, 'a FIX value is a string of bytes');
    bytes[i] = code;
    sum += code;
  }
  const trailer = `10=${String(sum % 256).padStart(3, '0')}${SOH}`;
  for (let i = 0; i < trailer.length; i += 1) bytes[text.length + i] = trailer.charCodeAt(i);
  return bytes;
}

const NO_DATA_TAGS: ReadonlySet<number> = new Set();

/** Text for a FIX string field: characters outside printable ASCII become `?`, at most `length` of them. */
export function asciiText(text: string, length = 240): string {
  return text.slice(0, length).replaceAll(/[^\x20-\x7e]/g, '?');
}
