import { describe, expect, it } from 'vitest';
import { findingText } from '../../domain/index.ts';
import type {
  AccountId,
  FirmBook,
  InstrumentSymbol,
  ModelPortfolioId,
} from '../../domain/index.ts';
import { accountsAtFault, readFirmDirectory } from './index.ts';
import type { FirmDirectoryReading } from './index.ts';

const BASE: Readonly<Record<string, string>> = {
  'households.csv': 'householdId,federalShortTermRate\nH1,0.37\nH2,\n',
  'accounts.csv':
    'accountId,householdId,taxStatus,modelId\nA1,H1,taxable,CORE\nA2,H2,rothIra,CORE\n',
  'tax-lots.csv':
    'accountId,symbol,quantity,costBasis,acquiredDate,lotId\nA1,AAA,10,1000,2024-01-02,L1\nA2,BBB,5.5,20.25,2024-02-29,L1\n',
  'cash.csv': 'accountId,amount\nA1,250.10\nA2,-3\n',
  'securities.csv': 'symbol,assetClass,sector\nAAA,equity,Energy\nBBB,equity,\n',
  'prices.csv': 'symbol,date,close\nAAA,2026-03-30,100\nAAA,2026-03-31,101.5\nBBB,2026-03-31,4\n',
  'models.csv': 'modelId,component,weight\nCORE,AAA,0.6\nCORE,BBB,0.4\n',
};

const read = (
  changes: Readonly<Record<string, string | Uint8Array | null>> = {},
): FirmDirectoryReading => {
  const files = new Map<string, string | Uint8Array>(Object.entries(BASE));
  for (const [file, content] of Object.entries(changes)) {
    if (content === null) files.delete(file);
    else files.set(file, content);
  }
  return readFirmDirectory(files);
};
const texts = ({ findings }: FirmDirectoryReading): string[] => findings.map(findingText);
const atFault = ({ findings, book }: FirmDirectoryReading): string[] => [
  ...accountsAtFault(findings, book),
];
const lots = (book: FirmBook, id: string) => book.taxLots.get(id as AccountId) ?? [];

describe('a firm directory', () => {
  it('without faults is a book and no findings', () => {
    const { book, findings } = read();
    expect(findings).toEqual([]);
    expect([...book.accounts.keys()]).toEqual(['A1', 'A2']);
    expect(lots(book, 'A2')[0]?.costBasis.toString()).toBe('20.25');
    expect(book.cash.get('A2' as AccountId)?.amount.toString()).toBe('-3');
    expect(book.prices.get('AAA' as InstrumentSymbol)?.map(({ date }) => date)).toEqual([
      '2026-03-30',
      '2026-03-31',
    ]);
    expect(book.settings.baseCurrency).toBe('USD');
  });

  it('may have a byte order mark, CRLF, quotes, and its columns in any order', () => {
    const reading = read({
      'accounts.csv':
        '\ufeffmodelId,taxStatus,householdId,accountId,name\r\nCORE,taxable,H1,A1,"Doe, ""Jo"""\r\nCORE,trust,H1,A2,\r\n',
    });
    expect(texts(reading)).toEqual([]);
    expect(reading.book.accounts.get('A1' as AccountId)?.name).toBe('Doe, "Jo"');
  });

  it('reports all faults at once with file, row, column and code, and drops those records', () => {
    const reading = read({
      'tax-lots.csv': [
        'accountId,symbol,quantity,costBasis,acquiredDate,lotId',
        'A1,AAA,"1,000",1000,2024-01-02,L1',
        'A1,AAA,-1,1e3,2024-02-30,L2',
        'A1,ZZZ,1, 5,,L3',
        'A2,BBB,1,5,2024-01-02,L4',
        'A9,BBB,1,5,2024-01-02,L5',
      ].join('\n'),
    });
    expect(texts(reading)).toEqual([
      'tax-lots.csv:2 quantity: "1,000" is not a plain decimal number [NUMBER_INVALID]',
      'tax-lots.csv:3 quantity: -1 is not greater than 0 [NUMBER_OUT_OF_RANGE]',
      'tax-lots.csv:3 costBasis: "1e3" is not a plain decimal number [NUMBER_INVALID]',
      'tax-lots.csv:3 acquiredDate: "2024-02-30" is not a date [DATE_INVALID]',
      'tax-lots.csv:4 symbol: no security ZZZ [SYMBOL_UNKNOWN]',
      'tax-lots.csv:4 costBasis: " 5" is not a plain decimal number [NUMBER_INVALID]',
      'tax-lots.csv:4 acquiredDate: the cell is blank [VALUE_REQUIRED]',
      'tax-lots.csv:6 accountId: no account A9 [ACCOUNT_UNKNOWN]',
    ]);
    expect(atFault(reading)).toEqual(['A1']);
    expect(lots(reading.book, 'A2')).toHaveLength(1);
  });

  it('needs its seven files and their columns, and warns of what it does not read', () => {
    expect(texts(read({ 'cash.csv': null }))).toEqual([
      'cash.csv: cash.csv is absent [FILE_REQUIRED]',
    ]);
    const reading = read({ 'cash.csv': 'accountId,__proto__\nA1,5\n', 'notes.txt': '' });
    expect(texts(reading)).toEqual([
      'notes.txt: notes.txt is not read [FILE_UNKNOWN]',
      'cash.csv:1 amount: no column amount [COLUMN_REQUIRED]',
      'cash.csv:1 __proto__: column "__proto__" is not used [COLUMN_UNKNOWN]',
      'cash.csv: no cash for A1 [CASH_MISSING]',
      'cash.csv: no cash for A2 [CASH_MISSING]',
    ]);
    expect(atFault(reading)).toEqual(['A1', 'A2']);
  });

  it('refuses duplicates of lot, account, security, cash and price', () => {
    const lotsTwice = read({
      'tax-lots.csv':
        'accountId,symbol,quantity,costBasis,acquiredDate,lotId\nA1,AAA,1,1,2024-01-02,L1\nA1,AAA,2,2,2024-01-02,L1\n',
    });
    expect(texts(lotsTwice)).toEqual([
      'tax-lots.csv:3 lotId: lot L1 stands in row 2 already [RECORD_DUPLICATE]',
    ]);
    expect(atFault(lotsTwice)).toEqual(['A1']);
    const prices = read({ 'prices.csv': `${BASE['prices.csv'] ?? ''}AAA,2026-03-31,99\n` });
    expect(texts(prices)).toEqual([
      'prices.csv:5 date: AAA has two prices on 2026-03-31 [RECORD_DUPLICATE]',
      'prices.csv: AAA is held, by A1 first, and has no usable price [PRICE_MISSING]',
    ]);
    const universe = read({
      'prices.csv': `${BASE['prices.csv'] ?? ''}QQQ,2026-03-30,9\nQQQ,2026-03-31,9\n`,
    });
    expect(texts(universe)).toEqual([
      'prices.csv:5 symbol: no security QQQ: its prices are not used [SYMBOL_UNKNOWN]',
    ]);
    expect(atFault(universe)).toEqual([]);
    const accounts = read({ 'accounts.csv': `${BASE['accounts.csv'] ?? ''}A1,H1,trust,CORE\n` });
    expect(texts(accounts)).toEqual([
      'accounts.csv:4: A1 stands in row 2 already [RECORD_DUPLICATE]',
    ]);
    expect([...accounts.book.accounts.keys()]).toEqual(['A2']);
    const cash = read({ 'cash.csv': 'accountId,amount\nA1,1\nA1,2\nA2,0\n' });
    expect(texts(cash)).toEqual(['cash.csv:3: A1 stands in row 2 already [RECORD_DUPLICATE]']);
    expect(cash.book.cash.has('A1' as AccountId)).toBe(false);
  });

  it('derives lot ids that are unique and do not depend on the order of rows', () => {
    const header = 'accountId,symbol,quantity,costBasis,acquiredDate\n';
    const rows = ['A1,AAA,1,10,2024-01-02', 'A1,AAA,2,20,2024-01-02', 'A1,BBB,1,10,2024-01-02'];
    const ids = (list: string[]) =>
      lots(read({ 'tax-lots.csv': header + list.join('\n') }).book, 'A1').map(
        (lot) => `${lot.lotId} ${lot.quantity.toString()}`,
      );
    expect(ids(rows)).toEqual([
      'A1:AAA:2024-01-02:0001 1',
      'A1:AAA:2024-01-02:0002 2',
      'A1:BBB:2024-01-02:0001 1',
    ]);
    expect(ids(rows.toReversed())).toEqual(ids(rows));
  });
});

describe('models', () => {
  const withModels = (...lines: string[]) =>
    read({ 'models.csv': ['modelId,component,weight,substitutes', ...lines].join('\n') });

  it('add up to exactly 1; the sum is shown', () => {
    const reading = withModels('CORE,AAA,0.3333,', 'CORE,BBB,0.6666,');
    expect(texts(reading)).toEqual([
      'models.csv:2 component: the weights of CORE add up to 0.9999 [MODEL_WEIGHTS_NOT_ONE]',
      'accounts.csv:2 modelId: model CORE was rejected [MODEL_INVALID]',
      'accounts.csv:3 modelId: model CORE was rejected [MODEL_INVALID]',
    ]);
    expect(atFault(reading)).toEqual(['A1', 'A2']);
  });

  it('form no cycle; the path is shown, once', () => {
    const reading = withModels('CORE,model:X,1,', 'X,model:Y,1,', 'Y,model:X,1,');
    expect(texts(reading).slice(0, 2)).toEqual([
      'models.csv:3 component: cycle X -> Y -> X [MODEL_CYCLE]',
      'models.csv:2 component: model X was rejected [MODEL_COMPONENT_UNKNOWN]',
    ]);
  });

  it('name known components and substitutes, each once, with weights of 0 or more', () => {
    const reading = withModels(
      'CORE,NOPE,0.5,',
      'CORE,AAA,-0.5,BBB;QQQ',
      'CORE,BBB,1,',
      'CORE,BBB,0,',
      'CORE,model:NONE,0,',
    );
    expect(texts(reading).slice(0, 4)).toEqual([
      'models.csv:2 component: no security NOPE [MODEL_COMPONENT_UNKNOWN]',
      'models.csv:3 weight: -0.5 is not 0 or more [NUMBER_OUT_OF_RANGE]',
      'models.csv:3 substitutes: no security QQQ [SYMBOL_UNKNOWN]',
      'models.csv:5: BBB stands in row 4 already [RECORD_DUPLICATE]',
    ]);
    expect(reading.book.models.has('CORE' as ModelPortfolioId)).toBe(false);
  });

  it('nest at most 32 deep: CORE, M0 to M30 is 32 levels, one more is refused from the top', () => {
    const chain = (levels: number) => [
      'CORE,model:M0,1,',
      ...Array.from({ length: levels - 2 }, (_, i) => `M${String(i)},model:M${String(i + 1)},1,`),
      `M${String(levels - 2)},AAA,1,`,
    ];
    expect(texts(withModels(...chain(32)))).toEqual([]);
    expect(withModels(...chain(33)).findings.map(({ code }) => code)).toEqual([
      'MODEL_NESTING_TOO_DEEP',
      'MODEL_INVALID',
      'MODEL_INVALID',
    ]);
    expect(withModels(...chain(500)).book.models.size).toBe(32);
  });
});

describe('accounts, restrictions, flows and history', () => {
  it('refuses an unknown tax status, household, and another currency', () => {
    const reading = read({
      'accounts.csv':
        'accountId,householdId,taxStatus,modelId\nA1,H9,taxable,CORE\nA2,H2,roth,CORE\n',
      'cash.csv': 'accountId,amount,currency\nA1,1,EUR\nA2,1,USD\n',
    });
    expect(texts(reading)).toEqual([
      'accounts.csv:2 householdId: no household H9 [HOUSEHOLD_UNKNOWN]',
      expect.stringContaining('accounts.csv:3 taxStatus: "roth" is none of taxable, trust,'),
      'cash.csv:2 currency: "EUR" is not USD [CURRENCY_NOT_BASE]',
    ]);
  });

  it('keeps an account without a model, and one whose model is unknown is held back', () => {
    const reading = read({
      'accounts.csv': 'accountId,householdId,taxStatus,modelId\nA1,H1,taxable,\nA2,H2,trust,NONE\n',
    });
    expect(reading.book.accounts.get('A1' as AccountId)?.modelId).toBeNull();
    expect(texts(reading)).toEqual(['accounts.csv:3 modelId: no model NONE [MODEL_UNKNOWN]']);
    expect(atFault(reading)).toEqual(['A2']);
  });

  it('refuses restrictions that contradict their shape and holds back those they may concern', () => {
    const restrictions = (...rows: string[]) =>
      read({ 'restrictions.csv': ['scope,symbol,sector,kind,value', ...rows].join('\n') });
    expect(texts(restrictions('firm,AAA,,doNotBuy,', 'account:A1,,Energy,maxWeight,0.2'))).toEqual(
      [],
    );
    const both = restrictions('account:A1,AAA,Energy,doNotBuy,', 'household:H2,AAA,,maxWeight,');
    expect(texts(both)).toEqual([
      'restrictions.csv:2 symbol: 2 of symbol, sector and issuer are given [RESTRICTION_SHAPE_INVALID]',
      'restrictions.csv:3 value: maxWeight needs a value [RESTRICTION_SHAPE_INVALID]',
    ]);
    expect(atFault(both)).toEqual(['A1', 'A2']);
    expect(atFault(restrictions('household:H2,AAA,,maxWeight,'))).toEqual(['A2']);
    expect(atFault(restrictions('everyone,AAA,,doNotBuy,'))).toEqual(['A1', 'A2']);
    expect(texts(restrictions('firm,QQQ,,doNotBuy,'))).toEqual([
      'restrictions.csv:2 symbol: no security has the symbol QQQ: is it misspelled? [SYMBOL_UNKNOWN]',
    ]);
  });

  it('reads amounts of transactions, lots of sales, and the signs of flows', () => {
    const reading = read({
      'transactions.csv': [
        'date,account,symbol,side,quantity,amount,price,fees,lots,splitRatio,time',
        '2026-01-02,A1,AAA,buy,10,,5,1.5,,,',
        '2026-01-02,A1,AAA,sell,4,,6,1.5,L:1:1.5;L2:2.5,,09:30',
        '2026-01-03,A1,AAA,split,,,,,,2,',
        '2026-01-03,A1,AAA,buy,1,,,,,,25:00',
      ].join('\n'),
      'cash-flows.csv': 'accountId,date,amount,kind\nA2,2026-04-02,-5,\nA2,2026-04-02,5,rmd\n',
    });
    const [buy, sell, split] = reading.book.transactions.get('A1' as AccountId) ?? [];
    // 10 x 5 + 1.5 and 4 x 6 - 1.5
    expect(buy?.amount?.toString()).toBe('51.5');
    expect(sell?.amount?.toString()).toBe('22.5');
    expect(sell?.lots.map(({ lotId, quantity }) => `${lotId}=${quantity.toString()}`)).toEqual([
      'L:1=1.5',
      'L2=2.5',
    ]);
    expect(split?.splitRatio?.toString()).toBe('2');
    expect(reading.book.cashFlows.get('A2' as AccountId)?.[0]?.kind).toBe('withdrawal');
    expect(texts(reading)).toEqual([
      'transactions.csv:5 time: "25:00" is not HH:MM[:SS] [DATE_INVALID]',
      'cash-flows.csv:3 amount: 5 is of the wrong sign for a rmd: negative leaves [NUMBER_OUT_OF_RANGE]',
    ]);
  });
});

describe('settings', () => {
  const settings = (text: string) => read({ 'settings.json': text });

  it('keeps numbers exactly, as text or as JSON numbers', () => {
    const { book, findings } = settings(
      '{"tolerance":{"bandAbsolute":0.12345678901234567890},"costs":{"commissionPerShare":"0.0035"},"optimizer":{"tolerance":1e-7}}',
    );
    expect(findings).toEqual([]);
    expect(book.settings.tolerance.bandAbsolute.toString()).toBe('0.1234567890123456789');
    expect(book.settings.costs.commissionPerShare.toString()).toBe('0.0035');
    expect(book.settings.optimizer.tolerance).toBe(1e-7);
    expect(book.settings.tax.washSaleWindowDays).toBe(30);
  });

  it('reports every error by pointer and warns of unknown keys', () => {
    const reading = settings(
      '{"baseCurrency":"usd","tolerance":{"bandAbsolute":1.5,"bandReturn":"middle"},"tax":{"washSaleWindowDays":30.5,"avoidWashSales":"yes"},"costs":5,"extra":1,"compliance":{"shortTermGainAmountMax":null},"__proto__":{"x":1}}',
    );
    expect(
      reading.findings.map(({ code, location }) => `${location.pointer ?? ''} ${code}`),
    ).toEqual([
      '/baseCurrency SETTING_INVALID',
      '/tolerance/bandAbsolute SETTING_INVALID',
      '/tolerance/bandReturn SETTING_INVALID',
      '/tax/washSaleWindowDays SETTING_INVALID',
      '/tax/avoidWashSales SETTING_INVALID',
      '/costs SETTING_INVALID',
      '/extra SETTING_UNKNOWN',
      '/__proto__ SETTING_UNKNOWN',
    ]);
    expect(atFault(reading)).toEqual(['A1', 'A2']);
  });

  it('are refused whole when they are not a JSON object', () => {
    for (const text of ['{', '[]', '5', 'null']) {
      expect(settings(text).findings.map(({ code }) => code)).toEqual(['JSON_INVALID']);
    }
  });
});

describe('hostile files', () => {
  it('are findings, never exceptions', () => {
    const cash = (content: string | Uint8Array) =>
      read({ 'cash.csv': content }).findings.map(({ code }) => code);
    expect(cash(Uint8Array.of(0x61, 0xff, 0xfe))).toContain('TEXT_NOT_UTF8');
    expect(cash('accountId,amount\nA1\u0000,5\nA2,1\n')).toContain('TEXT_INVALID');
    expect(cash(`accountId,amount\n${'x'.repeat(5000)},5\n`)).toContain('TEXT_TOO_LONG');
    expect(cash(`accountId,amount\nA1,${'9'.repeat(5000)}\nA2,0\n`)).toContain('NUMBER_INVALID');
    expect(cash('accountId,amount\nA1,"5\nA2,6\n')).toContain('CSV_MALFORMED');
    expect(cash('accountId,amount\nA1,5,6\nA2,1\n')).toEqual(['ROW_SHAPE_INVALID']);
    expect(cash('accountId,amount,amount\nA1,5,6\nA2,1,1\n')).toContain('COLUMN_DUPLICATE');
    expect(cash('')).toContain('COLUMN_REQUIRED');
  });

  it('do not reach prototypes by their ids', () => {
    const reading = read({
      'accounts.csv':
        'accountId,householdId,taxStatus,modelId\n__proto__,H1,taxable,CORE\nconstructor,H2,trust,CORE\n',
      'cash.csv': 'accountId,amount\n__proto__,1\nconstructor,2\n',
      'tax-lots.csv':
        'accountId,symbol,quantity,costBasis,acquiredDate\nconstructor,AAA,1,1,2024-01-02\n',
    });
    expect(texts(reading)).toEqual([]);
    expect([...reading.book.accounts.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it('a malformed file holds back everyone, for no one knows what it would have said', () => {
    const reading = read({ 'restrictions.csv': 'scope,symbol,kind\nfirm,"AAA,doNotBuy\n' });
    expect(atFault(reading)).toEqual(['A1', 'A2']);
  });
});
