/**
 * The optimizer as a library: one account, four names, and a proof of the answer.
 *
 * The account should move to its target weights. Trading costs money, selling ALFA costs taxes, and the
 * client allows at most 35 % in technology: the optimizer weighs the distance to the target (as risk)
 * against what it costs to get there.
 */
import type { OptimizationProblem } from '../src/domain/index.ts';
import { optimize } from '../src/optimizer/index.ts';

const assets = ['ALFA', 'BETA', 'CORN', 'DUSK']; // ALFA and BETA are technology
const current = Float64Array.of(0.4, 0.1, 0.3, 0.18); // 2 % is cash
const target = Float64Array.of(0.2, 0.2, 0.3, 0.28);

// A trade away from the current weight costs 5 basis points each way; selling ALFA realizes a gain that is
// taxed: 2 cents per dollar sold. A cost is a slope per unit of weight, and changes at a breakpoint.
const costs = [...current].map((weight, i) => ({
  breakpoints: [weight],
  slopes: [i === 0 ? -0.02 - 0.0005 : -0.0005, 0.0005],
}));

const problem: OptimizationProblem = {
  assets,
  target,
  current,
  // Annual variance: one common factor (the market) and what is each name's own.
  factorCount: 1,
  factors: Float64Array.of(0.22, 0.2, 0.12, 0.15),
  specificVariance: Float64Array.of(0.04, 0.05, 0.02, 0.03),
  riskAversion: 10,
  linear: null,
  costs,
  lower: new Float64Array(4),
  upper: new Float64Array(4).fill(1),
  rows: [
    { name: 'budget', coefficients: new Float64Array(4).fill(1), lower: 0.98, upper: 0.98 },
    { name: 'technology', coefficients: Float64Array.of(1, 1, 0, 0), lower: 0, upper: 0.35 },
  ],
};

const result = optimize(problem);
console.log(`status ${result.status} (${result.solver.name})`);
assets.forEach((asset, i) => {
  const percent = (values: Float64Array): string => `${(100 * (values[i] ?? NaN)).toFixed(2)} %`;
  console.log(`${asset}  ${percent(current)} -> ${percent(result.weights)}  (${percent(target)})`);
});

// The certificate is checked from the problem alone: no answer can be better than `dual`, and this one
// costs `primal`. A gap of nothing is a proof that it is the best.
const { primal, dual, gap, maxViolation } = result.certificate;
console.log(`value ${primal.toPrecision(6)}, bound ${dual.toPrecision(6)}`);
console.log(`gap ${gap.toExponential(1)}, largest violation ${maxViolation.toExponential(1)}`);

// A shadow price says what a limit costs: the fall of the value when its number rises by one.
for (const { constraint, shadowPrice } of result.binding) {
  console.log(`binding: ${constraint}, price ${shadowPrice.toPrecision(4)}`);
}
if (result.status !== 'optimal' || gap > 1e-9) process.exitCode = 1;
