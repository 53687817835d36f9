/**
 * Reading a JSON document field by field: every fault becomes a finding with its pointer, and reading goes on
 * with a value of the right kind, so that one pass finds them all.
 */
import { errorFinding, warningFinding } from '../../domain/index.ts';
import type { Code, Finding } from '../../domain/index.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A value and where it stands. */
export interface Place {
  readonly value: unknown;
  readonly pointer: string;
}

/** `NaN`, `Infinity` and `-Infinity` as some programs write them: no JSON, but worth a pointer. */
export class NumberToken {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A document with a hundred wrong numbers has one mistake, not a hundred. */
const FINDINGS_MAX = 200;

/** Numbers beyond this overflow once squared and added up, and no portfolio means them. */
const MAGNITUDE_MOST = 1e100;

export interface NumberRange {
  /** Inclusive. */
  readonly least?: number;
  readonly most?: number;
  /** Exclusive. */
  readonly above?: number;
  readonly isInteger?: boolean;
}

export class DocumentReading {
  readonly findings: Finding[] = [];
  #left = 0;

  error(code: Code, pointer: string, message: string): void {
    if (this.findings.length < FINDINGS_MAX) {
      this.findings.push(errorFinding(code, message, { pointer }));
    } else {
      this.#left += 1;
    }
  }

  warning(code: Code, pointer: string, message: string): void {
    this.findings.push(warningFinding(code, message, { pointer }));
  }

  /** Errors beyond the most that are listed. */
  get leftOut(): number {
    return this.#left;
  }

  get hasErrors(): boolean {
    return this.findings.some(({ severity }) => severity === 'error');
  }

  /** The object at a place, its fields checked against the known ones; null with an error when it is none. */
  object({ value, pointer }: Place, known: readonly string[]): JsonObject | null {
    if (!isObject(value)) {
      this.error('PORTFOLIO_FIELD_INVALID', pointer, `${shown(value)} is not an object`);
      return null;
    }
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      const message = `${shown(name)} is not used here; known are ${known.join(', ')}`;
      this.warning('PORTFOLIO_FIELD_UNKNOWN', childPointer(pointer, name), message);
    }
    return value;
  }

  list({ value, pointer }: Place): readonly Place[] | null {
    if (!Array.isArray(value)) {
      this.error('PORTFOLIO_FIELD_INVALID', pointer, `${shown(value)} is not a list`);
      return null;
    }
    return value.map((one: unknown, i) => ({ value: one, pointer: `${pointer}/${String(i)}` }));
  }

  /** A finite number in its range; NaN with an error otherwise. */
  number({ value, pointer }: Place, range: NumberRange = {}): number {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      const isToken = value instanceof NumberToken || typeof value === 'number';
      const code = isToken ? 'PORTFOLIO_NUMBER_INVALID' : 'PORTFOLIO_FIELD_INVALID';
      this.error(code, pointer, `${shown(value)} is not a finite number`);
      return NaN;
    }
    if (Math.abs(value) > MAGNITUDE_MOST) {
      const message = `${String(value)} is beyond ${String(MAGNITUDE_MOST)} in size; null stands for no limit`;
      this.error('PORTFOLIO_NUMBER_OUT_OF_RANGE', pointer, message);
      return NaN;
    }
    const { least = -Infinity, most = Infinity, above = -Infinity } = range;
    if (value < least || value > most || value <= above || isFraction(value, range)) {
      const message = `${String(value)} is not ${rangeText(range)}`;
      this.error('PORTFOLIO_NUMBER_OUT_OF_RANGE', pointer, message);
      return NaN;
    }
    return value === 0 ? 0 : value;
  }

  text({ value, pointer }: Place): string {
    if (typeof value === 'string' && value !== '' && value.length <= 255) return value;
    const message = `${shown(value)} is not a text of 1 to 255 characters`;
    this.error('PORTFOLIO_FIELD_INVALID', pointer, message);
    return '';
  }

  boolean({ value, pointer }: Place): boolean {
    if (typeof value === 'boolean') return value;
    this.error('PORTFOLIO_FIELD_INVALID', pointer, `${shown(value)} is not true or false`);
    return false;
  }

  /** One of the known texts; the first of them with an error otherwise. */
  choice<T extends string>({ value, pointer }: Place, known: readonly [T, ...T[]]): T {
    const found = known.find((one) => one === value);
    if (found !== undefined) return found;
    const message = `${shown(value)} is not one of ${known.join(', ')}`;
    this.error('PORTFOLIO_KIND_UNKNOWN', pointer, message);
    return known[0];
  }

  /** Numbers, one per entry of what `of` names. */
  vector(
    place: Place,
    shape: { readonly length: number; readonly of: string; readonly range?: NumberRange },
  ): Float64Array {
    const out = new Float64Array(shape.length);
    const entries = this.list(place);
    if (entries === null) return out;
    this.checkLength(place.pointer, entries.length, shape);
    entries.forEach((entry, i) => {
      const value = this.number(entry, shape.range ?? {});
      if (i < shape.length) out[i] = value;
    });
    return out;
  }

  /** A number for all, or one per asset. */
  numberOrVector(
    place: Place,
    shape: { readonly length: number; readonly of: string; readonly range?: NumberRange },
  ): Float64Array {
    if (Array.isArray(place.value)) return this.vector(place, shape);
    return new Float64Array(shape.length).fill(this.number(place, shape.range ?? {}));
  }

  /** Rows of numbers; `rows` null takes as many as there are. */
  matrix(
    place: Place,
    shape: {
      readonly rows: number | null;
      readonly columns: number;
      readonly of: readonly [string, string];
    },
  ): { readonly values: Float64Array; readonly rows: number } {
    const lines = this.list(place) ?? [];
    const rows = shape.rows ?? lines.length;
    if (shape.rows !== null && Array.isArray(place.value)) {
      this.checkLength(place.pointer, lines.length, { length: shape.rows, of: shape.of[0] });
    }
    const values = new Float64Array(rows * shape.columns);
    lines.forEach((line, r) => {
      const row = this.vector(line, { length: shape.columns, of: shape.of[1] });
      if (r < rows) values.set(row, r * shape.columns);
    });
    return { values, rows };
  }

  checkLength(
    pointer: string,
    length: number,
    shape: { readonly length: number; readonly of: string },
  ): void {
    if (length === shape.length) return;
    const message = `${String(length)} entries, but there are ${String(shape.length)} ${shape.of}`;
    this.error('PORTFOLIO_LENGTH_MISMATCH', pointer, message);
  }

  /** The field's place, or null with an error when it is absent. */
  required(object: JsonObject, pointer: string, name: string): Place | null {
    const place = field(object, pointer, name);
    if (place !== null) return place;
    this.error('PORTFOLIO_FIELD_REQUIRED', childPointer(pointer, name), `${name} is required`);
    return null;
  }

  requiredNumber(object: JsonObject, pointer: string, wanted: NumberRange & { name: string }) {
    const place = this.required(object, pointer, wanted.name);
    return place === null ? NaN : this.number(place, wanted);
  }

  /** The number at a field, or `otherwise` where it is absent or null. */
  optionalNumber<T extends number | null>(
    object: JsonObject,
    pointer: string,
    wanted: NumberRange & { readonly name: string; readonly otherwise: T },
  ): number | T {
    const place = given(object, pointer, wanted.name);
    return place === null ? wanted.otherwise : this.number(place, wanted);
  }

  optionalChoice<T extends string>(
    object: JsonObject,
    pointer: string,
    wanted: { readonly name: string; readonly known: readonly [T, ...T[]] },
  ): T {
    const place = given(object, pointer, wanted.name);
    return place === null ? wanted.known[0] : this.choice(place, wanted.known);
  }
}

/** The field where it is present, null included. */
export function field(object: JsonObject, pointer: string, name: string): Place | null {
  if (!Object.hasOwn(object, name)) return null;
  return { value: object[name], pointer: childPointer(pointer, name) };
}

/** The field where it is present and not null. */
export function given(object: JsonObject, pointer: string, name: string): Place | null {
  const place = field(object, pointer, name);
  return place === null || place.value === null ? null : place;
}

export function childPointer(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberToken)
  );
}

export function shown(value: unknown): string {
  if (value instanceof NumberToken) return value.text;
  if (typeof value === 'number') return String(value);
  // Lists within lists without end would exhaust the stack of anything that walks them.
  if (Array.isArray(value) && value.length > 0) return `a list of ${String(value.length)}`;
  if (isObject(value) && Object.keys(value).length > 0) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isFraction(value: number, { isInteger }: NumberRange): boolean {
  return isInteger === true && !Number.isInteger(value);
}

function rangeText({ least, most, above, isInteger }: NumberRange): string {
  const parts = [
    above === undefined ? '' : `above ${String(above)}`,
    least === undefined ? '' : `${String(least)} or more`,
    most === undefined ? '' : `at most ${String(most)}`,
  ].filter((part) => part !== '');
  const noun = isInteger === true ? 'a whole number' : 'a number';
  return parts.length === 0 ? noun : `${noun} ${parts.join(' and ')}`;
}
