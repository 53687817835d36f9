/** The level of risk at which weights that share it out add up to the budget. */
import { solveWeightedCenter, type CenterAnswer, type CenterProblem } from './weighted-center.ts';

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
  const answer = solveWeightedCenter(problem);
  const sum = sumOf(answer.x);
  return {
    ...answer,
    x: answer.x.map((value) => value / sum),
    boundPrices: answer.boundPrices.map((price) => price / sum),
    level: problem.level / (sum * sum),
    residual: answer.residual / Math.min(1, sum * sum),
    budgetPrice: 0,
  };
}

/**
 * Root of sum x(level) - total in the logarithm of the level: bracketed by powers of eight, then the Illinois false
 * position. The sum is continuous in the level.
 *
 * @returns null when no level within 1e14 of the first meets the total: the sum stays on one side
 */
export function solveForTotal(problem: CenterProblem, total: number): LevelAnswer | null {
  let iterations = 0;
  const probe = (t: number): Probe => {
    const level = problem.level * Math.exp(t);
    const answer = solveWeightedCenter({ ...problem, level });
    iterations += answer.iterations;
    return { t, excess: sumOf(answer.x) - total, answer, level };
  };
  const end = bracket(probe);
  if (end === null) return null;
  let { low, high } = end;
  let lowExcess = low.excess;
  let highExcess = high.excess;
  let best = Math.abs(lowExcess) < Math.abs(highExcess) ? low : high;
  let side = 0;
  for (let k = 0; k < EVALUATIONS_MAX && Math.abs(best.excess) > SUM_TOLERANCE; k += 1) {
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
  const residual = Math.max(best.answer.residual, Math.abs(best.excess));
  return { ...best.answer, residual, iterations, level: best.level, budgetPrice: 0 };
}

interface Probe {
  readonly t: number;
  readonly excess: number;
  readonly answer: CenterAnswer;
  readonly level: number;
}

function bracket(
  probe: (t: number) => Probe,
): { readonly low: Probe; readonly high: Probe } | null {
  const first = probe(0);
  const direction = first.excess < 0 ? 1 : -1;
  let last = first;
  for (let t = Math.log(2); t < Math.log(LEVEL_RANGE); t *= 2) {
    const next = probe(direction * t);
    // A program that is not solved says nothing about its sum.
    if (next.answer.residual > RESIDUAL_MAX) return null;
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
  const answer = solveWeightedCenter({
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
