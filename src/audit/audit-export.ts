/**
 * The log as files that a stranger can verify, and the two verifications.
 *
 *   entries.jsonl       one entry per line, by seq
 *   checkpoints.jsonl   the signed notes, by tree size
 *   verifier-keys.txt   public keys, one per line; a stranger brings their own copy
 */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { errorText, type Database, type Queryable } from '../db/index.ts';
import { parseVerifierKey, type NoteVerifier } from './signed-note.ts';
import {
  countUnsequenced,
  readCheckpoints,
  readEntriesUnlikeLeaf,
  readLogPage,
} from './timeline-postgres.ts';
import {
  ProblemList,
  verifyLog,
  type AuditVerification,
  type ExportedCheckpoint,
  type ExportedEntry,
} from './verification.ts';

const ENTRIES = 'entries.jsonl';
const CHECKPOINTS = 'checkpoints.jsonl';
const KEYS = 'verifier-keys.txt';

export interface AuditExport {
  readonly directory: string;
  readonly entryCount: number;
  readonly checkpointCount: number;
}

/**
 * Writes the sequenced log to a directory, one consistent state of it.
 *
 * @param options.verifierKeys public keys as `verifierKey` gives them, old ones included
 */
export async function exportAudit(
  database: Database,
  directory: string,
  options: { readonly verifierKeys: readonly string[] },
): Promise<AuditExport> {
  await mkdir(directory, { recursive: true });
  return database.transaction(
    async (tx) => {
      const file = await open(join(directory, ENTRIES), 'w');
      let entryCount = 0;
      try {
        for await (const entry of logEntries(tx)) {
          await file.write(`${JSON.stringify(entry)}\n`);
          entryCount = entry.seq;
        }
      } finally {
        await file.close();
      }
      const checkpoints = await readCheckpoints(tx);
      const lines = checkpoints.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`);
      await writeFile(join(directory, CHECKPOINTS), lines.join(''));
      await writeFile(
        join(directory, KEYS),
        options.verifierKeys.map((key) => `${key}\n`).join(''),
      );
      return { directory, entryCount, checkpointCount: checkpoints.length };
    },
    { isolation: 'repeatableRead', readOnly: true },
  );
}

async function* logEntries(database: Queryable): AsyncGenerator<ExportedEntry> {
  for (let seq = 0; ;) {
    const page = await readLogPage(database, seq);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    seq = last.seq;
  }
}

/** Verifies the log in the database, and the columns of its entries against their leaves. */
export function verifyAudit(
  database: Database,
  verifierKeys: readonly string[],
): Promise<AuditVerification> {
  return database.transaction(
    async (tx) => {
      const problems = new ProblemList();
      for (const { seq, entryId } of await readEntriesUnlikeLeaf(tx)) {
        problems.add('ENTRY_CHANGED', seq, `entry ${String(entryId)} differs from its leaf`);
      }
      const input = {
        entries: logEntries(tx),
        checkpoints: await readCheckpoints(tx),
        verifiers: parseKeys(verifierKeys, problems),
        unsequencedCount: await countUnsequenced(tx),
      };
      return verifyLog(input, problems);
    },
    { isolation: 'repeatableRead', readOnly: true },
  );
}

export interface ExportVerificationOptions {
  /** Keys from elsewhere than the export; without them the export vouches for itself. */
  readonly verifierKeys?: readonly string[];
  /** A checkpoint note kept from earlier: the export must contain its tree (nothing cut or rewritten). */
  readonly expectedCheckpoint?: string;
}

/**
 * Verifies an exported log without application or database.
 *
 * @returns EXPORT_UNREADABLE among the problems where a file is absent or a line is not what it should be
 */
export async function verifyAuditExport(
  directory: string,
  options: ExportVerificationOptions = {},
): Promise<AuditVerification> {
  const problems = new ProblemList();
  const keys = options.verifierKeys ?? readText(join(directory, KEYS), problems).split('\n');
  const verifiers = parseKeys(
    keys.filter((key) => key.trim() !== ''),
    problems,
  );
  const checkpoints: ExportedCheckpoint[] = [];
  for (const line of readText(join(directory, CHECKPOINTS), problems).split('\n')) {
    const checkpoint = line === '' ? null : checkpointOf(line);
    if (checkpoint !== null) checkpoints.push(checkpoint);
    else if (line !== '') problems.add('EXPORT_UNREADABLE', null, `${CHECKPOINTS}: a bad line`);
  }
  if (options.expectedCheckpoint !== undefined) {
    const size = Number(options.expectedCheckpoint.split('\n')[1]);
    checkpoints.push({ treeSize: size, note: options.expectedCheckpoint });
  }
  const entries = exportedEntries(join(directory, ENTRIES), problems);
  return verifyLog({ entries, checkpoints, verifiers }, problems);
}

function parseKeys(keys: readonly string[], problems: ProblemList): readonly NoteVerifier[] {
  return keys.flatMap((key) => {
    const verifier = parseVerifierKey(key);
    if (verifier === null) {
      problems.add('EXPORT_UNREADABLE', null, `not a verifier key: ${key.slice(0, 60)}`);
    }
    return verifier === null ? [] : [verifier];
  });
}

function readText(path: string, problems: ProblemList): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    problems.add('EXPORT_UNREADABLE', null, errorText(error));
    return '';
  }
}

async function* exportedEntries(
  path: string,
  problems: ProblemList,
): AsyncGenerator<ExportedEntry> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    problems.add('EXPORT_UNREADABLE', null, `${path} is not there`);
    return;
  }
  let lineNumber = 0;
  // crlfDelay and the split on LF only: a carriage return inside a line would be JSON-escaped.
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
    lineNumber += 1;
    const entry = entryOf(line);
    if (entry !== null) yield entry;
    else problems.add('EXPORT_UNREADABLE', lineNumber, `${ENTRIES}: line ${String(lineNumber)}`);
  }
}

function entryOf(line: string): ExportedEntry | null {
  const value = jsonObject(line);
  if (value === null) return null;
  const { seq, leaf, salt, reasonText, payload, leafHash } = value;
  if (typeof seq !== 'number' || typeof leaf !== 'string' || typeof salt !== 'string') return null;
  if (typeof payload !== 'string' || typeof leafHash !== 'string') return null;
  if (typeof reasonText !== 'string' && reasonText !== null) return null;
  return { seq, leaf, salt, reasonText, payload, leafHash };
}

function checkpointOf(line: string): ExportedCheckpoint | null {
  const value = jsonObject(line);
  if (value === null) return null;
  const { treeSize, note } = value;
  if (typeof treeSize !== 'number' || typeof note !== 'string') return null;
  return { treeSize, note };
}

/** Field names as wide as both kinds of line; each reader checks what it needs. */
interface Fields {
  readonly seq?: unknown;
  readonly leaf?: unknown;
  readonly salt?: unknown;
  readonly reasonText?: unknown;
  readonly payload?: unknown;
  readonly leafHash?: unknown;
  readonly treeSize?: unknown;
  readonly note?: unknown;
}

function jsonObject(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null; // reported by the caller with its line
  }
}
