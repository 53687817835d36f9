/** Schwab "Transactions" CSV: brokerage, in both orders of columns, and bank accounts (left out whole). */
import { sum, zero } from '../../kernel/index.ts';
import { isIdentifier } from '../../domain/index.ts';
import type { Money, TransactionSide } from '../../domain/index.ts';
import type { ImportCollector } from './imported-records.ts';
import { isSchwabOption, schwabAccountId, schwabDate, schwabNumber } from './schwab-cells.ts';
import { addSecurity } from './schwab-positions.ts';
import type { NumberedRecord } from './schwab-positions.ts';

type Treatment = TransactionSide | 'transfer' | 'cash' | 'corporateAction' | 'option';

/** What each action is here. An action that is not listed is rejected, for it may have moved shares. */
const ACTIONS: Readonly<Record<string, Treatment>> = {
  Buy: 'buy',
  Sell: 'sell',
  'Reinvest Shares': 'dividendReinvest',
  'Journaled Shares': 'transfer',
  'Security Transfer': 'transfer',
  'Internal Transfer': 'transfer',
  'Stock Plan Activity': 'transfer',
  'Stock Split': 'corporateAction',
  'Reverse Split': 'corporateAction',
  'Stock Merger': 'corporateAction',
  'Spin-off': 'corporateAction',
  Conversion: 'corporateAction',
  'Name Change': 'corporateAction',
  'Stock Div Dist': 'corporateAction',
  Expired: 'option',
  Assigned: 'option',
  'Exchange or Exercise': 'option',
  'Buy to Open': 'option',
  'Buy to Close': 'option',
  'Sell to Open': 'option',
  'Sell to Close': 'option',
};

const CASH_ACTION =
  /(div|dividend|interest|fee|tax|transfer|deposit|withdrawal|journal|cap gain|award|wire|funds|cash in lieu|credit|reinvest|adjustment|service)/i;

function treatmentOf(action: string): Treatment | null {
  const known = ACTIONS[action];
  if (known !== undefined) return known;
  return CASH_ACTION.test(action) ? 'cash' : null;
}

export function readSchwabTransactions(
  records: readonly NumberedRecord[],
  into: ImportCollector,
): void {
  into.format = 'schwabTransactions';
  const title = records[0]?.cells[0] ?? '';
  const label = /^Transactions\s+for account (.+?) as of /.exec(title)?.[1] ?? null;
  const accountId = schwabAccountId(label ?? 'SCHWAB');
  into.addAccount({ accountId, name: label ?? 'Schwab', custodian: 'Schwab', currency: 'USD' });
  if (label === null) into.warn('ACCOUNT_SETUP_REQUIRED', 'the file names no account');
  let header: readonly string[] = [];
  const amounts: Money[] = [];
  for (const { row, cells } of records) {
    if (cells[0] === 'Date') header = cells;
    else if (header.length === 0 && row === records[0]?.row) continue;
    else {
      into.rows += 1;
      const cell = (name: string): string => (cells[header.indexOf(name)] ?? '').trim();
      if (cells[0] === 'Transactions Total') checkTotal(amounts, cell('Amount'), { row, into });
      else {
        const amount = schwabNumber<'Money'>(cell('Amount'));
        if (amount !== null) amounts.push(amount);
        readTransaction(cell, { row, accountId, into });
      }
    }
  }
}

function checkTotal(
  amounts: readonly Money[],
  text: string,
  at: { readonly row: number; readonly into: ImportCollector },
): void {
  const stated = schwabNumber<'Money'>(text);
  const total = sum(amounts);
  if (stated !== null && !stated.equals(total)) {
    // A warning: the file shows this total of the period asked for, which can be wider than its rows.
    const message = `the file says ${stated.toString()}, the rows add up to ${total.toString()}`;
    at.into.warn('IMPORT_TOTAL_DIFFERS', message, at.row);
  }
  at.into.ignore(at.row, 'total of the file, compared with the rows');
}

function readTransaction(
  cell: (name: string) => string,
  at: { readonly row: number; readonly accountId: string; readonly into: ImportCollector },
): void {
  const { row, accountId, into } = at;
  const action = cell('Action');
  const symbol = cell('Symbol');
  const treatment = treatmentOf(action);
  if (treatment === null) {
    into.reject(row, `the action ${JSON.stringify(action.slice(0, 60))} is not known`);
    return;
  }
  if (treatment === 'option' || isSchwabOption(symbol)) {
    into.ignore(row, `${action} of an option; only shares and funds are imported`, true);
    return;
  }
  if (treatment === 'corporateAction') {
    into.ignore(row, `${action} of ${symbol}: the file gives no ratio; enter it by hand`, true);
    return;
  }
  const shares = schwabNumber<'Quantity'>(cell('Quantity'));
  if (treatment === 'cash' || (treatment === 'transfer' && symbol === '')) {
    into.ignore(row, `${action} moves cash only; balances come from the positions file`);
    return;
  }
  const date = schwabDate(cell('Date'));
  if (date === null)
    into.reject(row, `the date ${JSON.stringify(cell('Date').slice(0, 40))} is unreadable`);
  else if (!isIdentifier(symbol)) into.reject(row, `${action} without a symbol`);
  else if (shares === null || shares.isZero())
    into.reject(row, `${symbol}: the quantity is not a number`);
  else {
    const side =
      treatment !== 'transfer' ? treatment : shares.isNegative() ? 'transferOut' : 'transferIn';
    const amount = schwabNumber<'Money'>(cell('Amount'))?.abs() ?? null;
    if (amount === null && treatment !== 'transfer') {
      into.reject(row, `${symbol}: the amount is not a number`);
      return;
    }
    const price = schwabNumber<'Price'>(cell('Price'));
    const fees = schwabNumber<'Money'>(cell('Fees & Comm')) ?? zero<'Money'>();
    into.addTransaction(
      {
        accountId,
        date,
        time: null,
        symbol,
        side,
        quantity: shares.abs(),
        amount,
        price,
        fees,
        splitRatio: null,
        currency: 'USD',
      },
      null,
    );
    addSecurity(into, symbol, { name: cell('Description'), type: '' });
    into.accept(row);
  }
}

/** A bank account holds nothing that is rebalanced: every row is counted and left out. */
export function readSchwabBank(records: readonly NumberedRecord[], into: ImportCollector): void {
  into.format = 'schwabBank';
  for (const { row, cells } of records.slice(1)) {
    if (cells[0] === 'Date') continue;
    into.rows += 1;
    into.ignore(row, 'a bank account: not part of a portfolio');
  }
  into.warn('IMPORT_ROW_IGNORED', 'the file is of a bank account and was left out whole');
}
