/** The audit timeline, its signed size and root, and the proof that an entry is in it. */
import { z } from 'zod';
import { instant, pageQuery, sha256Text } from './shapes.ts';

export const auditEntry = z
  .object({
    /** Order of writing; the listing's own key. */
    entryId: z.int(),
    /** Place in the log, gap-free from 1; null for the moment until it has been given. */
    seq: z.int().nullable(),
    recordedAt: instant,
    actor: z.string(),
    actorName: z.string(),
    action: z.string(),
    subjectKind: z.string(),
    subjectId: z.string(),
    correlationId: z.string().nullable(),
    causationId: z.string().nullable(),
    reasonCode: z.string().nullable(),
    reasonText: z.string().nullable(),
    payload: z.unknown(),
    leafHash: sha256Text,
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryView = z.infer<typeof auditEntry>;

/** Newest first. */
export const auditQuery = pageQuery.extend({
  actor: z.string().max(128).optional(),
  action: z.string().max(128).optional(),
  subjectKind: z.string().max(64).optional(),
  subjectId: z.string().max(128).optional(),
  correlationId: z.string().max(128).optional(),
});

export const auditCheckpoint = z
  .object({
    /** Entries covered. */
    size: z.int(),
    rootHash: sha256Text,
    /** The signed note (C2SP tlog-checkpoint), as an outsider verifies it. */
    note: z.string(),
    checkedAt: instant,
  })
  .meta({ id: 'AuditCheckpoint' });
export type AuditCheckpointView = z.infer<typeof auditCheckpoint>;

export const auditProof = z
  .object({
    seq: z.int(),
    size: z.int(),
    leafHash: sha256Text,
    rootHash: sha256Text,
    /** RFC 6962 audit path, leaf to root. */
    path: z.array(sha256Text),
    /** The canonical entry whose hash the leaf is. */
    leaf: z.string(),
    /** The signed note over the root. */
    checkpoint: z.string(),
  })
  .meta({ id: 'AuditProof' });
export type AuditProofView = z.infer<typeof auditProof>;
