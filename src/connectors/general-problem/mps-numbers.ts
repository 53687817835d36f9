/** Numbers as MPS files write them. */

/** Limits of this size and beyond are infinite: the convention of every MPS reader we know. */
export const INFINITE_FROM = 1e20;

// Fortran writes 1.5D+02; a number may begin or end with its point.
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/;
const INFINITY = /^([+-]?)(inf|infinity)$/i;

/** A finite number, or null. */
export function finiteNumber(text: string): number | null {
  if (!NUMBER.test(text)) return null;
  const value = Number(text.replace(/[dD]/, 'e'));
  return Number.isFinite(value) ? value + 0 : null;
}

/** A limit: a number, or an infinity written as such or as 1e20 and beyond; null where it is neither. */
export function limitNumber(text: string): number | null {
  const infinity = INFINITY.exec(text);
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity;
  if (!NUMBER.test(text)) return null;
  const value = Number(text.replace(/[dD]/, 'e'));
  if (Math.abs(value) >= INFINITE_FROM) return value > 0 ? Infinity : -Infinity;
  return value + 0;
}
