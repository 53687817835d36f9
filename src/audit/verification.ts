/**
 * Verifies a log from its entries and checkpoints alone: nothing of the application, no database.
 *
 * Invariants (verification.props.test.ts):
 *   V1  an honest log verifies at every size.
 *   V2  a log with any entry changed, removed, inserted or moved, or any checkpoint changed, does not.
 *   V3  all problems are reported, up to a limit, not only the first.
 */
import { canonicalJson } from '../kernel/index.ts';
import { commitmentOf } from './leaf.ts';
import { GrowingTree, leafHash } from './merkle-tree.ts';
import { openCheckpoint, type NoteVerifier } from './signed-note.ts';

/** One line of an export's entries.jsonl. */
export interface ExportedEntry {
  /** From 1. */
  readonly seq: number;
  readonly leaf: string;
  readonly salt: string;
  readonly reasonText: string | null;
  readonly payload: string;
  /** Hexadecimal; recomputed from `leaf`, never trusted. */
  readonly leafHash: string;
}

export interface ExportedCheckpoint {
  readonly treeSize: number;
  readonly note: string;
}

export type AuditProblemCode =
  | 'SEQUENCE_BROKEN'
  | 'LEAF_CHANGED'
  | 'LEAF_NOT_CANONICAL'
  | 'PAYLOAD_CHANGED'
  | 'ENTRY_CHANGED'
  | 'CHECKPOINT_INVALID'
  | 'CHECKPOINT_ROOT_DIFFERS'
  | 'CHECKPOINT_BEYOND_LOG'
  | 'ENTRIES_WITHOUT_CHECKPOINT'
  | 'EXPORT_UNREADABLE';

export interface AuditProblem {
  readonly code: AuditProblemCode;
  /** Place in the log, or size of the checkpoint. */
  readonly seq: number | null;
  readonly message: string;
}

export interface AuditVerification {
  readonly isValid: boolean;
  readonly entryCount: number;
  readonly checkpointCount: number;
  /** Root of the tree over all entries, hexadecimal. */
  readonly rootHash: string;
  /** Not in the log yet, and so not verified; known only where the database is. */
  readonly unsequencedCount: number;
  /** At most 100; `problemCount` counts them all. */
  readonly problems: readonly AuditProblem[];
  readonly problemCount: number;
}

export interface VerificationInput {
  readonly entries: AsyncIterable<ExportedEntry> | Iterable<ExportedEntry>;
  /** By tree size. */
  readonly checkpoints: readonly ExportedCheckpoint[];
  readonly verifiers: readonly NoteVerifier[];
  readonly unsequencedCount?: number;
}

const PROBLEMS_MAX = 100;

/** Collects problems: keeps the first hundred, counts them all. */
export class ProblemList {
  readonly kept: AuditProblem[] = [];
  #count = 0;

  add(code: AuditProblemCode, seq: number | null, message: string): void {
    this.#count += 1;
    if (this.kept.length < PROBLEMS_MAX) this.kept.push({ code, seq, message });
  }

  get count(): number {
    return this.#count;
  }
}

/**
 * Replays the log: every leaf against its text, every payload against its commitment, every checkpoint's
 * signature, and its root against the tree of that size. Since all checkpoints are compared with one
 * growing tree, each is consistent with every other.
 */
export async function verifyLog(
  input: VerificationInput,
  problems: ProblemList = new ProblemList(),
): Promise<AuditVerification> {
  const roots = openAll(input, problems);
  const tree = new GrowingTree();
  for await (const entry of input.entries) {
    checkEntry(entry, tree.size + 1, problems);
    tree.append(leafHash(Buffer.from(entry.leaf)));
    compareRoot(tree, roots, problems);
  }
  const sizes = [...roots.keys()];
  for (const size of sizes.filter((n) => n > tree.size)) {
    const message = `a checkpoint covers ${String(size)} entries, and there are ${String(tree.size)}`;
    problems.add('CHECKPOINT_BEYOND_LOG', size, message);
  }
  const covered = sizes.filter((size) => size <= tree.size).reduce((a, b) => Math.max(a, b), 0);
  if (covered < tree.size) {
    const message = `entries after ${String(covered)} are covered by no valid checkpoint`;
    problems.add('ENTRIES_WITHOUT_CHECKPOINT', covered + 1, message);
  }
  return {
    isValid: problems.count === 0,
    entryCount: tree.size,
    checkpointCount: input.checkpoints.length,
    rootHash: tree.root().toString('hex'),
    unsequencedCount: input.unsequencedCount ?? 0,
    problems: problems.kept,
    problemCount: problems.count,
  };
}

/** Root by size, of the checkpoints that are validly signed. */
function openAll(input: VerificationInput, problems: ProblemList): Map<number, Buffer> {
  const roots = new Map<number, Buffer>();
  for (const { treeSize, note } of input.checkpoints) {
    const opened = openCheckpoint(note, input.verifiers);
    if (!opened.ok) problems.add('CHECKPOINT_INVALID', treeSize, opened.problem);
    else if (opened.checkpoint.treeSize !== treeSize) {
      problems.add('CHECKPOINT_INVALID', treeSize, 'the note states another size');
    } else if (roots.get(treeSize)?.equals(opened.checkpoint.root) === false) {
      problems.add('CHECKPOINT_INVALID', treeSize, 'two signed notes of one size differ: a fork');
    } else roots.set(treeSize, opened.checkpoint.root);
  }
  return roots;
}

function checkEntry(entry: ExportedEntry, seq: number, problems: ProblemList): void {
  if (entry.seq !== seq) {
    problems.add(
      'SEQUENCE_BROKEN',
      seq,
      `entry ${String(entry.seq)} stands at place ${String(seq)}`,
    );
  }
  if (leafHash(Buffer.from(entry.leaf)).toString('hex') !== entry.leafHash) {
    problems.add('LEAF_CHANGED', seq, 'the leaf hash is not that of the leaf');
  }
  const leaf = parseObject(entry.leaf);
  if (leaf === null || canonicalJson(leaf) !== entry.leaf) {
    problems.add('LEAF_NOT_CANONICAL', seq, 'the leaf is not canonical JSON');
  } else if (leaf['commitment'] !== commitmentOf(entry)) {
    problems.add('PAYLOAD_CHANGED', seq, 'payload, reason or salt is not what was committed to');
  }
}

function compareRoot(tree: GrowingTree, roots: Map<number, Buffer>, problems: ProblemList): void {
  const signed = roots.get(tree.size);
  if (signed !== undefined && !signed.equals(tree.root())) {
    const message = `the tree of ${String(tree.size)} entries has another root than was signed`;
    problems.add('CHECKPOINT_ROOT_DIFFERS', tree.size, message);
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null; // not JSON: reported by the caller
  }
}
