import { Decimal } from '../../kernel/index.ts';
import {
  WEIGHT_SCALE,
  type InstrumentSymbol,
  type OptimizationProblem,
  type OptimizationResult,
  type Ratio,
} from '../../domain/index.ts';

/** A change smaller than this is the solver's rounding, not a wish to trade. */
const UNCHANGED_BELOW = 1e-9;

/**
 * The one way back from floats: the answer's weights as exact ratios of 12 digits, half even. A name whose
 * weight the solver left alone is absent, so that its order is exactly nothing.
 */
export function exactWeights(
  problem: OptimizationProblem,
  result: OptimizationResult,
): Map<InstrumentSymbol, Ratio> {
  const weights = new Map<InstrumentSymbol, Ratio>();
  problem.assets.forEach((asset, i) => {
    const weight = result.weights[i] ?? 0;
    if (Math.abs(weight - (problem.current[i] ?? 0)) < UNCHANGED_BELOW) return;
    weights.set(
      asset as InstrumentSymbol,
      Decimal.fromFloat<'ratio'>(Math.max(0, weight), { scale: WEIGHT_SCALE, mode: 'halfEven' }),
    );
  });
  return weights;
}
