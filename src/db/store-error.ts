import type { Code } from '../domain/index.ts';

/**
 * The store cannot be opened, or refuses: a closed code, a sentence with the values at fault, and the
 * cause where a driver or the system raised one. Thrown, because nothing can go on without the store.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: Code;

  constructor(code: Code, message: string, cause?: unknown) {
    super(`${message} [${code}]`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** SQLSTATE of a driver's error; null for anything else (a lost connection, a bug of ours). */
export function sqlStateOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  const { code } = error;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** 40001 and 40P01: the whole transaction may be tried again. */
export function isRetryable(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === '40001' || state === '40P01';
}

/** 23505: a unique key is already taken. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlStateOf(error) === '23505';
}

export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ');
  return error instanceof Error ? error.message : String(error);
}
