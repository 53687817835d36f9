/** What this folder cannot solve, said before it starts. */
import { err, ok, type Result } from '../../../kernel/index.ts';
import {
  errorFinding,
  type Finding,
  type MeasureChoice,
  type PortfolioProblem,
} from '../../../domain/index.ts';
import type { ResolvedProblem, Scenarios } from '../resolved-problem.ts';
import { isDrawdownMeasure, type ScenarioMeasure } from './scenario-measure.ts';
import type { ScenarioObjective } from './scenario-problem.ts';

export interface ScenarioTask {
  readonly objective: ScenarioObjective;
  readonly measure: ScenarioMeasure;
  readonly scenarios: Scenarios;
}

/**
 * The measure with the problem's ddof (default 1).
 *
 * @refuses METHOD_INPUT_INVALID: no history; alpha outside (0, 1]; T not above ddof; a number that is not finite
 */
export function scenarioMeasureOf(
  resolved: ResolvedProblem,
  choice: MeasureChoice,
): Result<
  { readonly measure: ScenarioMeasure; readonly scenarios: Scenarios },
  readonly Finding[]
> {
  const { problem, risk } = resolved;
  const ddof = problem.risk.kind === 'returns' ? (problem.risk.choice.ddof ?? 1) : 1;
  const { scenarios } = risk;
  const findings: Finding[] = [];
  const refuse = (message: string, pointer: string): void => {
    findings.push(errorFinding('METHOD_INPUT_INVALID', message, { pointer }));
  };
  if (scenarios === null || scenarios.count === 0) {
    refuse(
      `${choice.measure} is a measure of a return history, and none is given`,
      '/risk/returns',
    );
    return err(findings);
  }
  const needsTail = choice.measure === 'cvar' || choice.measure === 'cdar';
  if (needsTail && !(choice.alpha > 0 && choice.alpha <= 1)) {
    refuse(
      `alpha, the tail probability, is ${String(choice.alpha)}; it lies in (0, 1]`,
      '/objective/risk/alpha',
    );
  }
  const divides = choice.measure === 'semivariance' || choice.measure === 'variance';
  if (divides && scenarios.count <= ddof) {
    refuse(
      `${choice.measure} divides by T - ddof: ${String(scenarios.count)} - ${String(ddof)}`,
      '/risk/ddof',
    );
  }
  if (!scenarios.returns.every(Number.isFinite)) {
    refuse('the return history has an entry that is not a number', '/risk/returns');
  }
  if (findings.length > 0) return err(findings);
  return ok({ measure: { ...choice, ddof }, scenarios });
}

/** All reasons at once, or what there is to do. */
export function scenarioRefusals(
  resolved: ResolvedProblem,
): Result<ScenarioTask, readonly Finding[]> {
  const { problem } = resolved;
  const objective = scenarioObjective(problem);
  if (objective === null) {
    const message = `${problem.objective.kind} is not a convex program over scenarios`;
    return err([errorFinding('METHOD_INPUT_INVALID', message, { pointer: '/objective/kind' })]);
  }
  const measured = scenarioMeasureOf(resolved, objective.risk);
  const findings = [
    ...(measured.ok ? [] : measured.error),
    ...objectiveFindings(objective),
    ...integerFindings(problem),
  ];
  if (!measured.ok || findings.length > 0) return err(findings);
  return ok({ objective, ...measured.value });
}

/** Nothing of a ratio can be won when no allowed portfolio earns more than the rate. */
export function ratioNotPositive(highest: number, rate: number): Finding {
  const message = `the highest return that the limits allow is ${highest.toPrecision(8)}, the risk-free rate is ${String(rate)}`;
  return errorFinding('RATIO_NOT_POSITIVE', message, { pointer: '/objective' });
}

function scenarioObjective({ objective }: PortfolioProblem): ScenarioObjective | null {
  switch (objective.kind) {
    case 'minimumRisk':
    case 'meanRisk':
    case 'targetReturn':
    case 'targetRisk':
    case 'maximumRatio':
      return objective;
    default:
      return null;
  }
}

function objectiveFindings(objective: ScenarioObjective): readonly Finding[] {
  const findings: Finding[] = [];
  if (objective.risk.isCompounded && isDrawdownMeasure(objective.risk)) {
    const message = `the ${objective.risk.measure} of compounded wealth is not convex in the weights and cannot be minimized with proof; leave compounded out`;
    const location = { pointer: '/objective/compounded' };
    findings.push(errorFinding('METHOD_INPUT_INVALID', message, location));
  }
  if (objective.kind === 'meanRisk' && !(objective.riskAversion >= 0)) {
    const message = `riskAversion is ${String(objective.riskAversion)}; it is not negative`;
    const location = { pointer: '/objective/riskAversion' };
    findings.push(errorFinding('METHOD_INPUT_INVALID', message, location));
  }
  return findings;
}

function integerFindings({ constraints }: PortfolioProblem): readonly Finding[] {
  const names = [
    'maximumNames',
    'exactNames',
    'minimumWeight',
    'minimumTrade',
    'roundLots',
  ] as const;
  return names
    .filter((name) => constraints[name] !== null)
    .map((name) =>
      errorFinding(
        'METHOD_CONSTRAINT_UNSUPPORTED',
        `${name} is not supported with measures of a return history`,
        { pointer: `/constraints/${name}` },
      ),
    );
}
