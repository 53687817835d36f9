/** Objectives of variance as a quadratic to minimize, and how the convex methods solve the same with fixed choices. */
import { err, ok, type Result } from '../../kernel/index.ts';
import {
  errorFinding,
  type Finding,
  type LinearRow,
  type MeasureChoice,
  type PortfolioObjective,
  type PortfolioProblem,
  type PortfolioResult,
} from '../../domain/index.ts';
import {
  meanVariance,
  minimumVariance,
  targetReturnVariance,
  trackingErrorVariance,
} from '../portfolio/mean-variance/index.ts';
import type { ResolvedProblem } from '../portfolio/resolved-problem.ts';

/** minimize factor/2 (x - center)'Sigma(x - center) + linear'x + costs, with rows added to the problem's own. */
export interface ObjectiveForm {
  readonly factor: number;
  /** Null: zero. */
  readonly center: Float64Array | null;
  readonly linear: Float64Array;
  readonly rows: readonly LinearRow[];
  /** The objective reported is minus the value minimized. */
  readonly isMaximized: boolean;
  /** The convex method for a problem whose choices are in its boxes. */
  readonly solve: (resolved: ResolvedProblem) => PortfolioResult;
}

/** @refuses METHOD_CONSTRAINT_UNSUPPORTED, METHOD_INPUT_INVALID: all reasons at once */
export function objectiveForm(
  resolved: ResolvedProblem,
): Result<ObjectiveForm, readonly Finding[]> {
  const { objective } = resolved.problem;
  const findings = unsupported(resolved.problem);
  const form = formOf(resolved, objective);
  if (form === null) {
    const message = `limits on names, trades and lots go with minimumRisk, meanRisk, targetReturn and trackingError; not with ${objective.kind}`;
    const location = { pointer: '/objective/kind' };
    findings.unshift(errorFinding('METHOD_CONSTRAINT_UNSUPPORTED', message, location));
  }
  return form === null || findings.length > 0 ? err(findings) : ok(form);
}

function formOf(resolved: ResolvedProblem, objective: PortfolioObjective): ObjectiveForm | null {
  const n = resolved.assetCount;
  const zero = new Float64Array(n);
  const base = { center: null, linear: zero, rows: [], isMaximized: false };
  const returns = resolved.expectedReturns.map((mean) => 0 - mean);
  switch (objective.kind) {
    case 'minimumRisk':
      return { ...base, factor: 2, solve: minimumVariance };
    case 'meanRisk':
      return {
        ...base,
        factor: objective.riskAversion,
        linear: returns,
        isMaximized: true,
        solve: (fixed) => meanVariance(fixed, objective),
      };
    case 'targetReturn': {
      const row = {
        name: 'targetReturn',
        coefficients: resolved.expectedReturns,
        lower: objective.return,
        upper: Infinity,
      };
      return {
        ...base,
        factor: 2,
        rows: [row],
        solve: (fixed) => targetReturnVariance(fixed, objective),
      };
    }
    case 'trackingError': {
      const { riskAversion, benchmark } = objective;
      const { problem } = resolved;
      const hasReturns =
        problem.expectedReturns !== null || problem.expectedReturnsChoice !== undefined;
      return {
        ...base,
        factor: riskAversion ?? 2,
        center: benchmark,
        linear: riskAversion !== null && hasReturns ? returns : zero,
        isMaximized: riskAversion !== null,
        solve: (fixed) => trackingErrorVariance(fixed, objective),
      };
    }
    default:
      return null;
  }
}

function unsupported({ objective, constraints, costs }: PortfolioProblem): Finding[] {
  const findings: Finding[] = [];
  const refuse = (what: string, pointer: string): void => {
    const message = `${what} cannot be combined with limits on names, trades or lots`;
    findings.push(errorFinding('METHOD_CONSTRAINT_UNSUPPORTED', message, { pointer }));
  };
  const measure: MeasureChoice | null = 'risk' in objective ? objective.risk : null;
  if (measure !== null && measure.measure !== 'variance') {
    refuse(`the risk measure ${measure.measure}`, '/objective/measure');
  }
  const { turnover, trackingError } = constraints;
  if (turnover !== null && turnover.kind !== 'perAsset') {
    refuse(`a ${turnover.kind} turnover limit`, '/constraints/turnover');
  }
  if (trackingError !== null) refuse('a tracking error limit', '/constraints/trackingError');
  if (costs.impact !== null) refuse('market impact', '/costs/impact');
  return findings;
}
