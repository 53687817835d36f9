/** A run as CSV (RFC 4180); text cells cannot become formulas in a spreadsheet, numbers stay numbers. */
import { stringify } from 'csv-stringify/sync';
import type { AccountOutcome, Money, RebalanceRun } from '../../domain/index.ts';
import { explainOrder } from '../../orders/index.ts';
import { ordersOf } from './rebalance-document.ts';

/** A text cell that a spreadsheet would take for a formula is led by an apostrophe. */
function textCell(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

const cents = (amount: Money): string => amount.toFixed(2, 'halfEven');
const driftText = (drift: AccountOutcome['driftBefore']): string =>
  drift === null ? '' : drift.activeShare.toString();

const ACCOUNT_COLUMNS: Readonly<Record<string, (account: AccountOutcome) => string>> = {
  accountId: (account) => textCell(account.accountId),
  householdId: (account) => textCell(account.householdId),
  status: (account) => account.status,
  planningTotal: (account) => cents(account.planningTotal),
  driftBefore: (account) => driftText(account.driftBefore),
  driftAfter: (account) => driftText(account.driftAfter),
  turnover: (account) => account.turnover.toString(),
  realizedShortTerm: (account) => cents(account.realizedShortTerm),
  realizedLongTerm: (account) => cents(account.realizedLongTerm),
  estimatedTax: (account) => (account.estimatedTax === null ? '' : cents(account.estimatedTax)),
  estimatedCost: (account) => cents(account.estimatedCost),
  cashBefore: (account) => cents(account.cashBefore),
  cashAfter: (account) => cents(account.cashAfter),
};

export function accountsCsv(run: RebalanceRun): string {
  const columns = Object.values(ACCOUNT_COLUMNS);
  const rows = run.accounts.map((account) => columns.map((column) => column(account)));
  return stringify([Object.keys(ACCOUNT_COLUMNS), ...rows], { record_delimiter: '\r\n' });
}

export function ordersCsv(run: RebalanceRun): string {
  const header = [
    'accountId',
    'symbol',
    'side',
    'quantity',
    'estimatedPrice',
    'estimatedAmount',
    'why',
  ];
  const rows = [...ordersOf(run)].map((order) => [
    textCell(order.accountId),
    textCell(order.symbol),
    order.side,
    order.quantity.toString(),
    order.estimatedPrice.toString(),
    order.estimatedAmount.toFixed(2, 'halfEven'),
    textCell(explainOrder(order)),
  ]);
  return stringify([header, ...rows], { record_delimiter: '\r\n' });
}
