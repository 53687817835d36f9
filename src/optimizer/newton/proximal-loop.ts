import type { EngineProblem } from '../problem/engine-problem.ts';
import { solveDualNewton } from './dual-newton.ts';
import type { EngineAnswer, EngineStart, NewtonOptions } from './engine-types.ts';

/**
 * Least curvature, in units of the mean one, that the Newton method takes as it is. Below it (a cash fund
 * without variance, a problem without risk) an asset gets the missing curvature as a proximal term around
 * the last answer, which vanishes as the answers settle: the floor never changes the problem solved.
 */
export const CURVATURE_FLOOR = 1e-4;
/** Curvature added below the floor: less needs fewer rounds, and leaves fewer digits to each. */
export const PROXIMAL_CURVATURE = 1e-3;
/** Moves below this that no longer halve are rounding: the answer has settled. */
const ROUNDING_MOST = 1e-8;
const ROUNDS_MAX = 200;
/**
 * Where costs are so much larger than the curvature that Newton steps creep from kink to kink, a proximal term of
 * this share of the largest slope, on every name, gives the steps their length back.
 */
const RESCUE_SHARE = 0.1;
const RESCUE_ROUNDS_MAX = 20;

/** Names below the floor, ascending. */
export function namesBelowFloor(curvature: Float64Array): number[] {
  const names: number[] = [];
  curvature.forEach((d, i) => {
    if (d < CURVATURE_FLOOR) names.push(i);
  });
  return names;
}

/**
 * Solves directly where every curvature is above the floor, else by proximal rounds (Rockafellar 1976). What stops
 * the direct way is tried again by rounds on every name.
 */
export function solveWithFloor(
  problem: EngineProblem,
  start: Float64Array,
  options: NewtonOptions & { readonly center: Float64Array },
): EngineAnswer & { readonly proximalRounds: number } {
  const low = namesBelowFloor(problem.curvature);
  const first = { center: options.center, start: { prices: start } };
  if (low.length > 0) {
    return settle(
      roundOn(problem, { names: low, weight: PROXIMAL_CURVATURE }, options),
      first,
      options,
    );
  }
  const direct = { ...solveDualNewton(problem, start, options), proximalRounds: 0 };
  if (direct.status !== 'stopped') return direct;
  const names = Array.from(problem.curvature, (_, i) => i);
  const weight = Math.max(PROXIMAL_CURVATURE, RESCUE_SHARE * largestSlope(problem));
  const limits = { ...options, roundsMax: RESCUE_ROUNDS_MAX };
  const rescued = settle(roundOn(problem, { names, weight }, options), first, limits);
  return rescued.status === 'converged' ? rescued : direct;
}

/** A round that adds weight/2 (x - center)^2 on the names given. */
function roundOn(
  problem: EngineProblem,
  term: { readonly names: readonly number[]; readonly weight: number },
  options: NewtonOptions,
): ProximalRound {
  const curvature = problem.curvature.slice();
  for (const i of term.names) curvature[i] = (curvature[i] as number) + term.weight;
  return (center, from) => {
    const linear = problem.linear.slice();
    for (const i of term.names) {
      linear[i] = (linear[i] as number) - term.weight * (center[i] as number);
    }
    return solveDualNewton({ ...problem, curvature, linear }, from.prices, options);
  };
}

function largestSlope({ linear, segmentSlope }: EngineProblem): number {
  let largest = 0;
  for (const value of linear) largest = Math.max(largest, Math.abs(value));
  for (const value of segmentSlope) largest = Math.max(largest, Math.abs(value));
  return largest;
}

type ProximalRound<Start extends EngineStart = { readonly prices: Float64Array }> = (
  center: Float64Array,
  start: Start | { readonly prices: Float64Array },
) => EngineAnswer;

/** Rounds around the last answer until the answers settle. */
export function settle<Start extends EngineStart>(
  round: ProximalRound<Start>,
  first: { readonly center: Float64Array; readonly start: Start },
  options: NewtonOptions & { readonly roundsMax?: number },
): EngineAnswer & { readonly proximalRounds: number } {
  const roundsMax = options.roundsMax ?? ROUNDS_MAX;
  let center = first.center;
  let start: Start | { readonly prices: Float64Array } = first.start;
  let iterations = 0;
  let before = Infinity;
  for (let rounds = 1; ; rounds += 1) {
    const answer = round(center, start);
    iterations += answer.iterations;
    const move = largestMove(answer.weights, center);
    const isRounding = move < ROUNDING_MOST && move > before / 2;
    const isSettled = move <= options.tolerance || isRounding;
    before = move;
    if (answer.status !== 'converged' || isSettled || rounds === roundsMax) {
      const status = answer.status === 'converged' && !isSettled ? 'stopped' : answer.status;
      return { ...answer, status, iterations, proximalRounds: rounds };
    }
    center = answer.weights;
    start = { prices: answer.prices };
  }
}

function largestMove(weights: Float64Array, center: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i += 1) {
    largest = Math.max(largest, Math.abs((weights[i] as number) - (center[i] as number)));
  }
  return largest;
}
