/**
 * How PostgreSQL's types arrive, fixed once for every connection (the driver's own defaults differ):
 *
 *   int8, count(*)   number; a value beyond 2^53 is a fault, not a rounded number
 *   numeric          string, exactly as stored (see `decimalOf`)
 *   date             string YYYY-MM-DD
 *   timestamptz      string, RFC 3339 UTC with milliseconds (an `Instant`)
 *   json, jsonb      parsed; decimals inside are strings by our own rule
 *   bytea            Buffer
 */
import pg from 'pg';
import {
  assert,
  canonicalJson,
  Decimal,
  type CalendarDate,
  type Instant,
} from '../kernel/index.ts';

const OID = {
  int8: 20,
  date: 1082,
  timestamptz: 1184,
  numeric: 1700,
  textArray: 1009,
  int8Array: 1016,
  dateArray: 1182,
  timestamptzArray: 1185,
  numericArray: 1231,
} as const;

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/;

/** `2026-11-21 14:30:00.123456+00` to `2026-11-21T14:30:00.123Z`: microseconds are cut, not rounded. */
export function parseTimestamp(text: string): Instant {
  const match = TIMESTAMP.exec(text);
  assert(match !== null, `not a UTC timestamp: ${text}`);
  return `${match[1] ?? ''}T${match[2] ?? ''}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z` as Instant;
}

function parseInt8(text: string): number {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `an int8 column stays below 2^53: ${text}`);
  return value;
}

const parseTextArray = pg.types.getTypeParser(OID.textArray as number, 'text') as (
  text: string,
) => (string | null)[];

const arrayOf =
  <T>(parse: (text: string) => T) =>
  (text: string): (T | null)[] =>
    parseTextArray(text).map((item) => (item === null ? null : parse(item)));

const same = (text: string): string => text;

const parsers = new Map<number, (text: string) => unknown>([
  [OID.int8, parseInt8],
  [OID.date, same],
  [OID.numeric, same],
  [OID.timestamptz, parseTimestamp],
  [OID.int8Array, arrayOf(parseInt8)],
  [OID.dateArray, arrayOf(same)],
  [OID.numericArray, arrayOf(same)],
  [OID.timestamptzArray, arrayOf(parseTimestamp)],
]);

/** The parsers of this module, in the form the driver asks for. */
export const rowTypes = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((text: string) => unknown) =>
    (format === 'binary' ? undefined : parsers.get(oid)) ??
    (pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown),
};

/** A value as the driver takes it: decimals as text, nested in arrays too. @throws AssertionError on undefined */
export function toParameter(value: unknown): unknown {
  assert(value !== undefined, 'a query parameter is given; the absence of a value is null');
  if (value instanceof Decimal) return value.toString();
  return Array.isArray(value) ? value.map(toParameter) : value;
}

/** A `json` or `jsonb` parameter: canonical text, decimals as strings. */
export function jsonParameter(value: unknown): string {
  return canonicalJson(value);
}

/** A numeric column as an exact decimal of the caller's unit. @throws AssertionError on NaN or infinity */
export function decimalOf<Unit extends string = 'ratio'>(column: string): Decimal<Unit> {
  return Decimal.parse<Unit>(column);
}

/** As `decimalOf`, for a nullable column. */
export function nullableDecimalOf<Unit extends string = 'ratio'>(
  column: string | null,
): Decimal<Unit> | null {
  return column === null ? null : Decimal.parse<Unit>(column);
}

/** A date column, which PostgreSQL has checked already. */
export function dateOf(column: string): CalendarDate {
  return column as CalendarDate;
}
