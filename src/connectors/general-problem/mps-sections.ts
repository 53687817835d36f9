/** Data lines of the sections ROWS, COLUMNS, RHS, RANGES and the quadratic ones. */
import { reportError, shown } from './finding-list.ts';
import { addEntry, type LimitEntry, type MpsDraft, type RowType } from './mps-draft.ts';
import type { MpsLayout, NamedNumber } from './mps-layouts.ts';
import { finiteNumber, limitNumber } from './mps-numbers.ts';

export interface MpsLine {
  readonly text: string;
  readonly number: number;
  readonly layout: MpsLayout;
}

const NAME_CHARACTERS_MAX = 255;
// Letters, marks, digits, punctuation, symbols and plain blanks; in free layout no blank gets here.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u;

export function readRow(draft: MpsDraft, line: MpsLine): void {
  const at = { row: line.number };
  const fields = line.layout.row(line.text);
  if (typeof fields === 'string') {
    reportError(draft.list, 'MPS_LINE_MALFORMED', { message: fields, at });
    return;
  }
  const [type, name] = fields;
  if (type !== 'N' && type !== 'E' && type !== 'L' && type !== 'G') {
    const message = `row type ${shown(type)} is none of N, E, L, G`;
    reportError(draft.list, 'MPS_ROW_TYPE_UNKNOWN', { message, at });
  }
  if (!isNameFit(draft, name, line)) return;
  const earlier = draft.rowIndex.get(name);
  if (earlier !== undefined) {
    const message = `row ${shown(name)} is declared on line ${String(draft.rowLines[earlier])} already`;
    reportError(draft.list, 'MPS_NAME_DUPLICATE', { message, at });
    return;
  }
  draft.rowIndex.set(name, draft.rowNames.length);
  draft.rowNames.push(name);
  draft.rowTypes.push(type as RowType);
  draft.rowLines.push(line.number);
}

export function readColumn(draft: MpsDraft, line: MpsLine): void {
  if (line.text.includes("'MARKER'")) {
    readMarker(draft, line);
    return;
  }
  const fields = line.layout.column(line.text, (name) => draft.rowIndex.has(name));
  if (typeof fields === 'string' || fields.head === '') {
    const message = typeof fields === 'string' ? fields : 'no column name';
    reportError(draft.list, 'MPS_LINE_MALFORMED', { message, at: { row: line.number } });
    return;
  }
  const column = columnOf(draft, fields.head, line);
  if (column === null) return;
  for (const { name, number } of fields.entries) {
    const row = knownRow(draft, name, line);
    const value = coefficient(draft, number, line);
    if (row === null || value === null) continue;
    addEntry(draft.coefficients, { row, column, value, line: line.number });
  }
}

/** The column's index, declared by its first line; entries of one column must be together. */
function columnOf(draft: MpsDraft, name: string, line: MpsLine): number | null {
  const last = draft.columnNames.length - 1;
  if (draft.columnNames[last] === name) return last;
  if (!isNameFit(draft, name, line)) return null;
  if (draft.columnIndex.has(name)) {
    const message = `column ${shown(name)} was left and is taken up again`;
    reportError(draft.list, 'MPS_NAME_DUPLICATE', { message, at: { row: line.number } });
    return null;
  }
  draft.columnIndex.set(name, last + 1);
  draft.columnNames.push(name);
  draft.isInteger.push(draft.isInMarkers);
  draft.isMarked.push(draft.isInMarkers);
  return last + 1;
}

function readMarker(draft: MpsDraft, line: MpsLine): void {
  const isStart = line.text.includes("'INTORG'");
  const isEnd = line.text.includes("'INTEND'");
  if (isStart !== isEnd && isStart !== draft.isInMarkers) {
    draft.isInMarkers = isStart;
    return;
  }
  const message =
    isStart === isEnd
      ? "a marker is either 'INTORG' or 'INTEND'"
      : isStart
        ? "'INTORG' follows 'INTORG'"
        : "'INTEND' without 'INTORG'";
  reportError(draft.list, 'MPS_MARKER_INVALID', { message, at: { row: line.number } });
}

/** A line of RHS or RANGES. */
export function readLimits(draft: MpsDraft, section: 'RHS' | 'RANGES', line: MpsLine): void {
  const fields = line.layout.set(line.text, (name) => draft.rowIndex.has(name));
  if (typeof fields === 'string') {
    reportError(draft.list, 'MPS_LINE_MALFORMED', { message: fields, at: { row: line.number } });
    return;
  }
  if (!isFirstSet(draft, section, fields.head)) return;
  const limits = section === 'RHS' ? draft.rightHandSides : draft.ranges;
  for (const entry of fields.entries) readLimit(draft, { section, limits, entry, line });
}

function readLimit(
  draft: MpsDraft,
  given: {
    readonly section: 'RHS' | 'RANGES';
    readonly limits: Map<number, LimitEntry>;
    readonly entry: NamedNumber;
    readonly line: MpsLine;
  },
): void {
  const { section, limits, entry, line } = given;
  const row = knownRow(draft, entry.name, line);
  const value = limitNumber(entry.number);
  if (value === null) reportNumber(draft, entry.number, line);
  if (row === null || value === null) return;
  const earlier = limits.get(row);
  if (earlier !== undefined) {
    const message = `${section} of row ${shown(entry.name)} is given on line ${String(earlier.line)} already`;
    reportError(draft.list, 'MPS_ENTRY_DUPLICATE', { message, at: { row: line.number } });
    return;
  }
  limits.set(row, { value, line: line.number });
}

/** A line of QUADOBJ, QMATRIX or QSECTION: entries of P. */
export function readQuadratic(draft: MpsDraft, line: MpsLine): void {
  const isDeclared = (name: string): boolean => draft.columnIndex.has(name);
  const fields = line.layout.column(line.text, isDeclared);
  if (typeof fields === 'string') {
    reportError(draft.list, 'MPS_LINE_MALFORMED', { message: fields, at: { row: line.number } });
    return;
  }
  const column = knownColumn(draft, fields.head, line);
  for (const { name, number } of fields.entries) {
    const row = knownColumn(draft, name, line);
    const value = coefficient(draft, number, line);
    if (row === null || column === null || value === null) continue;
    addEntry(draft.quadratic, { row, column, value, line: line.number });
  }
}

/** Whether the line belongs to the first set of its section; others are counted and left out. */
export function isFirstSet(draft: MpsDraft, section: string, set: string): boolean {
  const first = draft.sets.get(section);
  if (first === undefined) draft.sets.set(section, set);
  if (first === undefined || first === set) return true;
  const key = `${section} ${set}`;
  draft.ignoredSets.set(key, (draft.ignoredSets.get(key) ?? 0) + 1);
  return false;
}

export function knownColumn(draft: MpsDraft, name: string, line: MpsLine): number | null {
  const column = draft.columnIndex.get(name);
  if (column !== undefined) return column;
  const message = `column ${shown(name)} is not declared in COLUMNS`;
  reportError(draft.list, 'MPS_NAME_UNKNOWN', { message, at: { row: line.number } });
  return null;
}

function knownRow(draft: MpsDraft, name: string, line: MpsLine): number | null {
  const row = draft.rowIndex.get(name);
  if (row !== undefined) return row;
  const message = `row ${shown(name)} is not declared in ROWS`;
  reportError(draft.list, 'MPS_NAME_UNKNOWN', { message, at: { row: line.number } });
  return null;
}

function coefficient(draft: MpsDraft, text: string, line: MpsLine): number | null {
  const value = finiteNumber(text);
  if (value === null) reportNumber(draft, text, line);
  return value;
}

export function reportNumber(draft: MpsDraft, text: string, line: MpsLine): void {
  const message = text === '' ? 'a number is missing' : `${shown(text)} is not a number`;
  reportError(draft.list, 'MPS_NUMBER_INVALID', { message, at: { row: line.number } });
}

function isNameFit(draft: MpsDraft, name: string, line: MpsLine): boolean {
  if (name.length <= NAME_CHARACTERS_MAX && PRINTABLE.test(name)) return true;
  const message = `${shown(name)} is not a printable name of at most 255 characters`;
  reportError(draft.list, 'MPS_NAME_INVALID', { message, at: { row: line.number } });
  return false;
}
