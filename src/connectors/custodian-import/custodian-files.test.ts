/** Real exports, published by their owners in anonymized form; skipped where the data is not there. */
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../test/support/shared-data.ts';
import { sum } from '../../kernel/index.ts';
import { readCustodianFile } from './index.ts';

const data = sharedData('custodian-files');

function filesBelow(folder: string): string[] {
  if (!data.isAvailable) return [];
  const root = data.path('');
  return readdirSync(data.path(folder), { recursive: true })
    .map((name) => join(data.path(folder), String(name)))
    .filter((path) => statSync(path).isFile() && /\.(csv|xml|xml\.gz)$/i.test(path))
    .map((path) => relative(root, path))
    .sort();
}

describe.skipIf(!data.isAvailable)(`real custodian files ${data.reason}`, () => {
  it.each([...filesBelow('schwab-csv'), ...filesBelow('ibkr-flex-xml')])(
    'I1: %s: every row is accounted for',
    (name) => {
      const { receipts, issues } = readCustodianFile(name, data.text(name));
      const [receipt] = receipts;
      expect(receipt?.format).not.toBe('unknown');
      const rows = [
        ...(receipt?.accepted ?? []),
        ...(receipt?.rejected ?? []).map(({ row }) => row),
        ...(receipt?.ignored ?? []).map(({ row }) => row),
      ];
      expect(rows).toHaveLength(receipt?.rows ?? -1);
      expect(new Set(rows).size).toBe(rows.length);
      expect(
        issues.filter(({ code }) => code === 'CSV_MALFORMED' || code === 'XML_MALFORMED'),
      ).toEqual([]);
    },
  );

  it('Schwab positions: the rows as they stand in the file, and its totals', () => {
    const name = 'schwab-csv/test_basic/positions/All-Accounts-Positions-2020-11-15.CSV';
    const { accounts, positions, cash, issues } = readCustodianFile(name, data.text(name));
    expect(accounts.map(({ accountId }) => accountId)).toEqual(['XXXX-1234', 'XXXX-4321']);
    expect(
      positions.map((p) => [
        p.symbol,
        p.quantity.toString(),
        p.price?.toString(),
        p.costBasis?.toString(),
      ]),
    ).toEqual([
      ['FNDA', '100', '38.3', '3000'],
      ['SCHA', '100', '78.97', '7000'],
    ]);
    expect(cash.map(({ amount }) => amount.toString())).toEqual(['0', '2000']);
    expect(issues.map(({ code }) => code)).toEqual(['IMPORT_ROW_IGNORED']);
  });

  it('Schwab transactions: the first and the largest of the file', () => {
    const name = 'schwab-csv/test_basic/transactions/Intelligent_Transactions_20201115-180120.CSV';
    const { transactions } = readCustodianFile(name, data.text(name));
    expect(
      transactions.map(
        (t) =>
          `${t.date} ${t.side} ${t.symbol} ${t.quantity.toString()} ${t.amount?.toString() ?? '-'}`,
      ),
    ).toEqual([
      '2020-10-19 sell SCHA 81 6013.04',
      '2020-10-19 sell FNDA 71 2533.87',
      '2020-08-24 buy SCHA 122 8662.43',
      '2020-08-24 buy FNDA 139 4851.09',
      '2021-02-16 transferOut GOOG 12.3456 -',
      '2021-03-22 transferOut GOOG 10 -',
    ]);
  });

  it('IBKR: the lots of a position add up to the position, and the cash is as reported', () => {
    const name = 'ibkr-flex-xml/opensteuer_eTax_report_anonymised_2025.xml.gz';
    const { lots, positions, cash } = readCustodianFile(name, data.text(name));
    expect(positions.map(({ symbol, quantity }) => `${symbol} ${quantity.toString()}`)).toEqual([
      'MSTR 5257',
    ]);
    expect(sum(lots.map(({ quantity }) => quantity)).toString()).toBe('5257');
    expect(
      sum(lots.map(({ costBasis }) => costBasis))
        .minus(sum(positions.flatMap((p) => p.costBasis ?? [])))
        .abs()
        .toFloat(),
    ).toBeLessThan(0.01);
    expect(cash.find(({ currency }) => currency === 'CHF')?.amount.toString()).toBe(
      '13538.340410238',
    );
  });
});
