/** The file of a general problem, told apart by its first character: `{` begins JSON, all else is MPS. */
import type { Finding, GeneralProblem } from '../../domain/index.ts';
import { decodeText, FILE_BYTES_MAX } from '../text-decoding.ts';
import { findingList, reportError } from './finding-list.ts';
import { readJsonProblem } from './json-problem.ts';
import type { ObjectiveSense } from './mps-draft.ts';
import { readMps } from './mps-reader.ts';

export interface GeneralProblemReading {
  /** A minimization; null when there is an error. */
  readonly problem: GeneralProblem | null;
  /** What the file asks for. For `maximize` the problem is the negated one: negate its value and prices. */
  readonly objectiveSense: ObjectiveSense;
  readonly format: 'json' | 'fixedMps' | 'freeMps';
  readonly findings: readonly Finding[];
}

/**
 * Reads QPS, MPS (fixed or free) and JSON.
 *
 * @param file    name for the findings
 * @param content the bytes, or their text, not compressed
 * @refuses with findings of severity error, all at once, each with its line (`row`) or JSON pointer
 */
export function readGeneralProblem(
  file: string,
  content: string | Uint8Array,
): GeneralProblemReading {
  if (content.length > FILE_BYTES_MAX) {
    return refused(file, 'FILE_TOO_LARGE', `${String(content.length)} bytes`);
  }
  const text = decodeText(content);
  if (text === null) return refused(file, 'TEXT_NOT_UTF8', 'the bytes are not UTF-8');
  if (/^\s*[{[]/.test(text)) {
    const { problem, sense, list } = readJsonProblem(file, text);
    return { problem, objectiveSense: sense, format: 'json', findings: list.findings };
  }
  const { problem, sense, layout, list } = readMps(file, text);
  const format = layout === 'fixed' ? 'fixedMps' : 'freeMps';
  return { problem, objectiveSense: sense, format, findings: list.findings };
}

function refused(
  file: string,
  code: 'FILE_TOO_LARGE' | 'TEXT_NOT_UTF8',
  message: string,
): GeneralProblemReading {
  const list = findingList(file);
  reportError(list, code, { message });
  return { problem: null, objectiveSense: 'minimize', format: 'freeMps', findings: list.findings };
}
