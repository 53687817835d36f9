/**
 * Reconciliation of one day: our books against the broker's and the custodian's statements.
 *
 * Invariants (tested under the same numbers in report.props.test.ts):
 *   R1  Equal books give no break.
 *   R2  One change in one line gives exactly the break that names it.
 *   R3  Executions match by the broker's id only: equal values under different ids are never a match.
 *   R4  The report, and every break's id, is a function of the content, not of the sequence, of the books.
 */
import type { CalendarDate } from '../kernel/index.ts';
import type {
  BrokerStatementLine,
  CustodianCashLine,
  CustodianPositionLine,
  ReconciliationReport,
} from '../domain/index.ts';
import {
  matchCash,
  matchPositions,
  NO_TOLERANCE,
  type CashRecord,
  type PositionRecord,
  type Tolerances,
} from './custody-matching.ts';
import { matchExecutions, type ExecutionRecord } from './execution-matching.ts';

export interface OurBooks {
  readonly executions: readonly ExecutionRecord[];
  readonly positions: readonly PositionRecord[];
  readonly cash: readonly CashRecord[];
}

export interface TheirBooks {
  readonly executions: readonly BrokerStatementLine[];
  readonly positions: readonly CustodianPositionLine[];
  readonly cash: readonly CustodianCashLine[];
}

export interface ReconciliationRequest {
  readonly tradeDate: CalendarDate;
  readonly ours: OurBooks;
  readonly theirs: TheirBooks;
  /** Zero where absent. */
  readonly tolerances?: Tolerances;
}

/**
 * @returns what matched, and every difference: executions first, then positions, then cash, each by key
 */
export function reconcile(request: ReconciliationRequest): ReconciliationReport {
  const { tradeDate, ours, theirs, tolerances = NO_TOLERANCE } = request;
  const executions = matchExecutions(ours.executions, theirs.executions);
  const positions = matchPositions(ours.positions, theirs.positions, tolerances.quantity);
  const cash = matchCash(ours.cash, theirs.cash, tolerances.cash);
  return {
    tradeDate,
    matched: {
      executions: executions.matched,
      positions: positions.matched,
      cash: cash.matched,
    },
    breaks: [...executions.breaks, ...positions.breaks, ...cash.breaks],
  };
}
