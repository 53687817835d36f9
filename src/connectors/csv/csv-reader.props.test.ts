import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../test/support/fast-check.ts';
import { readCsvRecords, readQuoted } from './csv-reader.ts';
import { writeCsv } from './csv-writer.ts';
import { escapeCell, unescapeCell } from './formula-escaping.ts';

const collect = (read: typeof readQuoted, text: string): [number, string[]][] => {
  const records: [number, string[]][] = [];
  expect(read(text, (cells, row) => records.push([row, [...cells]]))).toBeNull();
  return records;
};

const cell = fc.string({ unit: fc.constantFrom('a', ' ', '7', '=', "'", '-', 'é', ';', '\t') });

describe('reading CSV', () => {
  it('V1 V2: the fast way gives the same records and numbers as csv-parse', () => {
    const line = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','));
    fc.assert(
      fc.property(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (lines, end, hasLast) => {
          const text = lines.join(end) + (hasLast ? end : '');
          expect(collect(readCsvRecords, text)).toEqual(collect(readQuoted, text));
        },
      ),
    );
  });

  it('V1: what is written is read back, whatever the text', () => {
    const anyCell = fc.string({
      unit: fc.constantFrom('a', ',', '"', '\n', '\r', '=', "'", '@', '\t', '+'),
    });
    const rows = fc.array(fc.tuple(anyCell, anyCell));
    fc.assert(
      fc.property(rows, (cells) => {
        const columns = ['x', 'y'].map((name) => ({ name, kind: 'text' }));
        const text = writeCsv(columns, cells);
        const records = collect(readCsvRecords, text).map(([, record]) => record.map(unescapeCell));
        expect(records.slice(1)).toEqual(cells);
      }),
    );
  });

  it('the formula guard comes off again, and numbers never get one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(unescapeCell(escapeCell(text))).toBe(text);
        expect(escapeCell(text)).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
    const text = writeCsv(
      [
        { name: 'amount', kind: 'decimal' },
        { name: 'name', kind: 'text' },
      ],
      [['-5', '-5']],
    );
    expect(text).toBe("amount,name\n-5,'-5\n");
  });
});
