/**
 * One byte sequence per value: RFC 8785 (JSON Canonicalization Scheme) after decimals, bigints, Maps and
 * Sets have been turned into plain JSON. Everything that is hashed goes through here.
 */
import { canonicalize } from 'json-canonicalize';
import { assert } from './assert.ts';
import { Decimal } from './decimal.ts';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Decimals and bigints become strings, Maps become objects, Sets sorted arrays, undefined is dropped. */
export function toPlainJson(value: unknown): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      assert(Number.isFinite(value), 'JSON carries finite numbers only');
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      return objectToPlainJson(value);
    default:
      throw new TypeError(`JSON cannot carry a ${typeof value}`);
  }
}

function objectToPlainJson(value: object | null): JsonValue {
  if (value === null) return null;
  if (value instanceof Decimal) return value.toString();
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as Iterable<number>, toPlainJson);
  }
  if (value instanceof Set) return [...(value as Set<string>)].sort().map(toPlainJson);
  const entries =
    value instanceof Map
      ? [...(value as Map<string, unknown>)]
      : Object.entries(value as Record<string, unknown>);
  const plain: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  for (const [key, item] of entries) if (item !== undefined) plain[key] = toPlainJson(item);
  return plain;
}

/** The RFC 8785 text of any value that `toPlainJson` accepts. */
export function canonicalJson(value: unknown): string {
  return canonicalize(toPlainJson(value));
}
