/** The proof that one entry is in the log, small enough to travel with a decision. */
import type { Database } from '../db/index.ts';
import { inclusionProof, leafHash, verifyInclusion } from './merkle-tree.ts';
import { commitmentOf } from './leaf.ts';
import { openCheckpoint, parseVerifierKey, type NoteVerifier } from './signed-note.ts';
import { readCheckpoints, readLeafHashes, readLogPage } from './timeline-postgres.ts';
import type { ExportedEntry } from './verification.ts';

export interface EntryProof {
  readonly entry: ExportedEntry;
  /** Signed note of a tree that contains the entry. */
  readonly checkpoint: string;
  readonly treeSize: number;
  /** Hexadecimal, from the leaf up. */
  readonly path: readonly string[];
}

/**
 * Proves an entry against the newest checkpoint; null when there is no such entry in the log yet.
 * Reads every leaf hash of the tree: cost grows with the log.
 */
export function proveEntry(database: Database, seq: number): Promise<EntryProof | null> {
  return database.transaction(
    async (tx) => {
      const checkpoint = (await readCheckpoints(tx)).at(-1);
      const [entry] = await readLogPage(tx, seq - 1, 1);
      if (checkpoint === undefined || entry?.seq !== seq || seq > checkpoint.treeSize) return null;
      const leaves = await readLeafHashes(tx, checkpoint.treeSize);
      const path = inclusionProof(leaves, seq - 1).map((node) => node.toString('hex'));
      return { entry, checkpoint: checkpoint.note, treeSize: checkpoint.treeSize, path };
    },
    { isolation: 'repeatableRead', readOnly: true },
  );
}

/** True when the proof's checkpoint is signed by a given key and contains the entry as it is shown. */
export function verifyEntryProof(proof: EntryProof, verifierKeys: readonly string[]): boolean {
  const verifiers = verifierKeys
    .map(parseVerifierKey)
    .filter((verifier): verifier is NoteVerifier => verifier !== null);
  const opened = openCheckpoint(proof.checkpoint, verifiers);
  if (!opened.ok || !proof.path.every((node) => /^[0-9a-f]{64}$/.test(node))) return false;
  const { treeSize, root } = opened.checkpoint;
  const leaf = leafHash(Buffer.from(proof.entry.leaf));
  const path = proof.path.map((node) => Buffer.from(node, 'hex'));
  if (!verifyInclusion({ leaf, index: proof.entry.seq - 1, treeSize, root }, path)) return false;
  const facts: unknown = JSON.parse(proof.entry.leaf);
  return (facts as { commitment?: unknown }).commitment === commitmentOf(proof.entry);
}
