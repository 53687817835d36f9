export { createAuditWriter, sequenceAudit, type SequencingStep } from './audit-postgres.ts';
export {
  exportAudit,
  verifyAudit,
  verifyAuditExport,
  type AuditExport,
  type ExportVerificationOptions,
} from './audit-export.ts';
export { proveEntry, verifyEntryProof, type EntryProof } from './entry-proof.ts';
export { startSequencer, type Sequencer, type SequencerOptions } from './sequencer.ts';
export { openCheckpoint, parseVerifierKey, verifierKey, type NoteSigner } from './signed-note.ts';
export { loadSigner } from './signing-key.ts';
export {
  readCheckpoints,
  readTimeline,
  type TimelineEntry,
  type TimelinePage,
  type TimelineQuery,
} from './timeline-postgres.ts';
export type { AuditProblem, AuditProblemCode, AuditVerification } from './verification.ts';
