/** Portfolio problems over random return histories, and a short way to state one by hand. */
import {
  type MeasureChoice,
  type PortfolioConstraints,
  type PortfolioObjective,
  type PortfolioProblem,
  type RiskMeasure,
} from '../../src/domain/index.ts';
import type { Rng } from '../../src/kernel/index.ts';
import { resolveProblem } from '../../src/optimizer/portfolio/resolve/index.ts';
import type { ResolvedProblem } from '../../src/optimizer/portfolio/resolved-problem.ts';

export interface StatedProblem {
  /** T rows of n returns. */
  readonly returns: readonly (readonly number[])[];
  readonly objective: PortfolioObjective;
  readonly expectedReturns?: readonly number[];
  readonly ddof?: number;
  readonly constraints?: Partial<PortfolioConstraints>;
  readonly current?: readonly number[];
  readonly costs?: Partial<PortfolioProblem['costs']>;
  readonly tolerance?: number;
}

export function choice(measure: RiskMeasure, more: Partial<MeasureChoice> = {}): MeasureChoice {
  return { measure, alpha: 0.05, threshold: null, isCompounded: false, ...more };
}

/** Long-only and fully invested unless said otherwise. */
export function statedProblem(stated: StatedProblem): PortfolioProblem {
  const n = stated.returns[0]?.length ?? 0;
  return {
    assets: Array.from({ length: n }, (_, i) => `A${String(i).padStart(3, '0')}`),
    expectedReturns:
      stated.expectedReturns === undefined ? null : Float64Array.from(stated.expectedReturns),
    risk: {
      kind: 'returns',
      observationCount: stated.returns.length,
      returns: Float64Array.from(stated.returns.flat()),
      choice: {
        estimator: 'sample',
        ddof: stated.ddof ?? null,
        halfLife: null,
        factorCount: null,
      },
    },
    objective: stated.objective,
    constraints: {
      budget: 1,
      lower: new Float64Array(n),
      upper: new Float64Array(n).fill(1),
      groups: [],
      linear: [],
      turnover: null,
      trackingError: null,
      factorExposure: [],
      maximumNames: null,
      exactNames: null,
      minimumWeight: null,
      minimumTrade: null,
      roundLots: null,
      ...stated.constraints,
    },
    current: stated.current === undefined ? null : Float64Array.from(stated.current),
    costs: { buy: null, sell: null, impact: null, piecewise: new Map(), ...stated.costs },
    frontier: null,
    tolerance: stated.tolerance ?? 1e-9,
  };
}

/** The problem in the engines' form; throws when it is refused, which a test of answers does not expect. */
export function resolvedProblem(stated: StatedProblem): ResolvedProblem {
  const resolved = resolveProblem(statedProblem(stated));
  if (!resolved.ok) throw new Error(resolved.error.map(({ message }) => message).join('; '));
  return resolved.value;
}

/** T x n daily returns with one common factor, fat tails every tenth day and positive means. */
export function randomReturns(rng: Rng, T: number, n: number): number[][] {
  const beta = Array.from({ length: n }, () => 0.4 + rng.uniform());
  const noise = Array.from({ length: n }, () => 0.004 + 0.015 * rng.uniform());
  const mean = Array.from({ length: n }, () => 0.0012 * rng.uniform() - 0.0001);
  return Array.from({ length: T }, (_, t) => {
    const market = (t % 10 === 9 ? 0.025 : 0.008) * rng.normal();
    return mean.map(
      (m, i) => m + (beta[i] as number) * market + (noise[i] as number) * rng.normal(),
    );
  });
}
