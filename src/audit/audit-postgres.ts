/** Writing entries, and giving them their place in the log. */
import { randomBytes } from 'node:crypto';
import { assert, type Clock } from '../kernel/index.ts';
import type { NewAuditEntry } from '../domain/index.ts';
import type { AuditWriter, Database, Transaction } from '../db/index.ts';
import { sealEntry } from './leaf.ts';
import { GrowingTree } from './merkle-tree.ts';
import { signCheckpoint, type NoteSigner } from './signed-note.ts';

/** The audit store as the port that stateful modules are handed: one INSERT in the caller's transaction. */
export function createAuditWriter(clock: Clock): AuditWriter {
  return {
    append: async (tx: Transaction, entry: NewAuditEntry) => {
      const sealed = sealEntry(entry, clock.instant(), randomBytes(16).toString('hex'));
      await tx.query(
        `INSERT INTO audit_entry
           (recorded_at, actor, action, subject_kind, subject_id, correlation_id, causation_id,
            reason_code, reason_text, payload, salt, leaf, leaf_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
        [
          sealed.recordedAt,
          entry.actor,
          entry.action,
          entry.subjectKind,
          entry.subjectId,
          entry.correlationId,
          entry.causationId,
          entry.reasonCode,
          entry.reasonText,
          sealed.payload,
          sealed.salt,
          sealed.leaf,
          sealed.leafHash,
        ],
      );
    },
  };
}

export interface SequencingStep {
  /** Entries that got their place in this step. */
  readonly appendedCount: number;
  readonly treeSize: number;
}

interface SequencerRow {
  readonly tree_size: number;
  readonly peaks: readonly string[];
  readonly last_transaction_id: string;
  readonly last_entry_id: number;
}

interface EntryRow {
  readonly id: number;
  readonly transaction_text: string;
  readonly leaf_hash: string;
}

const BATCH_MAX = 5_000;

/**
 * Gives up to `batchMax` finished entries their place and signs a checkpoint over the tree with them.
 * Any number of processes may call it: the lock on the sequencer's row lets one through at a time.
 *
 * Only entries of transactions below the oldest one still running are taken (`pg_snapshot_xmin`): a
 * transaction that commits later can then never belong before a place already given. A long transaction
 * therefore delays the log, and loses nothing.
 */
export function sequenceAudit(
  database: Database,
  signer: NoteSigner,
  batchMax: number = BATCH_MAX,
): Promise<SequencingStep> {
  return database.transaction(async (tx) => {
    const { rows } = await tx.query<SequencerRow>(
      `SELECT tree_size, peaks, last_transaction_id::text, last_entry_id
         FROM audit_sequencer FOR UPDATE`,
    );
    const state = rows[0];
    assert(state !== undefined, 'the sequencer has its one row');
    const entries = await tx.query<EntryRow>(
      // The text has a name of its own: ORDER BY takes an output column before a table's, and as text 999
      // comes after 1000.
      `SELECT e.id, e.transaction_id::text AS transaction_text, e.leaf_hash FROM audit_entry e
        WHERE (e.transaction_id, e.id) > ($1::xid8, $2)
          AND e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY e.transaction_id, e.id LIMIT $3`,
      [state.last_transaction_id, state.last_entry_id, batchMax],
    );
    const last = entries.rows.at(-1);
    if (last === undefined) return { appendedCount: 0, treeSize: state.tree_size };
    const peaks = state.peaks.map((peak) => Buffer.from(peak, 'hex'));
    const tree = new GrowingTree(state.tree_size, peaks);
    for (const entry of entries.rows) tree.append(Buffer.from(entry.leaf_hash, 'hex'));
    await tx.query(
      `INSERT INTO audit_sequence (seq, entry_id, leaf_hash)
       SELECT $1 + place, id, hash
         FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS entry (id, hash, place)`,
      [
        state.tree_size,
        entries.rows.map((entry) => entry.id),
        entries.rows.map((entry) => entry.leaf_hash),
      ],
    );
    await tx.query(
      `UPDATE audit_sequencer
          SET tree_size = $1, peaks = $2, last_transaction_id = $3::xid8, last_entry_id = $4`,
      [tree.size, tree.peaks.map((peak) => peak.toString('hex')), last.transaction_text, last.id],
    );
    await saveCheckpoint(tx, tree, signer);
    return { appendedCount: entries.rows.length, treeSize: tree.size };
  });
}

async function saveCheckpoint(
  tx: Transaction,
  tree: GrowingTree,
  signer: NoteSigner,
): Promise<void> {
  const root = tree.root();
  const note = signCheckpoint({ origin: signer.name, treeSize: tree.size, root }, signer);
  await tx.query('INSERT INTO audit_checkpoint (tree_size, root_hash, note) VALUES ($1, $2, $3)', [
    tree.size,
    root.toString('hex'),
    note,
  ]);
}
