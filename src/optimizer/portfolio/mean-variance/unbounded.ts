/** A direction without risk, allowed by every limit for ever, in which the objective falls: no best portfolio. */
import { covarianceTimes } from './covariance-form.ts';
import type { SolveConvex } from './convex-answer.ts';
import type { ConvexProblem } from './convex-problem.ts';
import { dot } from './engine-point.ts';

/** Share of the largest slope below which a direction does not pay. */
const PAYS_LEAST = 1e-5;
/** Variance of a direction, relative to the largest name's, that counts as none. */
const RISKLESS = 1e-10;
/** Price of risk beside the largest slope: dear enough that only a direction without any keeps a gain. */
const RISK_PRICE = 1e6;
/** Proof that the direction needs: of its size. */
const GAP_MOST = 1e-4;

export function hasUnboundedRay(problem: ConvexProblem, solve: SolveConvex): boolean {
  const n = problem.assets.length;
  const isOpen = problem.lower.some((x) => x === -Infinity) || problem.upper.includes(Infinity);
  if (!isOpen || problem.turnover !== null || problem.impact !== null) return false;
  const origin = new Float64Array(n);
  let size = 0;
  for (const q of problem.linear) size = Math.max(size, Math.abs(q));
  if (size === 0) return false;
  let variance = 0;
  for (const value of problem.covariance.variance) variance = Math.max(variance, value);
  const hasRisk = problem.curvature > 0 || problem.spheres.length > 0;
  const direction = solve({
    ...problem,
    curvature: hasRisk ? (RISK_PRICE * size) / variance : 0,
    center: origin,
    current: origin,
    costs: problem.costs.map((cost) =>
      cost === null
        ? null
        : { breakpoints: [0], slopes: [cost.slopes[0] ?? 0, cost.slopes.at(-1) ?? 0] },
    ),
    lower: problem.lower.map((x) => (x === -Infinity ? -1 : 0)),
    upper: problem.upper.map((x) => (x === Infinity ? 1 : 0)),
    rows: problem.rows.map((row) => ({
      ...row,
      lower: row.lower === -Infinity ? -Infinity : 0,
      upper: row.upper === Infinity ? Infinity : 0,
    })),
    spheres: [],
  });
  const { primal, gap, size: measure, maxViolation } = direction.evidence;
  if (!(gap <= GAP_MOST * measure) || !(maxViolation <= 1e-9)) return false;
  const gain = -primal;
  const { weights } = direction;
  const risk = hasRisk ? dot(weights, covarianceTimes(problem.covariance, weights)) : 0;
  return gain > PAYS_LEAST * size && risk <= RISKLESS * variance;
}
