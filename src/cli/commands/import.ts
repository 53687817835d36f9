/** `evenkeel import FILE… [--out DIR]`, without the command line around it. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { existsSync } from 'node:fs';
import {
  FILE_BYTES_MAX,
  importToFirmDirectory,
  mergeImports,
  readCustodianFile,
} from '../../connectors/index.ts';
import type { ImportedRecords } from '../../connectors/index.ts';
import { errorFinding } from '../../domain/index.ts';
import type { Code, Finding } from '../../domain/index.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { loadFirmDirectory, saveFirmDirectory } from '../firm-directory-files.ts';

export interface ImportOptions {
  readonly files: readonly string[];
  /** Firm directory to write, or to merge into when it exists; without it nothing is written. */
  readonly out?: string;
}

export interface ImportOutcome extends ImportedRecords {
  /** What is left to do in the firm directory; empty when none was written. */
  readonly setup: readonly Finding[];
  /** The files written, if any. */
  readonly written: readonly string[];
  /** ok, or partial when a row was rejected or a file was refused. */
  readonly exitCode: ExitCode;
}

/**
 * Reads custodian files and, with `out`, writes their records into a firm directory. A directory that
 * exists but has errors is left alone: a merge would drop the records that could not be read.
 */
export async function importCommand(options: ImportOptions): Promise<ImportOutcome> {
  const parts: ImportedRecords[] = [];
  for (const path of options.files) parts.push(await readOne(path));
  const records = mergeImports(parts);
  const setup: Finding[] = [];
  let written: string[] = [];
  if (options.out !== undefined) {
    const existing = existsSync(join(options.out, 'accounts.csv'))
      ? await loadFirmDirectory(options.out)
      : null;
    const errors = existing?.findings.filter(({ severity }) => severity === 'error') ?? [];
    setup.push(...errors);
    if (errors.length === 0) {
      const result = importToFirmDirectory(records, existing?.book);
      setup.push(...result.findings);
      await saveFirmDirectory(options.out, result.files);
      written = [...result.files.keys()];
    }
  }
  const isWhole = [...records.issues, ...setup].every(({ severity }) => severity !== 'error');
  return { ...records, setup, written, exitCode: isWhole ? EXIT.ok : EXIT.partial };
}

async function readOne(path: string): Promise<ImportedRecords> {
  const file = basename(path);
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) return refused(file, 'FILE_TOO_LARGE', `${String(size)} bytes`);
    return readCustodianFile(file, await readFile(path));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return refused(file, 'FILE_UNREADABLE', error.message);
  }
}

function refused(file: string, code: Code, message: string): ImportedRecords {
  const receipt = {
    file,
    format: 'unknown',
    rows: 0,
    accepted: [],
    rejected: [],
    ignored: [],
  } as const;
  return {
    accounts: [],
    positions: [],
    lots: [],
    cash: [],
    transactions: [],
    securities: [],
    issues: [errorFinding(code, message, { file })],
    receipts: [receipt],
  };
}
