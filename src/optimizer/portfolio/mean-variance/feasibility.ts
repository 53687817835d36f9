/** Why limits cannot hold together: rows and boxes by the account engine, turnover and risk by their least value. */
import type { OptimizationProblem, PortfolioResult } from '../../../domain/index.ts';
import { optimize } from '../../optimize.ts';
import type { ConvexAnswer, SolveConvex } from './convex-answer.ts';
import type { ConvexProblem } from './convex-problem.ts';
import { distanceOf, turnoverOf } from './evidence.ts';

type Conflict = PortfolioResult['conflict'];
/** Excess over a limit that is rounding. */
const EXCESS_LEAST = 1e-9;

/** @returns limits that cannot hold together, or null when a portfolio meets them all */
export function conflictOf(problem: ConvexProblem, solve: SolveConvex): Conflict | null {
  const rows = conflictOfRows(problem);
  if (rows !== null) return rows;
  const bare = withoutObjective(problem);
  if (problem.turnover !== null) {
    const conflict = conflictOfTurnover({ ...bare, spheres: [] }, problem.turnover, solve);
    if (conflict !== null) return conflict;
  }
  for (let j = 0; j < problem.spheres.length; j += 1) {
    const sphere = problem.spheres[j];
    if (sphere === undefined) continue;
    const least = solve({
      ...bare,
      curvature: 2,
      center: sphere.center,
      spheres: problem.spheres.slice(0, j),
    });
    const distance = distanceOf(problem, least.weights, sphere.center);
    const excess = distance - sphere.maximum;
    if (least.status !== 'optimal' || excess <= EXCESS_LEAST * Math.max(distance, sphere.maximum)) {
      continue;
    }
    return [{ constraint: sphere.name, relaxation: excess }, ...companions(least)];
  }
  return null;
}

/** Limits that hold the least value up: together with the limit itself they are the conflict. */
function companions(least: ConvexAnswer): Conflict {
  return least.binding.map(({ constraint }) => ({ constraint, relaxation: Infinity }));
}

function withoutObjective(problem: ConvexProblem): ConvexProblem {
  return {
    ...problem,
    curvature: 0,
    linear: new Float64Array(problem.assets.length),
    costs: problem.assets.map(() => null),
    impact: null,
    norm: null,
  };
}

/** The account engine over the same rows and boxes, with nothing to win: its conflict is a smallest one. */
function conflictOfRows(problem: ConvexProblem): Conflict | null {
  const n = problem.assets.length;
  const bare: OptimizationProblem = {
    assets: problem.assets,
    target: problem.current,
    current: problem.current,
    specificVariance: new Float64Array(n).fill(1),
    factors: new Float64Array(0),
    factorCount: 0,
    riskAversion: 1,
    linear: null,
    costs: problem.assets.map(() => null),
    lower: problem.lower,
    upper: problem.upper,
    rows: problem.rows,
  };
  const result = optimize(bare);
  return result.status === 'infeasible' ? result.conflict : null;
}

function conflictOfTurnover(
  bare: ConvexProblem,
  turnover: NonNullable<ConvexProblem['turnover']>,
  solve: SolveConvex,
): Conflict | null {
  const { measure, maximum } = turnover;
  const each = measure === 'oneWay' ? 0.5 : 1;
  const costs = [...bare.current].map((held) => ({
    breakpoints: [held],
    slopes: [-each, measure === 'sellSide' ? 0 : each],
  }));
  const least = solve({ ...bare, turnover: null, costs });
  const value = turnoverOf({ turnover, current: bare.current }, least.weights);
  if (least.status !== 'optimal' || value - maximum <= EXCESS_LEAST) return null;
  return [{ constraint: 'turnover', relaxation: value - maximum }, ...companions(least)];
}
