/**
 * Reads one CSV table by its column definitions. A record with any fault is dropped whole; every fault of
 * it is reported with file, row and column.
 */
import { Decimal, tryParseCalendarDate } from '../../kernel/index.ts';
import type { CalendarDate } from '../../kernel/index.ts';
import { errorFinding, isIdentifier, warningFinding } from '../../domain/index.ts';
import type { Code, Finding } from '../../domain/index.ts';
import { decodeText, FILE_BYTES_MAX } from '../text-decoding.ts';
import { unescapeCell } from './formula-escaping.ts';
import { readCsvRecords } from './csv-reader.ts';

const CELL_LENGTH_MAX = 4096;
const DATES_CACHED_MAX = 100_000;
const SHORT_NUMBER_LENGTH = 4;
const shown = (text: string): string => JSON.stringify(text.slice(0, 60));

export interface TableColumn {
  readonly name: string;
  readonly kind: string;
  readonly isRequired: boolean;
  readonly mayBeBlank?: boolean;
  readonly values?: readonly string[];
  readonly range?: 'positive' | 'nonNegative' | 'fraction';
}

export interface Table {
  readonly file: string;
  readonly columns: readonly TableColumn[];
}

/** Which account a record with a fault belongs to, so that only that account is held back. */
type AccountOf = (row: TableRow) => string | null;

/**
 * The current record. One object is moved along the file, so a million records cost no objects; a reader
 * takes what it needs before it returns.
 */
export class TableRow {
  row = 1;
  /** True once any cell of the record was refused. */
  isFaulty = false;
  readonly #cells: { values: readonly string[] } = { values: [] };
  readonly #file: string;
  readonly #columns = new Map<string, { readonly index: number; readonly column: TableColumn }>();
  readonly #findings: Finding[];
  readonly #accountOf: AccountOf;
  readonly #dates = new Map<string, CalendarDate>();
  readonly #shortNumbers = new Map<string, Decimal<string>>();

  constructor(
    table: Table,
    header: readonly string[],
    sink: { readonly findings: Finding[]; readonly accountOf: AccountOf },
  ) {
    this.#file = table.file;
    this.#findings = sink.findings;
    this.#accountOf = sink.accountOf;
    for (const column of table.columns) {
      this.#columns.set(column.name, { index: header.indexOf(column.name), column });
    }
  }

  moveTo(cells: readonly string[], row: number): void {
    this.#cells.values = cells;
    this.row = row;
    this.isFaulty = false;
  }

  /** Reports a fault of this record. */
  fault(code: Code, message: string, column?: string): null {
    this.isFaulty = true;
    const accountId = this.#accountOf(this);
    this.#findings.push(
      errorFinding(code, message, {
        file: this.#file,
        row: this.row,
        ...(column === undefined ? {} : { column }),
        ...(accountId === null ? {} : { accountId }),
      }),
    );
    return null;
  }

  /** The cell as it stands; empty where the column is absent. */
  raw(name: string): string {
    const index = this.#columns.get(name)?.index ?? -1;
    return index < 0 ? '' : (this.#cells.values[index] ?? '');
  }

  /** Text with the formula guard removed; null = blank. */
  text(name: string): string | null {
    const raw = this.raw(name);
    if (raw === '') return this.#blank(name);
    if (raw.length > CELL_LENGTH_MAX) {
      return this.fault('TEXT_TOO_LONG', `${String(raw.length)} characters`, name);
    }
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(raw)) {
      return this.fault('TEXT_INVALID', `${shown(raw)} contains a control character`, name);
    }
    return unescapeCell(raw);
  }

  /** An id or symbol; null = blank or refused. */
  id(name: string): string | null {
    const text = this.text(name);
    if (text === null || isIdentifier(text)) return text;
    return this.fault('IDENTIFIER_INVALID', `${shown(text)} is not an id`, name);
  }

  choice(name: string, code: Code = 'VALUE_UNKNOWN'): string | null {
    const text = this.text(name);
    const values = this.#columns.get(name)?.column.values ?? [];
    if (text === null || values.includes(text)) return text;
    return this.fault(code, `${shown(text)} is none of ${values.join(', ')}`, name);
  }

  flag(name: string): boolean | null {
    const raw = this.raw(name);
    if (raw === 'true' || raw === 'false') return raw === 'true';
    return raw === ''
      ? null
      : this.fault('VALUE_UNKNOWN', `${shown(raw)} is neither true nor false`, name);
  }

  date(name: string): CalendarDate | null {
    const raw = this.raw(name);
    const known = this.#dates.get(raw);
    if (known !== undefined) return known;
    if (raw === '') return this.#blank(name);
    const date = tryParseCalendarDate(raw);
    if (date === null) return this.fault('DATE_INVALID', `${shown(raw)} is not a date`, name);
    if (this.#dates.size < DATES_CACHED_MAX) this.#dates.set(raw, date);
    return date;
  }

  decimal<Unit extends string>(name: string): Decimal<Unit> | null {
    const raw = this.raw(name);
    if (raw === '') return this.#blank(name);
    const value = this.#parsed<Unit>(raw);
    if (value === null) {
      return this.fault('NUMBER_INVALID', `${shown(raw)} is not a plain decimal number`, name);
    }
    const range = this.#columns.get(name)?.column.range;
    if (range === undefined) return value;
    const isInside =
      range === 'positive'
        ? value.isPositive()
        : !value.isNegative() && (range === 'nonNegative' || isAtMostOne(value));
    return isInside
      ? value
      : this.fault('NUMBER_OUT_OF_RANGE', `${raw} is not ${WORDS[range]}`, name);
  }

  /** Short numbers recur by the hundred thousand; decimals are immutable, so one object serves them all. */
  #parsed<Unit extends string>(raw: string): Decimal<Unit> | null {
    if (raw.length > SHORT_NUMBER_LENGTH) return Decimal.tryParse<Unit>(raw);
    const known = this.#shortNumbers.get(raw);
    if (known !== undefined) return known.as<Unit>();
    const value = Decimal.tryParse<string>(raw);
    if (value !== null) this.#shortNumbers.set(raw, value);
    return value?.as<Unit>() ?? null;
  }

  #blank(name: string): null {
    const column = this.#columns.get(name)?.column;
    if (column?.isRequired === true && column.mayBeBlank !== true) {
      this.fault('VALUE_REQUIRED', 'the cell is blank', name);
    }
    return null;
  }
}

const WORDS = {
  positive: 'greater than 0',
  nonNegative: '0 or more',
  fraction: 'between 0 and 1',
} as const;

function isAtMostOne(value: Decimal<string>): boolean {
  return value.coefficient <= 10n ** BigInt(value.scale);
}

/**
 * Reads a table.
 *
 * @param onRow called for every record of the right shape; reads its cells, reports its faults
 * @returns false when the file could not be read to its end: nothing that follows from it is known
 */
export function readTable(
  table: Table,
  content: string | Uint8Array,
  handling: {
    readonly findings: Finding[];
    readonly accountOf?: AccountOf;
    readonly onRow: (row: TableRow) => void;
  },
): boolean {
  const { findings, onRow } = handling;
  const accountOf = handling.accountOf ?? (() => null);
  const { file } = table;
  if (content.length > FILE_BYTES_MAX) {
    findings.push(errorFinding('FILE_TOO_LARGE', `${String(content.length)} bytes`, { file }));
    return false;
  }
  const text = decodeText(content);
  if (text === null) {
    findings.push(errorFinding('TEXT_NOT_UTF8', 'the bytes are not UTF-8', { file }));
    return false;
  }
  let current: TableRow | null = null;
  let width = 0;
  let isHeaderUsable = true;
  const malformed = readCsvRecords(text, (cells, row) => {
    if (current === null) {
      isHeaderUsable = checkHeader(table, cells, findings);
      current = new TableRow(table, cells, { findings, accountOf });
      width = cells.length;
      return;
    }
    if (!isHeaderUsable) return;
    current.moveTo(cells, row);
    if (cells.length !== width) {
      current.fault(
        'ROW_SHAPE_INVALID',
        `${String(cells.length)} cells, the header has ${String(width)}`,
      );
    }
    onRow(current);
  });
  if (malformed !== null) {
    findings.push(errorFinding('CSV_MALFORMED', malformed.message, { file, row: malformed.row }));
  }
  if (current === null) isHeaderUsable = checkHeader(table, [], findings);
  return malformed === null && isHeaderUsable;
}

function checkHeader(table: Table, header: readonly string[], findings: Finding[]): boolean {
  const { file } = table;
  let isUsable = true;
  for (const { name, isRequired } of table.columns) {
    if (!isRequired || header.includes(name)) continue;
    isUsable = false;
    findings.push(
      errorFinding('COLUMN_REQUIRED', `no column ${name}`, { file, row: 1, column: name }),
    );
  }
  const known = new Set(table.columns.map(({ name }) => name));
  const seen = new Set<string>();
  for (const name of header) {
    const location = { file, row: 1, column: name.slice(0, 60) };
    if (seen.has(name) && known.has(name)) {
      isUsable = false;
      findings.push(errorFinding('COLUMN_DUPLICATE', `column ${name} stands twice`, location));
    } else if (!known.has(name)) {
      findings.push(
        warningFinding('COLUMN_UNKNOWN', `column ${shown(name)} is not used`, location),
      );
    }
    seen.add(name);
  }
  return isUsable;
}
