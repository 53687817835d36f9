/**
 * RFC 4180 text to records: the one module that knows csv-parse.
 *
 * Invariants (csv-reader.props.test.ts):
 *   V1  both ways of reading give the same records: text without quotes is split at line ends and commas,
 *       which is what RFC 4180 says of it and ten times as fast; everything else goes to csv-parse.
 *   V2  a record's number is its place in the file, header = 1, blank lines counted.
 */
import { CsvError, parse } from 'csv-parse/sync';

export interface MalformedCsv {
  readonly row: number;
  readonly message: string;
}

/**
 * Hands every record to `onRecord` in file order; blank lines are counted and passed over.
 *
 * @param text decoded text without a byte order mark; LF, CRLF or CR line ends
 * @returns null, or where and why the rest of the file cannot be read
 */
export function readCsvRecords(
  text: string,
  onRecord: (cells: readonly string[], row: number) => void,
): MalformedCsv | null {
  if (text.includes('"')) return readQuoted(text, onRecord);
  readUnquoted(text, onRecord);
  return null;
}

function readUnquoted(
  text: string,
  onRecord: (cells: readonly string[], row: number) => void,
): void {
  // Line ends are found first, so that one pass serves all three kinds; a CR before an LF goes with it.
  const hasLoneCr = !text.includes('\n') && text.includes('\r');
  const lineEnd = hasLoneCr ? '\r' : '\n';
  let row = 1;
  for (let start = 0; start < text.length; row += 1) {
    const found = text.indexOf(lineEnd, start);
    let end = found === -1 ? text.length : found;
    const next = end + 1;
    if (!hasLoneCr && end > start && text.charCodeAt(end - 1) === 13) end -= 1;
    if (end > start) onRecord(text.slice(start, end).split(','), row);
    start = next;
  }
}

export function readQuoted(
  text: string,
  onRecord: (cells: readonly string[], row: number) => void,
): MalformedCsv | null {
  let row = 0;
  const firstLineEnd = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  try {
    parse(text, {
      relax_column_count: true,
      // csv-parse finds the line end from the first one; files joined from several exports mix LF and CRLF.
      record_delimiter: firstLineEnd === '\r' ? '\r' : ['\r\n', '\n'],
      max_record_size: 4_000_000,
      on_record: (cells: string[]) => {
        row += 1;
        if (cells.length > 1 || cells[0] !== '') onRecord(cells, row);
        return null;
      },
    });
    return null;
  } catch (error) {
    if (error instanceof CsvError) return { row: row + 1, message: error.message.slice(0, 200) };
    throw error;
  }
}
