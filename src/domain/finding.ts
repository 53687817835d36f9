import type { Code } from './catalog/index.ts';

/** Where in the input something was found. All parts are optional; a file row counts the header as row 1. */
export interface FindingLocation {
  readonly file?: string;
  readonly row?: number;
  readonly column?: string;
  /** RFC 6901 pointer into a JSON document. */
  readonly pointer?: string;
  readonly accountId?: string;
  readonly symbol?: string;
}

/**
 * One thing wrong with an input, or one refusal to act: a closed code, where, and a sentence with the
 * values at fault. What to do about it stands in the catalog under the code.
 */
export interface Finding {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly location: FindingLocation;
}

export function errorFinding(code: Code, message: string, location: FindingLocation = {}): Finding {
  return { code, severity: 'error', message, location };
}

export function warningFinding(
  code: Code,
  message: string,
  location: FindingLocation = {},
): Finding {
  return { code, severity: 'warning', message, location };
}

/** `tax-lots.csv:12 quantity: message [CODE]`: the one text form of a finding. */
export function findingText(finding: Finding): string {
  const { file, row, column, pointer, accountId, symbol } = finding.location;
  const place =
    file !== undefined
      ? `${file}${row === undefined ? '' : `:${String(row)}`}${column === undefined ? '' : ` ${column}`}`
      : (pointer ?? [accountId, symbol].filter((part) => part !== undefined).join(' '));
  return `${place === '' ? '' : `${place}: `}${finding.message} [${finding.code}]`;
}
