import type { AccountId, InstrumentSymbol, OrderId, RunId } from './ids.ts';
import type { HoldingTerm, LotSelection } from './tax-lot.ts';
import type { Money, Price, Quantity, Ratio } from './units.ts';

export type Side = 'buy' | 'sell';

/** One reason of one order, as data; `reasonText` in orders/ turns it into a sentence. */
export type OrderReason =
  | {
      readonly code: 'DRIFT_CORRECTION';
      readonly weightBefore: Ratio;
      readonly targetWeight: Ratio;
      readonly weightAfter: Ratio;
    }
  | { readonly code: 'NOT_IN_MODEL'; readonly weightBefore: Ratio }
  | { readonly code: 'CASH_INVESTED'; readonly cashBefore: Money; readonly cashReserve: Money }
  | { readonly code: 'CASH_RAISED'; readonly cashBefore: Money; readonly cashReserve: Money }
  | { readonly code: 'SUBSTITUTE'; readonly substituteFor: InstrumentSymbol }
  | { readonly code: 'LIMITED_BY'; readonly constraint: string; readonly shadowPrice: number }
  | { readonly code: 'LIMITED_BY_CASH'; readonly quantityWanted: Quantity }
  | { readonly code: 'ROUNDED'; readonly quantityUnrounded: Quantity; readonly step: Quantity }
  | {
      readonly code: 'LOTS_CHOSEN';
      readonly relief: string;
      readonly realizedGain: Money;
      /** What the tax would be; null where a rate is not known. */
      readonly estimatedTax: Money | null;
      /** The most expensive other way to choose the lots, and what the choice saves against it. */
      readonly alternativeRelief: string;
      readonly alternativeTax: Money | null;
    }
  | { readonly code: 'WASH_SALE_AVOIDED'; readonly lotsHeldBack: number; readonly until: string }
  | { readonly code: 'TRACKING_ERROR'; readonly before: number; readonly after: number };

/** What the engine wants, for one account: not yet checked, not yet approved. */
export interface ProposedOrder {
  readonly orderId: OrderId;
  readonly runId: RunId;
  readonly accountId: AccountId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  /** Positive, a multiple of the instrument's lot (or of a millionth where fractional). */
  readonly quantity: Quantity;
  readonly estimatedPrice: Price;
  /** quantity x price to the cent, before costs; positive on both sides. */
  readonly estimatedAmount: Money;
  readonly estimatedCost: Money;
  /** Empty on a buy; adds up to `quantity` on a sell. */
  readonly lots: readonly LotSelection[];
  readonly reasons: readonly OrderReason[];
}

/** An order that was wanted and is not proposed, and why: silence is not an answer. */
export interface SuppressedOrder {
  readonly accountId: AccountId;
  readonly symbol: InstrumentSymbol;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly amount: Money;
  readonly code:
    | 'BELOW_MINIMUM_TRADE'
    | 'BELOW_ONE_LOT'
    | 'INSIDE_BAND'
    | 'RESTRICTED'
    | 'WASH_SALE_AVOIDED'
    | 'CASH_SHORTFALL'
    | 'KIND_EXCLUDES_SIDE';
  readonly detail: string;
}

export interface RealizedGains {
  readonly shortTerm: Money;
  readonly longTerm: Money;
  /** Null where a rate or a basis is not known. */
  readonly estimatedTax: Money | null;
}

export type { HoldingTerm };
