/**
 * The evidence beside an answer, computed from the user's problem alone: it shares no code with the
 * engines, so that their mistakes show. Any prices give a valid lower bound (weak duality), so an
 * interrupted solve has an honest gap too.
 */
import type { Certificate } from '../../domain/index.ts';
import type { CertificateInput } from './certificate-input.ts';
import { costBetween } from './curve.ts';
import {
  impactBetween,
  lagrangianOf,
  leastTerm,
  signalsOf,
  type Lagrangian,
} from './lagrangian.ts';
import { measureOf, trackingError, violationOf } from './measures.ts';

/** @returns primal value, dual bound, gap and largest violation, in the user's units */
export function certify(input: CertificateInput): Certificate {
  const primal = primalValue(input);
  const dual = dualValue(input, lagrangianOf(input));
  return { primal, dual, gap: primal - dual, maxViolation: largestViolation(input) };
}

/** Trading costs count from zero at the current holding, where a curve itself fixes no constant. */
export function primalValue({ problem, weights }: CertificateInput): number {
  const risk = trackingError(problem, problem.target, weights);
  let value = (problem.riskAversion / 2) * risk * risk;
  for (let i = 0; i < weights.length; i += 1) {
    const x = weights[i] as number;
    value += (problem.linear?.[i] ?? 0) * x;
    value += costBetween(problem.costs[i] ?? null, problem.current[i] as number, x);
    value += impactBetween(problem, i, x);
  }
  for (const row of problem.rows) {
    const penalty = row.soft?.penalty;
    if (penalty !== undefined) value += penalty * violationOf(row, weights);
  }
  return value;
}

/**
 * Sum over assets of the least of their Lagrangian term over the box, minus what the prices concede:
 * sum min_i - pi'F'b - |pi|^2 / (2 Lambda) - h(eta) - theta'limits, with Lambda = riskAversion + the
 * weights that the prices of tracking error budgets put on risk, and b the center of them all.
 */
function dualValue(input: CertificateInput, lagrangian: Lagrangian): number {
  const { problem, factorPrices } = input;
  let value = lagrangian.constant;
  for (const price of factorPrices) {
    if (price !== 0) value -= (price * price) / (2 * lagrangian.riskWeight);
  }
  problem.rows.forEach((row, r) => {
    const price = lagrangian.rowPrices[r] as number;
    if (price !== 0) value -= price * (price > 0 ? row.upper : row.lower);
  });
  for (const { maximum, price } of input.groups ?? []) value -= maximum * price;
  const { factorParts, rowParts } = signalsOf(input, lagrangian);
  for (let i = 0; i < problem.assets.length; i += 1) {
    const factorPart = factorParts[i] as number;
    value -= factorPart * (lagrangian.center[i] as number);
    const slope = (problem.linear?.[i] ?? 0) + factorPart + (rowParts[i] as number);
    value += leastTerm(lagrangian, i, slope);
  }
  return value;
}

function largestViolation({ problem, weights, groups }: CertificateInput): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i += 1) {
    const x = weights[i] as number;
    largest = Math.max(largest, (problem.lower[i] as number) - x, x - (problem.upper[i] as number));
  }
  for (const row of problem.rows) {
    if (row.soft === undefined) largest = Math.max(largest, violationOf(row, weights));
  }
  for (const budget of problem.budgets ?? []) {
    largest = Math.max(largest, measureOf(problem, budget, weights) - budget.maximum);
  }
  for (const { rows, maximum } of groups ?? []) {
    const total = rows.reduce((sum, r) => {
      const row = problem.rows[r];
      return row === undefined ? sum : sum + violationOf(row, weights);
    }, 0);
    largest = Math.max(largest, total - maximum);
  }
  return largest;
}
