/**
 * An append-only file of framed records, flushed to disk before `append` returns.
 *
 * Frame: marker "EKR1", payload length (u32), CRC-32 of the payload (u32), payload. The file begins with
 * one line that says whose it is.
 *
 * Invariants (tested under the same numbers in record-log.test.ts):
 *   RL1  A record whose append returned is read again after a kill, in order.
 *   RL2  A last record cut short is dropped: its append had not returned, so nobody acted on it.
 *   RL3  Anything else that is wrong refuses to open and says where: a file that might have lost a
 *        record must never look like a shorter history.
 */
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const MARKER = Buffer.from('EKR1');
const FRAME_LENGTH = 12;
/** Longer than any batch we write; a longer length field is damage. */
const PAYLOAD_LENGTH_MAX = 256 * 1024 * 1024;

export interface RecordPlace {
  readonly offset: number;
  readonly length: number;
}

export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError';
  readonly code = 'FIX_STORE_DAMAGED';
}

export interface ScannedLog {
  readonly records: readonly { readonly place: RecordPlace; readonly payload: Buffer }[];
  /** Bytes that hold whole records; what follows is one record cut short. */
  readonly soundLength: number;
}

/** Reads all records of a file's bytes. @throws DamagedLogError as RL3 says */
export function scanRecords(bytes: Buffer, context: { path: string; title: string }): ScannedLog {
  const title = Buffer.from(`${context.title}\n`);
  if (!bytes.subarray(0, title.length).equals(title)) {
    throw damaged(context.path, 0, `it does not begin with the line "${context.title}"`);
  }
  const records: { place: RecordPlace; payload: Buffer }[] = [];
  let at = title.length;
  while (at < bytes.length) {
    const record = recordAt(bytes, at, context.path);
    if (record === null) break;
    records.push(record);
    at += FRAME_LENGTH + record.payload.length;
  }
  return { records, soundLength: at };
}

function recordAt(
  bytes: Buffer,
  at: number,
  path: string,
): { place: RecordPlace; payload: Buffer } | null {
  const rest = bytes.subarray(at);
  const marker = rest.subarray(0, MARKER.length);
  if (!MARKER.subarray(0, marker.length).equals(marker)) {
    throw damaged(path, at, 'a record does not begin with its marker');
  }
  if (rest.length < FRAME_LENGTH) return null;
  const length = rest.readUInt32BE(4);
  if (length > PAYLOAD_LENGTH_MAX) throw damaged(path, at, 'a record states an impossible length');
  const payload = rest.subarray(FRAME_LENGTH, FRAME_LENGTH + length);
  if (payload.length < length) {
    // Cut short, or a damaged length that swallows the records after it: those would show their marker.
    if (payload.includes(MARKER)) throw damaged(path, at, 'a record overlaps the records after it');
    return null;
  }
  if (crc32(payload) !== rest.readUInt32BE(8)) throw damaged(path, at, 'a checksum is wrong');
  return { place: { offset: at + FRAME_LENGTH, length }, payload };
}

function damaged(path: string, offset: number, what: string): DamagedLogError {
  return new DamagedLogError(
    `${path} is damaged at byte ${String(offset)}: ${what}. Nothing was changed. Restore the file ` +
      'from a copy, or keep this one aside, agree the sequence numbers and open orders with the ' +
      'counterparty, and start with an empty file and a reset on both sides.',
  );
}

export class RecordLog {
  readonly #file: FileHandle;
  #length: number;

  private constructor(file: FileHandle, length: number) {
    this.#file = file;
    this.#length = length;
  }

  /**
   * Opens or makes the file; drops a last record that was cut short.
   *
   * @param title one line that names the owner; another owner's file is refused
   */
  static async open(
    path: string,
    title: string,
  ): Promise<{ readonly log: RecordLog; readonly records: ScannedLog['records'] }> {
    await makeWhole(path, title);
    const file = await open(path, 'a+');
    try {
      const bytes = await file.readFile();
      const { records, soundLength } = scanRecords(bytes, { path, title });
      if (soundLength < bytes.length) {
        await file.truncate(soundLength);
        await file.sync();
      }
      return { log: new RecordLog(file, soundLength), records };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Writes one record and flushes it to disk. One call at a time. */
  async append(payload: Buffer): Promise<RecordPlace> {
    const frame = Buffer.alloc(FRAME_LENGTH + payload.length);
    MARKER.copy(frame);
    frame.writeUInt32BE(payload.length, 4);
    frame.writeUInt32BE(crc32(payload), 8);
    payload.copy(frame, FRAME_LENGTH);
    let written = 0;
    while (written < frame.length) {
      const { bytesWritten } = await this.#file.write(frame, written);
      written += bytesWritten;
    }
    await this.#file.datasync();
    const place = { offset: this.#length + FRAME_LENGTH, length: payload.length };
    this.#length += frame.length;
    return place;
  }

  async read(place: RecordPlace): Promise<Buffer> {
    const buffer = Buffer.alloc(place.length);
    const { bytesRead } = await this.#file.read(buffer, 0, place.length, place.offset);
    if (bytesRead !== place.length) throw new Error('a record could not be read again');
    return buffer;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/**
 * Makes a file that is not there, title included, under its name only when it is whole: so an empty file
 * is never a new one, but one that somebody emptied, and is refused.
 */
async function makeWhole(path: string, title: string): Promise<void> {
  if ((await stat(path).catch(missing)) !== null) return;
  const part = `${path}.part`;
  const file = await open(part, 'w');
  try {
    await file.write(`${title}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
  await syncDirectory(dirname(path));
}

function missing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

/** A new file's name is durable only when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
