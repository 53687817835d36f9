/**
 * One byte sequence per value: RFC 8785 (JSON Canonicalization Scheme) after decimals, bigints, Maps and
 * Sets have been turned into plain JSON. Everything that is hashed goes through here.
 *
 *   J1  canonicalJson is the RFC 8785 text of what toPlainJson gives (canonical-json.props.test.ts).
 *
 * Written in one pass over the value: a run hashes every order and outcome, and building the plain value
 * first, then its text by a general library, cost as much as choosing the tax lots. ECMAScript's own
 * JSON.stringify is the RFC's form of strings and numbers (RFC 8785, 3.2.2); what is left is the sequence of
 * the keys. The library is the independent implementation in the tests.
 */
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
  const items = itemsOf(value);
  if (items !== null) return items.map(toPlainJson);
  const plain: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  for (const [key, item] of entriesOf(value)) {
    if (item !== undefined) plain[key] = toPlainJson(item);
  }
  return plain;
}

/** What becomes a JSON array; null for what becomes an object. */
function itemsOf(value: object): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number>);
  return value instanceof Set ? [...(value as Set<string>)].sort() : null;
}

function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  return value instanceof Map
    ? [...(value as Map<string, unknown>)]
    : Object.entries(value as Record<string, unknown>);
}

/** The RFC 8785 text of any value that `toPlainJson` accepts. */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      assert(Number.isFinite(value), 'JSON carries finite numbers only');
      return JSON.stringify(value);
    case 'bigint':
      return `"${value.toString()}"`;
    case 'object':
      return objectText(value);
    default:
      throw new TypeError(`JSON cannot carry a ${typeof value}`);
  }
}

function objectText(value: object | null): string {
  if (value === null) return 'null';
  if (value instanceof Decimal) return `"${value.toString()}"`;
  const items = itemsOf(value);
  if (items !== null) {
    let text = '[';
    for (let i = 0; i < items.length; i += 1) {
      text += (i === 0 ? '' : ',') + canonicalJson(items[i]);
    }
    return `${text}]`;
  }
  return value instanceof Map
    ? membersText(Object.fromEntries(value as Map<string, unknown>))
    : membersText(value as Record<string, unknown>);
}

/** Keys in the sequence of their UTF-16 code units (RFC 8785, 3.2.3), which is the default sort. */
function membersText(members: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const key of Object.keys(members).sort()) {
    const item = members[key];
    if (item === undefined) continue;
    text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}
