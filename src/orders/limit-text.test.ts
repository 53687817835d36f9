import { describe, expect, it } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import type { Money } from '../domain/index.ts';
import { bindingText, conflictText } from './limit-text.ts';

const total: Money = Decimal.parse<'Money'>('250000');

// A price of 0.0168 per unit of weight is 0.000168 per percentage point: 1.68 basis points, 42.00 of 250,000.
describe('a binding constraint in words', () => {
  it.each([
    [
      { constraint: 'upper:AAA', shadowPrice: 0.0168 },
      'AAA is at the most this run lets it be; one percentage point more',
    ],
    [
      { constraint: 'lower:AAA', shadowPrice: -0.0168 },
      'AAA is at the least this run lets it be; one percentage point less',
    ],
    [
      { constraint: 'budget', shadowPrice: 0.0168 },
      'The cash reserve is kept; one percentage point less of it',
    ],
    [
      { constraint: 'budget', shadowPrice: -0.0168 },
      'Cash is at the most this run leaves idle; one percentage point more of it',
    ],
    [
      { constraint: 'sector:Energy (R7)', shadowPrice: -0.0168 },
      'sector:Energy (R7) is at the least it may be; one percentage point more room',
    ],
  ])('%o', (binding, text) => {
    expect(bindingText(binding, total)).toBe(
      `${text} would save 1.68 basis points (42.00) of risk, costs and taxes together.`,
    );
  });
});

it('says what would resolve a conflict', () => {
  expect(conflictText({ constraint: 'upper:AAA', relaxation: 0.025 })).toBe(
    'the most that AAA may be: giving way by 2.50 percentage points would resolve it',
  );
  expect(conflictText({ constraint: 'budget', relaxation: Infinity })).toBe(
    'the cash that must be left or invested: giving way here alone does not help',
  );
});
