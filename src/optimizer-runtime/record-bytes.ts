/** Numbers in a record, each block on an 8-byte boundary, so that a reader takes views instead of copies. */
import { assert } from '../kernel/index.ts';

/** Lays out a record in two passes: the size first, then the numbers into memory of that size. */
export class RecordWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  floats(values: ArrayLike<number>): void {
    new Float64Array(this.bytes.buffer, this.#at, values.length).set(values);
    this.#at += 8 * values.length;
  }

  integers(values: ArrayLike<number>): void {
    new Int32Array(this.bytes.buffer, this.#at, values.length).set(values);
    this.#at += padded(4 * values.length);
  }

  text(encoded: Uint8Array): void {
    this.bytes.set(encoded, this.#at);
    this.#at += padded(encoded.length);
  }
}

export class RecordReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** @param bytes from an offset that is a multiple of eight, or they are copied to one */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  }

  floats(count: number): Float64Array {
    const at = this.#take(8 * count);
    return new Float64Array(this.#bytes.buffer, at, count);
  }

  integers(count: number): Int32Array {
    const at = this.#take(padded(4 * count));
    return new Int32Array(this.#bytes.buffer, at, count);
  }

  text(length: number): string {
    const at = this.#take(padded(length)) - this.#bytes.byteOffset;
    return decoder.decode(this.#bytes.subarray(at, at + length));
  }

  #take(size: number): number {
    assert(size >= 0 && this.#at + size <= this.#bytes.length, 'the record is as long as it says');
    const at = this.#bytes.byteOffset + this.#at;
    this.#at += size;
    return at;
  }
}

const decoder = new TextDecoder();

export function padded(size: number): number {
  return (size + 7) & ~7;
}
