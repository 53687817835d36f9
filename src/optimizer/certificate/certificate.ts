/**
 * The evidence beside an answer, computed from the user's problem alone: it shares no code with the
 * engines, so that their mistakes show. Any prices give a valid lower bound (weak duality), so an
 * interrupted solve has an honest gap too.
 */
import type {
  BindingConstraint,
  Certificate,
  LinearRow,
  OptimizationProblem,
  PiecewiseCost,
} from '../../domain/index.ts';

/** Prices below this share of the largest slope in the problem are rounding. */
const PRICE_RELATIVE_MIN = 1e-9;

/**
 * An open end of a box counts as a thousand times the account: a bound over all numbers would be minus
 * infinity for a name without variance, because its prices cancel only up to rounding.
 */
const OPEN_END = 1e3;

export interface CertificateInput {
  readonly problem: OptimizationProblem;
  readonly weights: Float64Array;
  /** k; price of each factor, riskAversion F'(x - b). */
  readonly factorPrices: Float64Array;
  /** m; > 0 on the upper limit of a row, < 0 on the lower one. */
  readonly rowPrices: Float64Array;
}

/** @returns primal value, dual bound, gap and largest violation, in the user's units */
export function certify(input: CertificateInput): Certificate {
  const primal = primalValue(input);
  const dual = dualValue(input);
  return { primal, dual, gap: primal - dual, maxViolation: largestViolation(input) };
}

/** Trading costs count from zero at the current holding, where a curve itself fixes no constant. */
function primalValue({ problem, weights }: CertificateInput): number {
  const exposure = new Float64Array(problem.factorCount);
  let value = 0;
  for (let i = 0; i < weights.length; i += 1) {
    const x = weights[i] as number;
    const away = x - (problem.target[i] as number);
    value += (problem.riskAversion / 2) * (problem.specificVariance[i] as number) * away * away;
    value += (problem.linear?.[i] ?? 0) * x;
    value += costBetween(problem.costs[i] ?? null, problem.current[i] as number, x);
    for (let f = 0; f < problem.factorCount; f += 1) {
      exposure[f] =
        (exposure[f] as number) + (problem.factors[i * problem.factorCount + f] as number) * away;
    }
  }
  let square = 0;
  for (const e of exposure) square += e * e;
  return value + (problem.riskAversion / 2) * square;
}

/**
 * Sum over assets of the least of their Lagrangian term over the box, minus what the prices concede:
 * sum min_i - pi'F'b - |pi|^2 / (2 riskAversion) - h(eta).
 */
function dualValue({ problem, factorPrices, rowPrices }: CertificateInput): number {
  const k = problem.factorCount;
  let value = 0;
  for (let f = 0; f < k; f += 1) {
    const price = factorPrices[f] as number;
    if (price !== 0) value -= (price * price) / (2 * problem.riskAversion);
  }
  problem.rows.forEach((row, r) => {
    const price = rowPrices[r] as number;
    if (price !== 0) value -= price * (price > 0 ? row.upper : row.lower);
  });
  for (let i = 0; i < problem.assets.length; i += 1) {
    const { factorPart, rowPart } = pricesOf({ problem, factorPrices, rowPrices }, i);
    value -= factorPart * (problem.target[i] as number);
    const slope = (problem.linear?.[i] ?? 0) + factorPart + rowPart;
    value += leastTerm(problem, i, slope);
  }
  return value;
}

type Prices = Pick<CertificateInput, 'problem' | 'factorPrices' | 'rowPrices'>;

function pricesOf(
  { problem, factorPrices, rowPrices }: Prices,
  i: number,
): { readonly factorPart: number; readonly rowPart: number } {
  const k = problem.factorCount;
  let factorPart = 0;
  for (let f = 0; f < k; f += 1) {
    factorPart += (problem.factors[i * k + f] as number) * (factorPrices[f] as number);
  }
  let rowPart = 0;
  problem.rows.forEach((row, r) => {
    rowPart += (rowPrices[r] as number) * (row.coefficients[i] as number);
  });
  return { factorPart, rowPart };
}

/**
 * min over the box of curvature/2 (x-b)^2 + slope x + g(x), by looking at every kink and every vertex: the
 * term is convex, and between kinks a parabola.
 */
function leastTerm(problem: OptimizationProblem, i: number, slope: number): number {
  const d = problem.riskAversion * (problem.specificVariance[i] as number);
  const b = problem.target[i] as number;
  const lower = Math.max(-OPEN_END, problem.lower[i] as number);
  const upper = Math.min(OPEN_END, problem.upper[i] as number);
  const cost = problem.costs[i] ?? null;
  const from = problem.current[i] as number;
  let least = Infinity;
  const visit = (x: number): void => {
    const inside = Math.min(upper, Math.max(lower, x));
    const away = inside - b;
    const value = (d / 2) * away * away + slope * inside + costBetween(cost, from, inside);
    if (value < least) least = value;
  };
  visit(lower);
  visit(upper);
  if (cost === null) {
    if (d > 0) visit(b - slope / d);
    return least;
  }
  for (const kink of cost.breakpoints) visit(kink);
  if (d > 0) for (const c of cost.slopes) visit(b - (slope + c) / d);
  return least;
}

/** Integral of the slopes from `from` to `to`. */
function costBetween(cost: PiecewiseCost | null, from: number, to: number): number {
  if (cost === null || from === to) return 0;
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  let total = 0;
  for (let p = 0; p < cost.slopes.length; p += 1) {
    const start = Math.max(low, p === 0 ? -Infinity : (cost.breakpoints[p - 1] as number));
    const end = Math.min(high, cost.breakpoints[p] ?? Infinity);
    if (end > start) total += (cost.slopes[p] as number) * (end - start);
  }
  return to >= from ? total : -total;
}

function largestViolation({ problem, weights }: CertificateInput): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i += 1) {
    const x = weights[i] as number;
    largest = Math.max(largest, (problem.lower[i] as number) - x, x - (problem.upper[i] as number));
  }
  for (const row of problem.rows) {
    const activity = activityOf(row, weights);
    largest = Math.max(largest, row.lower - activity, activity - row.upper);
  }
  return largest;
}

function activityOf(row: LinearRow, weights: Float64Array): number {
  let activity = 0;
  for (let i = 0; i < weights.length; i += 1) {
    activity += (row.coefficients[i] as number) * (weights[i] as number);
  }
  return activity;
}

/**
 * What holds with equality and is worth something: rows in their order, then boxes by asset.
 *
 * Sign convention: the price is the fall of the objective when the limit number is *raised* by one unit.
 * So `upper:SYM` and a row at its upper limit have a price >= 0 (raising the limit relaxes it), `lower:SYM`
 * and a row at its lower limit have a price <= 0 (lowering the limit by one unit saves its magnitude), and
 * an equality row has either sign. The saving from relaxing is the magnitude in every case.
 */
export function bindingConstraints(input: CertificateInput): BindingConstraint[] {
  const { problem, weights, rowPrices } = input;
  const binding: BindingConstraint[] = [];
  const least = PRICE_RELATIVE_MIN * slopeSize(input);
  problem.rows.forEach((row, r) => {
    const price = rowPrices[r] as number;
    if (Math.abs(price) > least) binding.push({ constraint: row.name, shadowPrice: price });
  });
  problem.assets.forEach((asset, i) => {
    const x = weights[i] as number;
    const { factorPart, rowPart } = pricesOf(input, i);
    const d = problem.riskAversion * (problem.specificVariance[i] as number);
    const smooth =
      d * (x - (problem.target[i] as number)) + (problem.linear?.[i] ?? 0) + factorPart + rowPart;
    const [below, above] = slopesAround(problem.costs[i] ?? null, x);
    // At the upper end the term would still fall beyond it; at the lower end it would fall below it.
    if (x >= (problem.upper[i] as number) && -(smooth + above) > least) {
      binding.push({ constraint: `upper:${asset}`, shadowPrice: -(smooth + above) });
    } else if (x <= (problem.lower[i] as number) && smooth + below > least) {
      binding.push({ constraint: `lower:${asset}`, shadowPrice: -(smooth + below) });
    }
  });
  return binding;
}

function slopesAround(cost: PiecewiseCost | null, x: number): readonly [number, number] {
  if (cost === null) return [0, 0];
  let below = 0;
  while (below < cost.breakpoints.length && (cost.breakpoints[below] as number) < x) below += 1;
  let above = below;
  while (above < cost.breakpoints.length && (cost.breakpoints[above] as number) <= x) above += 1;
  return [cost.slopes[below] as number, cost.slopes[above] as number];
}

/** A typical slope of the objective in weight, against which a price is large or nothing. */
function slopeSize({ problem, rowPrices }: CertificateInput): number {
  let size = 0;
  for (let i = 0; i < problem.assets.length; i += 1) {
    size = Math.max(size, problem.riskAversion * (problem.specificVariance[i] as number));
    for (const c of problem.costs[i]?.slopes ?? []) size = Math.max(size, Math.abs(c));
  }
  for (const price of rowPrices) size = Math.max(size, Math.abs(price));
  return size;
}
