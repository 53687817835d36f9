/** Typed reading of the fields of a JSON problem, every fault reported under its pointer. */
import type { Code } from '../../domain/index.ts';
import { reportError, shown, type FindingList } from './finding-list.ts';
import { limitNumber } from './mps-numbers.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fault(
  list: FindingList,
  pointer: string,
  detail: { readonly message: string; readonly code?: Code },
): void {
  const { message, code = 'PROBLEM_FIELD_INVALID' } = detail;
  reportError(list, code, { message: `${pointer}: ${message}`, at: { pointer } });
}

/** A list, [] with an error where the value is none, or null where the field is absent. */
export function listField(
  list: FindingList,
  document: JsonObject,
  name: string,
): readonly unknown[] | null {
  const value = document[name];
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value as readonly unknown[];
  fault(list, `/${name}`, { message: `${jsonText(value)} is not a list` });
  return [];
}

/** Names that differ; `prefix` and a number from zero where none are given. */
export function namesField(
  list: FindingList,
  values: readonly unknown[] | null,
  field: { readonly pointer: string; readonly count: number; readonly prefix: string },
): readonly string[] {
  const { pointer, count, prefix } = field;
  if (values === null) return Array.from({ length: count }, (_, i) => `${prefix}${String(i)}`);
  const places = new Map<string, number>();
  values.forEach((value, i) => {
    if (typeof value !== 'string' || value === '' || value.length > 255) {
      fault(list, `${pointer}/${String(i)}`, {
        message: `${jsonText(value)} is not a name of 1 to 255 characters`,
      });
      return;
    }
    const earlier = places.get(value);
    places.set(value, i);
    if (earlier === undefined) return;
    fault(list, `${pointer}/${String(i)}`, {
      message: `${shown(value)} is the name of ${pointer}/${String(earlier)} already`,
      code: 'PROBLEM_ENTRY_DUPLICATE',
    });
  });
  return values.map(String);
}

/** Finite numbers; zeros where the field is absent. */
export function numbersField(
  list: FindingList,
  values: readonly unknown[] | null,
  field: { readonly pointer: string; readonly count: number },
): Float64Array {
  const numbers = new Float64Array(field.count);
  values?.forEach((value, i) => {
    if (typeof value === 'number' && Number.isFinite(value)) numbers[i] = value + 0;
    else fault(list, `${field.pointer}/${String(i)}`, { message: notNumber(value) });
  });
  return numbers;
}

/**
 * Limits: numbers, or null, an infinity as text, or 1e20 and beyond for none.
 *
 * @param field `none` is what null means: -Infinity for lower limits, Infinity for upper ones
 */
export function limitsField(
  list: FindingList,
  value: unknown,
  field: { readonly pointer: string; readonly count: number; readonly none: number },
): Float64Array {
  const { pointer, count, none } = field;
  if (!Array.isArray(value)) {
    const one = value === undefined ? none : limitOf(list, value, { pointer, none });
    return new Float64Array(count).fill(one);
  }
  return Float64Array.from({ length: count }, (_, i) =>
    limitOf(list, value[i], { pointer: `${pointer}/${String(i)}`, none }),
  );
}

function limitOf(
  list: FindingList,
  value: unknown,
  field: { readonly pointer: string; readonly none: number },
): number {
  if (value === null) return field.none;
  const limit =
    typeof value === 'number' || typeof value === 'string' ? limitNumber(String(value)) : null;
  if (limit === null || (typeof value === 'string' && Number.isFinite(limit))) {
    fault(list, field.pointer, { message: `${notNumber(value)}, nor null for no limit` });
    return field.none;
  }
  if (limit === -field.none) {
    fault(list, field.pointer, { message: `${jsonText(value)} leaves no value` });
  }
  return limit;
}

/** A value as a message may show it; lists and objects by their kind alone, for they may be large or deep. */
export function jsonText(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number beyond 1.8e308';
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  return shown(value);
}

function notNumber(value: unknown): string {
  return `${jsonText(value)} is not a finite number`;
}

/** Fields that are not known: a misspelled limit would be no limit. */
export function reportUnknown(
  list: FindingList,
  document: JsonObject,
  field: { readonly known: readonly string[]; readonly pointer: string },
): void {
  for (const name of Object.keys(document)) {
    if (field.known.includes(name)) continue;
    const pointer = `${field.pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    fault(list, pointer.slice(0, 200), {
      message: 'is not a field of a problem',
      code: 'PROBLEM_FIELD_UNKNOWN',
    });
  }
}
