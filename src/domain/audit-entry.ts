import type { Instant, JsonValue, Sha256 } from '../kernel/index.ts';

/** What the caller knows; the store adds time, sequence and hashes. */
export interface NewAuditEntry {
  /** A person's id, or `system:NAME` for a process. */
  readonly actor: string;
  /** `aggregate.event`, for example `proposal.approved`. Closed list in audit/README.md. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  /** Ties the entries of one run together. */
  readonly correlationId: string | null;
  /** The entry or command that led to this one. */
  readonly causationId: string | null;
  readonly reasonCode: string | null;
  readonly reasonText: string | null;
  /** Canonical facts; decimals as strings. */
  readonly payload: JsonValue;
}

export interface AuditEntry extends NewAuditEntry {
  /** Gap-free from 1, in the order of the log. */
  readonly seq: number;
  readonly recordedAt: Instant;
  /** RFC 6962 leaf hash over the canonical entry. */
  readonly leafHash: Sha256;
}
