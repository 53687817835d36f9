/**
 * The road to the account engine: dual Newton in factor space, which pays for names and factors, not for the cube of
 * names. Its weights and prices are taken as a proposal; what is reported is proved here by the same evidence as every
 * other answer, so that the numbers mean the same whichever engine found them.
 *
 * 1. A proposal never claims anything: weights and prices alone are handed on.
 * 2. A problem that the account engine does not state exactly is not handed to it.
 */
import type { HardBudget, OptimizationProblem } from '../../../domain/index.ts';
import { optimize } from '../../optimize.ts';
import type { ConvexPrices, ConvexProblem } from './convex-problem.ts';

/** Names from which on the route saves time: below, the dense engine takes some milliseconds. */
const NAMES_LEAST = 150;
/** Share of the largest variance that every name needs for its own: less asks for proximal rounds. */
const SPECIFIC_LEAST = 1e-6;
const TURNOVER = 'turnover limit';

export interface Proposal {
  readonly weights: Float64Array;
  readonly prices: ConvexPrices;
  readonly iterations: number;
  readonly solver: string;
  /** Of the account engine, which the caller's own evidence outranks. */
  readonly status: 'optimal' | 'infeasible' | 'unbounded' | 'iterationLimit';
}

/** Whether the account engine states this problem exactly and is the cheaper one. */
export function isForAccountEngine(problem: ConvexProblem): boolean {
  const { covariance, curvature, norm, spheres } = problem;
  const { factorCount, size, specific, variance } = covariance;
  if (factorCount === 0 || size < NAMES_LEAST || norm !== null || !(curvature > 0)) return false;
  if (spheres.some(({ maximum }) => !(maximum > 0))) return false;
  const most = variance.reduce((a, b) => Math.max(a, b), 0);
  const isCurved = specific.every((value) => value > SPECIFIC_LEAST * most);
  return isCurved && problem.rows.length + factorCount < size / 2;
}

/** @returns weights and prices in the units of `problem`; prices of rows without a part in the answer are zero */
export function proposalOf(problem: ConvexProblem): Proposal {
  const result = optimize(accountProblem(problem));
  const found = new Map(result.binding.map((one) => [one.constraint, one.shadowPrice]));
  return {
    weights: result.weights,
    prices: {
      rows: Float64Array.from(problem.rows, (_, r) => found.get(rowName(r)) ?? 0),
      turnover: Math.max(0, found.get(TURNOVER) ?? 0),
      spheres: Float64Array.from(problem.spheres, ({ maximum }, j) =>
        Math.max(0, (found.get(sphereName(j)) ?? 0) / maximum),
      ),
    },
    iterations: result.solver.iterations,
    solver: result.solver.name,
    status: result.status,
  };
}

/** Names of the document may repeat; numbers do not. */
function rowName(row: number): string {
  return `row ${String(row)}`;
}

function sphereName(sphere: number): string {
  return `distance ${String(sphere)}`;
}

function accountProblem(problem: ConvexProblem): OptimizationProblem {
  const { covariance, turnover } = problem;
  const budgets: HardBudget[] = problem.spheres.map(({ center, maximum }, j) => ({
    kind: 'trackingError',
    name: sphereName(j),
    benchmark: center,
    maximum,
  }));
  if (turnover !== null) budgets.push({ kind: 'turnover', name: TURNOVER, ...turnover });
  return {
    assets: problem.assets.map((_, i) => String(i)),
    target: problem.center,
    current: problem.current,
    specificVariance: covariance.specific,
    factors: covariance.factors,
    factorCount: covariance.factorCount,
    riskAversion: problem.curvature,
    linear: problem.linear,
    costs: problem.costs,
    lower: problem.lower,
    upper: problem.upper,
    rows: problem.rows.map((row, r) => ({ ...row, name: rowName(r) })),
    impact: problem.impact,
    budgets,
  };
}
