/** The index against the plain reading of the scopes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccountId, HouseholdId, InstrumentSymbol } from './ids.ts';
import { restrictionsReaching } from './restriction-scope.ts';
import type { Restriction, RestrictionScope } from './restriction.ts';

const ids = fc.constantFrom('A', 'B', 'C');
const scopes: fc.Arbitrary<RestrictionScope> = fc.oneof(
  fc.constant({ kind: 'firm' as const }),
  ids.map((id) => ({ kind: 'household' as const, householdId: id as HouseholdId })),
  ids.map((id) => ({ kind: 'account' as const, accountId: id as AccountId })),
);
const restrictionLists = fc.array(scopes, { maxLength: 12 }).map((list) =>
  list.map((scope, position): Restriction => ({
    restrictionId: String(position),
    scope,
    subject: { kind: 'symbol', symbol: 'X' as InstrumentSymbol },
    kind: 'doNotBuy',
    value: null,
    reason: null,
  })),
);

it('finds what reaches an account, in the given sequence', () => {
  fc.assert(
    fc.property(restrictionLists, ids, ids, (restrictions, a, h) => {
      const account = { accountId: a as AccountId, householdId: h as HouseholdId };
      const reaching = restrictions.filter(
        ({ scope }) =>
          scope.kind === 'firm' ||
          (scope.kind === 'household' && scope.householdId === h) ||
          (scope.kind === 'account' && scope.accountId === a),
      );
      expect(restrictionsReaching(account, restrictions)).toEqual(reaching);
    }),
  );
});
