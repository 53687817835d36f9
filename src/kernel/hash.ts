/** SHA-256 for content addresses, replayable ids and the audit log. */
import { hash } from 'node:crypto';
import type { Brand } from './brand.ts';
import { canonicalJson } from './canonical-json.ts';

/** 64 lower-case hexadecimal digits. */
export type Sha256 = Brand<string, 'Sha256'>;

export function sha256(bytes: Uint8Array | string): Sha256 {
  return hash('sha256', bytes, 'hex') as Sha256;
}

/** The hash of a value's canonical JSON: equal values have equal hashes, on every machine. */
export function contentHash(value: unknown): Sha256 {
  return sha256(canonicalJson(value));
}

/** An id that is the same after a replay: a prefix and the first 20 hexadecimal digits of the inputs' hash. */
export function derivedId(prefix: string, ...inputs: readonly unknown[]): string {
  return `${prefix}-${contentHash(inputs).slice(0, 20)}`;
}
