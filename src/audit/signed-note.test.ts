import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyRoot } from './merkle-tree.ts';
import {
  openCheckpoint,
  parseVerifierKey,
  signCheckpoint,
  verifierKey,
  type NoteVerifier,
} from './signed-note.ts';
import { loadSigner } from './signing-key.ts';

const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
const signer = { name: 'evenkeel.example/log', privateKey: newKey() };
const verifier = parseVerifierKey(verifierKey(signer)) as NoteVerifier;
const checkpoint = { origin: signer.name, treeSize: 7, root: emptyRoot() };
const note = signCheckpoint(checkpoint, signer);

describe('notes', () => {
  // The example key and note of golang.org/x/mod/sumdb/note (Go's documentation, package note).
  test('a published verifier key is read, with its key id checked', () => {
    const published = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect(parseVerifierKey(published)?.keyId.toString('hex')).toBe('c74f20a3');
    expect(parseVerifierKey(published.replace('c74f20a3', 'c74f20a4'))).toBeNull();
    expect(parseVerifierKey('PeterNeumann')).toBeNull();
  });

  test('a checkpoint has the form of the standard and opens', () => {
    expect(note.split('\n').slice(0, 4)).toEqual([
      'evenkeel.example/log',
      '7',
      '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      '',
    ]);
    expect(openCheckpoint(note, [verifier])).toEqual({ ok: true, checkpoint });
  });

  test('signatures of unknown keys are ignored, and alone are not enough', () => {
    const other = { name: 'other.example', privateKey: newKey() };
    const cosignature = signCheckpoint(checkpoint, other).split('\n\n')[1] ?? '';
    expect(openCheckpoint(note + cosignature, [verifier]).ok).toBe(true);
    expect(openCheckpoint(note, [])).toMatchObject({ ok: false });
  });

  test('the right key id with another signature is bad', () => {
    const forged = note.replace('\n7\n', '\n8\n');
    expect(openCheckpoint(forged, [verifier])).toMatchObject({
      ok: false,
      problem: 'the signature of evenkeel.example/log does not verify',
    });
  });

  test.each([
    ['no blank line', note.replace('\n\n', '\n')],
    ['no final newline', note.slice(0, -1)],
    ['a hyphen for the dash', note.replace('— ', '- ')],
    ['nothing', ''],
  ])('%s is malformed', (_, text) => {
    expect(openCheckpoint(text, [verifier]).ok).toBe(false);
  });
});

describe('the key file', () => {
  test('is made once, readable by its owner only, and refused when others may read it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'evenkeel-key-'));
    try {
      const path = join(directory, 'deep', 'key.pem');
      const first = verifierKey(loadSigner(path, 'a.example'));
      expect(verifierKey(loadSigner(path, 'a.example'))).toBe(first);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      chmodSync(path, 0o644);
      expect(() => loadSigner(path, 'a.example')).toThrow('only its owner');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
