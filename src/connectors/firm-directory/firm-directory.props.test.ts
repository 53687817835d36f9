import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../test/support/fast-check.ts';
import { canonicalJson } from '../../kernel/index.ts';
import { accountsAtFault, readFirmDirectory, writeFirmDirectory } from './index.ts';

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

  it('R2: a fault in one record of an account holds back that account and no other', () => {
    const ids = Array.from({ length: 8 }, (_, i) => `A${String(i)}`);
    const table = (header: string, row: (accountId: string) => string): string[] => [
      header,
      ...ids.map(row),
    ];
    const tables = {
      'accounts.csv': table('accountId,householdId,taxStatus,modelId', (a) => `${a},H,taxable,M`),
      'tax-lots.csv': table(
        'accountId,symbol,quantity,costBasis,acquiredDate',
        (a) => `${a},S,1,2,2025-01-02`,
      ),
      'cash.csv': table('accountId,amount', (a) => `${a},5`),
      'cash-flows.csv': table('accountId,date,amount', (a) => `${a},2026-04-02,5`),
    };
    type Name = keyof typeof tables;
    const places: readonly (readonly [Name, number, string])[] = [
      ['accounts.csv', 2, 'roth'],
      ['accounts.csv', 3, 'NONE'],
      ['tax-lots.csv', 1, 'T'],
      ['tax-lots.csv', 2, '-1'],
      ['tax-lots.csv', 3, '1,5'],
      ['tax-lots.csv', 4, '2025-13-01'],
      ['cash.csv', 1, ''],
      ['cash-flows.csv', 2, '5e3'],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.nat(7), ([file, column, wrong], which) => {
        const files = new Map<string, string>([
          ['households.csv', 'householdId\nH\n'],
          ['securities.csv', 'symbol,assetClass\nS,equity\n'],
          ['models.csv', 'modelId,component,weight\nM,S,1\n'],
          ['prices.csv', 'symbol,date,close\nS,2026-03-31,2\n'],
        ]);
        for (const [name, lines] of Object.entries(tables)) {
          const changed = lines.map((line, index) =>
            name === file && index === which + 1
              ? line
                  .split(',')
                  .map((cell, i) => (i === column ? wrong : cell))
                  .join(',')
              : line,
          );
          files.set(name, changed.join('\n'));
        }
        const { book, findings } = readFirmDirectory(files);
        const held = accountsAtFault(findings, book);
        const usable = [...book.accounts.keys()].filter((accountId) => !held.has(accountId));
        expect(usable).toEqual(ids.filter((_, index) => index !== which));
        expect(findings.every(({ location }) => location.accountId === ids[which])).toBe(true);
        expect(
          findings.some(({ location }) => location.file === file && location.row === which + 2),
        ).toBe(true);
      }),
    );
  });
});
