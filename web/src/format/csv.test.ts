import { describe, expect, it } from 'vitest';
import { csvCell, csvText } from './csv.ts';

describe('csv', () => {
  it('1: no text cell can be taken for a formula', () => {
    for (const start of ['=', '+', '-', '@', '\t', '\r'])
      expect(csvCell(`${start}cmd`, 'text').replace('"', '')).toMatch(/^'/);
  });

  it('2: numbers are untouched, negative ones too', () => {
    expect(csvCell('-5.00', 'number')).toBe('-5.00');
    expect(csvCell('12345678901234567.89', 'number')).toBe('12345678901234567.89');
  });

  it('3: quotes what a comma, a quote or a line end would break', () => {
    expect(csvCell('a,b', 'text')).toBe('"a,b"');
    expect(csvCell('say "hi"', 'text')).toBe('"say ""hi"""');
  });

  it('writes the heading, the heads, the rows and the totals', () => {
    const text = csvText({
      heading: [['As of', '2026-11-20']],
      columns: [
        { header: 'Account', kind: 'text' },
        { header: 'Value', kind: 'number' },
      ],
      rows: [
        ['=evil', '-1.50'],
        ['Plain', null],
      ],
      totals: ['Total', '-1.50'],
    });
    expect(text).toBe(
      "As of,2026-11-20\r\n\r\nAccount,Value\r\n'=evil,-1.50\r\nPlain,\r\nTotal,-1.50\r\n",
    );
  });
});
