import { describe, expect, it } from 'vitest';
import { AS_OF, firmSnapshot, table } from '../../test/support/firm.ts';
import type { AccountId, AccountSnapshot } from '../domain/index.ts';
import { resolveTargets } from '../targets/index.ts';
import { evaluateTriggers } from './evaluate-triggers.ts';

function triggersOf(tables: Record<string, string>): string[] {
  const snapshot = firmSnapshot(tables);
  const account = snapshot.accounts.get('A1' as AccountId) as AccountSnapshot;
  const resolved = resolveTargets(account, snapshot);
  if (!resolved.ok) throw new Error('the account resolves');
  const { targets } = resolved.value;
  return evaluateTriggers({ account, targets, settings: snapshot.settings, asOfDate: AS_OF }).map(
    (trigger) => (trigger.kind === 'drift' ? `drift ${trigger.subject}` : trigger.kind),
  );
}

/** AAA at 100 and BBB at 50, model half and half, band two points. */
const held = (aaa: number, bbb: number, cash: number): Record<string, string> => ({
  'tax-lots.csv': table(`
    | accountId | symbol | quantity       | costBasis | acquiredDate |
    | A1        | AAA    | ${String(aaa)} | 1000      | 2020-01-02   |
    | A1        | BBB    | ${String(bbb)} | 1000      | 2020-01-02   |`),
  'cash.csv': table(`
    | accountId | amount          |
    | A1        | ${String(cash)} |`),
});

describe('triggers', () => {
  it.each([
    // AAA 52 %, BBB 48 %: both exactly on the edge of 50 % +- 2 points
    ['K1: on the edge', held(52, 96, 0), []],
    ['K1: beyond the edge', held(53, 94, 0), ['drift AAA', 'drift BBB']],
    // total 10,000: cash of 1 % is exactly the band above a reserve of nothing
    ['K1: cash on the edge', held(49.5, 99, 100), []],
    ['cash beyond the edge', held(49.4, 98.8, 120), ['cashHigh']],
    ['overdrawn', held(51, 102, -200), ['cashLow']],
  ])('%s', (_name, tables, expected) => {
    expect(triggersOf(tables)).toEqual(expected);
  });

  it('a coming flow is a trigger, a past one is not', () => {
    const flows = table(`
      | accountId | date       | amount | kind       |
      | A1        | 2026-07-15 | -500   | withdrawal |
      | A1        | 2026-06-15 | 900    | deposit    |`);
    expect(triggersOf({ ...held(50, 100, 0), 'cash-flows.csv': flows })).toEqual(['cashFlow']);
  });
});
