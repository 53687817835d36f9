/**
 * The JSON form of a general problem (file formats, general-problem).
 *
 * P is read as it stands: the objective is 1/2 x'Px of the entries given, so a matrix that is not symmetric
 * becomes (P + P')/2, which has the same value everywhere. One triangle alone is therefore *not* completed to
 * a symmetric matrix; since that is sometimes meant, it is warned about.
 */
import { sparseMatrix } from '../../domain/index.ts';
import type { GeneralProblem } from '../../domain/index.ts';
import { findingList, reportError, reportWarning, type FindingList } from './finding-list.ts';
import {
  fault,
  isObject,
  jsonText,
  limitsField,
  listField,
  namesField,
  numbersField,
  reportUnknown,
  type JsonObject,
} from './json-fields.ts';
import { entriesOf, symmetric } from './json-matrix.ts';
import { FIELD_NAMES } from './json-schema.ts';
import type { ObjectiveSense } from './mps-draft.ts';

export interface JsonReading {
  /** A minimization; null when there is an error. */
  readonly problem: GeneralProblem | null;
  readonly sense: ObjectiveSense;
  readonly list: FindingList;
}

/** @param text the whole document */
export function readJsonProblem(file: string, text: string): JsonReading {
  const list = findingList(file);
  let document: unknown = null;
  try {
    document = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    reportError(list, 'JSON_INVALID', { message: error.message.slice(0, 200) });
    return { problem: null, sense: 'minimize', list };
  }
  if (!isObject(document)) {
    const message = 'a problem is a JSON object';
    reportError(list, 'JSON_INVALID', { message, at: { pointer: '' } });
    return { problem: null, sense: 'minimize', list };
  }
  reportUnknown(list, document, { known: FIELD_NAMES, pointer: '' });
  const sense = senseOf(list, document['sense']);
  const problem = problemOf(list, document, sense);
  return { problem: list.errorCount === 0 ? problem : null, sense, list };
}

function problemOf(list: FindingList, document: JsonObject, sense: ObjectiveSense): GeneralProblem {
  const n = commonLength(list, document, ['variables', 'q', 'lower', 'upper']);
  const m = commonLength(list, document, ['rows', 'rowLower', 'rowUpper']);
  if (n === null) {
    fault(list, '/q', { message: 'the number of variables is not known: give q' });
  }
  if (m === null && isObject(document['A'])) {
    fault(list, '/rowLower', {
      message: 'the number of rows is not known: give rowLower or rowUpper',
    });
  }
  const columnCount = n ?? 0;
  const rowCount = m ?? 0;
  const P = symmetric(list, {
    entries: entriesOf(list, document['P'], {
      pointer: '/P',
      rowCount: columnCount,
      columnCount,
      isChecked: n !== null,
    }),
    columnCount,
  });
  const coefficients = entriesOf(list, document['A'], {
    pointer: '/A',
    rowCount,
    columnCount,
    isChecked: n !== null && m !== null,
  });
  const variables = namesField(list, listField(list, document, 'variables'), {
    pointer: '/variables',
    count: columnCount,
    prefix: 'x',
  });
  const sign = sense === 'maximize' ? -1 : 1;
  const q = numbersField(list, listField(list, document, 'q'), {
    pointer: '/q',
    count: columnCount,
  });
  const limits = (name: string, count: number, none: number): Float64Array =>
    limitsField(list, document[name], { pointer: `/${name}`, count, none });
  return {
    name: nameOf(list, document['name']),
    variables,
    rows: namesField(list, listField(list, document, 'rows'), {
      pointer: '/rows',
      count: rowCount,
      prefix: 'row',
    }),
    P: { ...P, values: P.values.map((value) => sign * value) },
    q: q.map((value) => (value === 0 ? 0 : sign * value)),
    constant: constantOf(list, document, sign),
    A: sparseMatrix({ rowCount, columnCount }, coefficients).matrix,
    rowLower: limits('rowLower', rowCount, -Infinity),
    rowUpper: limits('rowUpper', rowCount, Infinity),
    lower: limits('lower', columnCount, -Infinity),
    upper: limits('upper', columnCount, Infinity),
    isInteger: integerFlags(list, listField(list, document, 'integer'), variables),
  };
}

/** The length that the lists named have in common, from the first of them; null when none is given. */
function commonLength(
  list: FindingList,
  document: JsonObject,
  names: readonly string[],
): number | null {
  let length: number | null = null;
  let first = '';
  for (const name of names) {
    const value = document[name];
    if (!Array.isArray(value)) continue;
    if (length === null) {
      length = value.length;
      first = name;
    } else if (value.length !== length) {
      fault(list, `/${name}`, {
        message: `${String(value.length)} values where ${first} has ${String(length)}`,
        code: 'PROBLEM_SIZE_DIFFERS',
      });
    }
  }
  return length;
}

/** Integer variables from flags (true, false), indices from zero, or names. */
function integerFlags(
  list: FindingList,
  given: readonly unknown[] | null,
  variables: readonly string[],
): Uint8Array | null {
  const flags = new Uint8Array(variables.length);
  if (given === null || given.length === 0) return null;
  if (isFlags(list, given, variables.length)) {
    given.forEach((value, j) => {
      flags[j] = Number(value);
    });
    return flags.includes(1) ? flags : null;
  }
  const indexOf = new Map(variables.map((name, j) => [name, j]));
  given.forEach((value, i) => {
    const index = typeof value === 'string' ? indexOf.get(value) : value;
    const pointer = `/integer/${String(i)}`;
    if (typeof index !== 'number' || !Number.isInteger(index) || !(index in flags)) {
      fault(list, pointer, { message: `${jsonText(value)} is no index or name of a variable` });
    } else if (flags[index] === 1) {
      fault(list, pointer, {
        message: `${jsonText(value)} stands twice`,
        code: 'PROBLEM_ENTRY_DUPLICATE',
      });
    } else flags[index] = 1;
  });
  return flags;
}

/**
 * Whether the list is one of flags: true and false, or 0 and 1 once for each variable where that cannot be a
 * list of indices because one repeats.
 */
function isFlags(list: FindingList, given: readonly unknown[], count: number): boolean {
  if (given.some((value) => typeof value === 'boolean')) {
    if (given.length === count && given.every((value) => typeof value === 'boolean')) return true;
    fault(list, '/integer', {
      message: `flags are true or false, one for each of ${String(count)} variables`,
      code: 'PROBLEM_SIZE_DIFFERS',
    });
    return given.length === count;
  }
  if (given.length !== count || !given.every((value) => value === 0 || value === 1)) return false;
  if (new Set(given).size < given.length || count === 1) return count > 1 || given[0] === 1;
  const message = '/integer: 0 and 1 are read as indices of variables, not as flags';
  reportWarning(list, 'PROBLEM_FLAGS_AMBIGUOUS', { message, at: { pointer: '/integer' } });
  return false;
}

function senseOf(list: FindingList, value: unknown): ObjectiveSense {
  if (value === undefined || value === 'minimize') return 'minimize';
  if (value === 'maximize') return 'maximize';
  fault(list, '/sense', { message: `${jsonText(value)} is neither "minimize" nor "maximize"` });
  return 'minimize';
}

function nameOf(list: FindingList, value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && value.length <= 255) return value;
  fault(list, '/name', { message: `${jsonText(value)} is not a text of at most 255 characters` });
  return '';
}

function constantOf(list: FindingList, document: JsonObject, sign: number): number {
  const value = document['constant'] ?? 0;
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : sign * value;
  fault(list, '/constant', { message: `${jsonText(value)} is not a finite number` });
  return 0;
}
