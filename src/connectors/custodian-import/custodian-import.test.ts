import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../domain/index.ts';
import { accountsAtFault, readFirmDirectory } from '../firm-directory/index.ts';
import { importToFirmDirectory, mergeImports, readCustodianFile } from './index.ts';
import type { ImportedRecords } from './index.ts';
import { flexMoment } from './ibkr-flex.ts';
import { schwabAccountId, schwabDate, schwabNumber } from './schwab-cells.ts';

const POSITIONS = [
  '"Positions for All-Accounts as of 06:04 PM ET, 11/13/2026"',
  '',
  '"Trust XXXX-1111"',
  '"Symbol","Description","Quantity","Price","Market Value","Cost Basis","Security Type",',
  '"QQA1","INVENTED ONE","1,000","$2.50","$2,500.00","$2,000.00","Equity",',
  '"QQA1 01/15/2027 5.00 C","CALL","1","$1.00","$100.00","$90.00","Equity",',
  '"QQB2","BROKEN","ten","$1.00","$10.00","$1.00","Equity",',
  '"Cash & Cash Investments","--","--","--","$100.05","--","Cash and Money Market",',
  '"Account Total","--","--","--","$2,600.05","$2,000.00","--",',
].join('\r\n');

const TRANSACTIONS = [
  'Date,Action,Symbol,Description,Price,Quantity,Fees & Comm,Amount',
  '10/02/2026 as of 10/01/2026,Buy,QQA1,INVENTED ONE,$2.00,"1,000",$0.50,"-$2,000.50"',
  '10/05/2026,Buy,QQA1,INVENTED ONE,$2.00,1,,-$2.00',
  '10/05/2026,Buy,QQA1,INVENTED ONE,$2.00,1,,-$2.00',
  '10/06/2026,Reinvest Shares,QQA1,INVENTED ONE,$2.00,0.25,,-$0.50',
  '10/07/2026,Journaled Shares,QQA1,INVENTED ONE,,-3,,',
  '10/08/2026,Stock Split,QQA1,INVENTED ONE,,18,,',
  '10/09/2026,Qualified Dividend,QQA1,INVENTED ONE,,,,$6.32',
  '10/09/2026,Teleport,QQA1,INVENTED ONE,,1,,',
  '13/09/2026,Sell,QQA1,INVENTED ONE,$2.00,1,,$2.00',
].join('\n');

const flex = (body: string, prolog = ''): string =>
  `${prolog}<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1"><FlexStatement accountId="U1" fromDate="2026-01-01">${body}</FlexStatement></FlexStatements></FlexQueryResponse>`;
const position = (level: string, quantity: string, more = ''): string =>
  `<OpenPosition accountId="U1" currency="USD" assetCategory="STK" symbol="QQA1" reportDate="2026-03-31" position="${quantity}" markPrice="2.5" positionValue="25" costBasisMoney="20.000000001" levelOfDetail="${level}" ${more}/>`;

const only = (records: ImportedRecords) => {
  const [receipt] = records.receipts;
  if (receipt === undefined) throw new Error('a receipt for the file');
  return receipt;
};
const codes = (records: ImportedRecords): string[] => records.issues.map(({ code }) => code);

describe('Schwab', () => {
  it('positions: shares and cash are taken, options noted, broken rows rejected, totals compared', () => {
    const records = readCustodianFile('x.csv', POSITIONS);
    expect(only(records)).toEqual({
      file: 'x.csv',
      format: 'schwabPositions',
      rows: 5,
      accepted: [5, 8],
      rejected: [{ row: 7, reason: 'QQB2: the quantity is not a number' }],
      ignored: [
        {
          row: 6,
          reason: 'QQA1 01/15/2027 5.00 C is an option; only shares and funds are imported',
        },
        { row: 9, reason: 'total of the account, compared with the rows' },
      ],
    });
    expect(records.accounts.map(({ accountId, name }) => [accountId, name])).toEqual([
      ['XXXX-1111', 'Trust XXXX-1111'],
    ]);
    expect(records.positions[0]?.quantity.toString()).toBe('1000');
    expect(records.positions[0]?.asOfDate).toBe('2026-11-13');
    expect(records.cash[0]?.amount.toString()).toBe('100.05');
    expect(codes(records)).not.toContain('IMPORT_TOTAL_DIFFERS');
    const wrong = readCustodianFile('x.csv', POSITIONS.replace('$2,600.05', '$2,600.06'));
    expect(codes(wrong)).toContain('IMPORT_TOTAL_DIFFERS');
  });

  it('transactions: sides, effective dates, equal fills kept apart, unknown actions rejected', () => {
    const records = readCustodianFile('t.csv', TRANSACTIONS);
    expect(
      records.transactions.map(({ date, side, quantity, amount }) => [
        date,
        side,
        quantity.toString(),
        amount?.toString(),
      ]),
    ).toEqual([
      ['2026-10-01', 'buy', '1000', '2000.5'],
      ['2026-10-05', 'buy', '1', '2'],
      ['2026-10-05', 'buy', '1', '2'],
      ['2026-10-06', 'dividendReinvest', '0.25', '0.5'],
      ['2026-10-07', 'transferOut', '3', undefined],
    ]);
    const ids = new Set(records.transactions.map(({ transactionId }) => transactionId));
    expect(ids.size).toBe(5);
    const { accepted, rejected, ignored } = only(records);
    expect(accepted).toEqual([2, 3, 4, 5, 6]);
    expect(ignored.map(({ row }) => row)).toEqual([7, 8]);
    expect(rejected.map(({ row }) => row)).toEqual([9, 10]);
  });

  it('lot details become lots', () => {
    const text = [
      '"QQA1 Lot Details for Trust XXXX-1111 as of 10:00 PM ET, 11/13/2026"',
      '',
      '"Open Date","Quantity","Price","Cost/Share","Market Value","Cost Basis","Gain/Loss $","Gain/Loss %","Holding Period",',
      '"03/01/2024","600","$2.50","$2.00","$1,500.00","$1,200.00","$300.00","25%","Long Term",',
      '"09/01/2026","400","$2.50","$2.00","$1,000.00","$800.00","$200.00","25%","Short Term",',
      '"Total","1,000","--","--","$2,500.00","$2,000.00","--","--","--",',
    ].join('\n');
    const records = readCustodianFile('l.csv', text);
    expect(
      records.lots.map((lot) => [
        lot.accountId,
        lot.acquiredDate,
        lot.quantity.toString(),
        lot.costBasis.toString(),
      ]),
    ).toEqual([
      ['XXXX-1111', '2024-03-01', '600', '1200'],
      ['XXXX-1111', '2026-09-01', '400', '800'],
    ]);
    expect(only(records)).toMatchObject({ rows: 3, accepted: [4, 5], rejected: [] });
  });

  it('cells: money, dates and account labels', () => {
    expect(schwabNumber('-$1,234.56')?.toString()).toBe('-1234.56');
    for (const text of ['--', '', '1,23', '$', '1e5', '12,3456', 'N/A'])
      expect(schwabNumber(text)).toBeNull();
    expect(schwabDate('11/14/2020 as of 11/13/2020')).toBe('2020-11-13');
    expect(schwabDate('02/30/2020')).toBeNull();
    expect(schwabAccountId('Brokerage XXXX-1234')).toBe('XXXX-1234');
  });
});

describe('IBKR Flex', () => {
  it('takes shares, lots and cash exactly, and says what it left out', () => {
    const records = readCustodianFile(
      'f.xml',
      flex(
        `<OpenPositions>${position('SUMMARY', '10')}${position('LOT', '4', 'openDateTime="2025-01-02;10:00:00"')}${position('LOT', '6', 'openDateTime="20250103 100000"')}` +
          '<OpenPosition currency="USD" assetCategory="OPT" symbol="QQA1 C" position="1" levelOfDetail="SUMMARY"/></OpenPositions>' +
          '<CashReport><CashReportCurrency accountId="U1" currency="BASE_SUMMARY" endingCash="9"/><CashReportCurrency accountId="U1" currency="USD" endingCash="7.123456789012"/></CashReport>',
      ),
    );
    expect(only(records)).toMatchObject({
      format: 'ibkrFlex',
      rows: 6,
      accepted: [1, 2, 3, 6],
      rejected: [],
    });
    expect(only(records).ignored.map(({ row }) => row)).toEqual([4, 5]);
    expect(codes(records)).toEqual(['IMPORT_ROW_IGNORED']);
    expect(records.cash[0]?.amount.toString()).toBe('7.123456789012');
    expect(records.lots.map(({ acquiredDate }) => acquiredDate)).toEqual([
      '2025-01-02',
      '2025-01-03',
    ]);
    expect(records.lots[0]?.costBasis.toString()).toBe('20.000000001');
  });

  it('trades: amount with fees; a cancellation is rejected, a split keeps its ratio', () => {
    const trade = (rest: string): string =>
      `<Trade accountId="U1" currency="USD" assetCategory="STK" symbol="QQA1" tradeDate="20260331" dateTime="20260331;103640" quantity="-14" tradePrice="25" tradeMoney="-350" ibCommission="-0.175" taxes="0" ${rest}/>`;
    const records = readCustodianFile(
      'f.xml',
      flex(
        `<Trades>${trade('buySell="SELL" transactionID="77"')}${trade('buySell="BUY (Ca.)"')}</Trades>` +
          '<CorporateActions><CorporateAction accountId="U1" currency="USD" assetCategory="STK" symbol="QQA1" dateTime="2026-03-30;202500" description="QQA1(US0) SPLIT 3 FOR 2 (QQA1)" type="FS"/></CorporateActions>',
      ),
    );
    const [sell, split] = records.transactions;
    expect(sell).toMatchObject({
      side: 'sell',
      date: '2026-03-31',
      time: '10:36:40',
      transactionId: 'ibkr-77',
    });
    // 350 of proceeds less 0.175 of commission
    expect([sell?.amount?.toString(), sell?.fees.toString(), sell?.quantity.toString()]).toEqual([
      '349.825',
      '0.175',
      '14',
    ]);
    expect(split?.splitRatio?.toString()).toBe('1.5');
    expect(only(records).rejected.map(({ row }) => row)).toEqual([2]);
  });

  it('refuses document types and entities, and takes nothing from a broken document', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
    const refused = readCustodianFile('f.xml', flex('<Trades/>', bomb));
    expect(codes(refused)).toEqual(['XML_DOCTYPE_REFUSED']);
    const entity = readCustodianFile('f.xml', flex('<Trades><Trade accountId="&a;"/></Trades>'));
    expect(codes(entity)).toEqual(['XML_MALFORMED']);
    const cut = readCustodianFile(
      'f.xml',
      flex(`<OpenPositions>${position('SUMMARY', '10')}`).slice(0, -40),
    );
    expect(codes(cut)).toEqual(['XML_MALFORMED']);
    expect(cut.positions).toEqual([]);
  });

  it('reads dates in the ways in which they are written', () => {
    const moment = { date: '2026-03-05', time: '10:36:40' };
    for (const text of [
      '2026-03-05;10:36:40',
      '20260305;103640',
      '2026-03-05, 10:36:40',
      '2026-03-05 10:36:40',
    ]) {
      expect(flexMoment(text)).toEqual(moment);
    }
    expect(flexMoment('20260305')).toEqual({ date: '2026-03-05', time: null });
    for (const text of ['', '--', 'MULTI', '2026-02-30']) expect(flexMoment(text)).toBeNull();
  });
});

describe('any file', () => {
  it('that is not known is one issue and no rows', () => {
    for (const text of ['', 'a,b\n1,2\n', '<html/>', '{}', '"']) {
      const records = readCustodianFile('x', text);
      expect(records.issues).toHaveLength(1);
      expect(only(records).rows).toBe(0);
    }
    expect(codes(readCustodianFile('x', Uint8Array.of(0xff, 0xfe, 0)))).toEqual(['TEXT_NOT_UTF8']);
  });
});

describe('importing into a firm directory', () => {
  const filled = (files: ReadonlyMap<string, string>): Map<string, string> => {
    const completed = new Map(files);
    completed.set('models.csv', 'modelId,component,weight\nM,QQA1,1\n');
    // accountId, householdId, name, taxStatus, custodian, modelId: what a person fills in afterwards
    const accounts = (files.get('accounts.csv') ?? '').replace(
      /^(.*),,(.*),,,,,$/m,
      '$1,taxable,$2,M,,,,',
    );
    completed.set('accounts.csv', accounts);
    return completed;
  };

  it('leaves blank what the custodian does not say, and the reader asks for it', () => {
    const { files, findings } = importToFirmDirectory(readCustodianFile('x.csv', POSITIONS));
    expect(findings.map(({ code, location }) => `${code} ${location.file ?? ''}`)).toEqual([
      'ACCOUNT_SETUP_REQUIRED tax-lots.csv',
      'ACCOUNT_SETUP_REQUIRED accounts.csv',
    ]);
    const blank = readFirmDirectory(files);
    expect(
      blank.findings.map(
        ({ code, location }) => `${location.file ?? ''} ${location.column ?? ''} ${code}`,
      ),
    ).toEqual([
      'accounts.csv taxStatus VALUE_REQUIRED',
      'tax-lots.csv acquiredDate VALUE_REQUIRED',
    ]);
    const some = readFirmDirectory(filled(files));
    expect([...accountsAtFault(some.findings, some.book)]).toEqual(['XXXX-1111']);
  });

  it('takes lots where a file gives them, and merging again changes nothing', () => {
    const records = readCustodianFile(
      'f.xml',
      flex(
        `<OpenPositions>${position('SUMMARY', '10')}${position('LOT', '4', 'openDateTime="2025-01-02"')}${position('LOT', '6', 'openDateTime="2025-01-03"')}</OpenPositions>` +
          '<CashReport><CashReportCurrency accountId="U1" currency="USD" endingCash="7"/><CashReportCurrency accountId="U1" currency="EUR" endingCash="0"/></CashReport>',
      ),
    );
    const { files, findings } = importToFirmDirectory(mergeImports([records]));
    expect(findings.map(({ code }) => code)).toEqual([
      'CURRENCY_NOT_BASE',
      'ACCOUNT_SETUP_REQUIRED',
    ]);
    const first = readFirmDirectory(filled(files));
    expect(first.findings).toEqual([]);
    expect(
      first.book.taxLots.get('U1' as AccountId)?.map(({ quantity }) => quantity.toString()),
    ).toEqual(['4', '6']);
    const again = readFirmDirectory(importToFirmDirectory(records, first.book).files);
    expect(again.findings).toEqual([]);
    expect(again.book).toEqual(first.book);
  });

  it('uses the latest of several dates, and reports a position that two files give for one date', () => {
    const first = readCustodianFile('1.csv', POSITIONS);
    const later = readCustodianFile(
      '2.csv',
      POSITIONS.replace('11/13/2026', '11/16/2026').replace('"1,000"', '"900"'),
    );
    for (const order of [
      [first, later],
      [later, first],
    ]) {
      const { files } = importToFirmDirectory(mergeImports(order));
      expect(files.get('tax-lots.csv')?.split('\n').slice(1)).toEqual([
        'XXXX-1111,QQA1,900,2000,,,',
        '',
      ]);
    }
    const twice = importToFirmDirectory(mergeImports([first, first]));
    expect(twice.findings.map(({ code }) => code)).toContain('RECORD_DUPLICATE');
  });

  it('writes foreign holdings, so that the reader holds their account back', () => {
    const foreign = position('SUMMARY', '10').replace('currency="USD"', 'currency="EUR"');
    const records = readCustodianFile(
      'f.xml',
      flex(
        `<OpenPositions>${foreign}</OpenPositions><CashReport><CashReportCurrency accountId="U1" currency="EUR" endingCash="5"/></CashReport>`,
      ),
    );
    const { files, findings } = importToFirmDirectory(records);
    expect(
      findings.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    ).toEqual(['1 positions of U1 in EUR, not USD', '1 cash balances of U1 in EUR, not USD']);
    const reading = readFirmDirectory(filled(files));
    expect([...accountsAtFault(reading.findings, reading.book)]).toEqual(['U1']);
    expect(reading.findings.map(({ code }) => code)).toContain('CURRENCY_NOT_BASE');
  });

  it('a file of lots alone replaces the lots of its symbol and no others', () => {
    const book = readFirmDirectory(
      new Map([
        ['households.csv', 'householdId\nH\n'],
        ['accounts.csv', 'accountId,householdId,taxStatus,modelId\nXXXX-1111,H,taxable,\n'],
        ['securities.csv', 'symbol,assetClass\nQQA1,equity\nQQB2,equity\n'],
        [
          'tax-lots.csv',
          'accountId,symbol,quantity,costBasis,acquiredDate,lotId\nXXXX-1111,QQA1,5,5,2020-01-02,a\nXXXX-1111,QQB2,7,7,2020-01-02,b\n',
        ],
        ['cash.csv', 'accountId,amount\nXXXX-1111,0\n'],
        ['prices.csv', 'symbol,date,close\nQQA1,2026-11-13,2\nQQB2,2026-11-13,2\n'],
        ['models.csv', 'modelId,component,weight\n'],
      ]),
    ).book;
    const lotFile =
      '"QQA1 Lot Details for Trust XXXX-1111 as of 10:00 PM ET, 11/13/2026"\n"Open Date","Quantity","Price","Cost/Share","Market Value","Cost Basis",\n"03/01/2024","6","$2.50","$2.00","$15.00","$12.00",\n';
    const { files } = importToFirmDirectory(readCustodianFile('l.csv', lotFile), book);
    const after = readFirmDirectory(files);
    expect(after.findings).toEqual([]);
    const held = after.book.taxLots.get('XXXX-1111' as AccountId) ?? [];
    expect(held.map(({ symbol, quantity }) => `${symbol} ${quantity.toString()}`)).toEqual([
      'QQA1 6',
      'QQB2 7',
    ]);
  });

  it('reports lots that do not add up to the position', () => {
    const records = readCustodianFile(
      'f.xml',
      flex(
        `<OpenPositions>${position('SUMMARY', '10')}${position('LOT', '4', 'openDateTime="2025-01-02"')}</OpenPositions>`,
      ),
    );
    expect(importToFirmDirectory(records).findings.map(({ code }) => code)).toContain(
      'IMPORT_TOTAL_DIFFERS',
    );
  });
});
