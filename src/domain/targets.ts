import type { AccountId, InstrumentSymbol, ModelPortfolioId } from './ids.ts';
import type { Money, Price, Quantity, Ratio } from './units.ts';

/** Why a line may not be bought or sold, or is bounded: the restriction that says so. */
export interface LineLimit {
  readonly restrictionId: string;
  readonly kind: 'noBuy' | 'noSell' | 'maxWeight' | 'minWeight' | 'accountStatus';
  readonly text: string;
}

/** One name of the union of what is held and what is wanted. Weights are of `planningTotal`. */
export interface TargetLine {
  readonly symbol: InstrumentSymbol;
  readonly price: Price;
  readonly currentQuantity: Quantity;
  readonly currentAmount: Money;
  readonly currentWeight: Ratio;
  /** Zero for a name that is held but not in the model. */
  readonly targetWeight: Ratio;
  /** In tolerance from lower to upper inclusive. Both zero where the target is zero. */
  readonly bandLowerWeight: Ratio;
  readonly bandUpperWeight: Ratio;
  readonly canBuy: boolean;
  readonly canSell: boolean;
  /** From restrictions; null = none. */
  readonly minimumWeight: Ratio | null;
  readonly maximumWeight: Ratio | null;
  readonly limits: readonly LineLimit[];
  /** How the target came about, for example `GROWTH > US-EQUITY` or `substitute for XYZ`. */
  readonly path: readonly string[];
}

/** A limit on the sum of several names, from a sector or issuer restriction. */
export interface TargetGroup {
  readonly restrictionId: string;
  readonly name: string;
  readonly symbols: readonly InstrumentSymbol[];
  readonly minimumWeight: Ratio | null;
  readonly maximumWeight: Ratio | null;
}

/** What an account should hold, before costs, taxes and whole shares. */
export interface AccountTargets {
  readonly accountId: AccountId;
  readonly modelId: ModelPortfolioId;
  /** Counted positions + cash: the denominator of every weight here. */
  readonly planningTotal: Money;
  /** Trade-date cash. A deposit counts once it has arrived, a coming withdrawal is in the reserve. */
  readonly cash: Money;
  /** The larger of amount and weight, plus the withdrawals due within the horizon. */
  readonly cashReserve: Money;
  /** Reserve / planningTotal: the target weight of cash. */
  readonly cashTargetWeight: Ratio;
  readonly cashWeight: Ratio;
  /** Positions under an `exclude` restriction: not counted, not traded. */
  readonly excluded: readonly InstrumentSymbol[];
  /** By symbol. Target weights and `cashTargetWeight` add up to 1. */
  readonly lines: readonly TargetLine[];
  readonly groups: readonly TargetGroup[];
}

/** Drift in the named variants of PRODUCT.md: nothing is called just "drift". */
export interface Drift {
  /** Half the sum over names and cash of |weight - target|: the share of the account in the wrong place. */
  readonly activeShare: Ratio;
  /** Largest |weight - target| over names and cash, in weight, and whose it is (`cash` for cash). */
  readonly absoluteMax: Ratio;
  readonly absoluteMaxSubject: string | null;
  /** Largest |weight - target| / target over names with a target; null = no name has one. */
  readonly relativeMax: Ratio | null;
  readonly relativeMaxSubject: string | null;
  /** Names outside their band, by symbol; a held name without a target is outside by rule. */
  readonly breaches: readonly InstrumentSymbol[];
}
