import type { LotSelection, Money, Quantity } from '../domain/index.ts';

/** The lots of one name that an order may sell, and how a sale picks from them: given by the tax stage. */
export interface SaleLots {
  /** Sum of the lots that may be sold now. */
  readonly sellableQuantity: Quantity;
  /** Lots kept back because their loss would be washed, and from when they may go. */
  readonly heldBack: { readonly lotCount: number; readonly until: string } | null;
  select(quantity: Quantity, proceeds: Money): LotChoice;
}

/** Lots chosen for a sale, with what the dearest other choice would have cost. */
export interface LotChoice {
  readonly lots: readonly LotSelection[];
  readonly relief: string;
  readonly realizedGain: Money;
  readonly estimatedTax: Money | null;
  readonly alternativeRelief: string;
  readonly alternativeTax: Money | null;
}
