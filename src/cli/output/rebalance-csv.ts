/** A run as CSV (RFC 4180); text cells cannot become formulas in a spreadsheet, numbers stay numbers. */
import { stringify } from 'csv-stringify/sync';
import type { RebalanceRun } from '../../domain/index.ts';
import { explainOrder } from '../../orders/index.ts';
import { accountDocument, ordersOf } from './rebalance-document.ts';

/** A text cell that a spreadsheet would take for a formula is led by an apostrophe. */
function textCell(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

const ACCOUNT_COLUMNS = [
  'accountId',
  'householdId',
  'status',
  'planningTotal',
  'driftBefore',
  'driftAfter',
  'turnover',
  'realizedShortTerm',
  'realizedLongTerm',
  'estimatedTax',
  'estimatedCost',
  'cashBefore',
  'cashAfter',
] as const;
const TEXT_COLUMNS = new Set(['accountId', 'householdId', 'status']);

export function accountsCsv(run: RebalanceRun): string {
  const rows = run.accounts.map((account) => {
    const document = accountDocument(account);
    return ACCOUNT_COLUMNS.map((column) => {
      const value = document[column];
      if (value === null || value === undefined) return '';
      return TEXT_COLUMNS.has(column) ? textCell(String(value)) : String(value);
    });
  });
  return stringify([[...ACCOUNT_COLUMNS], ...rows], { record_delimiter: '\r\n' });
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
