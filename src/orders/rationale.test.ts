import { describe, expect, it } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import type { Money, OrderReason } from '../domain/index.ts';
import { reasonText } from './rationale.ts';

const money = (text: string): Money => Decimal.parse<'Money'>(text);

function lots(fields: {
  gain: string;
  tax: string | null;
  other?: { relief: string; tax: string };
}): OrderReason {
  return {
    code: 'LOTS_CHOSEN',
    relief: 'minimumTax',
    realizedGain: money(fields.gain),
    estimatedTax: fields.tax === null ? null : money(fields.tax),
    alternativeRelief: fields.other?.relief ?? 'minimumTax',
    alternativeTax: fields.other === undefined ? null : money(fields.other.tax),
  };
}

describe('the lots of a sale in words', () => {
  it.each([
    [
      lots({ gain: '48.53', tax: '12.62', other: { relief: 'fifo', tax: '28.58' } }),
      'Lots by least tax: realizes a gain of 48.53, estimated tax 12.62 (first in, first out would cost 28.58).',
    ],
    [
      lots({ gain: '-594.57', tax: '-118.62' }),
      'Lots by least tax: realizes a loss of 594.57, saves an estimated 118.62 of tax.',
    ],
    [
      lots({ gain: '-56.56', tax: '-14.71', other: { relief: 'hifo', tax: '-2' } }),
      'Lots by least tax: realizes a loss of 56.56, saves an estimated 14.71 of tax (highest cost would save 2.00).',
    ],
    [lots({ gain: '535.15', tax: '0' }), 'Lots by least tax: realizes a gain of 535.15, no tax.'],
    [
      lots({ gain: '535.15', tax: null }),
      'Lots by least tax: realizes a gain of 535.15; tax could not be estimated (rates are missing).',
    ],
  ])('%#', (reason, text) => {
    expect(reasonText(reason)).toBe(text);
  });
});
