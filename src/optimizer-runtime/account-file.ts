/**
 * Account records in a file, one after the other, each behind its length: Int32 length, Int32 zero, bytes
 * padded to eight. Read and written as streams, so that a million accounts need the memory of a few.
 */
import { open } from 'node:fs/promises';
import { padded } from './record-bytes.ts';

const PREFIX = 8;
const READ_SIZE = 4 * 1024 * 1024;
/** Longer than any account can be: a length beyond it is a damaged file. */
const RECORD_MAX = 1024 * 1024 * 1024;

/** @throws what the file system throws; the file is then incomplete */
export async function writeAccountFile(
  path: string,
  accounts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, 'w');
  let count = 0;
  try {
    for await (const account of accounts) {
      const framed = new Uint8Array(PREFIX + padded(account.length));
      new Int32Array(framed.buffer, 0, 1)[0] = account.length;
      framed.set(account, PREFIX);
      await file.writeFile(framed);
      count += 1;
    }
  } finally {
    await file.close();
  }
  return count;
}

/** @throws Error naming the byte when the file ends within a record or says an impossible length */
export async function* readAccountFile(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, 'r');
  try {
    let rest = new Uint8Array(0);
    let offset = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(READ_SIZE), 0, READ_SIZE);
      if (bytesRead === 0) break;
      const bytes = joined(rest, buffer.subarray(0, bytesRead));
      let at = 0;
      while (bytes.length - at >= PREFIX) {
        const length = new Int32Array(bytes.buffer, bytes.byteOffset + at, 1)[0] as number;
        if (length <= 0 || length > RECORD_MAX) {
          throw new Error(`${path}: no account record begins at byte ${String(offset + at)}`);
        }
        const end = at + PREFIX + padded(length);
        if (end > bytes.length) break;
        // A copy of its own: the caller hands it to a thread while this buffer is read on.
        yield bytes.slice(at + PREFIX, at + PREFIX + length);
        at = end;
      }
      rest = bytes.slice(at);
      offset += at;
    }
    if (rest.length > 0) {
      throw new Error(`${path}: the file ends within the record at byte ${String(offset)}`);
    }
  } finally {
    await file.close();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
