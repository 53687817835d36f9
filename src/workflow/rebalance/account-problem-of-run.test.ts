import { expect, it } from 'vitest';
import { AS_OF, firmSnapshot, table } from '../../../test/support/firm.ts';
import type { AccountId, RebalanceKind, RebalanceRequest } from '../../domain/index.ts';
import { accountProblemOfRun } from './account-problem-of-run.ts';
import { proposeRebalance } from './propose-rebalance.ts';

/** A1 sells AAA at a loss, which bars A2 of the same household from buying it: the problems depend on order. */
const snapshot = firmSnapshot({
  'accounts.csv': table(`
    | accountId | householdId | taxStatus | modelId |
    | A1        | H1          | taxable   | M       |
    | A2        | H1          | rothIra   | M       |`),
  'tax-lots.csv': table(`
    | accountId | symbol | quantity | costBasis | acquiredDate |
    | A1        | AAA    | 100      | 15000     | 2020-01-02   |
    | A2        | BBB    | 200      | 8000      | 2020-01-02   |`),
  'cash.csv': 'accountId,amount\nA1,0\nA2,0',
});
const requestOf = (rebalanceKind: RebalanceKind): RebalanceRequest => ({
  rebalanceKind,
  asOfDate: AS_OF,
  reason: 'test',
  accounts: new Map([...snapshot.accounts.keys()].map((id) => [id, []])),
});

it('finds the very problem of the run: same certificate, same prices, whatever came before it', async () => {
  const request = requestOf('full');
  const run = await proposeRebalance({ snapshot, request });
  expect(run.accounts.map(({ accountId }) => accountId)).toEqual(['A1', 'A2']);
  for (const outcome of run.accounts) {
    const found = accountProblemOfRun({ snapshot, request }, outcome.accountId);
    expect(found?.result.certificate).toEqual(outcome.certificate);
    expect(found?.result.binding).toEqual(outcome.binding);
  }
  const barred = accountProblemOfRun({ snapshot, request }, 'A2' as AccountId);
  expect(barred?.problem.upper[barred.problem.assets.indexOf('AAA')]).toBe(0);
});

it('has none for a hold, or for an account that took no part', () => {
  expect(
    accountProblemOfRun({ snapshot, request: requestOf('hold') }, 'A1' as AccountId),
  ).toBeNull();
  const request = { ...requestOf('full'), accounts: new Map([['A1' as AccountId, []]]) };
  expect(accountProblemOfRun({ snapshot, request }, 'A2' as AccountId)).toBeNull();
});
