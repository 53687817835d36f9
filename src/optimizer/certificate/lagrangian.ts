/**
 * The problem with its limits priced: every hard budget adds its quantity times its price to the objective.
 * Curves stay curves; the risks about several benchmarks become one risk about their weighted center plus a
 * constant, because they share Sigma:
 *
 *   sum_t w_t/2 |x - b_t|^2 = W/2 |x - c|^2 + sum_t w_t/2 |b_t - c|^2,   W = sum w_t,  c = sum w_t b_t / W
 */
import type { OptimizationProblem, PiecewiseCost } from '../../domain/index.ts';
import type { CertificateInput } from './certificate-input.ts';
import { costBetween, sumOfCurves, type WeightedCurve } from './curve.ts';
import { budgetCurve, trackingError } from './measures.ts';

/**
 * An open end of a box counts as a thousand times the account: a bound over all numbers would be minus
 * infinity for a name without variance, because its prices cancel only up to rounding.
 */
const OPEN_END = 1e3;
const HALVINGS_MAX = 200;

export interface Lagrangian {
  readonly problem: OptimizationProblem;
  /** riskAversion plus what the prices of tracking error budgets add. */
  readonly riskWeight: number;
  readonly center: Float64Array;
  /** What the centers concede, minus price times limit of every budget. */
  readonly constant: number;
  readonly curves: readonly (PiecewiseCost | null)[];
  /** m; those of soft rows no larger than what a violation costs, beyond which there is no bound. */
  readonly rowPrices: Float64Array;
}

export function lagrangianOf(input: CertificateInput): Lagrangian {
  const { problem, budgetPrices } = input;
  const budgets = problem.budgets ?? [];
  const rowPrices = cappedRowPrices(input);
  const priced = budgets.flatMap((budget, j) => {
    const price = Math.max(0, budgetPrices?.[j] ?? 0);
    return price === 0 ? [] : [{ budget, price }];
  });
  if (priced.length === 0) {
    const { riskAversion, target, costs } = problem;
    return {
      problem,
      riskWeight: riskAversion,
      center: target,
      constant: 0,
      curves: costs,
      rowPrices,
    };
  }
  let constant = 0;
  const risks = [{ weight: problem.riskAversion, benchmark: problem.target }];
  for (const { budget, price } of priced) {
    if (budget.kind !== 'trackingError') {
      constant -= price * budget.maximum;
      continue;
    }
    // w/2 (TE^2 - M^2) with w = price / M: its slope in M is the price.
    risks.push({ weight: price / budget.maximum, benchmark: budget.benchmark });
    constant -= (price / 2) * budget.maximum;
  }
  const riskWeight = risks.reduce((total, { weight }) => total + weight, 0);
  const center = problem.target.map((b, i) =>
    riskWeight === 0
      ? b
      : risks.reduce((sum, { weight, benchmark }) => sum + weight * (benchmark[i] as number), 0) /
        riskWeight,
  );
  if (risks.length > 1) {
    for (const { weight, benchmark } of risks) {
      if (weight > 0) constant += (weight / 2) * trackingError(problem, center, benchmark) ** 2;
    }
  }
  const curves = problem.costs.map((cost, i) => {
    const parts: WeightedCurve[] = cost === null ? [] : [{ weight: 1, curve: cost }];
    for (const { budget, price } of priced) {
      const curve = budgetCurve(problem, budget, i);
      if (curve !== null) parts.push({ weight: price, curve });
    }
    return sumOfCurves(parts);
  });
  return { problem, riskWeight, center, constant, curves, rowPrices };
}

function cappedRowPrices({ problem, rowPrices, groups }: CertificateInput): Float64Array {
  if (problem.rows.every((row) => row.soft === undefined)) return rowPrices;
  const caps = problem.rows.map((row) =>
    row.soft === undefined ? Infinity : (row.soft.penalty ?? 0),
  );
  for (const group of groups ?? []) for (const r of group.rows) caps[r] = group.price;
  return rowPrices.map((price, r) => {
    const cap = caps[r] as number;
    return Math.min(cap, Math.max(-cap, price));
  });
}

/** min over the box of curvature/2 (x-c)^2 + slope x + g(x) + impact. */
export function leastTerm(lagrangian: Lagrangian, i: number, slope: number): number {
  const { problem, riskWeight, center, curves } = lagrangian;
  const d = riskWeight * (problem.specificVariance[i] as number);
  const x = lowestOf(lagrangian, i, slope);
  const away = x - (center[i] as number);
  const from = problem.current[i] as number;
  const value = (d / 2) * away * away + slope * x + costBetween(curves[i] ?? null, from, x);
  return hasImpact(problem) ? value + impactBetween(problem, i, x) : value;
}

export function hasImpact({ impact }: OptimizationProblem): boolean {
  return impact !== undefined && impact !== null;
}

/**
 * Where the term is least. It is convex, and without impact a parabola between kinks: least in the first stretch at
 * whose end it no longer falls.
 */
function lowestOf(lagrangian: Lagrangian, i: number, slope: number): number {
  const { problem, riskWeight, center, curves } = lagrangian;
  const d = riskWeight * (problem.specificVariance[i] as number);
  const b = center[i] as number;
  const lower = Math.max(-OPEN_END, problem.lower[i] as number);
  const upper = Math.min(OPEN_END, problem.upper[i] as number);
  if (hasImpact(problem) && (problem.impact?.coefficient[i] ?? 0) > 0) {
    return lowestSmooth(lagrangian, i, slope);
  }
  const cost = curves[i] ?? null;
  const last = cost === null ? 0 : cost.slopes.length - 1;
  let start = lower;
  for (let p = 0; p <= last; p += 1) {
    let end = upper;
    let steep = slope;
    if (cost !== null) {
      steep += cost.slopes[p] as number;
      const kink = p < last ? (cost.breakpoints[p] as number) : upper;
      if (p < last && kink <= start) continue;
      if (kink < upper) end = kink;
    }
    if (d * (end - b) + steep < 0) {
      if (end >= upper) return upper;
      start = end;
      continue;
    }
    if (!(d > 0)) return start;
    const x = b - steep / d;
    return x < start ? start : x > end ? end : x;
  }
  return start;
}

function lowestSmooth(lagrangian: Lagrangian, i: number, slope: number): number {
  const { problem, riskWeight, center } = lagrangian;
  const d = riskWeight * (problem.specificVariance[i] as number);
  const b = center[i] as number;
  return lowestPoint({
    slopeAt: (at) => d * (at - b) + slope + slopeWithin(lagrangian, i, at),
    lower: Math.max(-OPEN_END, problem.lower[i] as number),
    upper: Math.min(OPEN_END, problem.upper[i] as number),
  });
}

/** Slope of curve and impact at x; at a kink the one below. */
function slopeWithin({ problem, curves }: Lagrangian, i: number, x: number): number {
  const cost = curves[i] ?? null;
  let p = 0;
  if (cost !== null) {
    while (p < cost.breakpoints.length && (cost.breakpoints[p] as number) < x) p += 1;
  }
  return (cost?.slopes[p] ?? 0) + impactSlope(problem, i, x);
}

/** Where a non-decreasing slope changes its sign, by halving down to neighboring numbers. */
function lowestPoint(range: {
  readonly slopeAt: (x: number) => number;
  readonly lower: number;
  readonly upper: number;
}): number {
  let { lower, upper } = range;
  for (let halving = 0; halving < HALVINGS_MAX; halving += 1) {
    const middle = lower + (upper - lower) / 2;
    if (middle <= lower || middle >= upper) break;
    if (range.slopeAt(middle) > 0) upper = middle;
    else lower = middle;
  }
  // The slope just below an upper end says nothing about the last step: both ends are one number by now.
  return upper;
}

/** coefficient |x - current|^power. */
export function impactBetween(problem: OptimizationProblem, i: number, x: number): number {
  const coefficient = problem.impact?.coefficient[i] ?? 0;
  if (coefficient === 0) return 0;
  const moved = Math.abs(x - (problem.current[i] as number));
  return coefficient * moved ** (problem.impact?.power ?? 1);
}

export function impactSlope(problem: OptimizationProblem, i: number, x: number): number {
  const coefficient = problem.impact?.coefficient[i] ?? 0;
  if (coefficient === 0) return 0;
  const power = problem.impact?.power ?? 1;
  const moved = x - (problem.current[i] as number);
  return coefficient * power * Math.sign(moved) * Math.abs(moved) ** (power - 1);
}
