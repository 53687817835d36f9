/** The tax frontier of one account of a computed run, on the very snapshot that the run decided on. */
import { err, ok, type Result } from '../../kernel/index.ts';
import { errorFinding, type AccountId, type Finding, type Snapshot } from '../../domain/index.ts';
import type { WorkflowContext } from '../context.ts';
import { accountFrontier, type AccountFrontier } from '../rebalance/index.ts';
import { requestOf } from './rebalance-request.ts';
import type { RunRecord } from './run-record.ts';

/** @returns refusals BOOKS_MOVED_ON, RUN_STATE_REFUSES or RESOURCE_UNKNOWN */
export async function frontierOfRunAccount(
  context: WorkflowContext,
  run: RunRecord,
  wish: { readonly accountId: AccountId; readonly points: number },
): Promise<Result<AccountFrontier, readonly Finding[]>> {
  if (run.snapshotHash === null) {
    const text = `run ${run.runId} is ${run.state}: there is nothing to compare with yet`;
    return err([errorFinding('RUN_STATE_REFUSES', text)]);
  }
  const snapshot = await context.books.snapshot(run.asOfDate);
  if (snapshot.snapshotHash !== run.snapshotHash) {
    const text = `the books of ${run.asOfDate} have changed since run ${run.runId} was computed`;
    return err([errorFinding('BOOKS_MOVED_ON', text)]);
  }
  const household = householdOf(snapshot, wish.accountId);
  if (household === null) {
    return err([errorFinding('RESOURCE_UNKNOWN', `there is no account ${wish.accountId}`)]);
  }
  // Accounts of other households do not matter to this one, and asking whether each is triggered takes time.
  const request = requestOf(run, { ...snapshot, accounts: household });
  if (!request.accounts.has(wish.accountId)) {
    const text = `account ${wish.accountId} took no part in run ${run.runId}`;
    return err([errorFinding('RESOURCE_UNKNOWN', text)]);
  }
  return ok(accountFrontier({ snapshot, request }, wish.accountId, wish.points));
}

function householdOf(snapshot: Snapshot, accountId: AccountId): Snapshot['accounts'] | null {
  const householdId = snapshot.accounts.get(accountId)?.account.householdId;
  if (householdId === undefined) return null;
  return new Map(
    [...snapshot.accounts].filter(([, { account }]) => account.householdId === householdId),
  );
}
