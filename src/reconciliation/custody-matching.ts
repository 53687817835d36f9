/** Our positions and cash against the custodian's. */
import { sum, zero } from '../kernel/index.ts';
import type {
  AccountId,
  BreakKind,
  CustodianCashLine,
  CustodianPositionLine,
  InstrumentSymbol,
  Money,
  Quantity,
  ReconciliationBreak,
} from '../domain/index.ts';
import { breakOf } from './break.ts';
import type { MatchResult } from './execution-matching.ts';

/** What we believe an account holds; the custodian's line has the same shape. */
export type PositionRecord = CustodianPositionLine;
export type CashRecord = CustodianCashLine;

/** Largest differences that are not breaks. Zero unless a firm decides otherwise and says so. */
export interface Tolerances {
  readonly quantity: Quantity;
  readonly cash: Money;
}

export const NO_TOLERANCE: Tolerances = { quantity: zero(), cash: zero() };

/**
 * Matches by account and symbol. Lines of one account and symbol (per lot, per subaccount) are added up
 * first; a line of quantity zero is no position.
 */
export function matchPositions(
  ours: readonly PositionRecord[],
  theirs: readonly CustodianPositionLine[],
  tolerance: Quantity,
): MatchResult {
  const left = positionTotals(ours);
  const right = positionTotals(theirs);
  const breaks: ReconciliationBreak[] = [];
  let matched = 0;
  for (const key of keysOf(left, right)) {
    const our = left.get(key);
    const their = right.get(key);
    const difference = (our?.total ?? zero<'Quantity'>()).minus(their?.total ?? zero());
    if (difference.abs().isAtMost(tolerance)) {
      matched += 1;
      continue;
    }
    const line = our ?? their;
    breaks.push(
      breakOf({
        kind: positionKind(our !== undefined, their !== undefined),
        accountId: line?.accountId ?? null,
        symbol: line?.symbol ?? null,
        reference: null,
        left: our?.total.toString() ?? null,
        right: their?.total.toString() ?? null,
        difference: difference.toString(),
      }),
    );
  }
  return { matched, breaks };
}

function positionKind(isOurs: boolean, isTheirs: boolean): BreakKind {
  if (isOurs && isTheirs) return 'positionDiffers';
  return isOurs ? 'positionMissingAtCustodian' : 'positionMissingWithUs';
}

interface PositionTotal {
  readonly accountId: AccountId;
  readonly symbol: InstrumentSymbol;
  readonly total: Quantity;
}

function positionTotals(lines: readonly CustodianPositionLine[]): Map<string, PositionTotal> {
  const totals = new Map<string, PositionTotal>();
  for (const { accountId, symbol, quantity } of lines) {
    const key = JSON.stringify([accountId, symbol]);
    const total = (totals.get(key)?.total ?? zero<'Quantity'>()).plus(quantity);
    totals.set(key, { accountId, symbol, total });
  }
  return new Map([...totals].filter(([, { total }]) => !total.isZero()));
}

/**
 * Matches by account, lines of one account added up. An account that one side does not list has no cash
 * there: a difference only if the other side has some.
 */
export function matchCash(
  ours: readonly CashRecord[],
  theirs: readonly CustodianCashLine[],
  tolerance: Money,
): MatchResult {
  const left = cashTotals(ours);
  const right = cashTotals(theirs);
  const breaks: ReconciliationBreak[] = [];
  let matched = 0;
  for (const accountId of keysOf(left, right)) {
    const our = left.get(accountId);
    const their = right.get(accountId);
    const difference = (our ?? zero<'Money'>()).minus(their ?? zero());
    if (difference.abs().isAtMost(tolerance)) {
      matched += 1;
      continue;
    }
    breaks.push(
      breakOf({
        kind: 'cashDiffers',
        accountId,
        symbol: null,
        reference: null,
        left: our?.toString() ?? null,
        right: their?.toString() ?? null,
        difference: difference.toString(),
      }),
    );
  }
  return { matched, breaks };
}

function cashTotals(lines: readonly CustodianCashLine[]): Map<AccountId, Money> {
  const groups = Map.groupBy(lines, (line) => line.accountId);
  return new Map([...groups].map(([id, own]) => [id, sum(own.map((line) => line.amount))]));
}

function keysOf<Key extends string>(
  left: ReadonlyMap<Key, unknown>,
  right: ReadonlyMap<Key, unknown>,
): Key[] {
  return [...new Set([...left.keys(), ...right.keys()])].sort();
}
