/**
 * Checkpoints of the log as signed notes: C2SP signed-note with Ed25519, and tlog-checkpoint.
 *
 *   origin LF  size LF  base64(root) LF  LF  — name base64(key id ‖ signature) LF
 *
 * Key id: the first 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
 */
import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { assert } from '../kernel/index.ts';
import type { TreeHash } from './merkle-tree.ts';

const ED25519 = 0x01;
/** DER header of an Ed25519 SubjectPublicKeyInfo (RFC 8410); the 32 key bytes follow. */
const SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex');

export interface NoteSigner {
  /** Key name, which is also the log's origin. */
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface NoteVerifier {
  readonly name: string;
  readonly keyId: Buffer;
  readonly publicKey: KeyObject;
}

export interface Checkpoint {
  readonly origin: string;
  readonly treeSize: number;
  readonly root: TreeHash;
}

function publicBytes(key: KeyObject): Buffer {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  assert(spki.length === 44 && spki.subarray(0, 12).equals(SPKI_HEADER), 'the key is Ed25519');
  return spki.subarray(12);
}

function keyIdOf(name: string, publicKey: Buffer): Buffer {
  const text = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), publicKey]);
  return createHash('sha256').update(text).digest().subarray(0, 4);
}

/** The public half as C2SP writes it: `name+hex key id+base64(0x01 ‖ public key)`. */
export function verifierKey(signer: NoteSigner): string {
  const bytes = publicBytes(signer.privateKey);
  const encoded = Buffer.concat([Buffer.from([ED25519]), bytes]).toString('base64');
  return `${signer.name}+${keyIdOf(signer.name, bytes).toString('hex')}+${encoded}`;
}

/** Reads a verifier key; null if it is malformed or its key id is not that of its key. */
export function parseVerifierKey(text: string): NoteVerifier | null {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim());
  if (match === null) return null;
  const [, name = '', id = '', encoded = ''] = match;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 33 || bytes[0] !== ED25519) return null;
  const raw = bytes.subarray(1);
  const keyId = keyIdOf(name, raw);
  if (keyId.toString('hex') !== id) return null;
  const der = Buffer.concat([SPKI_HEADER, raw]);
  return { name, keyId, publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

/** A checkpoint as a note with one signature. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const text = `${checkpoint.origin}\n${String(checkpoint.treeSize)}\n${checkpoint.root.toString('base64')}\n`;
  const signature = sign(null, Buffer.from(text), signer.privateKey);
  const keyId = keyIdOf(signer.name, publicBytes(signer.privateKey));
  const encoded = Buffer.concat([keyId, signature]).toString('base64');
  return `${text}\n— ${signer.name} ${encoded}\n`;
}

export type NoteOutcome =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly problem: string };

const refuse = (problem: string): NoteOutcome => ({ ok: false, problem });

/**
 * Opens a note: its shape, and at least one valid signature of a known key. Signatures of unknown keys
 * are ignored; one of a known key that does not verify makes the note bad, as the format demands.
 */
export function openCheckpoint(note: string, verifiers: readonly NoteVerifier[]): NoteOutcome {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n'))
    return refuse('the note has no signatures after a blank line');
  const text = note.slice(0, end + 1);
  let verifiedCount = 0;
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/.exec(line);
    if (match === null) return refuse('a signature line is malformed');
    const bytes = Buffer.from(match[2] ?? '', 'base64');
    const keyId = bytes.subarray(0, 4);
    const known = verifiers.find(
      (verifier) => verifier.name === match[1] && verifier.keyId.equals(keyId),
    );
    if (known === undefined) continue;
    if (!verify(null, Buffer.from(text), known.publicKey, bytes.subarray(4))) {
      return refuse(`the signature of ${known.name} does not verify`);
    }
    verifiedCount += 1;
  }
  if (verifiedCount === 0) return refuse('no signature of a known key');
  return parseCheckpoint(text);
}

function parseCheckpoint(text: string): NoteOutcome {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const bytes = Buffer.from(root, 'base64');
  if (origin === '' || !/^(?:0|[1-9]\d{0,14})$/.test(size))
    return refuse('the checkpoint is malformed');
  if (bytes.length !== 32 || bytes.toString('base64') !== root) {
    return refuse('the root hash of the checkpoint is malformed');
  }
  return { ok: true, checkpoint: { origin, treeSize: Number(size), root: bytes } };
}
