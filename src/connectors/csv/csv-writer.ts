/** Records to RFC 4180 text: the one module that knows csv-stringify. */
import { stringify } from 'csv-stringify/sync';
import { escapeCell } from './formula-escaping.ts';

export interface WrittenColumn {
  readonly name: string;
  readonly kind: string;
}

const TEXT_KINDS: ReadonlySet<string> = new Set(['identifier', 'text', 'choice']);

/** Header and rows, LF line ends; cells of text columns are guarded against formulas. */
export function writeCsv(
  columns: readonly WrittenColumn[],
  rows: Iterable<readonly string[]>,
): string {
  const isText = columns.map(({ kind }) => TEXT_KINDS.has(kind));
  const guarded: string[][] = [columns.map(({ name }) => name)];
  for (const row of rows) {
    guarded.push(row.map((cell, index) => (isText[index] === true ? escapeCell(cell) : cell)));
  }
  // csv-stringify quotes only its own line end; a lone CR is one to other readers.
  return stringify(guarded, { record_delimiter: 'unix', quoted_match: /\r/ });
}
