/**
 * Reaches a goal over a return history by one program, or by a few where one number must be found:
 *
 * - A measure that is a root r = |v| is not quadratic, its square is. min k r + f is min k r^2 / (2s) + f at the s
 *   with s = r (the best s of k (r^2/s + s) / 2), and max f s.t. r <= limit is min c r^2 / 2 - f at the c with
 *   r = limit: in both r is monotone in the number sought.
 * - A limit on tracking error is a penalty on its square whose weight makes it hold.
 * - The ratio is one homogenized program, or with a tracking-error limit Dinkelbach's iteration.
 */
import type { GeneralResult } from '../../../domain/index.ts';
import { solveGeneral } from '../../general/index.ts';
import { dot } from '../mean-variance/engine-point.ts';
import { costsOf, distanceOf } from '../mean-variance/evidence.ts';
import { findRoot, type Side } from './monotone-root.ts';
import type { LinearGoal, Proposal } from './proof.ts';
import { isRootMeasure, measureValue } from './scenario-measure.ts';
import type { ScenarioProblem } from './scenario-problem.ts';
import {
  buildProgram,
  PLAIN_REQUEST,
  readSolution,
  type Line,
  type ProgramRequest,
} from './scenario-program.ts';

/** A point with prices in the units of `goal`. */
export interface GoalPoint extends Proposal {
  readonly status: GeneralResult['status'];
  readonly goal: LinearGoal;
  readonly risk: number;
}

interface LimitSearch {
  /** min goal + price/2 distance^2. */
  readonly solve: (price: number) => GoalPoint;
  readonly measure: (weights: Float64Array) => number;
  readonly limit: number;
  /** A guess of 1 / price. */
  readonly start: number;
  /** The answer without the limit. */
  readonly free: GoalPoint;
}

const PROGRAM_TOLERANCE = 1e-10;
/** An error e in the number sought moves the value by e^2, but its bound by e. */
const ROOT_TOLERANCE = 1e-11;
/** Prices beyond this, relative to the first guess, stand for none and for a limit that cannot hold. */
const PRICE_RANGE = 1e10;
/** Risk below this share of a period's return is none. */
const LEAST_RISK = 1e-9;
const DINKELBACH_MAX = 40;
/** Weights beyond this come from a scale of zero: the best ratio lies at infinity. */
const WEIGHT_MOST = 1e8;

export class GoalSolver {
  readonly #problem: ScenarioProblem;
  readonly #lines: readonly (readonly Line[])[] | null;
  iterations = 0;

  /** @param impactLines tangents of each asset's impact cost, or null */
  constructor(problem: ScenarioProblem, impactLines: readonly (readonly Line[])[] | null) {
    this.#problem = problem;
    this.#lines = impactLines;
  }

  /** min riskWeight risk + costWeight costs - returnWeight mu'w [s.t. risk <= riskLimit]. */
  solve(goal: LinearGoal): GoalPoint {
    const free = this.#penalized(goal, 0);
    const sphere = this.#problem.base.spheres[0];
    if (sphere === undefined || free.status === 'infeasible') return free;
    if (free.status === 'optimal' && this.#distance(free) <= sphere.maximum) return free;
    return this.#atLimit({
      solve: (penalty) => this.#penalized(goal, penalty),
      measure: (weights) => distanceOf(this.#problem.base, weights, sphere.center),
      limit: sphere.maximum,
      start: sphere.maximum / this.#steepness(goal),
      free,
    });
  }

  /** The price of a limit on a distance: the answer whose distance is the limit. */
  #atLimit({ solve, measure, limit, start, free }: LimitSearch): GoalPoint {
    const found = findRoot({
      evaluate: (x) => optimalOrNull(solve(1 / x)),
      value: ({ weights }) => 1 - (measure(weights) / limit) ** 2,
      isRoot: ({ weights }) => Math.abs(measure(weights) / limit - 1) <= ROOT_TOLERANCE,
      ratio: ({ weights }) => limit / measure(weights),
      start,
      least: start * PRICE_RANGE ** -1,
      most: start * PRICE_RANGE,
    });
    if (found === null) return { ...free, status: 'iterationLimit' };
    if (found.below === null) return { ...(found.above?.point ?? free), status: 'infeasible' };
    if (found.above === null) return found.below.point;
    return blend(found.below, found.above, (weights) => measure(weights) - limit);
  }

  /** max (mu'w - costs - rate) / risk as min risk - (mu'w - costs) / ratio, or null where the excess vanishes. */
  solveRatio(riskFreeRate: number): GoalPoint | null {
    if (this.#problem.base.spheres.length > 0) return this.#dinkelbach(riskFreeRate);
    const isRoot = isRootMeasure(this.#problem.measure);
    const point = this.#run(
      {
        riskWeight: isRoot ? 0 : 1,
        riskCurvature: isRoot ? 1 / this.#problem.unit : 0,
        riskFreeRate,
      },
      { riskWeight: 1, returnWeight: 0, costWeight: 0, riskLimit: null },
    );
    if (point.status !== 'optimal') return point;
    if (!point.weights.every((w) => Math.abs(w) < WEIGHT_MOST)) {
      return { ...point, status: 'unbounded' };
    }
    const excess = this.excessOf(point.weights, riskFreeRate);
    const price = point.risk / excess;
    if (!(excess > 0) || !Number.isFinite(price)) return null;
    return { ...point, goal: { ...point.goal, returnWeight: price, costWeight: price } };
  }

  /** Return net of costs above a rate. */
  excessOf(weights: Float64Array, riskFreeRate: number): number {
    const { base, expectedReturns } = this.#problem;
    return dot(expectedReturns, weights) - costsOf(base, weights) - riskFreeRate;
  }

  #dinkelbach(riskFreeRate: number): GoalPoint | null {
    let point = this.solve({ riskWeight: 0, returnWeight: 1, costWeight: 1, riskLimit: null });
    let ratio = 0;
    for (let k = 0; k < DINKELBACH_MAX; k += 1) {
      if (point.status !== 'optimal') return point;
      const risk = measureValue(this.#problem.measure, point.weights, this.#problem.scenarios);
      const excess = this.excessOf(point.weights, riskFreeRate);
      if (!(excess > 0)) return null;
      if (!(risk > 0)) return { ...point, risk, status: 'unbounded' };
      const next = excess / risk;
      if (next <= ratio * (1 + 1e-13)) return perUnitOfRisk(point, ratio);
      ratio = next;
      point = this.solve({ riskWeight: ratio, returnWeight: 1, costWeight: 1, riskLimit: null });
    }
    return perUnitOfRisk(point, ratio);
  }

  #distance(point: GoalPoint): number {
    const center = this.#problem.base.spheres[0]?.center ?? point.weights;
    return distanceOf(this.#problem.base, point.weights, center);
  }

  /** Size of the slopes of the objective, in return units. */
  #steepness({ riskWeight, returnWeight }: LinearGoal): number {
    let most = riskWeight * this.#problem.unit;
    for (const mu of this.#problem.expectedReturns)
      most = Math.max(most, returnWeight * Math.abs(mu));
    return most > 0 ? most : this.#problem.unit;
  }

  #penalized(goal: LinearGoal, trackingPenalty: number): GoalPoint {
    const { returnWeight, costWeight, riskWeight, riskLimit } = goal;
    const plain = { returnWeight, costWeight, trackingPenalty };
    if (!isRootMeasure(this.#problem.measure)) {
      return this.#run({ ...plain, riskWeight, riskLimit }, goal);
    }
    if (riskLimit !== null) return this.#limitedRoot(goal, plain, riskLimit);
    if (riskWeight === 0) return this.#run(plain, goal);
    if (this.#isRiskAlone(goal)) {
      return this.#run({ ...plain, riskCurvature: riskWeight / this.#problem.unit }, goal);
    }
    return this.#weightedRoot(goal, plain);
  }

  #isRiskAlone({ returnWeight, costWeight }: LinearGoal): boolean {
    const { costs, impact } = this.#problem.base;
    const isFree = costs.every((cost) => cost === null) && impact === null;
    return returnWeight === 0 && (costWeight === 0 || isFree);
  }

  #weightedRoot(goal: LinearGoal, plain: Partial<ProgramRequest>): GoalPoint {
    const { unit } = this.#problem;
    const least = LEAST_RISK * unit;
    let last: GoalPoint | null = null;
    const found = findRoot({
      evaluate: (s) => {
        last = this.#run({ ...plain, riskCurvature: goal.riskWeight / s }, goal, s <= least);
        return optimalOrNull(last);
      },
      value: ({ risk }, s) => (risk / unit) ** 2 - (s / unit) ** 2,
      isRoot: ({ risk }, s) => Math.abs(risk / s - 1) <= ROOT_TOLERANCE,
      ratio: ({ risk }, s) => risk / s,
      start: unit,
      least,
      most: 1e9 * unit,
    });
    const failed = last ?? this.#run(plain, goal);
    if (found === null) return failed;
    // Risk that keeps up with s has no end; risk that falls below every s is none.
    if (found.above === null) return { ...(found.below?.point ?? failed), status: 'unbounded' };
    if (found.below === null) return found.above.point;
    const isLower = Math.abs(found.below.value) < Math.abs(found.above.value);
    return (isLower ? found.below : found.above).point;
  }

  #limitedRoot(goal: LinearGoal, plain: Partial<ProgramRequest>, limit: number): GoalPoint {
    const free = this.#run(plain, goal);
    if (free.status === 'infeasible') return free;
    const { measure, scenarios } = this.#problem;
    const riskOf = (weights: Float64Array): number => measureValue(measure, weights, scenarios);
    if (free.status === 'optimal' && riskOf(free.weights) <= limit) return free;
    const some = Math.max(limit, LEAST_RISK * this.#problem.unit);
    return this.#atLimit({
      solve: (curvature) => this.#run({ ...plain, riskCurvature: curvature }, goal),
      measure: riskOf,
      limit: some,
      start: some ** 2 / this.#steepness(goal),
      free,
    });
  }

  /**
   * One program, read in the units of `goal`.
   *
   * @param isLeast the curvature stands for a kink at no risk: its slope there is any up to the goal's weight
   */
  #run(request: Partial<ProgramRequest>, goal: LinearGoal, isLeast = false): GoalPoint {
    const problem = this.#problem;
    const full = { ...PLAIN_REQUEST, ...request, impactLines: this.#lines };
    const program = buildProgram(problem, full);
    const result = solveGeneral(program.general, {
      tolerance: PROGRAM_TOLERANCE,
      absoluteTolerance: PROGRAM_TOLERANCE / 10,
    });
    this.iterations += result.iterations;
    const solution = readSolution(problem, program, result);
    const weights = inBox(problem, solution.weights);
    const risk =
      program.block === null ? 0 : measureValue(problem.measure, weights, problem.scenarios);
    const slope = full.riskCurvature * risk * solution.scale;
    const limitPrice = goal.riskLimit === null ? 0 : solution.limitPrice + slope;
    const riskPrice = isLeast ? goal.riskWeight : full.riskWeight + solution.limitPrice + slope;
    // A program of the square has prices per unit of square: `goal` has them per unit of risk.
    const wanted = goal.riskLimit === null ? goal.riskWeight : riskPrice;
    const unit = riskPrice > 0 && wanted > 0 ? wanted / riskPrice : 1;
    const { block } = program;
    return {
      status: isUsable(result) ? 'optimal' : result.status,
      goal,
      risk,
      weights,
      density: Float64Array.from({ length: problem.scenarios.count }, (_, t) =>
        block === null || riskPrice === 0
          ? 0
          : block.densityFrom((solution.scenarioPrices[t] as number) / riskPrice),
      ),
      prices: {
        rows: solution.rowPrices.map((price) => price * unit),
        turnover: solution.turnoverPrice * unit,
        spheres: Float64Array.from(problem.base.spheres, () => full.trackingPenalty * unit),
      },
      limitPrice,
    };
  }
}

/** The answer's own proof decides; a point this good is worth proving. */
function isUsable({ status, certificate }: GeneralResult): boolean {
  const { relativePrimalResidual, relativeDualResidual, relativeGap } = certificate;
  const worst = Math.max(relativePrimalResidual, relativeDualResidual, relativeGap);
  return status === 'optimal' || (status === 'iterationLimit' && worst <= 1e-7);
}

function optimalOrNull(point: GoalPoint): GoalPoint | null {
  return point.status === 'optimal' ? point : null;
}

function inBox({ base }: ScenarioProblem, weights: Float64Array): Float64Array {
  return weights.map((w, i) =>
    Math.min(base.upper[i] as number, Math.max(base.lower[i] as number, w)),
  );
}

/** From `risk ratio - excess` to `risk - excess / ratio`. */
function perUnitOfRisk(point: GoalPoint, ratio: number): GoalPoint {
  const { goal, prices } = point;
  return {
    ...point,
    goal: {
      ...goal,
      riskWeight: 1,
      returnWeight: goal.returnWeight / ratio,
      costWeight: goal.costWeight / ratio,
    },
    prices: {
      rows: prices.rows.map((price) => price / ratio),
      turnover: prices.turnover / ratio,
      spheres: prices.spheres.map((price) => price / ratio),
    },
  };
}

/** The last point between two answers, from the one within a convex limit, at which the limit still holds. */
function blend(
  inside: Side<GoalPoint>,
  outside: Side<GoalPoint>,
  excess: (weights: Float64Array) => number,
): GoalPoint {
  const at = (share: number): Float64Array =>
    inside.point.weights.map((w, i) => w + share * ((outside.point.weights[i] as number) - w));
  if (excess(inside.point.weights) > 0 || excess(outside.point.weights) <= 0) return inside.point;
  let low = 0;
  let high = 1;
  for (let k = 0; k < 60; k += 1) {
    const middle = (low + high) / 2;
    if (excess(at(middle)) <= 0) low = middle;
    else high = middle;
  }
  return { ...inside.point, weights: at(low) };
}
