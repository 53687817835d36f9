/** Schwab "Positions" CSV: one account, or sections for all accounts; and "Lot Details" of one position. */
import { sum } from '../../kernel/index.ts';
import type { CalendarDate } from '../../kernel/index.ts';
import { isIdentifier } from '../../domain/index.ts';
import type { Money } from '../../domain/index.ts';
import type { ImportCollector } from './imported-records.ts';
import {
  isNoValue,
  isSchwabOption,
  schwabAccountId,
  schwabDate,
  schwabNumber,
  schwabTitleDate,
} from './schwab-cells.ts';

export interface NumberedRecord {
  readonly row: number;
  readonly cells: readonly string[];
}

/** Names that a column has had over the years. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  quantity: ['Quantity', 'Qty (Quantity)', 'Qty'],
  price: ['Price'],
  marketValue: ['Market Value', 'Mkt Val (Market Value)'],
  costBasis: ['Cost Basis'],
  description: ['Description'],
  type: ['Security Type', 'Asset Type'],
};

const isHeader = (cells: readonly string[]): boolean =>
  cells[0] === 'Symbol' && cells.some((cell) => ALIASES['quantity']?.includes(cell) === true);

interface Section {
  readonly accountId: string;
  readonly header: readonly string[];
  readonly asOfDate: CalendarDate | null;
  /** Market values of rows that were taken, and of rows that were left out. */
  readonly taken: Money[];
  readonly leftOut: Money[];
}

function cellOf(section: Section, cells: readonly string[], field: string): string {
  const names = ALIASES[field] ?? [];
  const index = section.header.findIndex((name) => names.includes(name));
  return index < 0 ? '' : (cells[index] ?? '').trim();
}

export function readSchwabPositions(
  records: readonly NumberedRecord[],
  into: ImportCollector,
): void {
  into.format = 'schwabPositions';
  const title = records[0]?.cells[0] ?? '';
  const asOfDate = schwabTitleDate(title);
  let label = /^Positions for account (.+?) as of /.exec(title)?.[1] ?? null;
  let section: Section | null = null;
  for (const { row, cells } of records.slice(1)) {
    if (isHeader(cells)) {
      const accountId = schwabAccountId(label ?? 'SCHWAB');
      if (label === null) into.warn('ACCOUNT_SETUP_REQUIRED', 'the file names no account', row);
      into.addAccount({ accountId, name: label ?? 'Schwab', custodian: 'Schwab', currency: 'USD' });
      section = { accountId, header: cells, asOfDate, taken: [], leftOut: [] };
    } else if (cells.every((cell, index) => index === 0 || cell === '')) {
      label = cells[0] ?? '';
      section = null;
    } else {
      into.rows += 1;
      if (section === null) into.reject(row, 'the row stands before any column names');
      else readPosition(section, { row, cells }, into);
    }
  }
}

function readPosition(
  section: Section,
  { row, cells }: NumberedRecord,
  into: ImportCollector,
): void {
  const symbol = (cells[0] ?? '').trim();
  const { accountId, asOfDate } = section;
  const marketValue = schwabNumber<'Money'>(cellOf(section, cells, 'marketValue'));
  if (symbol === 'Account Total' || symbol === 'Positions Total') {
    checkTotal(section, marketValue, { row, into });
    return;
  }
  if (symbol === 'Cash & Cash Investments') {
    if (marketValue === null) {
      into.reject(row, 'the cash has no readable market value');
      return;
    }
    into.cash.push({ accountId, amount: marketValue, currency: 'USD', asOfDate });
    section.taken.push(marketValue);
    into.accept(row);
    return;
  }
  if (isSchwabOption(symbol) || cellOf(section, cells, 'type') === 'Option') {
    if (marketValue !== null) section.leftOut.push(marketValue);
    into.ignore(row, `${symbol} is an option; only shares and funds are imported`, true);
    return;
  }
  const quantity = schwabNumber<'Quantity'>(cellOf(section, cells, 'quantity'));
  const costText = cellOf(section, cells, 'costBasis');
  const costBasis = schwabNumber<'Money'>(costText);
  const priceText = cellOf(section, cells, 'price');
  const price = schwabNumber<'Price'>(priceText);
  if (!isIdentifier(symbol)) into.reject(row, 'the symbol is blank or unreadable');
  else if (quantity === null) into.reject(row, `${symbol}: the quantity is not a number`);
  else if (!quantity.isPositive()) into.ignore(row, `${symbol} is held short or not at all`, true);
  else if (costBasis === null && !isNoValue(costText))
    into.reject(row, `${symbol}: the cost basis is not a number`);
  else if (price === null && !isNoValue(priceText))
    into.reject(row, `${symbol}: the price is not a number`);
  else {
    into.positions.push({
      accountId,
      symbol,
      quantity,
      price,
      marketValue,
      costBasis,
      asOfDate,
      currency: 'USD',
    });
    addSecurity(into, symbol, {
      name: cellOf(section, cells, 'description'),
      type: cellOf(section, cells, 'type'),
    });
    if (marketValue !== null) section.taken.push(marketValue);
    into.accept(row);
  }
}

export function addSecurity(
  into: ImportCollector,
  symbol: string,
  of: { readonly name: string; readonly type: string },
): void {
  into.addSecurity({
    symbol,
    name: of.name === '' ? symbol : of.name,
    assetClass: assetClassOf(of.type),
    currency: 'USD',
    country: null,
    issuer: null,
    figi: null,
    isin: null,
  });
}

function assetClassOf(type: string): string {
  if (type.startsWith('Fixed Income') || type === 'Bond') return 'fixedIncome';
  if (type === 'Cash and Money Market' || type === 'Money Market') return 'cash';
  // Funds of every kind come under one name; the firm classifies them in securities.csv.
  return 'equity';
}

/** The file's own total must be what was read: of the rows taken, or of these and those left out. */
function checkTotal(
  section: Section,
  stated: Money | null,
  at: { readonly row: number; readonly into: ImportCollector },
): void {
  const taken = sum(section.taken);
  const all = taken.plus(sum(section.leftOut));
  if (stated !== null && !stated.equals(taken) && !stated.equals(all)) {
    const message = `${section.accountId}: the file says ${stated.toString()}, the rows add up to ${all.toString()}`;
    at.into.issue('IMPORT_TOTAL_DIFFERS', message, at.row);
  }
  at.into.ignore(at.row, 'total of the account, compared with the rows');
}

/** `SYMBOL Lot Details for ACCOUNT as of …`: the lots of one position. */
export function readSchwabLots(records: readonly NumberedRecord[], into: ImportCollector): void {
  into.format = 'schwabLotDetails';
  const title = records[0]?.cells[0] ?? '';
  const [, symbol = '', label = ''] = /^(\S+) Lot Details for (.+?) as of /.exec(title) ?? [];
  const accountId = schwabAccountId(label.replace(/^account /, ''));
  let header: readonly string[] | null = null;
  for (const { row, cells } of records.slice(1)) {
    if (header === null && cells.includes('Open Date')) {
      header = cells;
      into.addAccount({ accountId, name: label, custodian: 'Schwab', currency: 'USD' });
      continue;
    }
    into.rows += 1;
    const cell = (name: string): string => cells[header?.indexOf(name) ?? -1] ?? '';
    if (/total/i.test(cells[0] ?? '')) {
      into.ignore(row, 'total of the lots');
      continue;
    }
    const acquiredDate = schwabDate(cell('Open Date'));
    const quantity = schwabNumber<'Quantity'>(cell('Quantity'));
    const costBasis = schwabNumber<'Money'>(cell('Cost Basis'));
    if (acquiredDate === null || quantity === null || costBasis === null) {
      into.reject(row, `${symbol}: open date, quantity or cost basis cannot be read`);
    } else if (!quantity.isPositive()) into.ignore(row, `${symbol} is held short`, true);
    else {
      const lot = { accountId, symbol, lotId: null, quantity, costBasis, acquiredDate };
      into.lots.push({ ...lot, currency: 'USD' });
      addSecurity(into, symbol, { name: symbol, type: '' });
      into.accept(row);
    }
  }
}
