/** The parts of a result that every method reports alike. */
import type { MeasureChoice, PortfolioResult } from '../../../domain/index.ts';
import { dot, multiplyVector } from '../../linear-algebra/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { measureValue, riskContributions, scenarioMeasureOf } from '../scenario/index.ts';

export interface MethodAnswer {
  readonly weights: Float64Array;
  readonly objective: number;
  readonly solver: string;
  readonly iterations: number;
  readonly notes: readonly string[];
  readonly risk: MeasureChoice | null;
}

export interface RiskReport {
  /** Return units. */
  readonly risk: number;
  /** n; they add up to `risk`. */
  readonly contributions: Float64Array | null;
}

/** Volatility by the covariance, any other measure by the history. */
export function riskReport(
  resolved: ResolvedProblem,
  weights: Float64Array,
  choice: MeasureChoice | null,
): RiskReport {
  if (choice !== null && choice.measure !== 'variance') {
    const measured = scenarioMeasureOf(resolved, choice);
    if (measured.ok) {
      const { measure, scenarios } = measured.value;
      return {
        risk: measureValue(measure, weights, scenarios),
        contributions: riskContributions(measure, weights, scenarios),
      };
    }
  }
  const slope = multiplyVector(resolved.risk.covariance, weights);
  const volatility = Math.sqrt(Math.max(0, dot(slope, weights)));
  const contributions =
    volatility > 0 ? slope.map((s, i) => (s * (weights[i] as number)) / volatility) : null;
  return { risk: volatility, contributions };
}

/** Expected return of weights, or null where the problem has neither returns nor a history. */
export function expectedReturnOf(resolved: ResolvedProblem, weights: Float64Array): number | null {
  const isKnown = resolved.problem.expectedReturns !== null || resolved.risk.scenarios !== null;
  return isKnown ? dot(resolved.expectedReturns, weights) : null;
}

/** A finished answer of a method that is no convex program: no certificate, and `solver` says which it is. */
export function plainResult(resolved: ResolvedProblem, answer: MethodAnswer): PortfolioResult {
  const { weights, objective, notes, solver, iterations } = answer;
  const report = riskReport(resolved, weights, answer.risk);
  return {
    status: 'optimal',
    weights,
    shares: null,
    objective,
    expectedReturn: expectedReturnOf(resolved, weights),
    risk: report.risk,
    certificate: null,
    integerProof: null,
    binding: [],
    riskContributions: report.contributions,
    conflict: [],
    frontier: null,
    blackLitterman: null,
    notes: [...resolved.notes, ...notes],
    solver: { name: solver, iterations },
  };
}

/** No weights meet the limits: the current ones, and the limits in conflict. */
export function infeasibleResult(
  resolved: ResolvedProblem,
  answer: Pick<MethodAnswer, 'solver' | 'iterations' | 'risk'>,
  conflict: PortfolioResult['conflict'],
): PortfolioResult {
  return {
    ...plainResult(resolved, { ...answer, weights: resolved.current, objective: 0, notes: [] }),
    status: 'infeasible',
    riskContributions: null,
    conflict,
  };
}
