import type { AccountId, Finding, Snapshot } from '../../domain/index.ts';

/** The snapshot's findings on one account, in the snapshot's sequence. */
export function findingsOn(snapshot: Snapshot, accountId: AccountId): readonly Finding[] {
  let index = indexes.get(snapshot.findings);
  if (index === undefined) {
    index = Map.groupBy(snapshot.findings, (finding) => finding.location.accountId);
    indexes.set(snapshot.findings, index);
  }
  return index.get(accountId) ?? [];
}

/** Looking through every finding of a bad file for every account grows with the square of the firm. */
const indexes = new WeakMap<readonly Finding[], ReadonlyMap<string | undefined, Finding[]>>();
