/** From the problem as it is stated to boxes, rows and curves in the engines' form. */
import { err, ok, type Result } from '../../../kernel/index.ts';
import {
  errorFinding,
  type Finding,
  type LinearRow,
  type PiecewiseCost,
  type PortfolioConstraints,
  type PortfolioProblem,
} from '../../../domain/index.ts';
import { estimateExpectedReturns } from '../../estimators/index.ts';
import { addCurves } from '../mean-variance/convex-problem.ts';
import type { ResolvedProblem, ResolvedRisk } from '../resolved-problem.ts';
import { resolveRisk } from './resolve-risk.ts';

/**
 * Judges the risk and shapes the constraints.
 *
 * @refuses what `resolveRisk` refuses; FACTOR_MODEL_REQUIRED; CURRENT_WEIGHTS_REQUIRED; what the estimator of
 *   expected returns refuses: all at once
 */
export function resolveProblem(
  problem: PortfolioProblem,
): Result<ResolvedProblem, readonly Finding[]> {
  const findings: Finding[] = [];
  const { constraints, assets } = problem;
  const n = assets.length;
  if (constraints.turnover !== null && problem.current === null) {
    const location = { pointer: '/constraints/turnover' };
    const message = 'turnover is measured from the weights held now';
    findings.push(errorFinding('CURRENT_WEIGHTS_REQUIRED', message, location));
  }
  if (constraints.factorExposure.length > 0 && problem.risk.kind !== 'factors') {
    const location = { pointer: '/constraints/factorExposure' };
    const message = `risk is given as ${problem.risk.kind}`;
    findings.push(errorFinding('FACTOR_MODEL_REQUIRED', message, location));
  }
  const resolution = resolveRisk(problem);
  if (!resolution.ok) findings.push(...resolution.error);
  if (!resolution.ok || findings.length > 0) return err(findings);
  const { risk } = resolution.value;
  const returns = expectedReturnsOf(problem, risk);
  if (!returns.ok) return returns;
  const current = problem.current ?? new Float64Array(n);
  const { turnover } = constraints;
  return ok({
    problem,
    assetCount: n,
    expectedReturns: returns.value.values,
    risk,
    ...boxesOf(constraints, current),
    rows: rowsOf(problem),
    costs: costsOf(problem, current),
    current,
    turnover: turnover?.kind === 'perAsset' ? null : turnover,
    trackingError: constraints.trackingError,
    notes: [...resolution.value.notes, ...returns.value.notes],
  });
}

function expectedReturnsOf(
  problem: PortfolioProblem,
  risk: ResolvedRisk,
): Result<{ values: Float64Array; notes: readonly string[] }, readonly Finding[]> {
  const { expectedReturns, expectedReturnsChoice: choice } = problem;
  if (expectedReturns !== null) return ok({ values: expectedReturns, notes: [] });
  const n = problem.assets.length;
  if (risk.scenarios === null) return ok({ values: new Float64Array(n), notes: [] });
  const needsCovariance = choice !== undefined && choice.estimator !== 'mean';
  const estimate = estimateExpectedReturns(
    risk.scenarios,
    choice ?? { estimator: 'mean' },
    needsCovariance ? risk.covariance : null,
  );
  if (!estimate.ok) {
    return err(
      estimate.error.map((finding) => ({
        ...finding,
        location: { pointer: '/expectedReturns', ...finding.location },
      })),
    );
  }
  const note = `expected returns are the history's (${choice?.estimator ?? 'mean'})`;
  return ok({ values: estimate.value.expectedReturns, notes: [note, ...estimate.value.notes] });
}

/** Turnover per asset is a box around the holding. */
function boxesOf(
  { lower, upper, turnover }: PortfolioConstraints,
  current: Float64Array,
): { readonly lower: Float64Array; readonly upper: Float64Array } {
  if (turnover?.kind !== 'perAsset') return { lower, upper };
  return {
    lower: lower.map((x, i) => Math.max(x, (current[i] as number) - turnover.maximum)),
    upper: upper.map((x, i) => Math.min(x, (current[i] as number) + turnover.maximum)),
  };
}

function rowsOf(problem: PortfolioProblem): readonly LinearRow[] {
  const { constraints, risk } = problem;
  const n = problem.assets.length;
  const { budget } = constraints;
  const rows: LinearRow[] = [];
  if (budget !== null) {
    const coefficients = new Float64Array(n).fill(1);
    rows.push({ name: 'budget', coefficients, lower: budget, upper: budget });
  }
  for (const group of constraints.groups) rows.push(...groupRows(group, budget, n));
  for (const { name, coefficients, minimum, maximum } of constraints.linear) {
    rows.push({ name, coefficients, lower: minimum ?? -Infinity, upper: maximum ?? Infinity });
  }
  if (risk.kind === 'factors') {
    const k = risk.factorCount;
    const names = new Set<string>();
    for (const { factor, minimum, maximum } of constraints.factorExposure) {
      let name = `factor ${String(factor)}`;
      while (names.has(name)) name += ' again';
      names.add(name);
      const coefficients = Float64Array.from(
        { length: n },
        (_, i) => risk.loadings[i * k + factor] as number,
      );
      rows.push({ name, coefficients, lower: minimum ?? -Infinity, upper: maximum ?? Infinity });
    }
  }
  return rows;
}

/** Limits relative to a budget that is not fixed are shares of the sum of weights, whatever it becomes. */
function groupRows(
  group: PortfolioConstraints['groups'][number],
  budget: number | null,
  n: number,
): readonly LinearRow[] {
  const { name, members, minimum, maximum, relativeTo } = group;
  const coefficients = new Float64Array(n);
  for (const i of members) coefficients[i] = 1;
  if (relativeTo === null || budget !== null) {
    const unit = relativeTo === 'budget' ? (budget ?? 1) : 1;
    // Shares of a negative budget turn round.
    const [low, high] = unit < 0 ? [maximum, minimum] : [minimum, maximum];
    const lower = low === null ? -Infinity : low * unit;
    return [{ name, coefficients, lower, upper: high === null ? Infinity : high * unit }];
  }
  const rows: LinearRow[] = [];
  const share = (limit: number): Float64Array => coefficients.map((c) => c - limit);
  if (minimum !== null) {
    rows.push({ name: `${name} (min)`, coefficients: share(minimum), lower: 0, upper: Infinity });
  }
  if (maximum !== null) {
    rows.push({ name: `${name} (max)`, coefficients: share(maximum), lower: -Infinity, upper: 0 });
  }
  return rows;
}

/** Trading costs are kinked at the holding; curves of the user's own are added. */
function costsOf(
  { costs, assets }: PortfolioProblem,
  current: Float64Array,
): readonly (PiecewiseCost | null)[] {
  return assets.map((_, i) => {
    const buy = costs.buy?.[i] ?? 0;
    const sell = costs.sell?.[i] ?? 0;
    const trading =
      buy === 0 && sell === 0
        ? null
        : { breakpoints: [current[i] as number], slopes: [0 - sell, buy] };
    return addCurves(trading, costs.piecewise.get(i) ?? null);
  });
}
