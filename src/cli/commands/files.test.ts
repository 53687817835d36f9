import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadFirmDirectory } from '../firm-directory-files.ts';
import { generateFirmCommand } from './generate.ts';
import { importCommand } from './import.ts';
import { schemaCommand } from './schema.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-files-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('generate, import and schema', () => {
  it('generate writes a firm directory that reads without a finding', async () => {
    const out = join(directory, 'firm');
    const summary = await generateFirmCommand({ seed: 's', households: 3, out });
    expect(summary).toMatchObject({ households: 3, asOf: '2026-03-31' });
    const { book, findings } = await loadFirmDirectory(out);
    expect(findings).toEqual([]);
    expect(book.accounts.size).toBe(summary.accounts);
  });

  it('a directory that is not there is a finding', async () => {
    const { findings } = await loadFirmDirectory(join(directory, 'none'));
    expect(findings.map(({ code }) => code)).toEqual(['FILE_UNREADABLE']);
  });

  it('import reads what it can, says partial, and does not touch a directory with errors', async () => {
    const file = join(directory, 'positions.csv');
    const out = join(directory, 'imported');
    await writeFile(
      file,
      '"Positions for account Trust XXXX-1111 as of 06:04 PM ET, 11/13/2026"\n\n"Symbol","Quantity","Price","Market Value","Cost Basis",\n"QQA1","10","$1.00","$10.00","$9.00",\n',
    );
    const outcome = await importCommand({ files: [file, join(directory, 'gone.xml')], out });
    expect(outcome.exitCode).toBe(5);
    expect(outcome.receipts.map(({ accepted }) => accepted)).toEqual([[4], []]);
    expect(outcome.issues.map(({ code }) => code)).toEqual(['FILE_UNREADABLE']);
    const before = await readFile(join(out, 'tax-lots.csv'), 'utf8');
    const again = await importCommand({ files: [file], out });
    expect(again.written).toEqual([]);
    expect(again.setup.map(({ code }) => code)).toContain('VALUE_REQUIRED');
    expect(await readFile(join(out, 'tax-lots.csv'), 'utf8')).toBe(before);
  });

  it('schema prints JSON, or the names that exist', () => {
    const { text, exitCode } = schemaCommand('settings');
    expect([exitCode, (JSON.parse(text) as { title: string }).title]).toEqual([0, 'settings.json']);
    expect(schemaCommand('nope')).toMatchObject({ exitCode: 2 });
  });
});
