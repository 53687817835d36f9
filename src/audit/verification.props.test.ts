import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantOf } from '../kernel/index.ts';
import type { NewAuditEntry } from '../domain/index.ts';
import { sealEntry } from './leaf.ts';
import { GrowingTree, leafHash } from './merkle-tree.ts';
import { parseVerifierKey, signCheckpoint, verifierKey, type NoteVerifier } from './signed-note.ts';
import { verifyLog, type ExportedCheckpoint, type ExportedEntry } from './verification.ts';

const signer = { name: 'log.example', privateKey: generateKeyPairSync('ed25519').privateKey };
const verifiers = [parseVerifierKey(verifierKey(signer)) as NoteVerifier];

interface Log {
  readonly entries: readonly ExportedEntry[];
  readonly checkpoints: readonly ExportedCheckpoint[];
}

function entryOf(seq: number, text: string): ExportedEntry {
  const entry: NewAuditEntry = {
    actor: 'user:ada',
    action: 'order.proposed',
    subjectKind: 'order',
    subjectId: `O${String(seq)}`,
    correlationId: null,
    causationId: null,
    reasonCode: null,
    reasonText: text,
    payload: { text },
  };
  const sealed = sealEntry(entry, instantOf(1_700_000_000_000 + seq), `salt ${String(seq)}`);
  const { leaf, salt, payload } = sealed;
  return { seq, leaf, salt, payload, reasonText: text, leafHash: sealed.leafHash };
}

/** An honest log; a checkpoint at every size marked, and always at the end. */
const logArbitrary: fc.Arbitrary<Log> = fc
  .array(fc.tuple(fc.string({ maxLength: 8 }), fc.boolean()), { maxLength: 20 })
  .map((rows) => {
    const entries = rows.map(([text], i) => entryOf(i + 1, text));
    const tree = new GrowingTree();
    const checkpoints: ExportedCheckpoint[] = [];
    entries.forEach((entry, i) => {
      tree.append(leafHash(Buffer.from(entry.leaf)));
      if (rows[i]?.[1] !== true && i < entries.length - 1) return;
      const checkpoint = { origin: signer.name, treeSize: tree.size, root: tree.root() };
      checkpoints.push({ treeSize: tree.size, note: signCheckpoint(checkpoint, signer) });
    });
    return { entries, checkpoints };
  });

const renumbered = (entries: readonly ExportedEntry[]): ExportedEntry[] =>
  entries.map((entry, i) => ({ ...entry, seq: i + 1 }));

/** What an owner of the files could do at place `i` of a log that is not empty; each hides its traces. */
const TAMPERINGS: Readonly<Record<string, (log: Log, i: number) => Log>> = {
  remove: ({ entries, checkpoints }, i) => ({
    entries: renumbered(entries.filter((_, k) => k !== i)),
    checkpoints,
  }),
  insert: ({ entries, checkpoints }, i) => ({
    entries: renumbered([...entries.slice(0, i), entryOf(i + 1, 'forged'), ...entries.slice(i)]),
    checkpoints,
  }),
  replace: ({ entries, checkpoints }, i) => ({
    entries: entries.map((entry, k) => (k === i ? entryOf(k + 1, `${entry.payload}!`) : entry)),
    checkpoints,
  }),
  changePayload: ({ entries, checkpoints }, i) => ({
    entries: entries.map((entry, k) => (k === i ? { ...entry, payload: '{"text":"?"}' } : entry)),
    checkpoints,
  }),
  eraseReason: ({ entries, checkpoints }, i) => ({
    entries: entries.map((entry, k) => (k === i ? { ...entry, reasonText: null } : entry)),
    checkpoints,
  }),
  moveToEnd: ({ entries, checkpoints }, i) => ({
    entries: renumbered([...entries.filter((_, k) => k !== i), ...entries.slice(i, i + 1)]),
    // Moving the last one to the end is no change: its number is then changed instead.
    checkpoints: i === entries.length - 1 ? [] : checkpoints,
  }),
  changeSequence: ({ entries, checkpoints }, i) => ({
    entries: entries.map((entry, k) => (k === i ? { ...entry, seq: entry.seq + 1 } : entry)),
    checkpoints,
  }),
  dropCheckpoints: ({ entries }) => ({ entries, checkpoints: [] }),
  changeRoot: ({ entries, checkpoints }, i) => ({
    entries,
    checkpoints: checkpoints.map((checkpoint, k) =>
      k === i % checkpoints.length
        ? { ...checkpoint, note: checkpoint.note.replace(/\n[A-Za-z0-9+/]/, '\n!') }
        : checkpoint,
    ),
  }),
  signWithOtherKey: ({ entries, checkpoints }) => {
    const other = { ...signer, privateKey: generateKeyPairSync('ed25519').privateKey };
    const root = new GrowingTree().root();
    return {
      entries,
      checkpoints: checkpoints.map(({ treeSize }) => ({
        treeSize,
        note: signCheckpoint({ origin: signer.name, treeSize, root }, other),
      })),
    };
  },
};

describe('verification', () => {
  test('V1 an honest log verifies at every size', async () => {
    await fc.assert(
      fc.asyncProperty(logArbitrary, async (log) => {
        const verification = await verifyLog({ ...log, verifiers });
        expect(verification.problems).toEqual([]);
        expect(verification).toMatchObject({ isValid: true, entryCount: log.entries.length });
      }),
    );
  });

  test.each(Object.entries(TAMPERINGS))('V2 noticed: %s', async (_, tamper) => {
    await fc.assert(
      fc.asyncProperty(logArbitrary, fc.nat(), async (log, pick) => {
        fc.pre(log.entries.length > 0);
        const tampered = tamper(log, pick % log.entries.length);
        expect((await verifyLog({ ...tampered, verifiers })).isValid).toBe(false);
      }),
    );
  });

  test('V3 all problems are counted, and a hundred kept', async () => {
    const entries = Array.from({ length: 150 }, (_, i) => ({
      ...entryOf(i + 1, 'x'),
      payload: '{}',
    }));
    const verification = await verifyLog({ entries, checkpoints: [], verifiers });
    expect([verification.problems.length, verification.problemCount]).toEqual([100, 151]);
  });
});
