import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../kernel/index.ts';
import type { NewAuditEntry } from '../domain/index.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import {
  createAuditWriter,
  exportAudit,
  proveEntry,
  readTimeline,
  sequenceAudit,
  startSequencer,
  verifierKey,
  verifyAudit,
  verifyAuditExport,
  verifyEntryProof,
} from './index.ts';

let db: TestDatabase;
let directory: string;
beforeEach(async () => {
  db = await createTestDatabase();
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-audit-'));
});
afterEach(async () => {
  await db.drop();
  rmSync(directory, { recursive: true });
});

const signer = {
  name: 'evenkeel.example/test',
  privateKey: generateKeyPairSync('ed25519').privateKey,
};
const keys = [verifierKey(signer)];
const clock = new SimulatedClock('2026-03-02T14:30:00.000Z');
const writer = createAuditWriter(clock);

function entry(fields: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    actor: 'user:ada',
    action: 'proposal.approved',
    subjectKind: 'order',
    subjectId: 'O1',
    correlationId: 'run-1',
    causationId: null,
    reasonCode: null,
    reasonText: null,
    payload: { quantity: '12.5' },
    ...fields,
  };
}

const append = (...entries: readonly NewAuditEntry[]): Promise<void> =>
  db.database.transaction(async (tx) => {
    for (const item of entries) await writer.append(tx, item);
  });

/**
 * Sequences until the log has a size: transactions of other databases on the same server may hold the
 * oldest running transaction back for a moment.
 */
async function sequenceTo(size: number): Promise<void> {
  await expect
    .poll(async () => (await sequenceAudit(db.database, signer)).treeSize, {
      timeout: 30_000,
      interval: 20,
    })
    .toBe(size);
}

test('transactions are ordered as numbers, also where they gain a digit', async () => {
  // Copies of one entry under transaction ids that were over before any database was made, out of order.
  await append(entry());
  for (const id of ['10', '8', '11', '9']) {
    await db.database.query(
      `INSERT INTO audit_entry (transaction_id, recorded_at, actor, action, subject_kind, subject_id, payload,
         salt, leaf, leaf_hash)
       SELECT $1::xid8, recorded_at, actor, action, subject_kind, $1, payload, salt, leaf, leaf_hash
         FROM audit_entry ORDER BY id LIMIT 1`,
      [id],
    );
    // Each step goes on where the last one stopped; in batches of two the boundary falls between steps.
  }
  await expect
    .poll(async () => (await sequenceAudit(db.database, signer, 2)).treeSize, { timeout: 30_000 })
    .toBe(5);
  const { rows } = await db.database.query<{ readonly subject_id: string }>(
    `SELECT e.subject_id FROM audit_sequence s JOIN audit_entry e ON e.id = s.entry_id ORDER BY s.seq`,
    [],
  );
  expect(rows.map((row) => row.subject_id)).toEqual(['8', '9', '10', '11', 'O1']);
});

describe('writing', () => {
  test('an entry is there exactly when its transaction is', async () => {
    await append(entry());
    const lost = db.database.transaction(async (tx) => {
      await writer.append(tx, entry({ subjectId: 'O2' }));
      throw new Error('rolled back');
    });
    await expect(lost).rejects.toThrow('rolled back');
    const { entries } = await readTimeline(db.database);
    expect(entries.map((item) => item.subjectId)).toEqual(['O1']);
    expect(entries[0]).toMatchObject({
      recordedAt: '2026-03-02T14:30:00.000Z',
      payload: { quantity: '12.5' },
      seq: null,
    });
  });

  test.each(['audit_entry', 'audit_sequence', 'audit_checkpoint'])(
    '%s refuses to change, lose or empty its rows',
    async (table) => {
      await append(entry());
      await sequenceTo(1);
      const column = { audit_entry: 'actor', audit_sequence: 'seq', audit_checkpoint: 'note' }[
        table
      ];
      for (const statement of [
        `UPDATE ${table} SET ${String(column)} = ${String(column)}`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
      ]) {
        await expect(db.database.query(statement)).rejects.toThrow('append-only');
      }
    },
  );
});

describe('sequencing', () => {
  test('places are gap-free, in the order of finished transactions', async () => {
    await append(entry({ subjectId: '1' }), entry({ subjectId: '2' }));
    await append(entry({ subjectId: '3' }));
    await sequenceTo(3);
    expect(await sequenceAudit(db.database, signer)).toEqual({ appendedCount: 0, treeSize: 3 });
    const { entries } = await readTimeline(db.database, { order: 'oldestFirst' });
    expect(entries.map((item) => [item.subjectId, item.seq])).toEqual([
      ['1', 1],
      ['2', 2],
      ['3', 3],
    ]);
  });

  test('a transaction still running holds back what is younger, and nothing is lost', async () => {
    let finish = (): void => undefined;
    const held = new Promise<void>((done) => (finish = done));
    let isWritten = (): void => undefined;
    const written = new Promise<void>((done) => (isWritten = done));
    const slow = db.database.transaction(async (tx) => {
      await writer.append(tx, entry({ subjectId: 'slow' }));
      isWritten();
      await held;
    });
    await written;
    await append(entry({ subjectId: 'fast' }));
    expect(await sequenceAudit(db.database, signer)).toEqual({ appendedCount: 0, treeSize: 0 });
    finish();
    await slow;
    await sequenceTo(2);
    expect((await verifyAudit(db.database, keys)).isValid).toBe(true);
  });

  test('many writers and several sequencers at once: every entry has one place', async () => {
    const sequencers = [1, 2].map(() =>
      startSequencer({ database: db.connect(2), signer, intervalMs: 5 }),
    );
    const writers = Array.from({ length: 6 }, async (_, w) => {
      for (let i = 0; i < 20; i += 1)
        await append(entry({ subjectId: `${String(w)}-${String(i)}` }));
    });
    await Promise.all(writers);
    await Promise.all(sequencers.map((sequencer) => sequencer.stop()));
    await sequenceTo(120);
    const verification = await verifyAudit(db.database, keys);
    expect(verification).toMatchObject({ isValid: true, entryCount: 120, unsequencedCount: 0 });
  });
});

describe('timeline', () => {
  test('filters and pages', async () => {
    await append(
      entry({ subjectId: 'a', actor: 'user:bob' }),
      entry({ subjectId: 'b', action: 'proposal.edited' }),
      entry({ subjectId: 'c', correlationId: 'run-2' }),
      entry({ subjectId: 'd', action: 'proposals.other' }),
    );
    const ids = async (query: Parameters<typeof readTimeline>[1]): Promise<string> =>
      (await readTimeline(db.database, query)).entries.map((item) => item.subjectId).join('');
    expect(await ids({})).toBe('dcba');
    expect(await ids({ actor: 'user:bob' })).toBe('a');
    expect(await ids({ correlationId: 'run-2' })).toBe('c');
    expect(await ids({ action: 'proposal.*' })).toBe('cba');
    expect(await ids({ subjectKind: 'order', subjectId: 'b' })).toBe('b');
    const first = await readTimeline(db.database, { order: 'oldestFirst', limit: 3 });
    expect(first.entries.map((item) => item.subjectId).join('')).toBe('abc');
    const rest = await readTimeline(db.database, {
      order: 'oldestFirst',
      limit: 3,
      cursor: first.nextCursor ?? 0,
    });
    expect(rest.entries.map((item) => item.subjectId).join('')).toBe('d');
    expect(rest.nextCursor).toBeNull();
  });
});

describe('verification', () => {
  async function fill(): Promise<void> {
    for (const n of [1, 2, 3, 4, 5]) {
      await append(entry({ subjectId: `O${String(n)}`, reasonText: `because ${String(n)}` }));
      if (n !== 2) await sequenceTo(n);
    }
  }

  test('an honest log verifies, in the database and exported', async () => {
    await fill();
    expect(await verifyAudit(db.database, keys)).toMatchObject({ isValid: true, entryCount: 5 });
    const exported = await exportAudit(db.database, directory, { verifierKeys: keys });
    expect(exported).toMatchObject({ entryCount: 5, checkpointCount: 4 });
    const verification = await verifyAuditExport(directory);
    expect(verification).toMatchObject({ isValid: true, entryCount: 5, checkpointCount: 4 });
  });

  test('an empty log verifies', async () => {
    expect(await verifyAudit(db.database, keys)).toMatchObject({ isValid: true, entryCount: 0 });
  });

  // As the owner of the database, who can switch the triggers off.
  test.each([
    ['actor', `UPDATE audit_entry SET actor = 'user:eve' WHERE id = 2`],
    ['payload', `UPDATE audit_entry SET payload = '{"quantity":"99"}' WHERE id = 2`],
    ['reason', `UPDATE audit_entry SET reason_text = NULL WHERE id = 2`],
    ['time', `UPDATE audit_entry SET recorded_at = recorded_at + interval '1 ms' WHERE id = 2`],
    ['leaf', `UPDATE audit_entry SET leaf = replace(leaf, 'ada', 'eve') WHERE id = 2`],
    ['leaf hash', `UPDATE audit_sequence SET leaf_hash = repeat('0', 64) WHERE seq = 2`],
    ['an entry removed', `DELETE FROM audit_sequence WHERE seq = 3`],
    ['the last removed', `DELETE FROM audit_sequence WHERE seq = 5`],
    [
      'two exchanged',
      `UPDATE audit_sequence SET seq = seq + 100 WHERE seq IN (2, 3);
       UPDATE audit_sequence SET seq = 105 - seq WHERE seq > 100`,
    ],
    ['a root', `UPDATE audit_checkpoint SET note = replace(note, E'\\n3\\n', E'\\n4\\n')`],
    ['the last checkpoint removed', `DELETE FROM audit_checkpoint WHERE tree_size = 5`],
  ])('tampering is noticed: %s', async (_, statement) => {
    await fill();
    await db.database.query(
      `SET session_replication_role = replica; ${statement}; RESET session_replication_role`,
    );
    const verification = await verifyAudit(db.database, keys);
    expect(verification.isValid).toBe(false);
    expect(verification.problems.length).toBeGreaterThan(0);
  });

  test('a log cut together with its checkpoints is caught by a checkpoint kept elsewhere', async () => {
    await fill();
    const kept = (
      await db.database.query<{ note: string }>(
        'SELECT note FROM audit_checkpoint WHERE tree_size = 5',
      )
    ).rows[0]?.note;
    await exportAudit(db.database, directory, { verifierKeys: keys });
    for (const file of ['entries.jsonl', 'checkpoints.jsonl']) {
      const lines = readFileSync(join(directory, file), 'utf8').split('\n').slice(0, -2);
      writeFileSync(join(directory, file), `${lines.join('\n')}\n`);
    }
    expect((await verifyAuditExport(directory)).isValid).toBe(true);
    const checked = await verifyAuditExport(directory, { expectedCheckpoint: kept ?? '' });
    expect(checked.problems.map((problem) => problem.code)).toEqual(['CHECKPOINT_BEYOND_LOG']);
  });

  test('one entry is proven alone, and only as it is', async () => {
    await fill();
    const proof = await proveEntry(db.database, 2);
    if (proof === null) throw new Error('entry 2 is in the log');
    expect([proof.treeSize, proof.path.length]).toEqual([5, 3]);
    expect(verifyEntryProof(proof, keys)).toBe(true);
    const { entry: shown } = proof;
    for (const changed of [
      { ...shown, payload: '{}' },
      { ...shown, leaf: shown.leaf.replace('ada', 'eve') },
      { ...shown, seq: 3 },
    ]) {
      expect(verifyEntryProof({ ...proof, entry: changed }, keys)).toBe(false);
    }
    expect(verifyEntryProof(proof, [])).toBe(false);
    expect(await proveEntry(db.database, 6)).toBeNull();
  });

  test('another key than the one trusted is noticed', async () => {
    await fill();
    await exportAudit(db.database, directory, { verifierKeys: keys });
    const other = verifierKey({
      name: signer.name,
      privateKey: generateKeyPairSync('ed25519').privateKey,
    });
    const verification = await verifyAuditExport(directory, { verifierKeys: [other] });
    expect(verification.problems.map((problem) => problem.code)).toContain('CHECKPOINT_INVALID');
  });

  test('a directory that is no export says what is missing', async () => {
    const verification = await verifyAuditExport(join(directory, 'nowhere'));
    expect(verification.isValid).toBe(false);
    expect(verification.problems.every((p) => p.code === 'EXPORT_UNREADABLE')).toBe(true);
    expect(verification.problemCount).toBe(3);
  });
});
