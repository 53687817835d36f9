/** What a fact function hands over: numbers before and after the orders, and whose doing they are. */
import type { FactValue, OrderId } from '../domain/index.ts';

/** One value of one fact on one subject. */
export interface Measure {
  /** Which issuer, sector or symbol, where the fact has one value per name; null otherwise. */
  readonly name: string | null;
  /** Without the orders. */
  readonly before: FactValue;
  /** With all of them, netted. Null = not available. */
  readonly after: FactValue;
  /** Why `after` is null; null otherwise. */
  readonly missing: string | null;
  /** Orders that push the value the bad way, sorted: the ones that a fail or an unknown blocks. */
  readonly orderIds: readonly OrderId[];
}

/** All facts of one subject. A fact per issuer, sector or symbol has one measure each. */
export type FactTable = ReadonlyMap<string, readonly Measure[]>;

/** A record of facts as a table, without the list of pairs that Object.entries would make per subject. */
export function factTable(facts: Readonly<Record<string, readonly Measure[]>>): FactTable {
  const table = new Map<string, readonly Measure[]>();
  for (const name of Object.keys(facts)) table.set(name, facts[name] ?? []);
  return table;
}

export interface MeasureOptions {
  readonly name?: string;
  readonly before?: FactValue;
  readonly missing?: string;
  readonly orderIds?: readonly OrderId[];
}

/** A measure; `before` equals `after` unless given: the orders then leave the value as it is. */
export function measure(after: FactValue, options: MeasureOptions = {}): Measure {
  return {
    name: options.name ?? null,
    before: options.before === undefined ? after : options.before,
    after,
    missing: after === null ? (options.missing ?? 'no data') : null,
    orderIds: options.orderIds ?? [],
  };
}
