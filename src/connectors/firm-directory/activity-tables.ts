/** transactions.csv and cash-flows.csv: what happened, and what cash is expected. */
import { contentHash, Decimal, zero } from '../../kernel/index.ts';
import { isIdentifier, notional, warningFinding } from '../../domain/index.ts';
import type {
  AccountId,
  CashFlow,
  CashFlowKind,
  InstrumentSymbol,
  Money,
  Price,
  Quantity,
  TaxLotId,
  Transaction,
  TransactionSide,
} from '../../domain/index.ts';
import type { TableRow } from '../csv/table-reader.ts';
import { accountOfRow, compareText, listIn, readFirmTable, sortedByKey } from './reading.ts';
import type { Reading } from './reading.ts';

const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;

/**
 * Per account, by date, time and id. A transaction without an id takes one from its content and its rank
 * among equal ones, so that the order of rows changes nothing.
 */
export function readTransactions(reading: Reading): Map<AccountId, readonly Transaction[]> {
  const byAccount = new Map<AccountId, Transaction[]>();
  const rows = new Map<string, number>();
  const ranks = new Map<string, number>();
  const unknown = new Set<string>();
  readFirmTable(reading, 'transactions', {
    accountColumn: 'account',
    onRow: (row) => {
      const read = transactionFrom(reading, row);
      if (read === null) return;
      const transaction = { ...read, transactionId: read.transactionId ?? contentId(read, ranks) };
      const { transactionId, symbol, accountId } = transaction;
      const earlier = rows.get(transactionId);
      if (earlier !== undefined) {
        row.fault('RECORD_DUPLICATE', `${transactionId} stands in row ${String(earlier)} already`);
        return;
      }
      rows.set(transactionId, row.row);
      // What was sold out long ago need not be in the security master.
      if (!reading.instruments.has(symbol) && !unknown.has(symbol)) {
        unknown.add(symbol);
        const location = { file: 'transactions.csv', row: row.row, column: 'symbol', symbol };
        reading.findings.push(warningFinding('SYMBOL_UNKNOWN', `no security ${symbol}`, location));
      }
      listIn(byAccount, accountId).push(transaction);
    },
  });
  for (const list of byAccount.values()) {
    list.sort(
      (a, b) =>
        compareText(a.date, b.date) ||
        compareText(a.time ?? '', b.time ?? '') ||
        compareText(a.transactionId, b.transactionId),
    );
  }
  return sortedByKey(byAccount);
}

/** A transaction as its row gives it. */
interface TransactionDraft extends Omit<Transaction, 'transactionId'> {
  /** Null where the row gives none. */
  readonly transactionId: string | null;
}

function contentId(draft: TransactionDraft, ranks: Map<string, number>): string {
  const key = contentHash({ ...draft, transactionId: null }).slice(0, 24);
  const rank = (ranks.get(key) ?? 0) + 1;
  ranks.set(key, rank);
  return `tx-${key}-${String(rank)}`;
}

function transactionFrom(reading: Reading, row: TableRow): TransactionDraft | null {
  const account = accountOfRow(reading, row, 'account');
  const date = row.date('date');
  const rawSymbol = row.id('symbol') as InstrumentSymbol | null;
  const side = row.choice('side') as TransactionSide | null;
  const price = row.decimal<'Price'>('price');
  const fees = row.decimal<'Money'>('fees') ?? zero<'Money'>();
  const splitRatio = row.decimal<'ratio'>('splitRatio');
  const quantity = quantityOf(row, side);
  const given = row.decimal<'Money'>('amount');
  const lots = lotsOf(row);
  const lotId = row.id('lotId') as TaxLotId | null;
  const transactionId = row.id('id');
  const time = row.text('time');
  if (time !== null && !TIME.test(time)) {
    row.fault('DATE_INVALID', `${JSON.stringify(time.slice(0, 20))} is not HH:MM[:SS]`, 'time');
  }
  if (side === 'split' && splitRatio === null) {
    row.fault('VALUE_REQUIRED', 'a split needs its ratio', 'splitRatio');
  }
  if (row.isFaulty || account === null || date === null) return null;
  if (rawSymbol === null || side === null || quantity === null) return null;
  const amount = given ?? amountOf({ side, price, quantity, fees });
  if (amount === null && side !== 'split' && side !== 'transferIn' && side !== 'transferOut') {
    return row.fault('VALUE_REQUIRED', `a ${side} needs an amount or a price`, 'amount');
  }
  const symbol = reading.instruments.get(rawSymbol)?.symbol ?? rawSymbol;
  const { accountId } = account;
  return {
    transactionId,
    accountId,
    date,
    time,
    symbol,
    side,
    quantity,
    amount,
    price,
    fees,
    lotId,
    lots,
    splitRatio,
  };
}

function quantityOf(row: TableRow, side: TransactionSide | null): Quantity | null {
  const quantity = row.decimal<'Quantity'>('quantity');
  if (side === 'split') return quantity ?? zero<'Quantity'>();
  if (row.raw('quantity') === '')
    return row.fault('VALUE_REQUIRED', 'the cell is blank', 'quantity');
  if (quantity?.isZero() === true) {
    return row.fault('NUMBER_OUT_OF_RANGE', '0 is not greater than 0', 'quantity');
  }
  return quantity;
}

/** Cost with fees for what comes in, proceeds less fees for what goes out. */
function amountOf(of: {
  readonly side: TransactionSide;
  readonly price: Price | null;
  readonly quantity: Quantity;
  readonly fees: Money;
}): Money | null {
  if (of.price === null || of.side === 'split') return null;
  const gross = notional(of.price, of.quantity);
  return of.side === 'sell' || of.side === 'transferOut'
    ? gross.minus(of.fees)
    : gross.plus(of.fees);
}

/** `lotId:quantity;…`; the last colon separates, for lot ids may hold colons. */
function lotsOf(row: TableRow): Transaction['lots'] {
  const lots: { readonly lotId: TaxLotId; readonly quantity: Quantity }[] = [];
  for (const part of (row.text('lots') ?? '').split(';')) {
    if (part === '') continue;
    const colon = part.lastIndexOf(':');
    const lotId = part.slice(0, Math.max(colon, 0));
    const quantity = Decimal.tryParse<'Quantity'>(part.slice(colon + 1));
    if (colon < 0 || !isIdentifier(lotId) || quantity?.isPositive() !== true) {
      row.fault(
        'VALUE_UNKNOWN',
        `${JSON.stringify(part.slice(0, 60))} is not lotId:quantity`,
        'lots',
      );
    } else lots.push({ lotId: lotId as TaxLotId, quantity });
  }
  return lots;
}

/** Per account, by date, kind and amount. Two equal flows are two flows. */
export function readCashFlows(reading: Reading): Map<AccountId, readonly CashFlow[]> {
  const byAccount = new Map<AccountId, CashFlow[]>();
  readFirmTable(reading, 'cashFlows', {
    accountColumn: 'accountId',
    onRow: (row) => {
      const account = accountOfRow(reading, row, 'accountId');
      const date = row.date('date');
      const amount = row.decimal<'Money'>('amount');
      const given = row.choice('kind') as CashFlowKind | null;
      if (amount === null) return;
      const kind = given ?? (amount.isNegative() ? 'withdrawal' : 'deposit');
      const isInflow = kind === 'deposit' || kind === 'dividend';
      if (isInflow ? amount.isNegative() : amount.isPositive()) {
        const message = `${amount.toString()} is of the wrong sign for a ${kind}: negative leaves`;
        row.fault('NUMBER_OUT_OF_RANGE', message, 'amount');
      }
      if (row.isFaulty || account === null || date === null) return;
      const { accountId } = account;
      listIn(byAccount, accountId).push({ accountId, date, amount, kind });
    },
  });
  for (const list of byAccount.values()) {
    list.sort(
      (a, b) =>
        compareText(a.date, b.date) || compareText(a.kind, b.kind) || a.amount.compare(b.amount),
    );
  }
  return sortedByKey(byAccount);
}
