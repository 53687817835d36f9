/** Findings of one file, errors bounded: a file of another kind would otherwise give one for every line. */
import { errorFinding, warningFinding } from '../../domain/index.ts';
import type { Code, Finding } from '../../domain/index.ts';

const ERRORS_MAX = 200;
const SHOWN_CHARACTERS = 60;

/** Where in the file: a line number, or a JSON pointer. */
export interface Place {
  readonly row?: number;
  readonly pointer?: string;
}

export interface FindingList {
  readonly file: string;
  readonly findings: Finding[];
  errorCount: number;
}

export function findingList(file: string): FindingList {
  return { file, findings: [], errorCount: 0 };
}

export function reportError(
  list: FindingList,
  code: Code,
  detail: { readonly message: string; readonly at?: Place },
): void {
  list.errorCount += 1;
  if (list.errorCount > ERRORS_MAX) return;
  const location = { file: list.file, ...detail.at };
  list.findings.push(errorFinding(code, detail.message, location));
  if (list.errorCount === ERRORS_MAX) {
    const message = `only the first ${String(ERRORS_MAX)} errors are listed`;
    list.findings.push(errorFinding('PROBLEM_ERRORS_MANY', message, { file: list.file }));
  }
}

export function reportWarning(
  list: FindingList,
  code: Code,
  detail: { readonly message: string; readonly at?: Place },
): void {
  list.findings.push(warningFinding(code, detail.message, { file: list.file, ...detail.at }));
}

/** A text (in quotes) or other plain value of a file as a message may show it: short, without control characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string' && value.length > SHOWN_CHARACTERS) {
    return JSON.stringify(`${value.slice(0, SHOWN_CHARACTERS)}…`);
  }
  return JSON.stringify(value) ?? 'nothing';
}
