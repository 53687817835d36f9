import type { EngineProblem } from '../problem/engine-problem.ts';
import { solveDualNewton, type EngineAnswer, type NewtonOptions } from './dual-newton.ts';

/**
 * Least curvature, in units of the mean one, that the Newton method takes as it is. Below it (a cash fund
 * without variance, a problem without risk) an asset gets the missing curvature as a proximal term around
 * the last answer, which vanishes as the answers settle: the floor never changes the problem solved.
 */
export const CURVATURE_FLOOR = 1e-4;
/** Curvature added below the floor. */
const PROXIMAL_CURVATURE = 1e-2;
const ROUNDS_MAX = 200;

/** Solves directly where every curvature is above the floor, else by proximal rounds (Rockafellar 1976). */
export function solveWithFloor(
  problem: EngineProblem,
  start: Float64Array,
  options: NewtonOptions & { readonly center: Float64Array },
): EngineAnswer & { readonly proximalRounds: number } {
  const isLow = problem.curvature.map((d) => (d < CURVATURE_FLOOR ? 1 : 0));
  if (!isLow.includes(1)) {
    return { ...solveDualNewton(problem, start, options), proximalRounds: 0 };
  }
  const curvature = problem.curvature.map((d) =>
    d < CURVATURE_FLOOR ? d + PROXIMAL_CURVATURE : d,
  );
  let center = options.center;
  let prices = start;
  let iterations = 0;
  for (let round = 1; ; round += 1) {
    const linear = problem.linear.map((value, i) =>
      isLow[i] === 1 ? value - PROXIMAL_CURVATURE * (center[i] as number) : value,
    );
    const answer = solveDualNewton({ ...problem, curvature, linear }, prices, options);
    iterations += answer.iterations;
    const isSettled = largestMove(answer.weights, center) <= options.tolerance;
    if (answer.status !== 'converged' || isSettled || round === ROUNDS_MAX) {
      const status = answer.status === 'converged' && !isSettled ? 'stopped' : answer.status;
      return { ...answer, status, iterations, proximalRounds: round };
    }
    center = answer.weights;
    prices = answer.prices;
  }
}

function largestMove(weights: Float64Array, center: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i += 1) {
    largest = Math.max(largest, Math.abs((weights[i] as number) - (center[i] as number)));
  }
  return largest;
}
