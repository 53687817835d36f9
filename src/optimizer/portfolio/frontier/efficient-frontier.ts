/**
 * The efficient frontier: portfolios of least risk from the one of least risk at all to the one of highest
 * return, at equal steps of expected return. Both ends are exact: among all portfolios of highest return the one
 * of least risk is found on the face of optimal portfolios, not by a limit that leaves no room.
 */
import type { FrontierPoint, LinearRow, PortfolioResult } from '../../../domain/index.ts';
import { dot } from '../mean-variance/engine-point.ts';
import { programOf } from '../mean-variance/program.ts';
import { solveConvex, type ConvexAnswer } from '../mean-variance/solve-convex.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';

/** Prices below this share of the largest return are rounding: they fix nothing. */
const PRICE_LEAST = 1e-9;
/** Returns that differ by less, relative to their size, are one point. */
const FLAT = 1e-12;

/** Least risk within the problem, and with an expected return of at least `floor` when there is one. */
export type LeastRisk = (resolved: ResolvedProblem, floor: number | null) => PortfolioResult;

export interface Frontier {
  /** null when an end does not exist: `status` says why. */
  readonly points: readonly FrontierPoint[] | null;
  readonly status: PortfolioResult['status'];
  readonly notes: readonly string[];
}

/**
 * @param count points, at least 2; a frontier of one portfolio has one
 * @param leastRisk of the measure wanted
 */
export function efficientFrontier(
  resolved: ResolvedProblem,
  count: number,
  leastRisk: LeastRisk,
): Frontier {
  const first = leastRisk(resolved, null);
  if (first.status !== 'optimal') return { points: null, status: first.status, notes: [] };
  const program = programOf(resolved);
  const bare = {
    ...program,
    costs: program.costs.map(() => null),
    impact: null,
    linear: resolved.expectedReturns.map((mu) => 0 - mu),
  };
  const highest = solveConvex(bare, resolved.problem.tolerance);
  if (highest.status !== 'optimal') {
    const note = 'the frontier has no upper end: returns can grow without limit';
    return { points: null, status: highest.status, notes: [note] };
  }
  const low = returnOf(resolved, first.weights);
  const high = returnOf(resolved, highest.weights);
  const size = Math.max(...[...resolved.expectedReturns].map(Math.abs));
  if (high - low <= FLAT * size) {
    return { points: [pointOf(resolved, first)], status: 'optimal', notes: [] };
  }
  const last = leastRisk(faceOf(resolved, highest), null);
  const inner = Array.from({ length: Math.max(0, count - 2) }, (_, k) => {
    const floor = low + ((high - low) * (k + 1)) / (count - 1);
    return leastRisk(resolved, floor);
  });
  const results = [first, ...inner, last];
  // Limits on names can leave no portfolio at a return that other limits allow.
  const found = results.filter(({ status }) => status === 'optimal' || status === 'iterationLimit');
  const missing = results.length - found.length;
  const unproved = found.filter(({ status }) => status !== 'optimal').length;
  const notes = [
    ...(missing === 0 ? [] : [`${String(missing)} returns of the frontier have no portfolio`]),
    ...(unproved === 0 ? [] : [`${String(unproved)} points of the frontier are not proved`]),
  ];
  return {
    points: found.map((result) => pointOf(resolved, result)),
    status: unproved === 0 ? 'optimal' : 'iterationLimit',
    notes,
  };
}

function returnOf({ expectedReturns }: ResolvedProblem, weights: Float64Array): number {
  return dot(expectedReturns, weights);
}

function pointOf(
  resolved: ResolvedProblem,
  { weights, risk }: Pick<PortfolioResult, 'weights' | 'risk'>,
): FrontierPoint {
  return { expectedReturn: returnOf(resolved, weights), risk, weights };
}

/**
 * All portfolios of highest return, by complementary slackness: a limit with a price holds with equality. Where
 * turnover or a tracking error has a price, the portfolio itself is taken.
 */
function faceOf(resolved: ResolvedProblem, { weights, prices }: ConvexAnswer): ResolvedProblem {
  const { expectedReturns, rows, assetCount: n } = resolved;
  let size = 0;
  for (const mu of expectedReturns) size = Math.max(size, Math.abs(mu));
  const least = PRICE_LEAST * size;
  if (prices.turnover > least || prices.spheres.some((price) => price > 0)) {
    return {
      ...resolved,
      lower: weights,
      upper: weights,
      rows: [],
      turnover: null,
      trackingError: null,
    };
  }
  const slope = expectedReturns.map((mu) => 0 - mu);
  rows.forEach((row, r) => {
    const price = prices.rows[r] as number;
    for (let i = 0; i < n; i += 1) {
      slope[i] = (slope[i] as number) + price * (row.coefficients[i] as number);
    }
  });
  const isFixed = slope.map((value) => (Math.abs(value) > least ? 1 : 0));
  const pinned = (bounds: Float64Array): Float64Array =>
    bounds.map((bound, i) => (isFixed[i] === 1 ? (weights[i] as number) : bound));
  const faceRows = rows.map((row, r): LinearRow => {
    const price = prices.rows[r] as number;
    if (Math.abs(price) <= least) return row;
    const limit = price > 0 ? row.upper : row.lower;
    return { ...row, lower: limit, upper: limit };
  });
  return {
    ...resolved,
    lower: pinned(resolved.lower),
    upper: pinned(resolved.upper),
    rows: faceRows,
  };
}
