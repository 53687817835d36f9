/** Households, securities, accounts and cash: one record per key. */
import { Decimal, zero } from '../../kernel/index.ts';
import { errorFinding } from '../../domain/index.ts';
import type {
  Account,
  AccountId,
  AccountStatus,
  CashBalance,
  Discretion,
  HouseholdId,
  InstrumentSymbol,
  ModelPortfolioId,
  TaxStatus,
} from '../../domain/index.ts';
import type { TableRow } from '../csv/table-reader.ts';
import { accountOfRow, readFirmTable } from './reading.ts';
import type { Reading } from './reading.ts';

const ONE_SHARE = Decimal.fromInteger<'Quantity'>(1);

/** Reports a second record of a key. @returns true when the record may be kept */
function isFirst(row: TableRow, rows: Map<string, number>, key: string): boolean {
  const earlier = rows.get(key);
  if (earlier === undefined) {
    rows.set(key, row.row);
    return true;
  }
  row.fault('RECORD_DUPLICATE', `${key} stands in row ${String(earlier)} already`);
  return false;
}

export function readHouseholds(reading: Reading): void {
  const rows = new Map<string, number>();
  readFirmTable(reading, 'households', {
    onRow: (row) => {
      const householdId = row.id('householdId') as HouseholdId | null;
      const household = {
        name: row.text('name') ?? householdId ?? '',
        federalShortTermRate: row.decimal<'ratio'>('federalShortTermRate'),
        federalLongTermRate: row.decimal<'ratio'>('federalLongTermRate'),
        stateRate: row.decimal<'ratio'>('stateRate'),
        gainBudgetAmount: row.decimal<'Money'>('gainBudgetAmount'),
        lossCarryforward: row.decimal<'Money'>('lossCarryforward') ?? zero<'Money'>(),
      };
      if (householdId === null) return;
      // Of two records neither can be preferred, so both go, and with them the accounts that name them.
      if (!isFirst(row, rows, householdId)) reading.households.delete(householdId);
      else if (!row.isFaulty) reading.households.set(householdId, { householdId, ...household });
    },
  });
}

export function readSecurities(reading: Reading): void {
  const rows = new Map<string, number>();
  readFirmTable(reading, 'securities', {
    onRow: (row) => {
      const symbol = row.id('symbol') as InstrumentSymbol | null;
      const currency = row.text('currency') ?? reading.baseCurrency;
      const instrument = {
        name: row.text('name') ?? symbol ?? '',
        assetClass: row.text('assetClass') ?? '',
        sector: row.text('sector'),
        industry: row.text('industry'),
        country: row.text('country'),
        issuer: row.text('issuer'),
        currency,
        lotSize: row.decimal<'Quantity'>('lotSize') ?? ONE_SHARE,
        isFractional: row.flag('fractional') ?? false,
        figi: row.text('figi'),
        isin: row.text('isin'),
      };
      checkCurrency(reading, row, currency);
      if (symbol === null) return;
      if (!isFirst(row, rows, symbol)) reading.instruments.delete(symbol);
      else if (!row.isFaulty) reading.instruments.set(symbol, { symbol, ...instrument });
    },
  });
}

function checkCurrency(reading: Reading, row: TableRow, currency: string): void {
  if (currency === reading.baseCurrency) return;
  const message = `${JSON.stringify(currency.slice(0, 10))} is not ${reading.baseCurrency}`;
  row.fault('CURRENCY_NOT_BASE', message, 'currency');
}

export function readAccounts(reading: Reading): void {
  const rows = new Map<string, number>();
  readFirmTable(reading, 'accounts', {
    accountColumn: 'accountId',
    onRow: (row) => {
      const account = accountFrom(reading, row);
      const key = row.raw('accountId');
      if (account === null || !isFirst(row, rows, key)) {
        if (key !== '') reading.rejectedAccounts.add(key);
        reading.accounts.delete(key as AccountId);
      } else reading.accounts.set(account.accountId, account);
    },
  });
}

function accountFrom(reading: Reading, row: TableRow): Account | null {
  const accountId = row.id('accountId') as AccountId | null;
  const householdId = row.id('householdId') as HouseholdId | null;
  const taxStatus = row.choice('taxStatus', 'TAX_STATUS_UNKNOWN') as TaxStatus | null;
  const modelId = row.id('modelId') as ModelPortfolioId | null;
  const rest = {
    name: row.text('name') ?? accountId ?? '',
    custodian: row.text('custodian'),
    cashReserveAmount: row.decimal<'Money'>('cashReserveAmount') ?? zero<'Money'>(),
    cashReserveWeight: row.decimal<'ratio'>('cashReserveWeight') ?? zero<'ratio'>(),
    discretion: (row.choice('discretion') ?? 'full') as Discretion,
    status: (row.choice('status') ?? 'open') as AccountStatus,
  };
  if (householdId !== null && !reading.households.has(householdId)) {
    row.fault('HOUSEHOLD_UNKNOWN', `no household ${householdId}`, 'householdId');
  }
  if (row.isFaulty || accountId === null || householdId === null || taxStatus === null) return null;
  if (modelId !== null && !reading.models.has(modelId)) {
    // The account stays, so that it is listed with its reason; the finding holds it back.
    if (reading.rejectedModels.has(modelId)) {
      row.fault('MODEL_INVALID', `model ${modelId} was rejected`, 'modelId');
    } else row.fault('MODEL_UNKNOWN', `no model ${modelId}`, 'modelId');
  }
  return { accountId, householdId, taxStatus, modelId, ...rest };
}

/** Cash per account; an account without a record is reported, for not given is not zero. */
export function readCash(reading: Reading): Map<AccountId, CashBalance> {
  const cash = new Map<AccountId, CashBalance>();
  const rows = new Map<string, number>();
  const named = new Set<string>();
  readFirmTable(reading, 'cash', {
    accountColumn: 'accountId',
    onRow: (row) => {
      named.add(row.raw('accountId'));
      const account = accountOfRow(reading, row, 'accountId');
      const amount = row.decimal<'Money'>('amount');
      const settledAmount = row.decimal<'Money'>('settledAmount');
      checkCurrency(reading, row, row.text('currency') ?? reading.baseCurrency);
      if (account === null) return;
      const { accountId } = account;
      if (!isFirst(row, rows, accountId)) cash.delete(accountId);
      else if (!row.isFaulty && amount !== null) {
        cash.set(accountId, { accountId, amount, settledAmount });
      }
    },
  });
  if (reading.files.has('cash.csv')) {
    for (const accountId of reading.accounts.keys()) {
      if (named.has(accountId) || cash.has(accountId)) continue;
      const location = { file: 'cash.csv', accountId };
      reading.findings.push(errorFinding('CASH_MISSING', `no cash for ${accountId}`, location));
    }
  }
  return cash;
}
