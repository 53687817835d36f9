/**
 * Values of a linear objective with whole coefficients on integer variables come in steps: a point that is better
 * is better by at least one step, which cuts off every node whose bound comes closer.
 */
import type { GeneralProblem } from '../../../domain/index.ts';

/** Coefficients beyond it are not told apart from their neighbors closely enough. */
const WHOLE_MAX = 1e9;

/** The greatest common divisor of the coefficients, or zero where the objective has no known step. */
export function objectiveStep({ P, q, isInteger }: GeneralProblem): number {
  if (P.values.length > 0 || isInteger === null) return 0;
  let step = 0;
  for (let j = 0; j < q.length; j += 1) {
    const coefficient = Math.abs(q[j] as number);
    if (coefficient === 0) continue;
    if (isInteger[j] !== 1 || !Number.isInteger(coefficient) || coefficient > WHOLE_MAX) return 0;
    step = gcd(coefficient, step);
  }
  return step;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
