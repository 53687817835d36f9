/** What the generated firm looks like. Names and symbols are invented; no listed symbol has a digit. */
import { parseCalendarDate } from '../../kernel/index.ts';
import type { TaxStatus } from '../../domain/index.ts';

/** The last day with prices where the caller names none: a constant, so that the seed says it all. */
export const DEFAULT_AS_OF_DATE = parseCalendarDate('2026-03-31');
/** About 2.2 years of weekdays: enough for 252 returns, and for lots on both sides of a year. */
export const PRICE_DAYS = 570;
export const STOCKS_PER_SECTOR = 11;

export interface SectorShape {
  readonly code: string;
  readonly name: string;
  readonly beta: number;
  readonly industries: readonly [string, string, string];
}

export const SECTORS: readonly SectorShape[] = [
  {
    code: 'TEC',
    name: 'Information Technology',
    beta: 1.25,
    industries: ['Software', 'Semiconductors', 'Hardware'],
  },
  {
    code: 'HLT',
    name: 'Health Care',
    beta: 0.75,
    industries: ['Pharmaceuticals', 'Devices', 'Providers'],
  },
  {
    code: 'FIN',
    name: 'Financials',
    beta: 1.1,
    industries: ['Banks', 'Insurance', 'Capital Markets'],
  },
  {
    code: 'DSC',
    name: 'Consumer Discretionary',
    beta: 1.15,
    industries: ['Retail', 'Autos', 'Leisure'],
  },
  {
    code: 'STP',
    name: 'Consumer Staples',
    beta: 0.6,
    industries: ['Food', 'Beverages', 'Household Products'],
  },
  {
    code: 'IND',
    name: 'Industrials',
    beta: 1.05,
    industries: ['Machinery', 'Transport', 'Aerospace'],
  },
  { code: 'ENG', name: 'Energy', beta: 1.1, industries: ['Production', 'Services', 'Pipelines'] },
  { code: 'MAT', name: 'Materials', beta: 1.05, industries: ['Chemicals', 'Metals', 'Packaging'] },
  { code: 'UTL', name: 'Utilities', beta: 0.5, industries: ['Electric', 'Gas', 'Water'] },
  {
    code: 'RES',
    name: 'Real Estate',
    beta: 0.9,
    industries: ['Residential', 'Offices', 'Logistics'],
  },
  {
    code: 'COM',
    name: 'Communication Services',
    beta: 1,
    industries: ['Media', 'Telecom', 'Entertainment'],
  },
];

export interface FundShape {
  readonly symbol: string;
  readonly name: string;
  readonly assetClass: 'fixedIncome' | 'internationalEquity' | 'equity' | 'cash';
  readonly country: string;
  readonly beta: number;
  /** Standard deviation of a day's own return. */
  readonly specific: number;
}

const fund = (
  symbol: string,
  name: string,
  shape: Pick<FundShape, 'assetClass' | 'beta' | 'specific'>,
): FundShape => ({ symbol, name, country: 'US', ...shape });

const bond = (beta: number, specific: number) =>
  ({ assetClass: 'fixedIncome', beta, specific }) as const;
const abroad = (beta: number, specific: number) =>
  ({ assetClass: 'internationalEquity', beta, specific }) as const;
const home = (beta: number, specific: number) =>
  ({ assetClass: 'equity', beta, specific }) as const;

export const BOND_FUNDS: readonly FundShape[] = [
  fund('BND1', 'Meridale Aggregate Bond ETF', bond(0.05, 0.0025)),
  fund('BND2', 'Meridale Short Treasury ETF', bond(0, 0.0008)),
  fund('BND3', 'Meridale Long Treasury ETF', bond(-0.1, 0.006)),
  fund('BND4', 'Ostvane Corporate Bond ETF', bond(0.12, 0.003)),
  fund('BND5', 'Ostvane Municipal Bond ETF', bond(0.03, 0.002)),
  fund('BND6', 'Ostvane Inflation-Linked ETF', bond(0.04, 0.003)),
];
export const INTERNATIONAL_FUNDS: readonly FundShape[] = [
  fund('INT1', 'Meridale Developed Markets ETF', abroad(0.8, 0.005)),
  fund('INT2', 'Meridale Emerging Markets ETF', abroad(0.85, 0.008)),
  fund('INT3', 'Ostvane Europe ETF', abroad(0.85, 0.006)),
  fund('INT4', 'Ostvane Pacific ETF', abroad(0.7, 0.006)),
];
/** In no model: what a restricted name may be replaced by. */
export const SUBSTITUTE_FUNDS: readonly FundShape[] = [
  fund('USX1', 'Meridale US Large Cap ETF', home(1, 0.001)),
  fund('USX2', 'Ostvane US Total Market ETF', home(1.02, 0.0015)),
  fund('BNX1', 'Lindmoor Aggregate Bond ETF', bond(0.05, 0.0026)),
  fund('INX1', 'Lindmoor World ex US ETF', abroad(0.8, 0.0055)),
];
export const MONEY_FUND: FundShape = fund('CASH1', 'Meridale Government Money Fund', {
  assetClass: 'cash',
  beta: 0,
  specific: 0,
});

/** Share of US equity, international equity, bonds and money fund, in percent. */
export const RISK_LEVELS = [
  { name: 'CONSERVATIVE', percent: [25, 8, 62, 5] },
  { name: 'BALANCED', percent: [45, 13, 40, 2] },
  { name: 'GROWTH', percent: [62, 18, 19, 1] },
  { name: 'AGGRESSIVE', percent: [75, 20, 5, 0] },
] as const;

/** The accounts of a household in order; a household has the first so many. */
export const ACCOUNT_PATTERNS: readonly (readonly TaxStatus[])[] = [
  ['taxable', 'traditionalIra', 'rothIra'],
  ['taxable', 'rothIra'],
  ['trust', 'traditionalIra', 'taxable', 'rothIra'],
  ['taxable', 'traditionalIra'],
  ['taxable', 'sepIra', 'rothIra', 'education529'],
  ['traditionalIra', 'rothIra'],
  ['taxable'],
  ['taxable', 'taxable', 'traditionalIra', 'rothIra', 'healthSavings'],
];

export const TAX_BRACKETS = [
  { short: '0.22', long: '0.15', state: '0.04' },
  { short: '0.24', long: '0.15', state: '0.0495' },
  { short: '0.32', long: '0.188', state: '0.05' },
  { short: '0.35', long: '0.188', state: '0.0685' },
  { short: '0.408', long: '0.238', state: '0.093' },
] as const;

export const NAME_STARTS = [
  'Cor',
  'Bel',
  'Tal',
  'Ven',
  'Mar',
  'Hol',
  'Ques',
  'Ridge',
  'Sel',
  'Ard',
  'Fen',
  'Lum',
  'Wex',
  'Dor',
  'Kes',
  'Pel',
] as const;
export const NAME_ENDS = [
  'vane',
  'mont',
  'dale',
  'ara',
  'wick',
  'tor',
  'lund',
  'bury',
  'stead',
  'ix',
  'ford',
  'nova',
  'gard',
  'more',
] as const;
export const FAMILY_NAMES = [
  'Alder',
  'Birch',
  'Calloway',
  'Dunmore',
  'Ellery',
  'Fairley',
  'Garrow',
  'Hartwell',
  'Imsen',
  'Jorvik',
  'Kestrel',
  'Lorimer',
  'Marlowe',
  'Norwood',
  'Oakley',
  'Penrose',
  'Quillon',
  'Rowan',
  'Selwyn',
  'Thorne',
  'Umber',
  'Vance',
  'Wyeth',
  'Yarrow',
] as const;
export const CUSTODIANS = ['Northgate Custody', 'Harborline Trust'] as const;
