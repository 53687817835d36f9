/**
 * Verifies an exported audit log as an outsider would: from three text files, without a database and
 * without trust in whoever wrote them. Then one word is changed, and the change is found.
 *
 * `audit-export` is what `evenkeel audit export` writes: the entries, the signed checkpoints, and the public
 * keys. An auditor takes the keys from elsewhere; a log that brings its own vouches for itself.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyAuditExport } from '../src/audit/index.ts';

const original = join(import.meta.dirname, 'audit-export');
const keys = readFileSync(join(original, 'verifier-keys.txt'), 'utf8').trim().split('\n');

async function verify(title: string, directory: string): Promise<boolean> {
  const verification = await verifyAuditExport(directory, { verifierKeys: keys });
  const { isValid, entryCount, checkpointCount, rootHash, problems } = verification;
  console.log(`${title}: ${isValid ? 'valid' : 'NOT valid'}`);
  console.log(`  ${String(entryCount)} entries, ${String(checkpointCount)} signed checkpoints`);
  console.log(`  root ${rootHash.slice(0, 16)}…`);
  for (const { code, seq, message } of problems) {
    console.log(`  ${code}${seq === null ? '' : ` at ${String(seq)}`}: ${message}`);
  }
  return isValid;
}

const isHonestValid = await verify('as exported', original);

const copy = mkdtempSync(join(tmpdir(), 'evenkeel-audit-'));
cpSync(original, copy, { recursive: true });
const entries = join(copy, 'entries.jsonl');
writeFileSync(entries, readFileSync(entries, 'utf8').replace('62.05', '63.05'));
const isForgedValid = await verify('with another price in entry 8', copy);
rmSync(copy, { recursive: true });

if (!isHonestValid || isForgedValid) process.exitCode = 1;
