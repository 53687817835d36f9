/**
 * Reads back values that were written as plain JSON, where decimals are text: by field name, because the
 * house vocabulary gives a field of one name one meaning. A test holds the list against real runs.
 */
import { Decimal, type JsonValue } from '../../kernel/index.ts';

const DECIMAL_FIELDS: ReadonlySet<string> = new Set([
  'absoluteMax',
  'activeShare',
  'activeShareAchieved',
  'activeShareAfter',
  'activeShareBefore',
  'alternativeTax',
  'amount',
  'averagePrice',
  'buyAmount',
  'cash',
  'cashAfter',
  'cashBefore',
  'cashReserve',
  'commission',
  'costBasis',
  'estimatedAmount',
  'estimatedCost',
  'estimatedPrice',
  'estimatedTax',
  'gain',
  'grossAmount',
  'lowerWeight',
  'netAmount',
  'planningTotal',
  'proceeds',
  'quantity',
  'quantityUnrounded',
  'quantityWanted',
  'realizedGain',
  'realizedLongTerm',
  'realizedShortTerm',
  'relativeMax',
  'reserve',
  'sellAmount',
  'step',
  'targetWeight',
  'turnover',
  'upperWeight',
  'weight',
  'weightAfter',
  'weightBefore',
]);

/**
 * The value with its decimals: the inverse of `toPlainJson` on the records of a run.
 *
 * @returns the caller's type, which the caller vouches for: only for JSON that we wrote ourselves
 */
export function reviveDecimals<T>(json: JsonValue): T {
  return revive(json) as T;
}

function revive(json: JsonValue): unknown {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return (json as readonly JsonValue[]).map(revive);
  const entries = Object.entries(json as Readonly<Record<string, JsonValue>>);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === 'string' && DECIMAL_FIELDS.has(key) ? Decimal.parse(value) : revive(value),
    ]),
  );
}
