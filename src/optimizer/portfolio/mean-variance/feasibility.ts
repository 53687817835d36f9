/** Why limits cannot hold together: rows and boxes by the account engine, turnover and risk by their least value. */
import type { OptimizationProblem, PortfolioResult } from '../../../domain/index.ts';
import { optimize } from '../../optimize.ts';
import type { ConvexAnswer, SolveConvex } from './convex-answer.ts';
import type { ConvexProblem, TurnoverLimit } from './convex-problem.ts';
import { dot } from './engine-point.ts';
import { distanceOf, turnoverOf } from './evidence.ts';

type Conflict = PortfolioResult['conflict'];
/** Excess over a limit that is rounding. */
const EXCESS_LEAST = 1e-9;
/** Relaxations beyond this, relative to the limits, divide by a price that is rounding: no part of the conflict. */
const RELAXATION_MOST = 1e12;
/** Limits in a conflict whose own relaxation is sought. */
const COMPANIONS_MOST = 16;

/** @returns limits that cannot hold together, or null when a portfolio meets them all */
export function conflictOf(problem: ConvexProblem, solve: SolveConvex): Conflict | null {
  const rows = conflictOfRows(problem);
  if (rows !== null) return rows;
  const bare = withoutObjective(problem);
  if (problem.turnover !== null) {
    const least = leastTurnover({ ...bare, spheres: [] }, problem.turnover, solve);
    if (least !== null) {
      const own = { constraint: 'turnover', relaxation: least.excess };
      return [own, ...companions({ ...bare, spheres: [] }, least.answer, solve)];
    }
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
    const within = { ...bare, spheres: problem.spheres.slice(0, j + 1) };
    return [{ constraint: sphere.name, relaxation: excess }, ...companions(within, least, solve)];
  }
  return null;
}

/**
 * Limits that hold the least value up: together with the limit itself they are the conflict. Each one's relaxation
 * is the least by which it has to give way for all others to hold; Infinity where it cannot cure them alone.
 */
function companions(bare: ConvexProblem, least: ConvexAnswer, solve: SolveConvex): Conflict {
  return least.binding.map(({ constraint, shadowPrice }, k) => {
    const loose = k < COMPANIONS_MOST ? without(bare, constraint, shadowPrice) : null;
    const answer = loose === null ? null : solve(loose.problem);
    const by = answer?.status === 'optimal' ? (loose?.excessOf(answer.weights) ?? 0) : 0;
    return { constraint, relaxation: by > 0 ? by : Infinity };
  });
}

interface Loosened {
  readonly problem: ConvexProblem;
  readonly excessOf: (weights: Float64Array) => number;
}

/** The limits without one, and in its place the objective to break it as little as possible. */
function without(bare: ConvexProblem, constraint: string, price: number): Loosened | null {
  const isUpper = price > 0;
  const pulled = (coefficients: Float64Array, limit: number): Omit<Loosened, 'problem'> & Pull => ({
    linear: coefficients.map((c) => (isUpper ? c : 0 - c)),
    excessOf: (weights) => (isUpper ? 1 : -1) * (dot(coefficients, weights) - limit),
  });
  const row = bare.rows.find(({ name }) => name === constraint);
  if (row !== undefined) {
    const { linear, excessOf } = pulled(row.coefficients, isUpper ? row.upper : row.lower);
    const open = isUpper ? { ...row, upper: Infinity } : { ...row, lower: -Infinity };
    const rows = bare.rows.map((one) => (one === row ? open : one));
    return { problem: { ...bare, rows, linear }, excessOf };
  }
  const side = isUpper ? 'upper' : 'lower';
  const i = bare.assets.findIndex((asset) => `${side}:${asset}` === constraint);
  if (i >= 0) {
    const unit = new Float64Array(bare.assets.length);
    unit[i] = 1;
    const { linear, excessOf } = pulled(unit, bare[side][i] as number);
    const ends = bare[side].slice();
    ends[i] = isUpper ? Infinity : -Infinity;
    return { problem: { ...bare, [side]: ends, linear }, excessOf };
  }
  const { turnover } = bare;
  if (constraint !== 'turnover' || turnover === null) return null;
  const problem = { ...bare, turnover: null, costs: turnoverCosts(bare, turnover) };
  const measured = { turnover, current: bare.current };
  return { problem, excessOf: (weights) => turnoverOf(measured, weights) - turnover.maximum };
}

interface Pull {
  readonly linear: Float64Array;
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
  if (result.status !== 'infeasible') return null;
  const most = RELAXATION_MOST * limitSize(problem);
  return result.conflict.filter(({ relaxation }) => relaxation <= most || relaxation === Infinity);
}

/** The largest limit number, at least one. */
function limitSize({ rows, lower, upper }: ConvexProblem): number {
  let most = 1;
  const see = (limit: number): void => {
    if (Number.isFinite(limit)) most = Math.max(most, Math.abs(limit));
  };
  for (const row of rows) {
    see(row.lower);
    see(row.upper);
  }
  lower.forEach(see);
  upper.forEach(see);
  return most;
}

/** @returns the portfolio that trades least, where even that is more than the limit */
function leastTurnover(
  bare: ConvexProblem,
  turnover: TurnoverLimit,
  solve: SolveConvex,
): { readonly answer: ConvexAnswer; readonly excess: number } | null {
  const answer = solve({ ...bare, turnover: null, costs: turnoverCosts(bare, turnover) });
  const value = turnoverOf({ turnover, current: bare.current }, answer.weights);
  const excess = value - turnover.maximum;
  return answer.status !== 'optimal' || excess <= EXCESS_LEAST ? null : { answer, excess };
}

function turnoverCosts({ current }: ConvexProblem, { measure }: TurnoverLimit) {
  const each = measure === 'oneWay' ? 0.5 : 1;
  return [...current].map((held) => ({
    breakpoints: [held],
    slopes: [-each, measure === 'sellSide' ? 0 : each],
  }));
}
