import { driftOf } from '../../analysis/index.ts';
import {
  errorFinding,
  type AccountSnapshot,
  type AccountTargets,
  type Drift,
  type Finding,
  type Snapshot,
  type Trigger,
} from '../../domain/index.ts';
import { resolveTargets } from '../../targets/index.ts';
import { evaluateTriggers } from '../../triggers/index.ts';
import { findingsOn } from './account-findings.ts';

/** One account as the drift monitor shows it; `targets` and `drift` are null where they could not be computed. */
export interface MonitorRow {
  readonly account: AccountSnapshot;
  readonly targets: AccountTargets | null;
  readonly drift: Drift | null;
  readonly triggers: readonly Trigger[];
  /** Why it could not be computed, and warnings. */
  readonly findings: readonly Finding[];
}

/** Every account of the snapshot, by account id: drift, cash and what would trigger a rebalance. */
export function monitorAccounts(snapshot: Snapshot): MonitorRow[] {
  return [...snapshot.accounts.values()].map((account) => {
    const own = findingsOn(snapshot, account.account.accountId);
    const resolved = resolveTargets(account, snapshot);
    if (!resolved.ok) {
      return {
        account,
        targets: null,
        drift: null,
        triggers: [],
        findings: [...own, ...resolved.error],
      };
    }
    const { targets, findings } = resolved.value;
    const { settings, asOfDate } = snapshot;
    const isRejected = own.some((finding) => finding.severity === 'error');
    const rejected = isRejected
      ? [
          errorFinding('ACCOUNT_DATA_REJECTED', 'records of this account were rejected', {
            accountId: targets.accountId,
          }),
        ]
      : [];
    return {
      account,
      targets,
      drift: driftOf(targets),
      triggers: evaluateTriggers({ account, targets, settings, asOfDate }),
      findings: [...own, ...rejected, ...findings],
    };
  });
}
