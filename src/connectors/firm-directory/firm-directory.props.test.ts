import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../test/support/fast-check.ts';
import { canonicalJson } from '../../kernel/index.ts';
import { readFirmDirectory, writeFirmDirectory } from './index.ts';

// Texts that a spreadsheet would run, that CSV must quote, or that other alphabets write.
const text = fc.string({
  unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', "'", 'a', 'Ω', ' ', '1'),
  minLength: 1,
});
const id = text.map((part) => `=${part.replaceAll(/[\t\r\n]/g, '').trimEnd()}x`);
const decimal = fc
  .tuple(fc.nat(999_999), fc.nat(999_999))
  .map(([a, b]) => `${String(a)}.${String(b).padStart(6, '0')}`);

describe('writing and reading a firm directory', () => {
  it('gives the same book and no findings, and the same bytes again', () => {
    fc.assert(
      fc.property(
        fc.record({
          account: id,
          symbol: id,
          name: text,
          reason: text,
          cost: decimal,
          amount: decimal,
        }),
        fc.array(fc.tuple(decimal, fc.integer({ min: 1, max: 28 })), { maxLength: 6 }),
        ({ account, symbol, name, reason, cost, amount }, lotRows) => {
          const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
          // A leading apostrophe is doubled by hand here, so that the writer's own escaping is not trusted.
          const guarded = (cell: string): string =>
            quote(/^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);
          const files = new Map<string, string>([
            ['households.csv', `householdId,name\nH1,${guarded(name)}\n`],
            [
              'accounts.csv',
              `accountId,householdId,taxStatus,modelId\n${guarded(account)},H1,taxable,M\n`,
            ],
            ['securities.csv', `symbol,assetClass,fractional\n${guarded(symbol)},equity,true\n`],
            ['models.csv', `modelId,component,weight,substitutes\nM,${guarded(symbol)},1.000,\n`],
            [
              'prices.csv',
              `symbol,date,close\n${guarded(symbol)},2026-03-31,${cost.replace(/^0\.0+$/, '1')}\n`,
            ],
            ['cash.csv', `accountId,amount\n${guarded(account)},-${amount}\n`],
            [
              'restrictions.csv',
              `scope,symbol,kind,reason\nfirm,${guarded(symbol)},doNotBuy,${guarded(reason)}\n`,
            ],
            [
              'tax-lots.csv',
              `accountId,symbol,quantity,costBasis,acquiredDate\n${lotRows
                .map(
                  ([q, day]) =>
                    `${guarded(account)},${guarded(symbol)},1${q},${cost},2025-01-${String(day).padStart(2, '0')}\n`,
                )
                .join('')}`,
            ],
          ]);
          const first = readFirmDirectory(files);
          expect(first.findings).toEqual([]);
          expect(first.book.households.get('H1' as never)?.name).toBe(name);
          const written = writeFirmDirectory(first.book);
          const second = readFirmDirectory(written);
          expect(second.findings).toEqual([]);
          expect(canonicalJson(second.book)).toBe(canonicalJson(first.book));
          expect([...writeFirmDirectory(second.book)]).toEqual([...written]);
        },
      ),
    );
  });

  it('never throws, whatever a file says', () => {
    const names = [
      'households.csv',
      'accounts.csv',
      'tax-lots.csv',
      'models.csv',
      'restrictions.csv',
      'settings.json',
    ];
    const soup = fc.string({
      unit: fc.constantFrom(
        'a',
        ',',
        '"',
        '\n',
        '\r',
        '{',
        '}',
        ':',
        '0',
        '-',
        '\u0000',
        'modelId',
        'scope',
        'weight',
        'component',
      ),
    });
    fc.assert(
      fc.property(fc.constantFrom(...names), soup, (name, content) => {
        const { book } = readFirmDirectory(new Map([[name, content]]));
        expect(book.accounts.size).toBeLessThanOrEqual(content.length);
      }),
    );
  });
});
