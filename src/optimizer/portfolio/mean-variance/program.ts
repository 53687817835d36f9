/** The resolved problem as a convex program without an objective, and answers as portfolio results. */
import type { Certificate, LinearRow, PortfolioResult } from '../../../domain/index.ts';
import type { ResolvedProblem, ResolvedRisk } from '../resolved-problem.ts';
import {
  covarianceTimes,
  denseCovariance,
  factorCovariance,
  type CovarianceForm,
} from './covariance-form.ts';
import type { ConvexProblem, Sphere } from './convex-problem.ts';
import { dot } from './engine-point.ts';
import { costsOf } from './evidence.ts';
import type { ConvexAnswer } from './solve-convex.ts';

/** Factors are used as such while they are this few beside the assets. */
const FACTOR_SHARE = 0.5;
const forms = new WeakMap<ResolvedRisk, CovarianceForm>();

/** The covariance of a resolved risk as the engine uses it, made once. */
export function covarianceForm(risk: ResolvedRisk, n: number): CovarianceForm {
  const known = forms.get(risk);
  if (known !== undefined) return known;
  const form = isFactored(risk, n)
    ? factorCovariance(risk.specificVariance, risk.factors, risk.factorCount)
    : denseCovariance(risk.covariance, n);
  forms.set(risk, form);
  return form;
}

/** A matrix given as such is not split to find out. */
function isFactored(risk: ResolvedRisk, n: number): boolean {
  if ('isDense' in risk && risk.isDense === true) return false;
  return risk.factorCount > 0 && risk.factorCount <= FACTOR_SHARE * n;
}

/** No objective yet: the constraints, the covariance and what trading costs. */
export function programOf(resolved: ResolvedProblem): ConvexProblem {
  const { problem, assetCount: n, trackingError, turnover } = resolved;
  const spheres: Sphere[] =
    trackingError === null
      ? []
      : [
          {
            name: 'trackingError',
            center: trackingError.benchmark,
            maximum: trackingError.maximum,
          },
        ];
  return {
    assets: problem.assets,
    covariance: covarianceForm(resolved.risk, n),
    curvature: 0,
    center: new Float64Array(n),
    linear: new Float64Array(n),
    costs: resolved.costs,
    current: resolved.current,
    impact: problem.costs.impact,
    norm: null,
    lower: resolved.lower,
    upper: resolved.upper,
    rows: resolved.rows,
    turnover:
      turnover === null || turnover.kind === 'perAsset'
        ? null
        : { measure: turnover.kind, maximum: turnover.maximum },
    spheres,
  };
}

/** Costs of the objective times a positive number. */
export function scaledCosts(
  { costs, impact }: ConvexProblem,
  multiple: number,
): Pick<ConvexProblem, 'costs' | 'impact'> {
  return {
    costs: costs.map((cost) =>
      cost === null ? null : { ...cost, slopes: cost.slopes.map((slope) => slope * multiple) },
    ),
    impact:
      impact === null
        ? null
        : { ...impact, coefficient: impact.coefficient.map((c) => c * multiple) },
  };
}

/** mu'w >= least. */
export function returnRow(expectedReturns: Float64Array, least: number): LinearRow {
  return { name: 'targetReturn', coefficients: expectedReturns, lower: least, upper: Infinity };
}

export interface ResultParts {
  readonly resolved: ResolvedProblem;
  readonly answer: ConvexAnswer;
  /** In the sense of the objective's definition. */
  readonly objective: number;
  /** Of the minimized value; null without an answer. */
  readonly certificate: Certificate | null;
  /** Deviations whose risk is reported; default: the weights. */
  readonly center?: Float64Array;
  readonly binding?: PortfolioResult['binding'];
  readonly notes?: readonly string[];
  readonly solver?: string;
  readonly iterations?: number;
}

export function resultOf(parts: ResultParts): PortfolioResult {
  const { resolved, answer } = parts;
  const { weights } = answer;
  const hasAnswer = answer.status === 'optimal' || answer.status === 'iterationLimit';
  const measured = riskOf(resolved, weights, parts.center ?? null);
  return {
    status: answer.status,
    weights,
    shares: null,
    objective: parts.objective,
    expectedReturn: hasReturns(resolved) ? dot(resolved.expectedReturns, weights) : null,
    risk: measured.risk,
    certificate: parts.certificate,
    integerProof: null,
    binding: hasAnswer ? (parts.binding ?? answer.binding) : [],
    riskContributions: hasAnswer ? measured.contributions : null,
    conflict: answer.conflict,
    frontier: null,
    blackLitterman: null,
    notes: [...resolved.notes, ...(parts.notes ?? [])],
    solver: {
      name: parts.solver ?? answer.solver,
      iterations: parts.iterations ?? answer.iterations,
    },
  };
}

export function hasReturns({ problem, risk }: ResolvedProblem): boolean {
  return problem.expectedReturns !== null || risk.scenarios !== null;
}

/** Volatility of w - center, and each name's share of it by Euler's theorem. */
export function riskOf(
  resolved: ResolvedProblem,
  weights: Float64Array,
  center: Float64Array | null,
): { readonly risk: number; readonly contributions: Float64Array | null } {
  const away = center === null ? weights : weights.map((w, i) => w - (center[i] as number));
  const product = covarianceTimes(covarianceForm(resolved.risk, weights.length), away);
  const risk = Math.sqrt(Math.max(0, dot(away, product)));
  if (risk === 0) return { risk, contributions: null };
  return { risk, contributions: away.map((x, i) => (x * (product[i] as number)) / risk) };
}

export function tradingCosts(resolved: ResolvedProblem, weights: Float64Array): number {
  const { costs, current, problem } = resolved;
  return costsOf({ costs, current, impact: problem.costs.impact }, weights);
}

/** The engine's proof around a value that is minimized. */
export function certificateAround(minimized: number, answer: ConvexAnswer, unit = 1): Certificate {
  const gap = answer.evidence.gap * unit;
  const { maxViolation } = answer.evidence;
  return { primal: minimized, dual: minimized - gap, gap, maxViolation };
}
