import type { BindingConstraint } from '../../domain/index.ts';
import type { CertificateInput } from './certificate-input.ts';
import { evidenceOf, type Evidence } from './certificate.ts';
import { slopesAround } from './curve.ts';
import { impactSlope } from './lagrangian.ts';

/** Prices below this share of the largest slope in the problem are rounding. */
const PRICE_RELATIVE_MIN = 1e-9;

/**
 * What holds with equality and is worth something: rows in their order, then hard budgets in theirs, then
 * boxes by asset.
 *
 * Sign convention: the price is the fall of the objective when the limit number is *raised* by one unit.
 * So `upper:SYM`, a budget and a row at its upper limit have a price >= 0 (raising the limit relaxes it),
 * `lower:SYM` and a row at its lower limit have a price <= 0 (lowering the limit by one unit saves its
 * magnitude), and an equality row has either sign. The saving from relaxing is the magnitude in every case.
 */
export function bindingConstraints(
  input: CertificateInput,
  evidence: Evidence = evidenceOf(input),
): BindingConstraint[] {
  const { problem, weights } = input;
  const { lower, upper } = problem;
  const binding: BindingConstraint[] = [];
  const { lagrangian, slopes } = evidence;
  const { riskWeight, center, curves, rowPrices } = lagrangian;
  const least = PRICE_RELATIVE_MIN * slopeSize(input);
  problem.rows.forEach((row, r) => {
    const price = rowPrices[r] as number;
    if (Math.abs(price) > least) binding.push({ constraint: row.name, shadowPrice: price });
  });
  (problem.budgets ?? []).forEach((budget, j) => {
    const price = input.budgetPrices?.[j] ?? 0;
    if (price > 0) binding.push({ constraint: budget.name, shadowPrice: price });
  });
  const n = weights.length;
  for (let i = 0; i < n; i += 1) {
    const x = weights[i] as number;
    const isUpper = x >= (upper[i] as number);
    if (!isUpper && x > (lower[i] as number)) continue;
    const asset = problem.assets[i] ?? '';
    const smooth =
      riskWeight * (problem.specificVariance[i] as number) * (x - (center[i] as number)) +
      impactSlope(problem, i, x) +
      (slopes[i] as number);
    const [below, above] = slopesAround(curves[i] ?? null, x);
    // At the upper end the term would still fall beyond it; at the lower end it would fall below it.
    if (isUpper && -(smooth + above) > least) {
      binding.push({ constraint: `upper:${asset}`, shadowPrice: -(smooth + above) });
    } else if (x <= (lower[i] as number) && smooth + below > least) {
      binding.push({ constraint: `lower:${asset}`, shadowPrice: -(smooth + below) });
    }
  }
  return binding;
}

/** A typical slope of the objective in weight, against which a price is large or nothing. */
function slopeSize({ problem, rowPrices }: CertificateInput): number {
  const { specificVariance, costs, riskAversion } = problem;
  let variance = 0;
  let size = 0;
  for (let i = 0; i < costs.length; i += 1) {
    variance = Math.max(variance, specificVariance[i] as number);
    const cost = costs[i] ?? null;
    if (cost === null) continue;
    const { slopes } = cost;
    // Slopes rise: the largest in size is at an end.
    const [first, last] = [slopes[0] as number, slopes[slopes.length - 1] as number];
    size = Math.max(size, Math.abs(first), Math.abs(last));
  }
  for (const price of rowPrices) size = Math.max(size, Math.abs(price));
  return Math.max(size, riskAversion * variance);
}
