/**
 * The evidence beside an answer, computed from the user's problem alone: it shares no code with the
 * engines, so that their mistakes show. Any prices give a valid lower bound (weak duality), so an
 * interrupted solve has an honest gap too.
 */
import type { Certificate, LinearRow, OptimizationProblem } from '../../domain/index.ts';
import type { CertificateInput } from './certificate-input.ts';
import { costBetween } from './curve.ts';
import {
  hasImpact,
  impactBetween,
  lagrangianOf,
  leastTerm,
  type Lagrangian,
} from './lagrangian.ts';
import { measureOf, trackingError } from './measures.ts';
import { addScaled, factorSums, innerProduct } from './sums.ts';

/** A certificate, and what it was made of: the shadow prices of boxes are read from the same slopes. */
export interface Evidence {
  readonly certificate: Certificate;
  readonly lagrangian: Lagrangian;
  /** n; q + F pi + A'eta: the slope in each weight but for its own variance, curve and impact. */
  readonly slopes: Float64Array;
}

/** @returns primal value, dual bound, gap and largest violation, in the user's units */
export function certify(input: CertificateInput): Certificate {
  return evidenceOf(input).certificate;
}

/** What `certify` returns, with the sums behind it for whoever asks more of the same answer. */
export function evidenceOf(input: CertificateInput): Evidence {
  const { problem, weights, factorPrices } = input;
  const lagrangian = lagrangianOf(input);
  const away = difference(weights, problem.target);
  const { signals, exposures } = factorSums(problem, factorPrices, away);
  const activities = problem.rows.map((row) => innerProduct(row.coefficients, weights));
  const { conceded, slopes } = pricedSlopes(input, lagrangian, signals);
  const risk = riskOf(problem, away, exposures);
  const { linear, costs, current } = problem;
  let cost = linear === null ? 0 : innerProduct(linear, weights);
  let least = 0;
  const isSmooth = hasImpact(problem);
  const n = slopes.length;
  // One visit per name: its curve lies somewhere in memory and costs more to fetch than to read.
  for (let i = 0; i < n; i += 1) {
    const x = weights[i] as number;
    cost += costBetween(costs[i] ?? null, current[i] as number, x);
    if (isSmooth) cost += impactBetween(problem, i, x);
    least += leastTerm(lagrangian, i, slopes[i] as number);
  }
  const primal = (problem.riskAversion / 2) * risk + cost + penaltyOf(problem, activities);
  const dual = least - conceded;
  const maxViolation = largestViolation(input, activities);
  return { certificate: { primal, dual, gap: primal - dual, maxViolation }, lagrangian, slopes };
}

/** Trading costs count from zero at the current holding, where a curve itself fixes no constant. */
export function primalValue({ problem, weights }: CertificateInput): number {
  const risk = trackingError(problem, problem.target, weights);
  const activities = problem.rows.map((row) => innerProduct(row.coefficients, weights));
  const cost = costOf(problem, weights) + penaltyOf(problem, activities);
  return (problem.riskAversion / 2) * risk * risk + cost;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const n = a.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 1) out[i] = (a[i] as number) - (b[i] as number);
  return out;
}

/** (x-b)'Sigma(x-b). */
function riskOf(
  { specificVariance }: OptimizationProblem,
  away: Float64Array,
  exposures: Float64Array,
): number {
  let square = innerProduct(exposures, exposures);
  const n = away.length;
  for (let i = 0; i < n; i += 1) {
    const a = away[i] as number;
    square += (specificVariance[i] as number) * a * a;
  }
  return square;
}

/** Tilt, curves and impact. */
function costOf(problem: OptimizationProblem, weights: Float64Array): number {
  const { linear, costs, current } = problem;
  const isSmooth = hasImpact(problem);
  let value = linear === null ? 0 : innerProduct(linear, weights);
  const n = weights.length;
  for (let i = 0; i < n; i += 1) {
    const x = weights[i] as number;
    value += costBetween(costs[i] ?? null, current[i] as number, x);
    if (isSmooth) value += impactBetween(problem, i, x);
  }
  return value;
}

function penaltyOf({ rows }: OptimizationProblem, activities: readonly number[]): number {
  let value = 0;
  rows.forEach((row, r) => {
    const penalty = row.soft?.penalty;
    if (penalty !== undefined) value += penalty * violationAt(row, activities[r] as number);
  });
  return value;
}

/**
 * The dual is the sum over assets of the least of their Lagrangian term over the box, minus what the prices
 * concede: pi'F'b + |pi|^2 / (2 Lambda) + h(eta) + theta'limits, with Lambda = riskAversion + the weights that
 * the prices of tracking error budgets put on risk, and b the center of them all.
 *
 * @param signals n; F pi, which become the slopes
 */
function pricedSlopes(
  { problem, factorPrices, groups }: CertificateInput,
  lagrangian: Lagrangian,
  signals: Float64Array,
): { readonly conceded: number; readonly slopes: Float64Array } {
  let conceded = innerProduct(signals, lagrangian.center) - lagrangian.constant;
  for (const price of factorPrices) {
    if (price !== 0) conceded += (price * price) / (2 * lagrangian.riskWeight);
  }
  const slopes = signals;
  if (problem.linear !== null) addScaled(slopes, 1, problem.linear);
  problem.rows.forEach((row, r) => {
    const price = lagrangian.rowPrices[r] as number;
    if (price === 0) return;
    conceded += price * (price > 0 ? row.upper : row.lower);
    addScaled(slopes, price, row.coefficients);
  });
  for (const { maximum, price } of groups ?? []) conceded += maximum * price;
  return { conceded, slopes };
}

function violationAt({ lower, upper }: LinearRow, activity: number): number {
  return Math.max(0, lower - activity, activity - upper);
}

function largestViolation(
  { problem, weights, groups }: CertificateInput,
  activities: readonly number[],
): number {
  const { lower, upper } = problem;
  let largest = 0;
  const n = weights.length;
  for (let i = 0; i < n; i += 1) {
    const x = weights[i] as number;
    largest = Math.max(largest, (lower[i] as number) - x, x - (upper[i] as number));
  }
  problem.rows.forEach((row, r) => {
    if (row.soft !== undefined) return;
    largest = Math.max(largest, violationAt(row, activities[r] as number));
  });
  for (const budget of problem.budgets ?? []) {
    largest = Math.max(largest, measureOf(problem, budget, weights) - budget.maximum);
  }
  for (const { rows, maximum } of groups ?? []) {
    let total = 0;
    for (const r of rows) {
      const row = problem.rows[r];
      if (row !== undefined) total += violationAt(row, activities[r] as number);
    }
    largest = Math.max(largest, total - maximum);
  }
  return largest;
}
