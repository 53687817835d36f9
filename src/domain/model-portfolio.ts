import type { InstrumentSymbol, ModelPortfolioId } from './ids.ts';
import type { Ratio } from './units.ts';

/** A line of a model: an instrument, or another model held whole. */
export type ModelComponent =
  | { readonly kind: 'instrument'; readonly symbol: InstrumentSymbol }
  | { readonly kind: 'model'; readonly modelId: ModelPortfolioId };

export interface ModelLine {
  readonly component: ModelComponent;
  readonly weight: Ratio;
  /** Tolerance in weight (0.02 = two percentage points); null = not given. */
  readonly bandAbsolute: Ratio | null;
  /** Tolerance as a fraction of the target (0.2 = a fifth of it). Both given: the narrower holds. */
  readonly bandRelative: Ratio | null;
  /** What to hold instead, best first, where this instrument may not be bought. */
  readonly substitutes: readonly InstrumentSymbol[];
}

/** What to hold. Weights add up to exactly 1; models of models never form a cycle. */
export interface ModelPortfolio {
  readonly modelId: ModelPortfolioId;
  readonly lines: readonly ModelLine[];
}
