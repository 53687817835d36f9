import type { AccountId, HouseholdId, InstrumentSymbol } from './ids.ts';
import type { Ratio } from './units.ts';

export type RestrictionScope =
  | { readonly kind: 'firm' }
  | { readonly kind: 'household'; readonly householdId: HouseholdId }
  | { readonly kind: 'account'; readonly accountId: AccountId };

export type RestrictionSubject =
  | { readonly kind: 'symbol'; readonly symbol: InstrumentSymbol }
  | { readonly kind: 'sector'; readonly sector: string }
  | { readonly kind: 'issuer'; readonly issuer: string };

export type RestrictionKind =
  | 'doNotBuy'
  | 'doNotSell'
  | 'doNotTrade'
  /** Not counted: neither in the account's value nor in its targets, and never traded. */
  | 'exclude'
  | 'maxWeight'
  | 'minWeight';

export const RESTRICTION_KINDS: readonly RestrictionKind[] = [
  'doNotBuy',
  'doNotSell',
  'doNotTrade',
  'exclude',
  'maxWeight',
  'minWeight',
];

export interface Restriction {
  readonly restrictionId: string;
  readonly scope: RestrictionScope;
  readonly subject: RestrictionSubject;
  readonly kind: RestrictionKind;
  /** The weight of `maxWeight` and `minWeight`; null for the other kinds. */
  readonly value: Ratio | null;
  readonly reason: string | null;
}
