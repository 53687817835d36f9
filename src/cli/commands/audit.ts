import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  exportAudit,
  loadSigner,
  verifierKey,
  verifyAuditExport,
  type AuditVerification,
} from '../../audit/index.ts';
import { homeDirectory, openStore } from '../../db/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Terminal } from '../output/terminal.ts';

export interface AuditVerifyOptions {
  readonly directory: string;
  /** File with verifier keys from elsewhere than the export, one per line. */
  readonly keysFile?: string | undefined;
  /** File with a checkpoint note kept from earlier. */
  readonly checkpointFile?: string | undefined;
  readonly isJson: boolean;
}

/** Verifies an exported log without database or server. @returns 0 when it holds, 3 when it does not */
export async function auditVerifyCommand(
  options: AuditVerifyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { directory, keysFile, checkpointFile, isJson } = options;
  const keys = keysFile === undefined ? undefined : (await readFile(keysFile, 'utf8')).split('\n');
  const verification = await verifyAuditExport(directory, {
    ...(keys === undefined ? {} : { verifierKeys: keys.filter((key) => key !== '') }),
    ...(checkpointFile === undefined
      ? {}
      : { expectedCheckpoint: await readFile(checkpointFile, 'utf8') }),
  });
  if (isJson) terminal.out(JSON.stringify(verification, null, 2));
  else terminal.out(verificationText(verification, keys === undefined));
  return verification.isValid ? EXIT.ok : EXIT.notAllowed;
}

function verificationText(verification: AuditVerification, isSelfVouched: boolean): string {
  const { isValid, entryCount, checkpointCount, rootHash, problems, problemCount } = verification;
  return [
    `${isValid ? 'valid' : 'NOT VALID'}: ${String(entryCount)} entries, ${String(checkpointCount)} signed checkpoints`,
    `root ${rootHash}`,
    ...(isSelfVouched
      ? ['the keys are the export’s own: give --keys from elsewhere to prove who signed']
      : []),
    ...problems.map((problem) => `${problem.code}: ${JSON.stringify(problem)}`),
    ...(problemCount > problems.length ? [`… ${String(problemCount)} problems in all`] : []),
  ].join('\n');
}

/** Writes the log of this installation's store to a directory that `audit verify` reads. */
export async function auditExportCommand(
  options: { readonly directory: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const store = await openStore({ applicationName: 'evenkeel audit export', poolSize: 2 });
  try {
    const signer = loadSigner(join(homeDirectory(), 'audit-key.pem'), 'evenkeel.local/audit');
    const result = await exportAudit(store.database, options.directory, {
      verifierKeys: [verifierKey(signer)],
    });
    terminal.out(
      `${String(result.entryCount)} entries and ${String(result.checkpointCount)} checkpoints in ${result.directory}`,
    );
    return EXIT.ok;
  } finally {
    await store.close();
  }
}
