/** The files of a firm directory for the firm of real prices. */
import type { RealFirm } from './real-firm.ts';

type Row = readonly (string | { toString(): string })[];

/** Rows as CSV with a header line; RFC 4180 quoting. */
function csv(header: string, rows: readonly Row[]): string {
  const cell = (value: Row[number]): string => {
    const text = value.toString();
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows.map((row) => row.map(cell).join(',')), ''].join('\n');
}

/** One founder does not sell AAPL, one household buys no oil, and the firm may not trade BA. */
export const RESTRICTIONS = {
  keepsApple: 'H02-1',
  buysNoOil: 'H04',
  oil: ['XOM', 'CVX'],
  firmDoesNotTrade: 'BA',
} as const;

/** Accounts whose clients must consent to every order. */
export const CONSENT_ACCOUNTS: readonly string[] = ['H05-2', 'H06-3'];

export const SETTINGS = {
  costs: { linearRate: '0.0005', commissionPerShare: '0.005' },
  compliance: { shortTermGainAmountMax: '250000' },
};

export function firmTables(
  firm: Omit<RealFirm, 'files'>,
  { historyBars }: { readonly historyBars: number },
): ReadonlyMap<string, string> {
  return new Map([
    ['households.csv', households(firm)],
    ['accounts.csv', accounts(firm)],
    ['tax-lots.csv', taxLots(firm)],
    [
      'cash.csv',
      csv(
        'accountId,amount',
        firm.accounts.map((a) => [a.accountId, a.cash]),
      ),
    ],
    ['securities.csv', securities(firm)],
    ['prices.csv', prices(firm, historyBars)],
    ['models.csv', models(firm)],
    ['restrictions.csv', restrictions()],
    ['settings.json', JSON.stringify(SETTINGS)],
  ]);
}

type Firm = Omit<RealFirm, 'files'>;

function households({ accounts: all }: Firm): string {
  const ids = [...new Set(all.map(({ householdId }) => householdId))];
  return csv(
    'householdId,name,federalShortTermRate,federalLongTermRate,stateRate',
    ids.map((id, i) => [id, `Household ${id}`, '0.37', '0.2', `0.0${String(i % 10)}`]),
  );
}

function accounts({ accounts: all }: Firm): string {
  return csv(
    'accountId,householdId,name,taxStatus,custodian,modelId,cashReserveWeight,discretion,status',
    all.map(({ accountId, householdId, taxStatus }) => {
      const discretion = CONSENT_ACCOUNTS.includes(accountId) ? 'clientApproval' : 'full';
      const name = `Account ${accountId}`;
      return [accountId, householdId, name, taxStatus, 'SIM', 'SP500', '0.01', discretion, 'open'];
    }),
  );
}

function taxLots({ accounts: all }: Firm): string {
  return csv(
    'accountId,symbol,quantity,costBasis,acquiredDate,lotId',
    all.flatMap(({ lots }) =>
      lots.map((lot) => [
        lot.accountId,
        lot.symbol,
        lot.quantity,
        lot.costBasis,
        lot.purchaseDate,
        lot.lotId,
      ]),
    ),
  );
}

/** Names in whole shares. The issuer is the SEC registrant, so that share classes count together. */
function securities({ bars, index }: Firm): string {
  return csv(
    'symbol,name,assetClass,sector,industry,country,issuer,currency,lotSize,fractional',
    [...bars.keys()].sort().map((symbol) => {
      const known = index.classifications.get(symbol);
      if (known === undefined) throw new Error(`${symbol} has no sector`);
      const { name, sector, industry, registrant } = known;
      return [symbol, name, 'equity', sector, industry, 'US', registrant, 'USD', '1', 'false'];
    }),
  );
}

function prices({ bars, asOfDate }: Firm, historyBars: number): string {
  return csv(
    'symbol,date,close,volume,adjustedClose',
    [...bars].flatMap(([symbol, all]) =>
      all
        .filter((bar) => bar.date <= asOfDate)
        .slice(-historyBars)
        .map((bar) => [symbol, bar.date, bar.close, bar.volume, bar.adjustedClose]),
    ),
  );
}

function models({ index }: Firm): string {
  return csv(
    'modelId,component,weight,bandAbsolute,bandRelative',
    [...index.weights].map(([symbol, weight]) => ['SP500', symbol, weight, '0.005', '0.25']),
  );
}

function restrictions(): string {
  const { keepsApple, buysNoOil, oil, firmDoesNotTrade } = RESTRICTIONS;
  return csv('scope,symbol,kind,reason', [
    ['firm', firmDoesNotTrade, 'doNotTrade', 'on the restricted list'],
    [`account:${keepsApple}`, 'AAPL', 'doNotSell', 'founder stock'],
    ...oil.map((symbol) => [`household:${buysNoOil}`, symbol, 'doNotBuy', 'the client asked']),
  ]);
}
