/** The log's signing key: a 0600 file outside the database, so that whoever owns the rows cannot sign. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { assert } from '../kernel/index.ts';
import type { NoteSigner } from './signed-note.ts';

/**
 * Loads the key, or makes one when there is none.
 *
 * @param path PEM file (PKCS 8, Ed25519)
 * @param name the log's origin, for example `evenkeel.example/firm`: no blanks, no plus sign
 * @throws AssertionError if other users may read the file
 */
export function loadSigner(path: string, name: string): NoteSigner {
  assert(/^[^\s+]+$/.test(name), 'a key name has no blanks and no plus sign');
  mkdirSync(dirname(path), { recursive: true });
  try {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(path, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // The usual case: there is one already, and another starter's key is as good as ours.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  assert((statSync(path).mode & 0o077) === 0, `only its owner may read ${path}`);
  return { name, privateKey: createPrivateKey(readFileSync(path, 'utf8')) };
}
