/** `optimizePortfolio`: the portfolio problem of the file format, from judged input to a proved answer. */
import { assert, err, ok, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  type Finding,
  type PortfolioObjective,
  type PortfolioProblem,
  type PortfolioResult,
} from '../../domain/index.ts';
import { posteriorOf, type BlackLitterman } from './black-litterman/index.ts';
import { efficientFrontier } from './frontier/index.ts';
import {
  maximumRatioVariance,
  meanVariance,
  minimumVariance,
  targetReturnVariance,
  targetVolatility,
  trackingErrorVariance,
  type WarmStart,
} from './mean-variance/index.ts';
import { DenseRisk, resolveProblem } from './resolve/index.ts';
import type { ResolvedProblem } from './resolved-problem.ts';
import { hasIntegers, solveIntegers } from '../integers/solve-integers.ts';
import { equalWeight, inverseVolatility, mostDiversified } from './heuristics/index.ts';
import { hierarchical } from './hierarchical/index.ts';
import { riskBudget } from './risk-budget/index.ts';
import { robustMeanVariance } from './robust/index.ts';
import { solveScenario } from './scenario/index.ts';

type Outcome = Result<PortfolioResult, readonly Finding[]>;

export interface OptimizePortfolioOptions {
  /** Asked during searches over whole names and lots: true ends them with the best answer and its bound. */
  readonly shouldStop?: () => boolean;
}

/**
 * Solves a portfolio problem.
 *
 * @param problem weights, returns and risk are per period of the input; nothing is annualized
 * @returns a result with its status; `infeasible` names limits in conflict, `unbounded` says that no best
 *   portfolio exists
 * @refuses a covariance that is none, returns that are needed and absent, a limit that the method cannot
 *   honor, a ratio without a positive excess return: all causes found at once, never a silent fallback
 */
export function optimizePortfolio(
  problem: PortfolioProblem,
  options: OptimizePortfolioOptions = {},
): Outcome {
  const resolution = resolveProblem(withoutIdleLimits(problem));
  if (!resolution.ok) return resolution;
  const resolved = resolution.value;
  const missing = missingReturns(resolved);
  if (missing !== null) return err([missing]);
  const outcome = solve(resolved, options);
  return outcome.ok ? outcome : err(outcome.error.map((finding) => located(finding, problem)));
}

/** Methods know assets by name alone: the document's place is that of the asset's variance. */
function located(finding: Finding, { assets, risk }: PortfolioProblem): Finding {
  const { symbol, pointer } = finding.location;
  if (pointer !== undefined) return finding;
  const i = symbol === undefined ? -1 : assets.indexOf(symbol);
  const places = {
    covariance: `/risk/covariance/${String(i)}/${String(i)}`,
    factors: `/risk/factors/loadings/${String(i)}`,
    returns: '/risk/returns',
  };
  const location = { ...finding.location, pointer: i < 0 ? '/objective' : places[risk.kind] };
  return { ...finding, location };
}

/** Objectives along whose frontier of return and risk there is something to see. */
const WITH_FRONTIER: ReadonlySet<PortfolioObjective['kind']> = new Set([
  'minimumRisk',
  'meanRisk',
  'targetReturn',
  'targetRisk',
  'maximumRatio',
]);

/** The objective's own portfolio, and the frontier of its measure where one is asked for. */
function solve(resolved: ResolvedProblem, options: OptimizePortfolioOptions): Outcome {
  const { objective, frontier } = resolved.problem;
  const outcome = solveObjective(resolved, options);
  if (frontier === null || !outcome.ok || objective.kind === 'blackLitterman') return outcome;
  if (!WITH_FRONTIER.has(objective.kind) || !('risk' in objective)) {
    const message = `${objective.kind} has no efficient frontier; known are ${[...WITH_FRONTIER].join(', ')}`;
    return err([errorFinding('METHOD_INPUT_INVALID', message, { pointer: '/frontier' })]);
  }
  const { risk } = objective;
  const warm: WarmStart = { start: null };
  const isConvex = !isScenarioObjective(objective) && !hasIntegers(resolved);
  const { points, notes, status } = efficientFrontier(resolved, frontier.points, (part, floor) => {
    if (isConvex && floor !== null) return targetReturnVariance(part, { return: floor }, warm);
    const kind: PortfolioObjective =
      floor === null
        ? { kind: 'minimumRisk', risk }
        : { kind: 'targetReturn', risk, return: floor };
    const pointProblem = { ...part, problem: { ...part.problem, objective: kind } };
    const point = solveObjective(pointProblem, options);
    assert(point.ok, 'what the objective accepts, its frontier accepts');
    return point.value;
  });
  const { value } = outcome;
  const isWhole = status === 'optimal' || value.status !== 'optimal';
  return ok({
    ...value,
    status: isWhole ? value.status : status,
    frontier: points,
    notes: [...value.notes, ...notes],
  });
}

/** Limits on names and trades that no portfolio can break are none: methods need not know of them. */
function withoutIdleLimits(problem: PortfolioProblem): PortfolioProblem {
  const { constraints, assets } = problem;
  const { maximumNames, minimumWeight, minimumTrade } = constraints;
  const isIdle = maximumNames !== null && maximumNames >= assets.length;
  return {
    ...problem,
    constraints: {
      ...constraints,
      maximumNames: isIdle ? null : maximumNames,
      minimumWeight: minimumWeight === 0 ? null : minimumWeight,
      minimumTrade: minimumTrade === 0 ? null : minimumTrade,
    },
  };
}

const NEEDS_RETURNS: ReadonlySet<PortfolioObjective['kind']> = new Set([
  'meanRisk',
  'targetReturn',
  'targetRisk',
  'maximumRatio',
  'robust',
]);

function missingReturns({ problem, risk }: ResolvedProblem): Finding | null {
  const { objective, frontier } = problem;
  if (problem.expectedReturns !== null || risk.scenarios !== null) return null;
  if (objective.kind === 'blackLitterman') return null;
  if (!NEEDS_RETURNS.has(objective.kind) && frontier === null) return null;
  const use = frontier === null ? objective.kind : 'an efficient frontier';
  const message = `${use} needs expected returns`;
  return errorFinding('EXPECTED_RETURNS_REQUIRED', message, { pointer: '/expectedReturns' });
}

function solveObjective(resolved: ResolvedProblem, options: OptimizePortfolioOptions): Outcome {
  const { objective } = resolved.problem;
  if (objective.kind === 'blackLitterman') return blackLitterman(resolved, objective, options);
  if (hasIntegers(resolved)) return solveIntegers(resolved, options);
  return isScenarioObjective(objective)
    ? solveScenario(resolved)
    : solveByKind(resolved, objective);
}

/** A convex program over a measure that only a return history has. */
function isScenarioObjective(objective: PortfolioObjective): boolean {
  return (
    WITH_FRONTIER.has(objective.kind) &&
    'risk' in objective &&
    objective.risk.measure !== 'variance'
  );
}

/** Everything else; risk budgets and trees take their measure themselves. */
function solveByKind(
  resolved: ResolvedProblem,
  objective: Exclude<PortfolioObjective, BlackLitterman>,
): Outcome {
  switch (objective.kind) {
    case 'minimumRisk':
      return ok(minimumVariance(resolved));
    case 'meanRisk':
      return ok(meanVariance(resolved, objective));
    case 'targetReturn':
      return ok(targetReturnVariance(resolved, objective));
    case 'targetRisk':
      return ok(targetVolatility(resolved, objective));
    case 'maximumRatio':
      return maximumRatioVariance(resolved, objective.riskFreeRate);
    case 'trackingError':
      return ok(trackingErrorVariance(resolved, objective));
    case 'robust':
      return robustMeanVariance(resolved, objective);
    case 'hierarchical':
      return hierarchical(resolved, objective);
    case 'riskBudget':
      return riskBudget(resolved, objective);
    case 'mostDiversified':
      return mostDiversified(resolved);
    case 'inverseVolatility':
      return inverseVolatility(resolved);
    case 'equalWeight':
      return equalWeight(resolved);
  }
}

/** Posterior first, then the objective that follows under its returns and covariance. */
function blackLitterman(
  resolved: ResolvedProblem,
  objective: BlackLitterman,
  options: OptimizePortfolioOptions,
): Outcome {
  if (isScenarioObjective(objective.then)) {
    const message = 'views change a covariance, not a return history: the measure must be variance';
    return err([errorFinding('METHOD_INPUT_INVALID', message, { pointer: '/objective/then' })]);
  }
  const posterior = posteriorOf(objective, resolved.risk.covariance);
  if (!posterior.ok) return posterior;
  const { posteriorReturns, posteriorCovariance } = posterior.value;
  const n = resolved.assetCount;
  const under = {
    ...resolved,
    problem: { ...resolved.problem, objective: objective.then, expectedReturns: posteriorReturns },
    expectedReturns: posteriorReturns,
    risk: new DenseRisk(posteriorCovariance, n, resolved.risk.scenarios),
  };
  const outcome = solve(under, options);
  return outcome.ok ? ok({ ...outcome.value, blackLitterman: posterior.value }) : outcome;
}
