/** The level of risk at which weights that share it out add up to the budget. */
import { solveCenter } from './risk-units.ts';
import type { CenterAnswer, CenterProblem } from './weighted-center.ts';

export interface LevelAnswer extends CenterAnswer {
  readonly level: number;
  /** Price of the budget: zero when a level meets it. */
  readonly budgetPrice: number;
}

const EVALUATIONS_MAX = 60;
/** Levels searched, relative to the first. */
const LEVEL_RANGE = 1e14;
/** Sum of weights relative to the budget at which the level is found. */
const SUM_TOLERANCE = 1e-14;
const RESIDUAL_MAX = 1e-11;

/**
 * Without limits but x >= 0 every level gives the same weights up to their size: one program, scaled.
 *
 * @param problem without rows and bounds
 */
export function solveScaled(problem: CenterProblem): LevelAnswer {
  const answer = solveCenter(problem);
  const sum = sumOf(answer.x);
  return {
    ...answer,
    x: answer.x.map((value) => value / sum),
    boundPrices: answer.boundPrices.map((price) => price / sum),
    level: problem.level / (sum * sum),
    budgetPrice: 0,
  };
}

/** @returns null when no level meets the total */
export function solveForTotal(problem: CenterProblem, total: number): LevelAnswer | null {
  const found = findLevel((level) => solveCenter({ ...problem, level }), {
    start: problem.level,
    total,
    residualMax: RESIDUAL_MAX,
  });
  if (found === null) return null;
  const { answer, level, excess, iterations } = found;
  const residual = Math.max(answer.residual, Math.abs(excess));
  return { ...answer, residual, iterations, level, budgetPrice: 0 };
}

/** What the search looks at in an answer at one level. */
export interface LevelPoint {
  readonly x: Float64Array;
  readonly residual: number;
  readonly iterations: number;
}

export interface LevelGoal {
  readonly start: number;
  readonly total: number;
  /** An answer with a larger residual says nothing about its sum. */
  readonly residualMax: number;
}

export interface FoundLevel<A extends LevelPoint> {
  readonly answer: A;
  readonly level: number;
  readonly excess: number;
  /** Of all answers together. */
  readonly iterations: number;
}

interface Probe<A> {
  readonly t: number;
  readonly excess: number;
  readonly answer: A;
  readonly level: number;
}

/**
 * Root of sum x(level) - total in the logarithm of the level: bracketed by growing powers of two, then the Illinois
 * false position. The sum is continuous in the level.
 *
 * @returns null when no level within 1e14 of the first meets the total: the sum stays on one side
 */
export function findLevel<A extends LevelPoint>(
  solve: (level: number) => A,
  goal: LevelGoal,
): FoundLevel<A> | null {
  let iterations = 0;
  const probe = (t: number): Probe<A> => {
    const level = goal.start * Math.exp(t);
    const answer = solve(level);
    iterations += answer.iterations;
    return { t, excess: sumOf(answer.x) - goal.total, answer, level };
  };
  const ends = bracket(probe, goal.residualMax);
  if (ends === null) return null;
  let { low, high } = ends;
  let lowExcess = low.excess;
  let highExcess = high.excess;
  let best = Math.abs(lowExcess) < Math.abs(highExcess) ? low : high;
  let side = 0;
  const near = SUM_TOLERANCE * Math.abs(goal.total);
  for (let k = 0; k < EVALUATIONS_MAX && Math.abs(best.excess) > near; k += 1) {
    const secant = (low.t * highExcess - high.t * lowExcess) / (highExcess - lowExcess);
    const isInside = secant > low.t && secant < high.t && k % 8 !== 7;
    const next = probe(isInside ? secant : (low.t + high.t) / 2);
    if (Math.abs(next.excess) < Math.abs(best.excess)) best = next;
    if (next.excess < 0) {
      low = next;
      lowExcess = next.excess;
      if (side < 0) highExcess /= 2;
      side = -1;
    } else {
      high = next;
      highExcess = next.excess;
      if (side > 0) lowExcess /= 2;
      side = 1;
    }
    if (high.t - low.t < 1e-15 * Math.max(1, Math.abs(low.t))) break;
  }
  const { answer, level, excess } = best;
  return { answer, level, excess, iterations };
}

function bracket<A extends LevelPoint>(
  probe: (t: number) => Probe<A>,
  residualMax: number,
): { readonly low: Probe<A>; readonly high: Probe<A> } | null {
  const first = probe(0);
  const direction = first.excess < 0 ? 1 : -1;
  let last = first;
  for (let t = Math.log(2); t < Math.log(LEVEL_RANGE); t *= 2) {
    const next = probe(direction * t);
    if (next.answer.residual > residualMax) return null;
    if (next.excess < 0 !== first.excess < 0) {
      return direction > 0 ? { low: last, high: next } : { low: next, high: last };
    }
    last = next;
  }
  return null;
}

/**
 * Where no level meets the total: the total as a row with a price of its own, at the level given. Among the
 * portfolios allowed it is the one that shares risk out best at that level.
 */
export function solveWithBudgetRow(problem: CenterProblem, total: number): LevelAnswer {
  const ones = new Float64Array(problem.size).fill(1);
  const answer = solveCenter({
    ...problem,
    G: Float64Array.from([...problem.G, ...ones]),
    rowLower: Float64Array.from([...problem.rowLower, total]),
    rowUpper: Float64Array.from([...problem.rowUpper, total]),
  });
  const m = problem.rowLower.length;
  return {
    ...answer,
    rowPrices: answer.rowPrices.slice(0, m),
    level: problem.level,
    budgetPrice: answer.rowPrices[m] as number,
  };
}

function sumOf(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
