import type {
  EstimatorChoice,
  MeasureChoice,
  PortfolioConstraints,
  PortfolioObjective,
  PortfolioProblem,
  PortfolioRisk,
} from '../../src/domain/index.ts';
import { Rng } from '../../src/kernel/index.ts';
import { resolveProblem } from '../../src/optimizer/portfolio/resolve/index.ts';
import type { ResolvedProblem } from '../../src/optimizer/portfolio/resolved-problem.ts';

export const VARIANCE: MeasureChoice = {
  measure: 'variance',
  alpha: 0.05,
  threshold: null,
  isCompounded: false,
};

export interface SmallProblem {
  readonly objective: PortfolioObjective;
  /** n x n, or a history. */
  readonly covariance?: Float64Array;
  readonly history?: { readonly count: number; readonly returns: Float64Array };
  readonly expectedReturns?: Float64Array;
  readonly constraints?: Partial<PortfolioConstraints>;
  readonly current?: Float64Array;
}

const SAMPLE: EstimatorChoice = { estimator: 'sample', ddof: 1, halfLife: null, factorCount: null };

/** Long only with a budget of one where nothing else is said; assets are A0, A1 and so on. */
export function portfolioProblem(input: SmallProblem): PortfolioProblem {
  const { covariance, history, constraints } = input;
  const n =
    covariance === undefined
      ? (history?.returns.length ?? 0) / (history?.count ?? 1)
      : Math.round(Math.sqrt(covariance.length));
  const risk: PortfolioRisk =
    covariance === undefined
      ? {
          kind: 'returns',
          observationCount: history?.count ?? 0,
          returns: history?.returns ?? new Float64Array(0),
          choice: SAMPLE,
        }
      : { kind: 'covariance', covariance };
  return {
    assets: Array.from({ length: n }, (_, i) => `A${String(i)}`),
    expectedReturns: input.expectedReturns ?? null,
    risk,
    objective: input.objective,
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
      ...constraints,
    },
    current: input.current ?? null,
    costs: { buy: null, sell: null, impact: null, piecewise: new Map() },
    frontier: null,
    tolerance: 1e-9,
  };
}

export function resolvedProblem(input: SmallProblem): ResolvedProblem {
  const result = resolveProblem(portfolioProblem(input));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Positive definite, volatilities over a decade, some correlation in common. */
export function randomCovariance(seed: number, n: number): Float64Array {
  const rng = new Rng(seed);
  const k = n + 2;
  const common = rng.between(0, 0.8);
  const x = Float64Array.from({ length: n * k }, () => rng.normal() + common);
  const volatility = Array.from({ length: n }, () => 10 ** rng.between(-2, -1));
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let total = 0;
      for (let c = 0; c < k; c += 1) total += (x[i * k + c] as number) * (x[j * k + c] as number);
      const value = (total * (volatility[i] as number) * (volatility[j] as number)) / k;
      out[i * n + j] = value;
      out[j * n + i] = value;
    }
  }
  return out;
}
