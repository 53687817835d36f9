/** Our executions against the executing broker's statement: by the broker's own execution id, nothing else. */
import type { Decimal } from '../kernel/index.ts';
import type {
  BrokerStatementLine,
  ClientOrderId,
  Execution,
  InstrumentSymbol,
  Placement,
  PlacementId,
  ReconciliationBreak,
  Side,
} from '../domain/index.ts';
import { breakOf } from './break.ts';

/** One of our fills as the statement would show it. */
export interface ExecutionRecord {
  readonly brokerExecutionId: string;
  readonly clientOrderId: ClientOrderId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly quantity: Decimal<'Quantity'>;
  readonly price: Decimal<'Price'>;
  readonly tradeDate: string;
}

/**
 * What our fills say about themselves: each with the order it belongs to.
 *
 * @param executions those that stand: corrections applied, busts removed
 * @throws AssertionError never; a fill whose placement is not among `placements` is left out of the result
 *   and so shows as missing with us
 */
export function executionRecords(
  executions: readonly Execution[],
  placements: readonly Placement[],
): ExecutionRecord[] {
  const byId = new Map<PlacementId, Placement>(placements.map((p) => [p.placementId, p]));
  return executions.flatMap((execution) => {
    const placement = byId.get(execution.placementId);
    if (placement === undefined) return [];
    return [
      {
        brokerExecutionId: execution.brokerExecutionId,
        clientOrderId: placement.clientOrderId,
        symbol: placement.symbol,
        side: placement.side,
        quantity: execution.lastQuantity,
        price: execution.lastPrice,
        tradeDate: execution.tradeDate,
      },
    ];
  });
}

export interface MatchResult {
  readonly matched: number;
  readonly breaks: readonly ReconciliationBreak[];
}

/**
 * Matches by broker execution id. Two lines with equal values and different ids are two breaks, never a
 * match: equal values happen (two fills of 100 at one price), and a wrong match hides both.
 *
 * @remarks A repeated id on either side is matched in sequence of its values; what is left over is a break.
 */
export function matchExecutions(
  ours: readonly ExecutionRecord[],
  theirs: readonly BrokerStatementLine[],
): MatchResult {
  const left = byExecutionId(ours);
  const right = byExecutionId(theirs);
  const breaks: ReconciliationBreak[] = [];
  let matched = 0;
  for (const id of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const ourLines = left.get(id) ?? [];
    const theirLines = right.get(id) ?? [];
    for (let i = 0; i < Math.max(ourLines.length, theirLines.length); i += 1) {
      const found = executionBreak(id, { our: ourLines[i], their: theirLines[i], occurrence: i });
      if (found === null) matched += 1;
      else breaks.push(found);
    }
  }
  return { matched, breaks };
}

type Line = ExecutionRecord | BrokerStatementLine;

function byExecutionId<Item extends Line>(lines: readonly Item[]): Map<string, Item[]> {
  const groups = Map.groupBy(lines, (line) => line.brokerExecutionId);
  for (const group of groups.values()) group.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  return groups;
}

interface Pair {
  readonly our: ExecutionRecord | undefined;
  readonly their: BrokerStatementLine | undefined;
  /** Tells apart the breaks of a repeated id. */
  readonly occurrence: number;
}

function executionBreak(id: string, { our, their, occurrence }: Pair): ReconciliationBreak | null {
  const base = {
    accountId: null,
    symbol: (our ?? their)?.symbol ?? null,
    reference: occurrence === 0 ? id : `${id} (${String(occurrence + 1)})`,
  };
  if (our === undefined) {
    const right = their === undefined ? null : textOf(their);
    return breakOf({
      ...base,
      kind: 'executionMissingWithUs',
      left: null,
      right,
      difference: null,
    });
  }
  if (their === undefined) {
    const left = textOf(our);
    return breakOf({
      ...base,
      kind: 'executionMissingAtBroker',
      left,
      right: null,
      difference: null,
    });
  }
  const left = textOf(our);
  const right = textOf(their);
  if (left === right) return null;
  const difference = differingFields(our, their).join(', ');
  return breakOf({ ...base, kind: 'executionDiffers', left, right, difference });
}

const FIELDS = ['clientOrderId', 'symbol', 'side', 'quantity', 'price', 'tradeDate'] as const;

function textOf(line: Line): string {
  return FIELDS.map((field) => line[field].toString()).join(' ');
}

function differingFields(our: Line, their: Line): string[] {
  return FIELDS.filter((field) => our[field].toString() !== their[field].toString());
}
