import { describe, expect, it } from 'vitest';
import { firmSnapshot, table } from '../../test/support/firm.ts';
import type {
  AccountId,
  AccountSnapshot,
  AccountTargets,
  Finding,
  Snapshot,
} from '../domain/index.ts';
import { resolveTargets } from './resolve-targets.ts';

function accountOf(snapshot: Snapshot, id = 'A1'): AccountSnapshot {
  return snapshot.accounts.get(id as AccountId) as AccountSnapshot;
}

function targetsOf(tables: Record<string, string>): AccountTargets {
  const snapshot = firmSnapshot(tables);
  const resolved = resolveTargets(accountOf(snapshot), snapshot);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.error));
  return resolved.value.targets;
}

function refusalOf(tables: Record<string, string>): string[] {
  const snapshot = firmSnapshot(tables);
  const resolved = resolveTargets(accountOf(snapshot), snapshot);
  return resolved.ok ? [] : resolved.error.map((finding: Finding) => finding.code);
}

const lineTexts = (targets: AccountTargets): string[] =>
  targets.lines.map(
    (line) => `${line.symbol} ${line.currentWeight.toString()} -> ${line.targetWeight.toString()}`,
  );

describe('targets', () => {
  it('are weights of positions plus cash; the union of held and wanted', () => {
    // 100 AAA at 100 = 10,000, no cash: AAA is everything, BBB is wanted and not held.
    const targets = targetsOf({});
    expect(targets.planningTotal.toString()).toBe('10000');
    expect(lineTexts(targets)).toEqual(['AAA 1 -> 0.5', 'BBB 0 -> 0.5']);
  });

  it('keep the larger of the reserve amount and weight, and set withdrawals aside', () => {
    // Total 10,000 + 2,000 = 12,000; 5 % = 600 > 500; plus a withdrawal of 900 in three days = 1,500.
    const targets = targetsOf({
      'accounts.csv': table(`
        | accountId | householdId | taxStatus | modelId | cashReserveAmount | cashReserveWeight |
        | A1        | H1          | taxable   | M       | 500               | 0.05              |`),
      'cash.csv': table(`
        | accountId | amount |
        | A1        | 2000   |`),
      'cash-flows.csv': table(`
        | accountId | date       | amount | kind       |
        | A1        | 2026-07-03 | -900   | withdrawal |
        | A1        | 2026-07-20 | -700   | withdrawal |
        | A1        | 2026-07-02 | 5000   | deposit    |`),
    });
    expect(targets.cashReserve.toString()).toBe('1500');
    expect(targets.cashTargetWeight.toString()).toBe('0.125');
    expect(lineTexts(targets)).toEqual(['AAA 0.833333333333 -> 0.4375', 'BBB 0 -> 0.4375']);
  });

  it('look through models of models, and add what several paths say of one name', () => {
    const targets = targetsOf({
      'models.csv': table(`
        | modelId | component | weight | bandAbsolute |
        | M       | model:EQ  | 0.6    |              |
        | M       | DDD       | 0.3    |              |
        | M       | AAA       | 0.1    | 0.05         |
        | EQ      | AAA       | 0.5    | 0.1          |
        | EQ      | BBB       | 0.5    |              |`),
    });
    // AAA 0.1 + 0.6*0.5 = 0.4, band 0.05 + 0.6*0.1 = 0.11; BBB 0.3 with the default band of 0.02.
    expect(
      targets.lines.map((l) => [
        l.symbol,
        l.targetWeight.toString(),
        l.bandLowerWeight.toString(),
        l.bandUpperWeight.toString(),
      ]),
    ).toEqual([
      ['AAA', '0.4', '0.29', '0.51'],
      ['BBB', '0.3', '0.28', '0.32'],
      ['DDD', '0.3', '0.28', '0.32'],
    ]);
  });

  it('move what may not be bought to the first eligible substitute, and leave what is held', () => {
    const tables = {
      'models.csv': table(`
        | modelId | component | weight | substitutes |
        | M       | AAA       | 0.5    |             |
        | M       | BBB       | 0.5    | DDD;CCC     |`),
      'restrictions.csv': table(`
        | scope | symbol | kind     | reason        |
        | firm  | BBB    | doNotBuy | watch list    |
        | firm  | DDD    | doNotBuy | not for sale  |`),
    };
    expect(lineTexts(targetsOf(tables))).toEqual(['AAA 1 -> 0.5', 'CCC 0 -> 0.5']);
    const withHolding = targetsOf({
      ...tables,
      'tax-lots.csv': table(`
        | accountId | symbol | quantity | costBasis | acquiredDate | lotId |
        | A1        | AAA    | 80       | 8000      | 2020-01-02   | a1    |
        | A1        | BBB    | 40       | 2000      | 2020-01-02   | b1    |`),
    });
    expect(lineTexts(withHolding)).toEqual(['AAA 0.8 -> 0.5', 'BBB 0.2 -> 0.2', 'CCC 0 -> 0.3']);
  });

  it('leave excluded names out of the total and out of the model', () => {
    const targets = targetsOf({
      'restrictions.csv': table(`
        | scope      | symbol | kind    | reason |
        | account:A1 | AAA    | exclude | legacy |`),
      'cash.csv': table(`
        | accountId | amount |
        | A1        | 1000   |`),
    });
    expect(targets.planningTotal.toString()).toBe('1000');
    expect(targets.excluded).toEqual(['AAA']);
    expect(lineTexts(targets)).toEqual(['BBB 0 -> 1']);
  });

  it('turn sector limits into limits on the sum of names', () => {
    const targets = targetsOf({
      'restrictions.csv': table(`
        | scope        | sector     | kind      | value | reason |
        | household:H1 | Technology | maxWeight | 0.3   | policy |`),
    });
    expect(targets.groups).toMatchObject([{ name: 'sector:Technology', symbols: ['AAA'] }]);
  });
});

describe('refusals, all at once', () => {
  const frozen = table(`
    | accountId | householdId | taxStatus | modelId | status |
    | A1        | H1          | taxable   |         | frozen |`);
  const noPrice = table(`
    | symbol | date       | close |
    | AAA    | 2026-06-20 | 100   |`);
  const limits = table(`
    | scope | symbol | kind      | value | reason |
    | firm  | AAA    | maxWeight | 0.1   | low    |
    | firm  | AAA    | minWeight | 0.2   | high   |`);
  it.each([
    [
      'frozen, without model',
      { 'accounts.csv': frozen },
      ['ACCOUNT_FROZEN', 'ACCOUNT_WITHOUT_MODEL'],
    ],
    ['old price and no price', { 'prices.csv': noPrice }, ['PRICE_TOO_OLD', 'PRICE_REQUIRED']],
    ['limits that contradict', { 'restrictions.csv': limits }, ['RESTRICTIONS_CONTRADICT']],
    [
      'nothing in the account',
      { 'tax-lots.csv': 'accountId,symbol,quantity,costBasis,acquiredDate' },
      ['ACCOUNT_EMPTY'],
    ],
  ])('%s', (_name, tables, codes) => {
    expect(refusalOf(tables as unknown as Record<string, string>)).toEqual(codes);
  });

  it('a price exactly as old as allowed is not stale', () => {
    const prices = table(`
      | symbol | date       | close |
      | AAA    | 2026-06-25 | 100   |
      | BBB    | 2026-06-30 | 50    |`);
    expect(refusalOf({ 'prices.csv': prices })).toEqual([]);
  });
});
