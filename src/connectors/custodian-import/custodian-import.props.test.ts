import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../test/support/fast-check.ts';
import { readFirmDirectory } from '../firm-directory/index.ts';
import { importToFirmDirectory, readCustodianFile } from './index.ts';

const SOURCES = [
  [
    '"Positions for account Trust XXXX-1111 as of 06:04 PM ET, 11/13/2026"',
    '"Symbol","Description","Quantity","Price","Market Value","Cost Basis","Security Type",',
    '"QQA1","ONE","1,000","$2.50","$2,500.00","$2,000.00","Equity",',
    '"Cash & Cash Investments","--","--","--","$100.05","--","Cash and Money Market",',
    '"Account Total","--","--","--","$2,600.05","$2,000.00","--",',
  ].join('\n'),
  [
    'Date,Action,Symbol,Description,Price,Quantity,Fees & Comm,Amount',
    '10/05/2026,Buy,QQA1,ONE,$2.00,1,,-$2.00',
    '10/06/2026,Reinvest Shares,QQA1,ONE,$2.00,0.25,,-$0.50',
    '10/07/2026,Journaled Shares,QQA1,ONE,,-3,,',
  ].join('\n'),
  '<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1"><OpenPositions><OpenPosition accountId="U1" currency="USD" assetCategory="STK" symbol="QQA1" reportDate="2026-03-31" position="4" markPrice="2.5" costBasisMoney="20" levelOfDetail="SUMMARY"/><OpenPosition currency="USD" assetCategory="STK" symbol="QQA1" position="4" costBasisMoney="20" openDateTime="2025-01-02;10:00:00" levelOfDetail="LOT"/></OpenPositions><CashReport><CashReportCurrency currency="USD" endingCash="7"/></CashReport></FlexStatement></FlexStatements></FlexQueryResponse>',
] as const;

/** A source with some of its pieces replaced: what a damaged or unusual export looks like. */
const damaged = fc
  .tuple(
    fc.constantFrom(...SOURCES),
    fc.array(
      fc.tuple(
        fc.nat(1000),
        fc.nat(6),
        fc.constantFrom(
          '',
          '"',
          ',',
          '\n',
          '\r\n',
          '0',
          '-',
          '$',
          '--',
          '<',
          '/>',
          '&',
          '\u0000',
          '=x',
          'é',
          '1e9',
          ' ',
        ),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([source, edits]) =>
    edits.reduce((text, [at, length, piece]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + piece + text.slice(start + length);
    }, source as string),
  );

describe('importing damaged files', () => {
  it('I1: every row is in the receipt exactly once, whatever the damage, and nothing throws', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const { receipts } = readCustodianFile('x', text);
        const rows = receipts.flatMap(({ accepted, rejected, ignored }) => [
          ...accepted,
          ...[...rejected, ...ignored].map(({ row }) => row),
        ]);
        expect(rows).toHaveLength(receipts[0]?.rows ?? -1);
        expect(new Set(rows).size).toBe(rows.length);
      }),
      { numRuns: 500 },
    );
  });

  it('M1: a new account is held back until a person has completed it', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const records = readCustodianFile('x', text);
        const { book } = readFirmDirectory(importToFirmDirectory(records).files);
        expect(book.accounts.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
