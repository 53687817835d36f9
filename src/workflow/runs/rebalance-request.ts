import type { AccountId, RebalanceRequest, Snapshot, Trigger } from '../../domain/index.ts';
import { monitorAccounts } from '../rebalance/index.ts';
import type { RunRecord } from './run-record.ts';

/** Which accounts the run looks at, and what asked for it. */
export function requestOf(run: RunRecord, snapshot: Snapshot): RebalanceRequest {
  const trigger: Trigger =
    run.scheduleId === null
      ? { kind: 'manual', reason: run.reason }
      : { kind: 'calendar', scheduleName: run.reason, dueDate: run.asOfDate };
  return {
    rebalanceKind: run.rebalanceKind,
    asOfDate: run.asOfDate,
    reason: run.reason,
    accounts: new Map(selectedAccounts(run, snapshot).map((accountId) => [accountId, [trigger]])),
  };
}

function selectedAccounts(run: RunRecord, snapshot: Snapshot): readonly AccountId[] {
  switch (run.selection) {
    case 'all':
      return [...snapshot.accounts.keys()];
    case 'listed':
      return (run.accountIds ?? []).filter((accountId) => snapshot.accounts.has(accountId));
    case 'triggered':
      return monitorAccounts(snapshot)
        .filter((row) => row.triggers.length > 0)
        .map((row) => row.account.account.accountId);
  }
}
