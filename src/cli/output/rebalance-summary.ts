import Table from 'cli-table3';
import type { AccountOutcome, ComplianceReport, RebalanceRun } from '../../domain/index.ts';
import { totalsDocument } from './rebalance-document.ts';

/** Accounts listed for a person; files and JSON have all. */
const ACCOUNTS_SHOWN_MAX = 20;

const percent = (value: AccountOutcome['driftBefore']): string =>
  value === null ? 'n/a' : `${(value.activeShare.toFloat() * 100).toFixed(2)} %`;

/** A run as a person wants to read it first: what would be done, for whom, and what stands in the way. */
export function rebalanceSummary(run: RebalanceRun, report: ComplianceReport): string {
  const totals = totalsDocument(run, report);
  const table = new Table({
    head: ['account', 'status', 'drift', 'after', 'orders', 'realized', 'cash after'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const account of run.accounts.slice(0, ACCOUNTS_SHOWN_MAX)) {
    table.push([
      account.accountId,
      account.status,
      percent(account.driftBefore),
      percent(account.driftAfter),
      String(account.orders.length),
      account.realizedShortTerm.plus(account.realizedLongTerm).toFixed(2, 'halfEven'),
      account.cashAfter.toFixed(2, 'halfEven'),
    ]);
  }
  const more = run.accounts.length - ACCOUNTS_SHOWN_MAX;
  const { pass, fail, couldNotCheck } = report.counts;
  return [
    `Rebalance of ${run.asOfDate} (${run.rebalanceKind}), run ${run.runId}`,
    `${String(totals.proposed)} accounts with orders, ${String(totals.unchanged)} with nothing to do, ${String(totals.refused)} refused`,
    `${String(totals.orders)} orders: buys ${totals.buyAmount}, sells ${totals.sellAmount}, estimated tax ${totals.estimatedTax ?? 'could not be computed'}`,
    `compliance: ${String(pass)} pass, ${String(fail)} fail, ${String(couldNotCheck)} could not check; ${String(totals.ordersBlocked)} orders blocked`,
    table.toString(),
    ...(more > 0 ? [`… and ${String(more)} more accounts (--json or --out DIR for all)`] : []),
  ].join('\n');
}
