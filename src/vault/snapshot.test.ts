import { describe, expect, test } from 'vitest';
import { sha256 } from '../kernel/index.ts';
import { identifier, type AccountId, type InstrumentSymbol } from '../domain/index.ts';
import {
  account,
  bar,
  date,
  firmBook,
  household,
  model,
  taxLot,
} from '../../test/support/firm-books.ts';
import { takeSnapshot, unpricedSymbols } from './index.ts';

const symbol = (text: string): InstrumentSymbol => identifier<InstrumentSymbol>(text);
const A1 = identifier<AccountId>('A1');

describe('takeSnapshot', () => {
  test('positions by symbol, quotes by the last close on or before the date', () => {
    const snapshot = takeSnapshot(firmBook(), date('2024-01-02'));
    const positions = snapshot.accounts.get(A1)?.positions.map((position) => ({
      symbol: position.symbol,
      quantity: position.quantity.toString(),
      lots: position.lots.map((lot) => lot.lotId),
    }));
    expect(positions).toEqual([
      { symbol: 'AAA', quantity: '12.5', lots: ['L1', 'L2'] },
      { symbol: 'BBB', quantity: '7', lots: ['L3'] },
    ]);
    expect(snapshot.quotes.get(symbol('AAA'))?.price.toString()).toBe('100');
    expect(snapshot.quotes.get(symbol('AAA'))?.averageDailyVolume?.toString()).toBe('1000');
    expect(snapshot.quotes.get(symbol('BBB'))?.averageDailyVolume).toBeNull();
    expect(snapshot.quotes.has(symbol('CCC'))).toBe(false);
    // CCC has no price yet on the date, and nobody needs one.
    expect(snapshot.findings).toEqual([]);
  });

  test('average volume is over the last 20 bars that state one', () => {
    const bars = Array.from({ length: 25 }, (_, i) =>
      bar(`2024-01-${String(i + 1).padStart(2, '0')}`, '5', i === 24 ? null : String(i)),
    );
    const snapshot = takeSnapshot(firmBook({ prices: { AAA: bars } }), date('2024-01-25'));
    // Bars 5 … 23 of the last 20 (5 … 24) state a volume: mean of 5 … 23 is 14.
    expect(snapshot.quotes.get(symbol('AAA'))?.averageDailyVolume?.toString()).toBe('14');
  });

  test('a held or modeled symbol without a usable price is reported once', () => {
    const book = firmBook({
      prices: { AAA: [bar('2023-12-01', '99')] },
      models: [model('GROWTH', { AAA: '0.5', NEW: '0.5' })],
    });
    const snapshot = takeSnapshot(book, date('2024-01-02'));
    expect(snapshot.findings.map((f) => [f.code, f.location.symbol])).toEqual([
      ['PRICE_STALE', 'AAA'],
      ['PRICE_MISSING', 'BBB'],
      ['PRICE_MISSING', 'NEW'],
    ]);
    expect(snapshot.findings[1]?.message).toContain('2 accounts');
    expect([...unpricedSymbols(snapshot).keys()]).toEqual(['AAA', 'BBB', 'NEW']);
  });

  test('an account without household or cash is left out and said so, the others stay', () => {
    const book = firmBook({
      households: [household('H1')],
      accounts: [account('A1', 'H1'), account('A2', 'H9'), account('A9', 'H1')],
    });
    const snapshot = takeSnapshot(book, date('2024-01-03'));
    expect([...snapshot.accounts.keys()]).toEqual(['A1']);
    expect(snapshot.findings.map((f) => [f.code, f.location.accountId])).toEqual([
      ['HOUSEHOLD_UNKNOWN', 'A2'],
      ['CASH_MISSING', 'A9'],
    ]);
  });

  test('a lot of the future is warned about', () => {
    const late = taxLot({
      accountId: 'A1',
      symbol: 'AAA',
      lotId: 'L9',
      quantity: '1',
      costBasis: '1',
      acquiredDate: '2024-02-01',
    });
    const snapshot = takeSnapshot(firmBook({ taxLots: [late] }), date('2024-01-03'));
    expect(snapshot.findings.map((f) => f.code)).toContain('TAX_LOT_AFTER_DATE');
  });

  test('free text cannot imitate another field', () => {
    const renamed = (name: string, custodian: string | null): string =>
      takeSnapshot(
        firmBook({ accounts: [{ ...account('A1', 'H1'), name, custodian }] }),
        date('2024-01-03'),
      ).snapshotHash;
    expect(renamed('x\t~', null)).not.toBe(renamed('x', null));
    expect(renamed('x', '~')).not.toBe(renamed('x', null));
    expect(renamed('', null)).not.toBe(renamed('~', null));
  });

  test('a firm of no accounts has a snapshot too', () => {
    const snapshot = takeSnapshot(firmBook({ accounts: [], taxLots: [] }), date('2024-01-03'));
    expect(snapshot.accounts.size).toBe(0);
    expect(snapshot.snapshotHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an account hash is SHA-256 of the documented text', () => {
    const { accounts } = takeSnapshot(firmBook(), date('2024-01-03'));
    // Written by hand: changing the text makes recorded decisions unreplayable and needs a new format.
    const text = [
      'evenkeel-content/1\taccount',
      'account\tA2\tH1\t"Account \\"A2\\""\ttaxable\t~\tGROWTH\t0\t0.01\tfull\topen',
      'household\tH1\t"Family H1"\t0.37\t0.2\t~\t~\t0',
      'cash\t250.5\t~',
      'lot\tBBB\t2023-05-01\tL1\t1\t11\t0',
      '',
    ].join('\n');
    expect(accounts.get(identifier<AccountId>('A2'))?.contentHash).toBe(sha256(text));
  });
});
