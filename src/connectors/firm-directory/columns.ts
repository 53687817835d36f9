/**
 * The tables of a firm directory (FORMATS section 1): what the reader accepts, what the writer writes and
 * what `evenkeel schema` prints are all taken from here.
 */
import {
  CASH_FLOW_KINDS,
  RESTRICTION_KINDS,
  TAX_STATUSES,
  TRANSACTION_SIDES,
} from '../../domain/index.ts';

/** `text` kinds may carry anything a spreadsheet could take for a formula; the others cannot. */
export type ColumnKind = 'identifier' | 'text' | 'choice' | 'decimal' | 'date' | 'boolean';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly isRequired: boolean;
  /** Whether a cell of a required column may be blank. */
  readonly mayBeBlank?: boolean;
  /** The values of a `choice`. */
  readonly values?: readonly string[];
  /** Range of a `decimal`: `positive` is > 0, `fraction` is 0 to 1. */
  readonly range?: 'positive' | 'nonNegative' | 'fraction';
}

export interface TableDefinition {
  readonly file: string;
  /** Whether the directory must have the file. */
  readonly isRequired: boolean;
  readonly columns: readonly Column[];
}

type Options = Partial<Omit<Column, 'name' | 'kind'>>;
const column = (name: string, kind: ColumnKind, options: Options = {}): Column => ({
  name,
  kind,
  isRequired: false,
  ...options,
});
const required = (name: string, kind: ColumnKind, options: Options = {}): Column =>
  column(name, kind, { ...options, isRequired: true });

const fraction = { range: 'fraction' } as const;
const positive = { range: 'positive' } as const;
const nonNegative = { range: 'nonNegative' } as const;

export const DISCRETIONS = ['full', 'clientApproval'] as const;
export const ACCOUNT_STATUSES = ['open', 'frozen', 'closingOnly'] as const;

export const TABLES = {
  households: {
    file: 'households.csv',
    isRequired: true,
    columns: [
      required('householdId', 'identifier'),
      column('name', 'text'),
      column('federalShortTermRate', 'decimal', fraction),
      column('federalLongTermRate', 'decimal', fraction),
      column('stateRate', 'decimal', fraction),
      column('gainBudgetAmount', 'decimal', nonNegative),
      column('lossCarryforward', 'decimal', nonNegative),
    ],
  },
  accounts: {
    file: 'accounts.csv',
    isRequired: true,
    columns: [
      required('accountId', 'identifier'),
      required('householdId', 'identifier'),
      column('name', 'text'),
      required('taxStatus', 'choice', { values: TAX_STATUSES }),
      column('custodian', 'text'),
      // The column is required; a blank cell says that the account follows no model.
      required('modelId', 'identifier', { mayBeBlank: true }),
      column('cashReserveAmount', 'decimal', nonNegative),
      column('cashReserveWeight', 'decimal', fraction),
      column('discretion', 'choice', { values: DISCRETIONS }),
      column('status', 'choice', { values: ACCOUNT_STATUSES }),
    ],
  },
  taxLots: {
    file: 'tax-lots.csv',
    isRequired: true,
    columns: [
      required('accountId', 'identifier'),
      required('symbol', 'identifier'),
      required('quantity', 'decimal', positive),
      required('costBasis', 'decimal', nonNegative),
      required('acquiredDate', 'date'),
      column('lotId', 'identifier'),
      column('washSaleAdjustment', 'decimal', nonNegative),
    ],
  },
  cash: {
    file: 'cash.csv',
    isRequired: true,
    columns: [
      required('accountId', 'identifier'),
      required('amount', 'decimal'),
      column('currency', 'text'),
      column('settledAmount', 'decimal'),
    ],
  },
  securities: {
    file: 'securities.csv',
    isRequired: true,
    columns: [
      required('symbol', 'identifier'),
      column('name', 'text'),
      required('assetClass', 'text'),
      column('sector', 'text'),
      column('industry', 'text'),
      column('country', 'text'),
      column('issuer', 'text'),
      column('currency', 'text'),
      column('lotSize', 'decimal', positive),
      column('fractional', 'boolean'),
      column('figi', 'text'),
      column('isin', 'text'),
    ],
  },
  prices: {
    file: 'prices.csv',
    isRequired: true,
    columns: [
      required('symbol', 'identifier'),
      required('date', 'date'),
      required('close', 'decimal', positive),
      column('volume', 'decimal', nonNegative),
      column('adjustedClose', 'decimal', positive),
    ],
  },
  models: {
    file: 'models.csv',
    isRequired: true,
    columns: [
      required('modelId', 'identifier'),
      required('component', 'identifier'),
      required('weight', 'decimal', nonNegative),
      column('bandAbsolute', 'decimal', fraction),
      column('bandRelative', 'decimal', nonNegative),
      column('substitutes', 'text'),
    ],
  },
  restrictions: {
    file: 'restrictions.csv',
    isRequired: false,
    columns: [
      required('scope', 'text'),
      column('symbol', 'identifier'),
      column('sector', 'text'),
      column('issuer', 'text'),
      required('kind', 'choice', { values: RESTRICTION_KINDS }),
      column('value', 'decimal', fraction),
      column('reason', 'text'),
    ],
  },
  transactions: {
    file: 'transactions.csv',
    isRequired: false,
    columns: [
      required('date', 'date'),
      required('account', 'identifier'),
      column('taxStatus', 'text'),
      column('taxpayer', 'text'),
      required('symbol', 'identifier'),
      required('side', 'choice', { values: TRANSACTION_SIDES }),
      // Blank where the side is split: the ratio says it all.
      required('quantity', 'decimal', { ...nonNegative, mayBeBlank: true }),
      column('amount', 'decimal', nonNegative),
      column('price', 'decimal', nonNegative),
      column('fees', 'decimal', nonNegative),
      column('lotId', 'identifier'),
      column('lots', 'text'),
      column('splitRatio', 'decimal', positive),
      column('id', 'identifier'),
      column('time', 'text'),
    ],
  },
  cashFlows: {
    file: 'cash-flows.csv',
    isRequired: false,
    columns: [
      required('accountId', 'identifier'),
      required('date', 'date'),
      required('amount', 'decimal'),
      column('kind', 'choice', { values: CASH_FLOW_KINDS }),
    ],
  },
} as const satisfies Record<string, TableDefinition>;

export type TableName = keyof typeof TABLES;
export const SETTINGS_FILE = 'settings.json';
