import type { CalendarDate } from '../kernel/index.ts';
import type { AccountId } from './ids.ts';
import type { CashFlowKind } from './activity.ts';
import type { Money, Ratio } from './units.ts';

/** What a run does. `toBand` trades only what left its band; the cash kinds trade in one direction. */
export type RebalanceKind = 'full' | 'toBand' | 'investCash' | 'raiseCash' | 'hold';
export const REBALANCE_KINDS: readonly RebalanceKind[] = [
  'full',
  'toBand',
  'investCash',
  'raiseCash',
  'hold',
];

/** Why an account should be looked at, with the numbers that fired. */
export type Trigger =
  | { readonly kind: 'calendar'; readonly scheduleName: string; readonly dueDate: CalendarDate }
  | {
      readonly kind: 'drift';
      /** A symbol, or `cash`. */
      readonly subject: string;
      readonly weight: Ratio;
      readonly targetWeight: Ratio;
      readonly lowerWeight: Ratio;
      readonly upperWeight: Ratio;
    }
  | { readonly kind: 'cashHigh' | 'cashLow'; readonly cash: Money; readonly reserve: Money }
  | {
      readonly kind: 'cashFlow';
      readonly date: CalendarDate;
      readonly amount: Money;
      readonly flowKind: CashFlowKind;
    }
  | { readonly kind: 'manual'; readonly reason: string };

/** A wish to rebalance some accounts, and why. One request makes one run. */
export interface RebalanceRequest {
  readonly rebalanceKind: RebalanceKind;
  readonly asOfDate: CalendarDate;
  readonly reason: string;
  readonly accounts: ReadonlyMap<AccountId, readonly Trigger[]>;
}
