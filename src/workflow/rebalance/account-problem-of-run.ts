/** The problem that a run solved for one account, found again for the questions that come after it. */
import type { AccountId, AccountTargets, RunId } from '../../domain/index.ts';
import { resolveTargets } from '../../targets/index.ts';
import { HouseholdRun } from './household-run.ts';
import { proposeAccount } from './propose-account.ts';
import { householdsOf, type ProposeInput } from './propose-rebalance.ts';
import { riskModelOf } from './snapshot-risk-model.ts';
import { solveAccount, type Solved } from './solve-account.ts';

export interface AccountProblemOfRun extends Solved {
  readonly targets: AccountTargets;
}

/**
 * Repeats the household's earlier accounts, because what they trade binds this one, and solves this one.
 *
 * @returns null when the request does not hold the account, holds everything, or the account has no targets
 */
export function accountProblemOfRun(
  input: ProposeInput,
  accountId: AccountId,
): AccountProblemOfRun | null {
  const { snapshot, request } = input;
  const kind = request.rebalanceKind;
  const household = snapshot.accounts.get(accountId)?.account.householdId;
  const accounts = household === undefined ? undefined : householdsOf(input).get(household);
  if (accounts === undefined || kind === 'hold') return null;
  const { model: riskModel } = riskModelOf(snapshot);
  const run = new HouseholdRun(accounts, snapshot);
  for (const account of accounts) {
    const { window } = run;
    const extra = { noBuy: run.noBuy() };
    if (account.account.accountId === accountId) {
      const resolved = resolveTargets(account, snapshot, extra);
      if (!resolved.ok) return null;
      const { targets } = resolved.value;
      return { ...solveAccount(targets, { kind, snapshot, account, riskModel, window }), targets };
    }
    // Its orders bar purchases further on; ids of a run that is only repeated are never seen.
    const outcome = proposeAccount({
      runId: '' as RunId,
      kind,
      snapshot,
      account,
      requested: request.accounts.get(account.account.accountId) ?? [],
      riskModel,
      window,
      extra,
    });
    run.record(account, outcome);
  }
  return null;
}
