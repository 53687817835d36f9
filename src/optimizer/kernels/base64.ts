import { assert } from '../../kernel/index.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes of padded base64 text (RFC 4648), without help of the platform. @throws AssertionError */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  assert(text.length % 4 === 0, 'base64 comes in groups of four');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let held = 0;
  let bits = 0;
  let used = 0;
  for (let c = 0; c < text.length - padding; c += 1) {
    const digit = DIGITS.indexOf(text.charAt(c));
    assert(digit >= 0, 'base64 has its own digits only');
    held = ((held << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[used] = held >> bits;
    used += 1;
  }
  return bytes;
}
