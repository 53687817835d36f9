/** Weights per issuer, sector or asset class, with honest bounds where a name is not classified. */
import { divide, sum, zero } from '../kernel/index.ts';
import {
  WEIGHT_SCALE,
  type InstrumentSymbol,
  type Money,
  type OrderId,
  type Ratio,
} from '../domain/index.ts';
import { measure, type Measure } from './measure.ts';

/** One name with its group. */
export interface GroupLine {
  readonly symbol: InstrumentSymbol;
  /** Null = should have a group and none is known. Names outside the universe are not lines. */
  readonly group: string | null;
  /** Null = no price. */
  readonly before: Money | null;
  readonly after: Money | null;
  readonly buyIds: readonly OrderId[];
}

export interface GroupOptions {
  /** Denominator; where it is not positive no weight can be stated. */
  readonly total: Money;
  /** Above this, a group is in breach; decides whether unclassified names matter. Null = no limit. */
  readonly limit: Ratio | null;
  /** What is missing for an unclassified name, for example `issuer`. */
  readonly attribute: string;
}

/**
 * part / whole rounded upwards at 12 digits, so that rounding never turns a breach into a pass.
 * @throws AssertionError if whole is zero
 */
export function weightUpward(part: Money, whole: Money): Ratio {
  return divide<'ratio'>(part, whole, { scale: WEIGHT_SCALE, mode: 'ceiling' });
}

/**
 * One measure per group, by name. A name without a group could belong to any: a group is stated only
 * if its verdict is the same with none of the unclassified names in it and with all of them. Otherwise its
 * measure is null, which makes the rule `couldNotCheck`. An unclassified name without a price blocks its
 * own orders and no others: one bad record must not stop the firm.
 */
export function groupWeights(
  lines: readonly GroupLine[],
  { total, limit, attribute }: GroupOptions,
): Measure[] {
  const groups = new Map<string, GroupLine[]>();
  const unclassified: GroupLine[] = [];
  for (const line of lines) {
    if (line.group === null) {
      unclassified.push(line);
      continue;
    }
    const members = groups.get(line.group);
    if (members === undefined) groups.set(line.group, [line]);
    else members.push(line);
  }
  const open = unclassified.filter((line) => !(line.after?.isZero() ?? false));
  const names = [...groups.keys()].sort();
  const context = { total, limit, attribute, open };
  const measures = names.map((name) => groupMeasure(name, groups.get(name) ?? [], context));
  if (open.length > 0) measures.push(groupMeasure(`unknown ${attribute}`, [], context));
  return measures;
}

interface GroupContext extends GroupOptions {
  readonly open: readonly GroupLine[];
}

function groupMeasure(name: string, members: readonly GroupLine[], context: GroupContext): Measure {
  const { total, limit, attribute, open } = context;
  const own = members.flatMap((line) => line.buyIds);
  const unpriced = members.filter((line) => line.after === null).map((line) => line.symbol);
  const doubtful = [...own, ...open.flatMap((line) => line.buyIds)].sort();
  if (!total.isPositive()) {
    return measure(null, { name, missing: 'the value is not positive', orderIds: doubtful });
  }
  if (unpriced.length > 0) {
    return measure(null, {
      name,
      missing: `no price for ${nameList(unpriced)}`,
      orderIds: doubtful,
    });
  }
  const before = weightUpward(totalOf(members, 'before'), total);
  const after = weightUpward(totalOf(members, 'after'), total);
  const orderIds = [...own].sort();
  if (open.length === 0 || limit === null || after.isGreaterThan(limit)) {
    return measure(after, { name, before, orderIds });
  }
  const upper = weightUpward(totalOf([...members, ...open], 'after'), total);
  const isSizeKnown = members.length > 0 || open.every((line) => line.after !== null);
  if (isSizeKnown && upper.isAtMost(limit)) return measure(after, { name, before, orderIds });
  const symbols = open.map((line) => line.symbol).sort();
  const missing = `no ${attribute} for ${nameList(symbols)}`;
  return measure(null, { name, before, missing, orderIds: doubtful });
}

function totalOf(lines: readonly GroupLine[], when: 'before' | 'after'): Money {
  return sum(lines.map((line) => line[when] ?? zero<'Money'>()));
}

const NAMES_SHOWN = 5;

/** At most five names, then how many more: a message stays readable for a firm of thousands. */
export function nameList(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  const rest = names.length - NAMES_SHOWN;
  return rest > 0 ? `${shown} and ${String(rest)} more` : shown;
}
