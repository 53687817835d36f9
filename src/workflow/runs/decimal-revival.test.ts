import { describe, expect, it } from 'vitest';
import { canonicalJson, Decimal, toPlainJson } from '../../kernel/index.ts';
import type { AccountId, RebalanceRun, Trigger } from '../../domain/index.ts';
import { generateFirm } from '../../simulator/firm/index.ts';
import { takeSnapshot } from '../../vault/index.ts';
import { latestPriceDate } from '../books-postgres.ts';
import { monitorAccounts, proposeRebalance } from '../rebalance/index.ts';
import { reviveDecimals } from './decimal-revival.ts';
import { totalsOf } from './run-totals.ts';

/** Every place in a value that holds a decimal, as a path. */
function decimalPaths(value: unknown, path = ''): string[] {
  if (value instanceof Decimal) return [path];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => decimalPaths(item, `${path}/${key}`));
}

async function generatedRun(): Promise<RebalanceRun> {
  const book = generateFirm({ seed: 'revival', households: 8 });
  const asOfDate = latestPriceDate(book);
  if (asOfDate === null) throw new Error('the generated firm has no prices');
  const snapshot = takeSnapshot(book, asOfDate);
  const accounts = new Map<AccountId, readonly Trigger[]>(
    monitorAccounts(snapshot).map((row) => [row.account.account.accountId, row.triggers]),
  );
  const request = { rebalanceKind: 'full', asOfDate, reason: 'a test', accounts } as const;
  return proposeRebalance({ snapshot, request });
}

describe('reviveDecimals', () => {
  it('gives back every decimal of a real run, and nothing else as a decimal', async () => {
    const run = await generatedRun();
    const totals = totalsOf(run.accounts);
    for (const value of [...run.accounts, totals]) {
      const revived = reviveDecimals(toPlainJson(value));
      expect(decimalPaths(revived)).toEqual(decimalPaths(value));
      expect(canonicalJson(revived)).toBe(canonicalJson(value));
    }
    // The list is only held against what occurs: orders, lots, suppressed ones and triggers must.
    expect(totals.orderCount).toBeGreaterThan(0);
    expect(totals.suppressedCount).toBeGreaterThan(0);
    expect(run.accounts.some((account) => account.triggers.length > 0)).toBe(true);
    expect(run.accounts.some((a) => a.orders.some((order) => order.lots.length > 0))).toBe(true);
  });
});
