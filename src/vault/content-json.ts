/**
 * Records as stored text: JSON in which a decimal is a string with a leading `=`, so that reading needs
 * no list of fields, and a field added to a type is kept exactly. Text that begins with `=` gets another.
 */
import { Decimal } from '../kernel/index.ts';

export function toContent(value: unknown): string {
  return JSON.stringify(value, encode);
}

function encode(this: unknown, key: string, value: unknown): unknown {
  // By the time the replacer sees it, a decimal has been through toJSON; its holder still has it.
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Decimal) return `=${original.toString()}`;
  return typeof value === 'string' && value.startsWith('=') ? `=${value}` : value;
}

/** The value back. `T` is the caller's knowledge of what was stored. */
export function fromContent<T>(text: string): T {
  return JSON.parse(text, decode) as T;
}

function decode(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('=')) return value;
  return value.startsWith('==') ? value.slice(1) : Decimal.parse(value.slice(1));
}
