/** Opaque cursors: where the page before ended. Not secret, and not trusted. */
import { refuse } from './problem.ts';

export const LIMIT_DEFAULT = 500;

export function limitOf(limit: string | undefined): number {
  return limit === undefined ? LIMIT_DEFAULT : Number(limit);
}

export function cursorOf(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor of `count` texts; undefined without one. @throws ApiRefusal CURSOR_INVALID */
export function readCursor(text: string | undefined, count: number): readonly string[] | undefined {
  if (text === undefined) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    parts = null; // not even JSON: answered below like any other wrong cursor
  }
  const isValid =
    Array.isArray(parts) &&
    parts.length === count &&
    parts.every((part) => typeof part === 'string' || Number.isSafeInteger(part));
  if (!isValid) throw refuse('CURSOR_INVALID', 'the cursor is not one of this listing');
  return (parts as readonly (string | number)[]).map(String);
}

/** A cursor that is one number. */
export function readNumberCursor(text: string | undefined): number | undefined {
  const parts = readCursor(text, 1);
  if (parts === undefined) return undefined;
  const value = Number(parts[0]);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw refuse('CURSOR_INVALID', 'the cursor is not one of this listing');
  }
  return value;
}
