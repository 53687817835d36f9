/** The bytes of a firm directory: the files that it may hold, no others, none above the size limit. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_BYTES_MAX, FIRM_DIRECTORY_FILES, readFirmDirectory } from '../connectors/index.ts';
import type { FirmDirectoryReading } from '../connectors/index.ts';
import { DEFAULT_SETTINGS, errorFinding, warningFinding } from '../domain/index.ts';
import type { Finding, FirmBook } from '../domain/index.ts';

/** Reads the firm directory at `path`; a directory that cannot be opened is a finding, not an exception. */
export async function loadFirmDirectory(path: string): Promise<FirmDirectoryReading> {
  const files = new Map<string, Uint8Array>();
  const findings: Finding[] = [];
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    return {
      book: EMPTY_BOOK,
      findings: [errorFinding('FILE_UNREADABLE', reason, { file: path })],
    };
  }
  for (const name of names.sort()) {
    if (!FIRM_DIRECTORY_FILES.includes(name)) {
      findings.push(warningFinding('FILE_UNKNOWN', `${name} is not read`, { file: name }));
      continue;
    }
    try {
      const { size } = await stat(join(path, name));
      if (size <= FILE_BYTES_MAX) files.set(name, await readFile(join(path, name)));
      else findings.push(errorFinding('FILE_TOO_LARGE', `${String(size)} bytes`, { file: name }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      findings.push(errorFinding('FILE_UNREADABLE', reason, { file: name }));
    }
  }
  const reading = readFirmDirectory(files);
  return { book: reading.book, findings: [...findings, ...reading.findings] };
}

/** Writes the files into `path`, which is made if it is not there. */
export async function saveFirmDirectory(
  path: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  await mkdir(path, { recursive: true });
  for (const [name, text] of files) await writeFile(join(path, name), text);
}

const EMPTY_BOOK: FirmBook = {
  households: new Map(),
  accounts: new Map(),
  taxLots: new Map(),
  cash: new Map(),
  instruments: new Map(),
  prices: new Map(),
  models: new Map(),
  restrictions: [],
  transactions: new Map(),
  cashFlows: new Map(),
  settings: DEFAULT_SETTINGS,
};
