/** The bytes from `start` to `end` as a byte string. Windows-1252 text decoders would change 0x80–0x9f. */
export function byteString(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 4096)));
  }
  return text;
}
