import { describe, expect, it } from 'vitest';
import {
  formatGain,
  formatMoney,
  formatPrice,
  formatQuantity,
  formatStatistic,
  formatWeight,
  formatWeightChange,
  plural,
} from './numbers.ts';
import { factName, factText } from './fact.ts';
import { formatElapsed, formatInstant } from './dates.ts';

describe('figures on the screen', () => {
  it('keep every digit that a float would lose', () => {
    expect(formatMoney('12345678901234567.89')).toBe('12,345,678,901,234,567.89');
    expect(formatQuantity('90071992547409930.000001')).toBe('90,071,992,547,409,930.000001');
  });

  it('write money to the cent with a true minus', () => {
    expect(formatMoney('-1234.5')).toBe('−1,234.50');
  });

  it('write shares with the digits they have', () => {
    expect(formatQuantity('100')).toBe('100');
    expect(formatQuantity('0.125000')).toBe('0.125');
  });

  it('write prices with at least two digits', () => {
    expect(formatPrice('12.5')).toBe('12.50');
    expect(formatPrice('12.3456')).toBe('12.3456');
  });

  it('write weights as percent', () => {
    expect(formatWeight('0.123456789012')).toBe('12.35%');
    expect(formatWeightChange('0.012')).toBe('+1.20%');
    expect(formatWeightChange('-0.004')).toBe('−0.40%');
  });

  it('always sign a gain, never a zero', () => {
    expect(formatGain('20')).toBe('+20.00');
    expect(formatGain('-20')).toBe('−20.00');
    expect(formatGain('0.00')).toBe('0.00');
  });

  it('tell not available from zero', () => {
    expect(formatMoney(null)).toBe('n/a');
    expect(formatMoney('0')).toBe('0.00');
  });

  it('show text that is no number as it came', () => {
    expect(formatMoney('not a number')).toBe('not a number');
  });

  it('write small statistics in scientific notation', () => {
    expect(formatStatistic(1.2e-10, 2)).toBe('1.2e−10');
    expect(formatStatistic(0.00031)).toBe('0.00031');
    expect(formatStatistic(0)).toBe('0');
  });

  it('count in words', () => {
    expect(plural(1, 'account')).toBe('1 account');
    expect(plural(1180, 'account')).toBe('1,180 accounts');
    expect(plural(2, 'entry')).toBe('2 entries');
  });
});

describe('named facts', () => {
  it('take their unit from their name', () => {
    expect(factText('weightBefore', '0.0642')).toBe('6.42%');
    expect(factText('estimatedTax', '146.0561')).toBe('146.06');
    expect(factText('quantityUnrounded', '16.412312')).toBe('16.412312');
    expect(factText('cashReserve', '1000')).toBe('1,000.00');
    expect(factText('relief', 'minimumTax')).toBe('minimumTax');
    expect(factText('estimatedTax', null)).toBe('n/a');
  });

  it('read as words', () => {
    expect(factName('estimatedTax')).toBe('Estimated tax');
  });
});

describe('moments', () => {
  it('are UTC and ISO', () => {
    expect(formatInstant('2026-11-20T14:30:05.123Z')).toBe('2026-11-20 14:30:05');
    expect(formatInstant(null)).toBe('n/a');
  });

  it('elapse in words', () => {
    expect(formatElapsed(5_400)).toBe('5 s');
    expect(formatElapsed(65_000)).toBe('1 m 05 s');
  });
});
