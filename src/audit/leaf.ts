/**
 * What of an entry goes into the tree. The leaf holds the facts that never go away, and a salted
 * commitment to the rest (reason text and payload, which may name people): erasing those and the salt
 * later leaves every proof valid.
 */
import { canonicalJson, sha256, type Instant, type Sha256 } from '../kernel/index.ts';
import type { NewAuditEntry } from '../domain/index.ts';
import { leafHash } from './merkle-tree.ts';

export interface SealedEntry {
  readonly recordedAt: Instant;
  /** Canonical JSON of the payload. */
  readonly payload: string;
  readonly salt: string;
  /** Canonical JSON: what is hashed into the tree. */
  readonly leaf: string;
  readonly leafHash: Sha256;
}

/** SHA-256 over canonical JSON of salt, reason text and payload text. */
export function commitmentOf(parts: {
  readonly salt: string;
  readonly reasonText: string | null;
  readonly payload: string;
}): Sha256 {
  return sha256(canonicalJson(['evenkeel-audit/1', parts.salt, parts.reasonText, parts.payload]));
}

/** Computes an entry's leaf. @param salt at least 128 random bits, as text, never used twice */
export function sealEntry(entry: NewAuditEntry, recordedAt: Instant, salt: string): SealedEntry {
  const payload = canonicalJson(entry.payload);
  const leaf = canonicalJson({
    version: 1,
    recordedAt,
    actor: entry.actor,
    action: entry.action,
    subjectKind: entry.subjectKind,
    subjectId: entry.subjectId,
    correlationId: entry.correlationId,
    causationId: entry.causationId,
    reasonCode: entry.reasonCode,
    commitment: commitmentOf({ salt, reasonText: entry.reasonText, payload }),
  });
  const hash = leafHash(Buffer.from(leaf)).toString('hex') as Sha256;
  return { recordedAt, payload, salt, leaf, leafHash: hash };
}
