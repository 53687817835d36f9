import { describe, expect, it } from 'vitest';
import { readFirmDirectory, writeFirmDirectory } from '../../connectors/index.ts';
import { canonicalJson, parseCalendarDate, weekday, zero } from '../../kernel/index.ts';
import { notional } from '../../domain/index.ts';
import type { AccountId, FirmBook } from '../../domain/index.ts';
import { generateFirm } from './index.ts';

const small = (seed: string): FirmBook => generateFirm({ seed, households: 5 });
const lotCount = (book: FirmBook): number =>
  [...book.taxLots.values()].reduce((n, lots) => n + lots.length, 0);

describe('the generated firm', () => {
  it('F1: is the same for the same seed, another for another', () => {
    const written = (seed: string): string =>
      [...writeFirmDirectory(small(seed)).values()].join('');
    const first = written('a');
    // Compared as booleans: a difference of megabytes is not to be printed.
    expect(written('a') === first).toBe(true);
    expect(written('b') === first).toBe(false);
  });

  it('F2: written and read back is the same book, without a finding', () => {
    for (const seed of ['a', 'b', 'c']) {
      const book = small(seed);
      const reading = readFirmDirectory(writeFirmDirectory(book));
      expect(reading.findings).toEqual([]);
      const withoutPrices = (one: FirmBook): string => canonicalJson({ ...one, prices: null });
      expect(withoutPrices(reading.book) === withoutPrices(book)).toBe(true);
      const closes = (one: FirmBook): string =>
        [...one.prices]
          .flatMap(([symbol, bars]) => [
            symbol,
            ...bars.map(({ date, close }) => `${date} ${close.toString()}`),
          ])
          .join('\n');
      expect(closes(reading.book) === closes(book)).toBe(true);
    }
  });

  it('F4: another household changes none of the others', () => {
    const [few, more] = [
      generateFirm({ seed: 1, households: 3 }),
      generateFirm({ seed: 1, households: 4 }),
    ];
    for (const [accountId, lots] of few.taxLots) expect(more.taxLots.get(accountId)).toEqual(lots);
  });

  it('has by default about 200 accounts, 120 to 150 securities and over two years of prices', () => {
    const book = generateFirm({ seed: 'demo' });
    expect(book.households.size).toBe(80);
    expect(book.accounts.size).toBeGreaterThan(150);
    expect(book.accounts.size).toBeLessThan(280);
    expect(book.instruments.size).toBeGreaterThanOrEqual(120);
    expect(book.instruments.size).toBeLessThanOrEqual(150);
    for (const bars of book.prices.values()) {
      expect(bars.length).toBeGreaterThan(500);
      expect(bars.at(-1)?.date).toBe('2026-03-31');
      expect(bars.every(({ date, close }) => weekday(date) <= 5 && close.isPositive())).toBe(true);
    }
    const statuses = new Set([...book.accounts.values()].map(({ taxStatus }) => taxStatus));
    expect(statuses.size).toBeGreaterThan(5);
    expect(book.restrictions.length).toBeGreaterThan(5);
    expect([...book.cashFlows.values()].flat().some(({ kind }) => kind === 'rmd')).toBe(true);
  });

  it('bought its lots at the closes of their days; there are gains and losses', () => {
    const book = small('a');
    let gains = 0;
    let losses = 0;
    for (const lot of [...book.taxLots.values()].flat()) {
      const bars = book.prices.get(lot.symbol) ?? [];
      const bought = bars.find(({ date }) => date === lot.acquiredDate);
      const now = bars.at(-1);
      if (bought === undefined || now === undefined)
        throw new Error(`a close on ${lot.acquiredDate}`);
      expect(lot.costBasis.equals(notional(bought.close, lot.quantity).round(2, 'halfEven'))).toBe(
        true,
      );
      const gain = notional(now.close, lot.quantity).minus(lot.costBasis);
      if (gain.isPositive()) gains += 1;
      else if (gain.isNegative()) losses += 1;
    }
    expect(Math.min(gains, losses)).toBeGreaterThan(lotCount(book) / 20);
  });

  it('makes exactly the accounts asked for, up to any date', () => {
    const asOfDate = parseCalendarDate('2025-07-04');
    const book = generateFirm({ seed: 2, accounts: 31, positionsPerAccount: 30, asOfDate });
    expect(book.accounts.size).toBe(31);
    const [bars] = book.prices.values();
    expect(bars?.at(-1)?.date).toBe('2025-07-04');
    const balanced = [...book.accounts.values()].find(
      ({ modelId }) => modelId?.startsWith('BALANCED') === true,
    );
    const symbols = new Set(
      (book.taxLots.get(balanced?.accountId as AccountId) ?? []).map(({ symbol }) => symbol),
    );
    // 20 stocks, 4 international and 6 bond funds, the money fund, and perhaps one stock of old
    expect(symbols.size).toBeGreaterThanOrEqual(30);
    expect(symbols.size).toBeLessThanOrEqual(32);
  });

  it('refuses a weekend and counts that make no firm', () => {
    expect(() => generateFirm({ seed: 1, asOfDate: parseCalendarDate('2026-03-29') })).toThrow(
      /weekday/,
    );
    expect(() => generateFirm({ seed: 1, households: 0 })).toThrow(/at least one/);
    expect(() => generateFirm({ seed: 1, positionsPerAccount: 61 })).toThrow(/30 to 60/);
  });

  it('contradicts itself nowhere: no name has two restrictions for one account', () => {
    const book = generateFirm({ seed: 'demo' });
    const firm = new Set(
      book.restrictions
        .filter(({ scope }) => scope.kind === 'firm')
        .map(({ subject }) => canonicalJson(subject)),
    );
    for (const { scope, subject } of book.restrictions) {
      if (scope.kind !== 'firm') expect(firm.has(canonicalJson(subject))).toBe(false);
    }
    const households = new Set(
      book.restrictions.flatMap(({ scope }) =>
        scope.kind === 'household' ? [scope.householdId] : [],
      ),
    );
    for (const { scope } of book.restrictions) {
      if (scope.kind !== 'account') continue;
      const householdId = book.accounts.get(scope.accountId)?.householdId;
      expect(householdId !== undefined && households.has(householdId)).toBe(false);
    }
    for (const { amount } of book.cash.values()) expect(amount.isAtLeast(zero())).toBe(true);
  });
});
