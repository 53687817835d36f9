import type { ClusterRisk } from './cluster-risk.ts';
import type { Tree } from './tree.ts';

interface Bounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * Halves the leaves in tree order again and again, the first half the smaller of an odd number, and shares weight
 * between halves in inverse proportion to their risk (Lopez de Prado 2016, stage 3).
 *
 * A split stays within what its halves can hold: a part of weight W gives its left half at least the larger of the
 * left's least and W less the right's most, and likewise at most. By induction every weight ends inside its bounds
 * whenever the least weights add up to at most one and the most to at least one.
 *
 * @param bounds n each, in shares of the budget, 0 <= lower <= upper
 * @returns n weights that add up to one
 */
export function bisectedWeights(tree: Tree, risk: ClusterRisk, bounds: Bounds): Float64Array {
  const weights = new Float64Array(tree.n);
  const sum = (items: readonly number[], of: Float64Array): number =>
    items.reduce((total, i) => total + (of[i] as number), 0);
  const parts: { readonly items: readonly number[]; readonly weight: number }[] = [
    { items: tree.order, weight: 1 },
  ];
  while (parts.length > 0) {
    const { items, weight } = parts.pop() as (typeof parts)[number];
    if (items.length === 1) {
      weights[items[0] as number] = weight;
      continue;
    }
    const half = Math.floor(items.length / 2);
    const left = items.slice(0, half);
    const right = items.slice(half);
    const leftRisk = risk.riskOf(left);
    const together = leftRisk + risk.riskOf(right);
    const share = together > 0 ? 1 - leftRisk / together : 0.5;
    const least = Math.max(sum(left, bounds.lower), weight - sum(right, bounds.upper));
    const most = Math.min(sum(left, bounds.upper), weight - sum(right, bounds.lower));
    const leftWeight = Math.max(least, Math.min(most, share * weight));
    parts.push({ items: left, weight: leftWeight }, { items: right, weight: weight - leftWeight });
  }
  return weights;
}
