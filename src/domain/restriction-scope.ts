import type { Account } from './account.ts';
import type { Restriction } from './restriction.ts';

/** The restrictions of firm, household and account that reach an account, in the given sequence. */
export function restrictionsReaching(
  account: Pick<Account, 'accountId' | 'householdId'>,
  restrictions: readonly Restriction[],
): Restriction[] {
  let index = indexes.get(restrictions);
  if (index === undefined) {
    index = indexOf(restrictions);
    indexes.set(restrictions, index);
  }
  return [
    ...(index.get('firm') ?? []),
    ...(index.get(`household ${account.householdId}`) ?? []),
    ...(index.get(`account ${account.accountId}`) ?? []),
  ]
    .sort((a, b) => a.position - b.position)
    .map((entry) => entry.restriction);
}

interface IndexedRestriction {
  readonly restriction: Restriction;
  readonly position: number;
}

/** By scope: looking through every restriction of a firm for every account grows with the square of it. */
const indexes = new WeakMap<readonly Restriction[], Map<string, IndexedRestriction[]>>();

function indexOf(restrictions: readonly Restriction[]): Map<string, IndexedRestriction[]> {
  const index = new Map<string, IndexedRestriction[]>();
  restrictions.forEach((restriction, position) => {
    const key = scopeKey(restriction);
    const known = index.get(key);
    if (known === undefined) index.set(key, [{ restriction, position }]);
    else known.push({ restriction, position });
  });
  return index;
}

function scopeKey({ scope }: Restriction): string {
  switch (scope.kind) {
    case 'firm':
      return 'firm';
    case 'household':
      return `household ${scope.householdId}`;
    case 'account':
      return `account ${scope.accountId}`;
  }
}
