/**
 * What less tax costs in tracking error, for one account: a curve of best answers, from the one that ignores
 * tax to the one that pays the least tax the limits allow.
 *
 *   S1  Every point is optimal for the objective plus its own weight on tax, and carries that certificate:
 *       nothing with less tax has a better objective (risk, trading costs and tilts together).
 *   S2  Along the points tax falls and the objective without tax rises; between neighbors no point can lie
 *       below the line that joins them.
 *   S3  The answer with today's weight on tax is one of the points.
 */
import type {
  Certificate,
  ConflictingConstraint,
  OptimizationProblem,
  OptimizationResult,
  PiecewiseCost,
} from '../../domain/index.ts';
import {
  pricedProblems,
  problemAt,
  slopeScale,
  type PricedProblems,
} from '../budgets/priced-problem.ts';
import { certify } from '../certificate/certificate.ts';
import { measureOf, trackingError } from '../certificate/measures.ts';
import { optimize } from '../optimize.ts';
import { loadModel } from '../newton/loaded-models.ts';
import {
  defectOfCertificate,
  isProved,
  solvePlain,
  type PlainAnswer,
  type PlainOptions,
} from '../plain-solve.ts';

export interface TaxFrontierOptions {
  /** n; tax of each name's sales as a convex curve, zero at the current holding, per unit of weight. */
  readonly tax: readonly (PiecewiseCost | null)[];
  /** Points to trace, both ends and today's among them; 3 to 200, default 20. */
  readonly points?: number;
  /** What one unit of tax counts today, in units of the objective; default 1. */
  readonly weightNow?: number;
}

export interface FrontierPoint {
  /** What one unit of tax counts here: the objective given up for the last unit of tax saved. */
  readonly taxWeight: number;
  /** Of the planning total: 0.01 is one percent of the account. Negative where losses are realized. */
  readonly tax: number;
  /** Volatility of the difference to the target, per year, of the planning total. */
  readonly trackingError: number;
  /** One way: half of all that is bought and sold, of the planning total. */
  readonly turnover: number;
  /** The objective without tax. */
  readonly objective: number;
  /** Names whose weight changes. */
  readonly tradeCount: number;
  readonly weights: Float64Array;
  /** Of the problem in which tax counts `taxWeight`; shadow prices are those of `optimize` there. */
  readonly certificate: Certificate;
}

export type TaxFrontier =
  | {
      readonly status: 'traced';
      /** By ascending tax: the first pays the least, the last ignores tax. */
      readonly points: readonly FrontierPoint[];
      /** Position in `points` of today's answer. */
      readonly now: number;
      /** Not trading at all, for comparison: not on the curve, and perhaps outside the limits. */
      readonly noTrade: {
        readonly trackingError: number;
        /** Largest violation of a row or box by the present holding; 0 when it may stay. */
        readonly violation: number;
      };
      readonly solves: number;
    }
  | { readonly status: 'infeasible'; readonly conflict: readonly ConflictingConstraint[] }
  /** Some point could not be proved. */
  | { readonly status: 'iterationLimit' };

const POINTS_DEFAULT = 20;
const POINTS_MAX = 200;
/** Taxes that differ by less are one, of the planning total. */
const SAME_TAX = 1e-12;
/** Weights that differ by less are one. */
const SAME_WEIGHT = 1e-9;
/** A chord that the dual comes this near to, relative to the values, has no point of the curve below it. */
const SAME_VALUE = 1e-11;
const RAISES_MAX = 40;

interface Sweep {
  readonly problem: OptimizationProblem;
  readonly priced: PricedProblems;
  /** Looked up once for all points. */
  readonly model: Pick<PlainOptions, 'model'>;
  /** By descending weight on tax, that is by ascending tax. */
  points: FrontierPoint[];
  nearest: Answer | null;
  solves: number;
}

type Answer =
  | { readonly kind: 'plain'; readonly answer: PlainAnswer }
  | { readonly kind: 'full'; readonly answer: OptimizationResult };

/**
 * @param problem its costs without tax; hard budgets and soft rows are kept at every point
 * @returns points with both ends and today's answer, and what doing nothing means; or the conflict
 */
export function taxFrontier(
  problem: OptimizationProblem,
  options: TaxFrontierOptions,
): TaxFrontier {
  const count = Math.min(POINTS_MAX, Math.max(3, Math.trunc(options.points ?? POINTS_DEFAULT)));
  const weightNow = options.weightNow ?? 1;
  const budget = { kind: 'cost', name: 'tax', costs: options.tax, maximum: 0 } as const;
  const sweep: Sweep = {
    problem,
    priced: pricedProblems({ ...problem, budgets: [budget] }, {}),
    model: problem.riskAversion > 0 ? { model: loadModel(problem) } : {},
    points: [],
    nearest: null,
    solves: 0,
  };
  const now = visit(sweep, weightNow);
  if (now === null) return failureOf(sweep, weightNow);
  const isTraced =
    (weightNow === 0 || visit(sweep, 0) !== null) &&
    reachLeastTax(sweep, now) &&
    fill(sweep, count);
  if (!isTraced) return { status: 'iterationLimit' };
  dropRepeats(sweep, now);
  const { current, target } = problem;
  const nothing = {
    factorPrices: new Float64Array(problem.factorCount),
    rowPrices: new Float64Array(problem.rows.length),
  };
  return {
    status: 'traced',
    points: sweep.points,
    now: sweep.points.indexOf(now),
    noTrade: {
      trackingError: trackingError(problem, target, current),
      violation: certify({ problem, weights: current, ...nothing }).maxViolation,
    },
    solves: sweep.solves,
  };
}

/** Points of one tax are one point of the curve: the ends and today's answer stay. */
function dropRepeats(sweep: Sweep, now: FrontierPoint): void {
  const { points } = sweep;
  sweep.points = points.filter((point, at) => {
    if (point === now || at === 0 || at === points.length - 1) return true;
    const [before, after] = [points[at - 1] as FrontierPoint, points[at + 1] as FrontierPoint];
    return point.tax - before.tax > SAME_TAX && after.tax - point.tax > SAME_TAX;
  });
}

function failureOf(sweep: Sweep, weightNow: number): TaxFrontier {
  const result = optimize(problemWith(sweep, weightNow));
  return result.status === 'infeasible'
    ? { status: 'infeasible', conflict: result.conflict }
    : { status: 'iterationLimit' };
}

/** The user's problem in which tax counts `taxWeight`, with its own budgets. */
function problemWith(
  { problem, priced }: Pick<Sweep, 'problem' | 'priced'>,
  taxWeight: number,
): OptimizationProblem {
  const { costs } = problemAt(priced, Float64Array.of(taxWeight));
  return { ...problem, costs };
}

/** Solves at one weight from the answer nearest in weight, and keeps the point; null when nothing is proved. */
function visit(sweep: Sweep, taxWeight: number): FrontierPoint | null {
  const { problem, priced } = sweep;
  sweep.solves += 1;
  const weighted = problemWith(sweep, taxWeight);
  const isPlain =
    (problem.budgets ?? []).length === 0 && problem.rows.every(({ soft }) => soft === undefined);
  let answer: Answer;
  if (isPlain) {
    const start = sweep.nearest?.kind === 'plain' ? { start: sweep.nearest.answer } : {};
    answer = { kind: 'plain', answer: solvePlain(weighted, { ...sweep.model, ...start }) };
    if (answer.answer.status === 'infeasible') return null;
  } else {
    const start = sweep.nearest?.kind === 'full' ? { start: sweep.nearest.answer } : {};
    answer = { kind: 'full', answer: optimize(weighted, start) };
    if (answer.answer.status !== 'optimal') return null;
  }
  const { weights, certificate } = answer.answer;
  if (!isProved(defectOfCertificate(certificate))) return null;
  sweep.nearest = answer;
  const point = pointOf(priced, { taxWeight, weights, certificate });
  const before = sweep.points.findIndex((one) => one.taxWeight < taxWeight);
  const at = before < 0 ? sweep.points.length : before;
  sweep.points.splice(at, 0, point);
  return point;
}

function pointOf(
  { problem, budgets }: PricedProblems,
  point: Pick<FrontierPoint, 'taxWeight' | 'weights' | 'certificate'>,
): FrontierPoint {
  const { weights, certificate, taxWeight } = point;
  const tax = budgets.reduce((sum, budget) => sum + measureOf(problem, budget, weights), 0);
  let moved = 0;
  let tradeCount = 0;
  weights.forEach((x, i) => {
    const change = Math.abs(x - (problem.current[i] as number));
    moved += change;
    if (change > SAME_WEIGHT) tradeCount += 1;
  });
  return {
    taxWeight,
    tax,
    trackingError: trackingError(problem, problem.target, weights),
    turnover: moved / 2,
    objective: certificate.primal - taxWeight * tax,
    tradeCount,
    weights,
    certificate,
  };
}

/** Raises the weight on tax until the tax no longer falls: with curves of finitely many slopes it ends. */
function reachLeastTax(sweep: Sweep, now: FrontierPoint): boolean {
  let last = now;
  let weight = now.taxWeight > 0 ? now.taxWeight : slopeScale(sweep.problem);
  for (let raise = 0; raise < RAISES_MAX; raise += 1) {
    weight *= 4;
    const next = visit(sweep, weight);
    if (next === null) return false;
    if (last.tax - next.tax <= SAME_TAX) {
      sweep.points = sweep.points.filter((point) => point !== next);
      return true;
    }
    last = next;
  }
  return true;
}

/**
 * Between the two neighbors farthest apart in tax and tracking error, the weight at which both are equally
 * good: no other weight can find a point farther below the line that joins them.
 */
function fill(sweep: Sweep, count: number): boolean {
  const straight = new Set<FrontierPoint>();
  while (sweep.points.length < count) {
    const gap = widestGap(sweep.points, straight);
    if (gap === null) return true;
    const [low, high] = gap;
    const taxWeight = (low.objective - high.objective) / (high.tax - low.tax);
    const isBetween = taxWeight < low.taxWeight && taxWeight > high.taxWeight;
    const point = isBetween ? visit(sweep, taxWeight) : null;
    if (isBetween && point === null) return false;
    const chord = low.objective + taxWeight * low.tax;
    const isNew =
      point !== null &&
      chord - point.certificate.primal > SAME_VALUE * (1 + Math.abs(chord)) &&
      point.tax - low.tax > SAME_TAX &&
      high.tax - point.tax > SAME_TAX;
    if (!isNew) {
      if (point !== null) sweep.points = sweep.points.filter((one) => one !== point);
      straight.add(low);
    }
  }
  return true;
}

/** @param straight left ends of gaps in which the curve is a straight line */
function widestGap(
  points: readonly FrontierPoint[],
  straight: ReadonlySet<FrontierPoint>,
): readonly [FrontierPoint, FrontierPoint] | null {
  const first = points[0] as FrontierPoint;
  const last = points.at(-1) as FrontierPoint;
  const taxes = Math.max(last.tax - first.tax, Number.MIN_VALUE);
  const errors = Math.max(Math.abs(first.trackingError - last.trackingError), Number.MIN_VALUE);
  let widest: readonly [FrontierPoint, FrontierPoint] | null = null;
  let width = 0;
  for (let at = 0; at + 1 < points.length; at += 1) {
    const [low, high] = [points[at] as FrontierPoint, points[at + 1] as FrontierPoint];
    if (straight.has(low) || high.tax - low.tax <= SAME_TAX) continue;
    const across =
      (high.tax - low.tax) / taxes + Math.abs(low.trackingError - high.trackingError) / errors;
    if (across > width) [width, widest] = [across, [low, high]];
  }
  return widest;
}
