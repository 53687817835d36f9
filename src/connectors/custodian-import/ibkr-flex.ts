/**
 * Interactive Brokers Flex statements (XML). A row is an element inside a section of a statement, in the
 * order of the file; its number in the receipt is its place in that order, from 1.
 */
import { Decimal, tryParseCalendarDate, zero } from '../../kernel/index.ts';
import type { CalendarDate } from '../../kernel/index.ts';
import { isIdentifier } from '../../domain/index.ts';
import type { Money } from '../../domain/index.ts';
import type { ImportCollector } from './imported-records.ts';
import { readXmlElements } from './xml-events.ts';
import type { XmlElement, XmlFault } from './xml-events.ts';

interface FlexRow {
  readonly element: XmlElement;
  readonly row: number;
  /** The element's own account, or the statement's. */
  readonly accountId: string;
  readonly into: ImportCollector;
}

const SECTION_DEPTH = 4;
const HELD_CATEGORIES: ReadonlySet<string> = new Set(['STK', 'FUND', 'ETF']);
const MOMENT = /^(\d{4})-?(\d{2})-?(\d{2})(?:[;, T]+(\d{2}):?(\d{2}):?(\d{2}))?$/;

/** Reads the elements into `into`. @returns null, or why the document was refused whole */
export function readIbkrFlex(text: string, into: ImportCollector): XmlFault | null {
  into.format = 'ibkrFlex';
  let statementAccount = '';
  return readXmlElements(text, (element) => {
    if (element.name === 'FlexStatement') statementAccount = element.attribute('accountId');
    // AccountInformation stands beside the sections; a section itself has no attributes.
    const isRow =
      element.depth > SECTION_DEPTH || (element.depth === SECTION_DEPTH && element.hasAttributes);
    if (!isRow) return;
    into.rows += 1;
    const own = element.attribute('accountId');
    const accountId = own === '' || own === '-' ? statementAccount : own;
    readRow({ element, row: into.rows, accountId, into });
  });
}

function readRow(of: FlexRow): void {
  const { element, row, into } = of;
  const level = element.attribute('levelOfDetail');
  switch (element.name) {
    case 'AccountInformation':
      readAccount(of);
      return;
    case 'SecurityInfo':
      if (isHeld(of)) {
        addSecurity(of);
        into.accept(row);
      }
      return;
    case 'Trade':
      if (level !== '' && level !== 'EXECUTION') into.ignore(row, `${level} of trades`);
      else if (isHeld(of)) readTrade(of);
      return;
    case 'OpenPosition':
      if (isHeld(of)) readPosition(of, level);
      return;
    case 'CashReportCurrency':
      readCash(of);
      return;
    case 'CorporateAction':
      if (isHeld(of)) readCorporateAction(of);
      return;
    case 'Transfer':
      if (isHeld(of)) readTransfer(of);
      return;
    case 'CashTransaction':
      into.ignore(
        row,
        `${element.attribute('type')} moves cash only; balances come from the cash report`,
      );
      return;
    default:
      into.ignore(row, `${element.name} is not imported`);
  }
}

/** Options, futures, currencies and the like are left out, each with a line that says so. */
function isHeld({ element, row, into }: FlexRow): boolean {
  const category = element.attribute('assetCategory');
  if (HELD_CATEGORIES.has(category)) return true;
  const symbol = element.attribute('symbol');
  const kind = category === '' ? 'has no asset category' : `is of category ${category}`;
  into.ignore(row, `${element.name} ${symbol} ${kind}; only shares and funds are imported`, true);
  return false;
}

function readAccount({ element, row, accountId, into }: FlexRow): void {
  if (!isIdentifier(accountId)) {
    into.reject(row, 'the account has no id');
    return;
  }
  const name = element.attribute('name') || element.attribute('acctAlias') || accountId;
  const currency = element.attribute('currency') || null;
  into.addAccount({ accountId, name, custodian: 'Interactive Brokers', currency });
  into.accept(row);
}

function addSecurity({ element, into }: FlexRow): void {
  const text = (name: string): string | null => element.attribute(name) || null;
  const symbol = element.attribute('symbol');
  into.addSecurity({
    symbol,
    name: text('description') ?? symbol,
    assetClass: 'equity',
    currency: element.attribute('currency'),
    country: text('issuerCountryCode'),
    issuer: text('issuer'),
    figi: text('figi'),
    isin: text('isin'),
  });
}

/** Checks what every holding and movement needs; reports and answers false when it is not there. */
function isUsable({ element, row, accountId, into }: FlexRow): boolean {
  const symbol = element.attribute('symbol');
  const currency = element.attribute('currency');
  const line = `line ${String(element.line)}`;
  if (!isIdentifier(accountId)) into.reject(row, `${line}: no account`);
  else if (!isIdentifier(symbol)) into.reject(row, `${line}: no symbol`);
  else if (!/^[A-Z]{3}$/.test(currency)) into.reject(row, `${line}: no currency`);
  else return true;
  return false;
}

/** Flex writes small numbers with an exponent (1E-9); such dust is text that is no plain decimal. */
function decimalOf<Unit extends string>(element: XmlElement, name: string): Decimal<Unit> | null {
  return Decimal.tryParse<Unit>(element.attribute(name).replaceAll(',', ''));
}

interface Moment {
  readonly date: CalendarDate;
  readonly time: string | null;
}

/** `2025-12-02;10:58:02`, `20191213;103640`, `2021-03-05, 10:00:00`, or a date alone. */
export function flexMoment(text: string): Moment | null {
  const match = MOMENT.exec(text.trim());
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour, minute, second] = match;
  const date = tryParseCalendarDate(`${year}-${month}-${day}`);
  if (date === null) return null;
  const hasTime = hour !== undefined && minute !== undefined && second !== undefined;
  return { date, time: hasTime ? `${hour}:${minute}:${second}` : null };
}

function readTrade(of: FlexRow): void {
  const { element, row, accountId, into } = of;
  if (!isUsable(of)) return;
  const symbol = element.attribute('symbol');
  const buySell = element.attribute('buySell');
  if (element.attribute('transactionType') === 'TradeCancel' || buySell.includes('Ca.')) {
    into.reject(
      row,
      `${symbol}: a cancelled trade; remove it and the trade that it cancels by hand`,
    );
    return;
  }
  const side = buySell === 'BUY' ? 'buy' : buySell === 'SELL' ? 'sell' : null;
  const moment = flexMoment(element.attribute('dateTime'));
  const date = flexMoment(element.attribute('tradeDate'))?.date ?? moment?.date ?? null;
  const quantity = decimalOf<'Quantity'>(element, 'quantity')?.abs() ?? null;
  const amount = tradeAmount(element, side === 'buy');
  if (side === null) into.reject(row, `${symbol}: neither BUY nor SELL`);
  else if (date === null) into.reject(row, `${symbol}: the trade date is unreadable`);
  else if (quantity === null || quantity.isZero()) into.reject(row, `${symbol}: no quantity`);
  else if (amount === null) into.reject(row, `${symbol}: no amount`);
  else {
    const price = decimalOf<'Price'>(element, 'tradePrice');
    const sourceId = element.attribute('transactionID') || element.attribute('tradeID') || null;
    const currency = element.attribute('currency');
    const time = moment?.time ?? null;
    const fees = feesOf(element);
    into.addTransaction(
      {
        accountId,
        date,
        time,
        symbol,
        side,
        quantity,
        amount,
        price,
        fees,
        splitRatio: null,
        currency,
      },
      sourceId === null ? null : `ibkr-${sourceId}`,
    );
    addSecurity(of);
    into.accept(row);
  }
}

function feesOf(element: XmlElement): Money {
  // Costs have a minus sign in the file; a rebate has a plus.
  const commission = decimalOf<'Money'>(element, 'ibCommission') ?? zero<'Money'>();
  const taxes = decimalOf<'Money'>(element, 'taxes') ?? zero<'Money'>();
  return commission.plus(taxes).negated();
}

/** Cost or proceeds with fees: netCash, or the trade's money and its fees where that is absent. */
function tradeAmount(element: XmlElement, isBuy: boolean): Money | null {
  const netCash = decimalOf<'Money'>(element, 'netCash');
  if (netCash !== null) return netCash.abs();
  const gross = decimalOf<'Money'>(element, 'tradeMoney')?.abs() ?? null;
  if (gross === null) return null;
  return isBuy ? gross.plus(feesOf(element)) : gross.minus(feesOf(element));
}

function readPosition(of: FlexRow, level: string): void {
  const { element, row, accountId, into } = of;
  if (!isUsable(of)) return;
  const symbol = element.attribute('symbol');
  const currency = element.attribute('currency');
  const quantity = decimalOf<'Quantity'>(element, 'position');
  const costBasis = decimalOf<'Money'>(element, 'costBasisMoney');
  if (quantity === null) {
    into.reject(row, `${symbol}: the position is not a plain number`);
    return;
  }
  if (!quantity.isPositive()) {
    into.ignore(row, `${symbol} is held short or not at all`, true);
    return;
  }
  if (level === 'LOT') {
    const acquired = flexMoment(element.attribute('openDateTime'));
    if (acquired === null) into.reject(row, `${symbol}: the lot's open date is unreadable`);
    else if (costBasis === null) into.reject(row, `${symbol}: the lot has no cost basis`);
    else {
      const sourceId = element.attribute('originatingTransactionID');
      const lotId = sourceId === '' ? null : `${sourceId}-${symbol}`;
      const acquiredDate = acquired.date;
      into.lots.push({ accountId, symbol, lotId, quantity, costBasis, acquiredDate, currency });
      into.accept(row);
    }
    return;
  }
  const asOfDate = flexMoment(element.attribute('reportDate'))?.date ?? null;
  const price = decimalOf<'Price'>(element, 'markPrice');
  const marketValue = decimalOf<'Money'>(element, 'positionValue');
  into.positions.push({
    accountId,
    symbol,
    quantity,
    price,
    marketValue,
    costBasis,
    currency,
    asOfDate,
  });
  addSecurity(of);
  into.accept(row);
}

function readCash({ element, row, accountId, into }: FlexRow): void {
  const currency = element.attribute('currency');
  if (!/^[A-Z]{3}$/.test(currency)) {
    into.ignore(row, `${currency} repeats the currencies in the base currency`);
    return;
  }
  const amount = decimalOf<'Money'>(element, 'endingCash');
  if (amount === null || !isIdentifier(accountId)) {
    into.reject(row, `${currency}: no ending cash or no account`);
    return;
  }
  const asOfDate = flexMoment(element.attribute('toDate'))?.date ?? null;
  into.cash.push({ accountId, amount, currency, asOfDate });
  into.accept(row);
}

function readCorporateAction(of: FlexRow): void {
  const { element, row, accountId, into } = of;
  const description = element.attribute('description') || element.attribute('actionDescription');
  const [, added, removed] = /SPLIT (\d+(?:\.\d+)?) FOR (\d+(?:\.\d+)?)/i.exec(description) ?? [];
  const moment = flexMoment(element.attribute('dateTime') || element.attribute('reportDate'));
  if (added === undefined || removed === undefined) {
    const type = element.attribute('type');
    into.ignore(
      row,
      `corporate action ${type} ${element.attribute('symbol')}: enter it by hand`,
      true,
    );
    return;
  }
  if (!isUsable(of)) return;
  const numerator = Decimal.parse<'ratio'>(added);
  const denominator = Decimal.parse<'ratio'>(removed);
  if (moment === null || numerator.isZero() || denominator.isZero()) {
    into.reject(row, `${element.attribute('symbol')}: the split has no date or no ratio`);
    return;
  }
  into.addTransaction(
    {
      accountId,
      date: moment.date,
      time: moment.time,
      symbol: element.attribute('symbol'),
      side: 'split',
      quantity: zero<'Quantity'>(),
      amount: null,
      price: null,
      splitRatio: numerator.dividedBy(denominator, 12, 'halfEven'),
      fees: zero<'Money'>(),
      currency: element.attribute('currency'),
    },
    null,
  );
  into.accept(row);
}

function readTransfer(of: FlexRow): void {
  const { element, row, accountId, into } = of;
  if (!isUsable(of)) return;
  const symbol = element.attribute('symbol');
  const direction = element.attribute('direction');
  const moment = flexMoment(element.attribute('dateTime') || element.attribute('date'));
  const quantity = decimalOf<'Quantity'>(element, 'quantity');
  if (moment === null || quantity === null || quantity.isZero()) {
    into.reject(row, `${symbol}: the transfer has no date or no quantity`);
    return;
  }
  const isOut = direction === 'OUT' || (direction !== 'IN' && quantity.isNegative());
  const { date, time } = moment;
  const sourceId = element.attribute('transactionID');
  into.addTransaction(
    {
      accountId,
      date,
      time,
      symbol,
      side: isOut ? 'transferOut' : 'transferIn',
      quantity: quantity.abs(),
      amount: null,
      price: null,
      fees: zero<'Money'>(),
      splitRatio: null,
      currency: element.attribute('currency'),
    },
    sourceId === '' ? null : `ibkr-${sourceId}`,
  );
  addSecurity(of);
  into.accept(row);
}
