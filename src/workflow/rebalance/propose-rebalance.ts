/**
 * A whole run: every requested account, household by household, so that one account's sales at a loss are
 * not undone by another's purchases.
 *
 * Invariants (workflow/README.md; tested in propose-rebalance.test.ts):
 *   W1  Same snapshot, same request, same engine: same result hash.
 *   W2  One bad account is an outcome, not a failed run.
 *   W3  Within a household no account buys what another sells at a loss in the same run.
 */
import { contentHash, derivedId } from '../../kernel/index.ts';
import {
  isTaxable,
  type AccountOutcome,
  type AccountSnapshot,
  type HouseholdId,
  type RebalanceRequest,
  type RebalanceRun,
  type RunId,
  type Snapshot,
} from '../../domain/index.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import { HouseholdRun } from './household-run.ts';
import { proposeAccount } from './propose-account.ts';
import { riskModelOf } from './snapshot-risk-model.ts';

export interface ProposeInput {
  readonly snapshot: Snapshot;
  readonly request: RebalanceRequest;
}

export type ProgressListener = (done: number, total: number) => void | Promise<void>;

/** Accounts between two progress reports; also where other work of the process gets its turn. */
const PROGRESS_EVERY = 25;

/**
 * Decides for every requested account. Accounts that the snapshot does not know are ignored: a request is
 * made from a snapshot.
 */
export async function proposeRebalance(
  input: ProposeInput,
  onProgress?: ProgressListener,
): Promise<RebalanceRun> {
  const { snapshot, request } = input;
  const runId = runIdOf(input);
  const { model, findings } = riskModelOf(snapshot);
  const households = householdsOf(input);
  const total = [...households.values()].reduce((count, accounts) => count + accounts.length, 0);
  const outcomes: AccountOutcome[] = [];
  let reported = 0;
  for (const accounts of households.values()) {
    const run = new HouseholdRun(accounts, snapshot);
    for (const account of accounts) {
      const outcome = proposeAccount({
        runId,
        kind: request.rebalanceKind,
        snapshot,
        account,
        requested: request.accounts.get(account.account.accountId) ?? [],
        riskModel: model,
        window: run.window,
        extra: { noBuy: run.noBuy() },
      });
      run.record(account, outcome);
      outcomes.push(outcome);
    }
    if (onProgress !== undefined && outcomes.length - reported >= PROGRESS_EVERY) {
      reported = outcomes.length;
      await onProgress(outcomes.length, total);
    }
  }
  await onProgress?.(total, total);
  outcomes.sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
  return {
    runId,
    asOfDate: request.asOfDate,
    rebalanceKind: request.rebalanceKind,
    reason: request.reason,
    snapshotHash: snapshot.snapshotHash,
    engineVersion: ENGINE_VERSION,
    accounts: outcomes,
    findings: [...snapshot.findings.filter((f) => f.location.accountId === undefined), ...findings],
    resultHash: contentHash([runId, ENGINE_VERSION, ...outcomes.map(outcomeHash)]),
  };
}

/** The id of a run is the hash of what determines it: the same inputs are the same run. */
function runIdOf({ snapshot, request }: ProposeInput): RunId {
  return derivedId(
    'run',
    snapshot.snapshotHash,
    ENGINE_VERSION,
    request.rebalanceKind,
    request.asOfDate,
    request.reason,
    [...request.accounts.keys()].sort(),
  ) as RunId;
}

/** Requested accounts by household; taxable ones first, so that their losses bind the others. */
export function householdsOf({
  snapshot,
  request,
}: ProposeInput): Map<HouseholdId, AccountSnapshot[]> {
  const households = new Map<HouseholdId, AccountSnapshot[]>();
  for (const accountId of [...request.accounts.keys()].sort()) {
    const account = snapshot.accounts.get(accountId);
    if (account === undefined) continue;
    const { householdId } = account.account;
    const known = households.get(householdId);
    if (known === undefined) households.set(householdId, [account]);
    else known.push(account);
  }
  const rank = (account: AccountSnapshot): number => (isTaxable(account.account.taxStatus) ? 0 : 1);
  for (const accounts of households.values()) accounts.sort((a, b) => rank(a) - rank(b));
  return households;
}

/** What of an outcome a replay must reproduce, hashed account by account so that no run is one huge text. */
function outcomeHash(outcome: AccountOutcome): string {
  const { orders, ...rest } = outcome;
  return contentHash({
    accountId: rest.accountId,
    status: rest.status,
    planningTotal: rest.planningTotal,
    cashAfter: rest.cashAfter,
    realizedShortTerm: rest.realizedShortTerm,
    realizedLongTerm: rest.realizedLongTerm,
    estimatedTax: rest.estimatedTax,
    certificate: rest.certificate,
    findings: rest.findings.map((finding) => finding.code),
    suppressed: rest.suppressed.map((entry) => [entry.symbol, entry.side, entry.code]),
    orders: orders.map((order) => [
      order.orderId,
      order.quantity,
      order.estimatedPrice,
      order.estimatedAmount,
      order.lots.map((lot) => [lot.lotId, lot.quantity, lot.gain, lot.term]),
    ]),
  });
}
