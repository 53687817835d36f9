/** Data lines of BOUNDS, and the bounds of a column where the file leaves something open. */
import { reportError, reportWarning, shown } from './finding-list.ts';
import type { ColumnBounds, LimitEntry, MpsDraft } from './mps-draft.ts';
import { isFirstSet, knownColumn, reportNumber, type MpsLine } from './mps-sections.ts';
import { limitNumber } from './mps-numbers.ts';

/** What a type sets: `number` is the number of the line. */
interface BoundRule {
  readonly lower?: 'number' | number;
  readonly upper?: 'number' | number;
  readonly isInteger?: boolean;
}

const RULES: Readonly<Record<string, BoundRule>> = {
  LO: { lower: 'number' },
  UP: { upper: 'number' },
  FX: { lower: 'number', upper: 'number' },
  FR: { lower: -Infinity, upper: Infinity },
  MI: { lower: -Infinity },
  PL: { upper: Infinity },
  BV: { lower: 0, upper: 1, isInteger: true },
  LI: { lower: 'number', isInteger: true },
  UI: { upper: 'number', isInteger: true },
};
const SEMI_CONTINUOUS = new Set(['SC', 'SI']);

export function readBound(draft: MpsDraft, line: MpsLine): void {
  const at = { row: line.number };
  const fields = line.layout.bound(line.text, (name) => draft.columnIndex.has(name));
  if (typeof fields === 'string') {
    reportError(draft.list, 'MPS_LINE_MALFORMED', { message: fields, at });
    return;
  }
  const rule = Object.hasOwn(RULES, fields.type) ? RULES[fields.type] : undefined;
  if (rule === undefined) {
    const message = SEMI_CONTINUOUS.has(fields.type)
      ? `bound type ${fields.type}: semi-continuous variables cannot be solved here`
      : `bound type ${shown(fields.type)} is not known`;
    reportError(draft.list, 'MPS_BOUND_TYPE_UNKNOWN', { message, at });
  }
  if (!isFirstSet(draft, 'BOUNDS', fields.set)) return;
  const column = knownColumn(draft, fields.column, line);
  if (rule === undefined || column === null) return;
  const number = numberOf(draft, { rule, text: fields.number, line });
  if (number === null) return;
  const bounds = draft.bounds.get(column) ?? { lower: null, upper: null };
  draft.bounds.set(column, bounds);
  if (rule.isInteger === true) draft.isInteger[column] = true;
  for (const side of ['lower', 'upper'] as const) {
    const given = rule[side];
    if (given === undefined) continue;
    const entry = { value: given === 'number' ? number : given, line: line.number };
    setBound(draft, { bounds, side, entry, name: fields.column });
  }
}

/** The line's number where its type needs one (else 0), or null where it cannot be such a bound. */
function numberOf(
  draft: MpsDraft,
  given: { readonly rule: BoundRule; readonly text: string; readonly line: MpsLine },
): number | null {
  const { rule, text, line } = given;
  if (rule.lower !== 'number' && rule.upper !== 'number') return 0;
  const number = limitNumber(text);
  const isOutside =
    (rule.lower === 'number' && number === Infinity) ||
    (rule.upper === 'number' && number === -Infinity);
  if (number === null) reportNumber(draft, text, line);
  else if (isOutside || (rule.lower === rule.upper && !Number.isFinite(number))) {
    const message = `${shown(text)} leaves no value for the variable`;
    reportError(draft.list, 'MPS_NUMBER_INVALID', { message, at: { row: line.number } });
    return null;
  }
  return number;
}

function setBound(
  draft: MpsDraft,
  given: {
    readonly bounds: ColumnBounds;
    readonly side: 'lower' | 'upper';
    readonly entry: LimitEntry;
    readonly name: string;
  },
): void {
  const { bounds, side, entry, name } = given;
  const earlier = bounds[side];
  if (earlier === null) {
    bounds[side] = entry;
    return;
  }
  // Saying the same again (BV, then UP 1) harms nobody.
  if (earlier.value === entry.value) return;
  const message = `the ${side} bound of ${shown(name)} is ${String(earlier.value)} by line ${String(earlier.line)}`;
  reportError(draft.list, 'MPS_ENTRY_DUPLICATE', { message, at: { row: entry.line } });
}

/**
 * Bounds of every column. Left open they are zero and infinity, with two conventions that solvers do not
 * share and that are therefore warned about: a negative upper bound alone frees the variable downward, and an
 * integer column between markers without any bound is binary.
 */
export function finalBounds(draft: MpsDraft): { lower: Float64Array; upper: Float64Array } {
  const n = draft.columnNames.length;
  const lower = new Float64Array(n);
  const upper = new Float64Array(n).fill(Infinity);
  const binaries: string[] = [];
  for (let j = 0; j < n; j += 1) {
    const bounds = draft.bounds.get(j);
    if (bounds === undefined && draft.isMarked[j] === true) {
      upper[j] = 1;
      binaries.push(draft.columnNames[j] as string);
    }
    if (bounds === undefined) continue;
    upper[j] = bounds.upper?.value ?? Infinity;
    lower[j] = bounds.lower?.value ?? 0;
    if (bounds.lower === null && bounds.upper !== null && bounds.upper.value < 0) {
      lower[j] = -Infinity;
      const message = `${shown(draft.columnNames[j] as string)} has the upper bound ${String(bounds.upper.value)} and no lower one: read as minus infinity`;
      const at = { row: bounds.upper.line };
      reportWarning(draft.list, 'MPS_NEGATIVE_UPPER_BOUND', { message, at });
    }
  }
  if (binaries.length > 0) {
    const message = `${String(binaries.length)} integer columns without bounds are read as 0 or 1, the first is ${shown(binaries[0] as string)}`;
    reportWarning(draft.list, 'MPS_INTEGER_DEFAULT_BOUNDS', { message });
  }
  return { lower, upper };
}
