/** Passwords are kept as argon2id hashes, with the parameters of the OWASP password storage guidance. */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** 19 MiB, two passes, one lane: OWASP's second choice of equal strength, gentle on a small machine. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export async function hashPassword(password: string): Promise<string> {
  return hash(password, PARAMETERS);
}

let decoy: Promise<string> | null = null;

/**
 * True when the password belongs to the hash. A null hash (no such user) takes as long as a wrong
 * password, so that the time of an answer does not tell which names exist.
 */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(16).toString('hex'));
  const isMatch = await verify(passwordHash ?? (await decoy), password);
  return passwordHash !== null && isMatch;
}

/** Words would be kinder, but 18 characters of base64url are 108 bits and need no word list. */
export function generatePassword(): string {
  return randomBytes(14).toString('base64url').slice(0, 18);
}
