/** Sums over the accounts of a run, for the one line that a run is in a listing. */
import { divide, sum, zero } from '../../kernel/index.ts';
import {
  WEIGHT_SCALE,
  type AccountOutcome,
  type Drift,
  type Money,
  type Ratio,
} from '../../domain/index.ts';
import type { RunTotals } from './run-record.ts';

interface Weighted {
  readonly planningTotal: Money;
  readonly drift: Drift | null;
}

/** Mean active share weighted by planning total; null when no account has one. */
export function meanActiveShare(accounts: readonly Weighted[]): Ratio | null {
  const known = accounts.filter(({ planningTotal }) => planningTotal.isPositive());
  let weighted = zero<'Money'>();
  let total = zero<'Money'>();
  for (const { planningTotal, drift } of known) {
    if (drift === null) continue;
    weighted = weighted.plus(planningTotal.times(drift.activeShare));
    total = total.plus(planningTotal);
  }
  if (!total.isPositive()) return null;
  return divide<'ratio'>(weighted, total, { scale: WEIGHT_SCALE, mode: 'halfEven' });
}

export function totalsOf(accounts: readonly AccountOutcome[]): RunTotals {
  const orders = accounts.flatMap((account) => account.orders);
  const amountOf = (side: 'buy' | 'sell'): Money =>
    sum(orders.filter((order) => order.side === side).map((order) => order.estimatedAmount));
  const countOf = (status: AccountOutcome['status']): number =>
    accounts.filter((account) => account.status === status).length;
  const taxes = accounts.map((account) => account.estimatedTax);
  return {
    accountCount: accounts.length,
    proposedAccountCount: countOf('proposed'),
    unchangedAccountCount: countOf('unchanged'),
    refusedAccountCount: countOf('refused'),
    orderCount: orders.length,
    suppressedCount: accounts.reduce((count, account) => count + account.suppressed.length, 0),
    buyAmount: amountOf('buy'),
    sellAmount: amountOf('sell'),
    realizedShortTerm: sum(accounts.map((account) => account.realizedShortTerm)),
    realizedLongTerm: sum(accounts.map((account) => account.realizedLongTerm)),
    // One unknown makes the sum unknown: a tax that leaves an account out would read as a smaller tax.
    estimatedTax: taxes.some((tax) => tax === null)
      ? null
      : sum(taxes.filter((tax) => tax !== null)),
    estimatedCost: sum(accounts.map((account) => account.estimatedCost)),
    activeShareBefore: meanActiveShare(
      accounts.map(({ planningTotal, driftBefore }) => ({ planningTotal, drift: driftBefore })),
    ),
    activeShareAfter: meanActiveShare(
      accounts.map(({ planningTotal, driftAfter }) => ({ planningTotal, drift: driftAfter })),
    ),
    activeShareAchieved: null,
  };
}
