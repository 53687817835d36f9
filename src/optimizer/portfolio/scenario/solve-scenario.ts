/**
 * Objectives over measures of a return history. Trading costs are added to what is minimized and taken from what
 * is maximized, as for variance:
 *
 *   minimumRisk    min  risk + costs
 *   targetReturn   min  risk + costs                    s.t. mu'w >= return
 *   meanRisk       max  mu'w - costs - riskAversion risk
 *   targetRisk     max  mu'w - costs                    s.t. risk <= limit
 *   maximumRatio   max  (mu'w - costs - rate) / risk
 *
 * `risk` is in return units throughout: the root of the semivariance, the ulcer index.
 */
import { err, ok, type Result } from '../../../kernel/index.ts';
import type { Finding, LinearRow, PortfolioResult } from '../../../domain/index.ts';
import { dot } from '../mean-variance/engine-point.ts';
import { returnRow } from '../mean-variance/program.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { conflictIn, conflictOfRisk, conflictOfWeights } from './conflict.ts';
import { densityAt, riskContributions } from './density.ts';
import { GoalSolver, type GoalPoint } from './goal-solver.ts';
import { impactTangents, refineTangents } from './impact-tangents.ts';
import { proveProposal, type LinearGoal, type Proof } from './proof.ts';
import { ratioNotPositive, scenarioRefusals } from './refusals.ts';
import {
  isDrawdownMeasure,
  isRootMeasure,
  measureValue,
  portfolioReturns,
  type ScenarioMeasure,
} from './scenario-measure.ts';
import {
  scenarioProblemOf,
  type ScenarioObjective,
  type ScenarioProblem,
} from './scenario-problem.ts';
import { settledWeights } from './settled-weights.ts';
import { hasRisklessExcess, hasUnboundedRay } from './unbounded.ts';

const VIOLATION_MAX = 1e-9;
const IMPACT_ROUNDS = 30;
/** Of the tolerance on the gap, left to impact. */
const IMPACT_SHARE = 0.1;
/** Distances to an end or kink that are tried: a square near zero leaves weights at the root of its tolerance. */
const SETTLE_NEAR = [1e-8, 1e-6, 1e-5, 1e-4, 1e-3];
/** Defect of a proof that is rounding. */
const SETTLED_DEFECT = 1e-11;
const RISK_SHARE = 1000;
/** Risk, relative to the size of a period's return, below which programs are scaled to it. */
const SMALL_RISK = 0.1;
const NEARLY_NO_RISK = 1e-5;
/** Relative gap of a ratio that needs no sharper bound. */
const ROUNDING_GAP = 1e-11;
/** Risk that is none, relative to the size of a period's return. */
const NO_RISK = 1e-12;
const SOLVER = 'sparse interior point over scenarios';

/**
 * Solves the problem's objective over its return history.
 *
 * @returns `optimal` when value and bound, both computed from the user's history, meet within the problem's
 *   tolerance; `infeasible` with limits in conflict; `unbounded`; else `iterationLimit` with an honest gap
 * @refuses METHOD_INPUT_INVALID without a history, for alpha outside (0, 1], T not above ddof, or drawdowns of
 *   compounded wealth (not convex); METHOD_CONSTRAINT_UNSUPPORTED for integer limits; RATIO_NOT_POSITIVE
 */
export function solveScenario(
  resolved: ResolvedProblem,
): Result<PortfolioResult, readonly Finding[]> {
  const refused = scenarioRefusals(resolved);
  if (!refused.ok) return err(refused.error);
  const { objective, measure, scenarios } = refused.value;
  const extraRows: LinearRow[] =
    objective.kind === 'targetReturn'
      ? [returnRow(resolved.expectedReturns, objective.return)]
      : [];
  const problem = scenarioProblemOf(resolved, measure, { scenarios, extraRows });
  return new ScenarioSolve(resolved, problem, objective).run();
}

class ScenarioSolve {
  readonly #resolved: ResolvedProblem;
  #problem: ScenarioProblem;
  readonly #objective: ScenarioObjective;
  readonly #notes: string[] = [];
  #iterations = 0;

  constructor(resolved: ResolvedProblem, problem: ScenarioProblem, objective: ScenarioObjective) {
    this.#resolved = resolved;
    this.#problem = problem;
    this.#objective = objective;
  }

  run(): Result<PortfolioResult, readonly Finding[]> {
    if (this.#objective.kind === 'maximumRatio') {
      const refusal = this.#checkExcess(this.#objective.riskFreeRate);
      if (refusal !== null) return err([refusal]);
    }
    const conflict = this.#conflictBeforehand();
    if (conflict !== null) return ok(this.#infeasible(conflict));
    return ok(this.#report(this.#sharpened(this.#settled(this.#reach()))));
  }

  /** The search for the price of a limit that cannot hold would not end: such limits are tried first. */
  #conflictBeforehand(): PortfolioResult['conflict'] | null {
    const hasTracking = this.#problem.base.spheres.length > 0;
    const ofWeights = hasTracking ? conflictOfWeights(this.#problem) : null;
    if (ofWeights !== null || this.#objective.kind !== 'targetRisk') return ofWeights;
    const isSearched = hasTracking || isRootMeasure(this.#problem.measure);
    return isSearched ? conflictOfRisk(this.#problem, this.#objective.limit) : null;
  }

  /** A ratio to be maximized must be positive somewhere; otherwise more risk would be better. */
  #checkExcess(riskFreeRate: number): Finding | null {
    const goal = { riskWeight: 0, returnWeight: 1, costWeight: 1, riskLimit: null };
    const point = this.#solveWithImpact((solver) => solver.solve(goal));
    if (point.status !== 'optimal') return null;
    const excess = new GoalSolver(this.#problem, null).excessOf(point.weights, riskFreeRate);
    return excess > 0 ? null : ratioNotPositive(excess + riskFreeRate, riskFreeRate);
  }

  #reach(): GoalPoint {
    const objective = this.#objective;
    if (objective.kind === 'maximumRatio') {
      const rate = objective.riskFreeRate;
      return this.#solveWithImpact((solver) => {
        const point = solver.solveRatio(rate);
        return point ?? { ...solver.solve(goalOf(objective)), status: 'unbounded' };
      });
    }
    return this.#solveWithImpact((solver) => solver.solve(goalOf(objective)));
  }

  /**
   * Impact is bent: its tangents are refined at each answer until the proof, which knows the true cost, closes.
   * Each round divides the error by about four; tangents that crowd end it when the program cannot tell them apart.
   */
  #solveWithImpact(solve: (solver: GoalSolver) => GoalPoint): GoalPoint {
    const { base } = this.#problem;
    let lines = impactTangents(base);
    let best: { readonly point: GoalPoint; readonly defect: number } | null = null;
    for (let round = 0; ; round += 1) {
      const solver = new GoalSolver(this.#problem, lines);
      const point = solve(solver);
      this.#iterations += solver.iterations;
      if (lines === null) return point;
      if (point.status !== 'optimal') return best?.point ?? point;
      const defect = defectOf(proveProposal(this.#problem, point.goal, point));
      if (best === null || defect < best.defect) best = { point, defect };
      const isClosed = best.defect <= IMPACT_SHARE * this.#resolved.problem.tolerance;
      if (isClosed || round === IMPACT_ROUNDS) return best.point;
      lines = refineTangents(base, lines, point.weights);
    }
  }

  /** The answer itself or moved onto the limits it touches, whichever has the better proof. */
  #settled(point: GoalPoint): Settled {
    let best = this.#proved(point);
    for (const near of SETTLE_NEAR) {
      const weights = settledWeights(this.#problem.base, point.weights, near);
      const moved = this.#proved({ ...point, weights });
      if (defectOf(moved.proof) <= Math.max(defectOf(best.proof), SETTLED_DEFECT)) best = moved;
      if (defectOf(best.proof) <= SETTLED_DEFECT) break;
    }
    return best;
  }

  /** An answer that is not proved is sought again in ways that suit a risk far below that of a typical return. */
  #sharpened(first: Settled): Settled {
    const { problem } = this.#resolved;
    const own = this.#problem;
    let best = first;
    if (this.#isProved(best) || best.point.status !== 'optimal') return best;
    if (!(best.proof.risk < SMALL_RISK * own.unit)) return best;
    const { kind } = problem.objective;
    const isRiskAlone =
      (kind === 'minimumRisk' || kind === 'targetReturn') && isRootMeasure(own.measure);
    if (isRiskAlone && best.proof.risk < NEARLY_NO_RISK * own.unit) {
      best = this.#better(best, this.#withoutAnyRisk());
    }
    if (this.#isProved(best)) return best;
    this.#problem = { ...own, unit: Math.max(best.proof.risk, NO_RISK * own.unit) };
    const second = this.#settled(this.#reach());
    this.#problem = own;
    return this.#better(best, this.#proved(second.point));
  }

  #better(a: Settled, b: Settled): Settled {
    return defectOf(b.proof) < defectOf(a.proof) ? b : a;
  }

  /**
   * A square near zero tells little of its root. Paths without a shortfall have no deviation and no drawdown of any
   * kind, and the linear measures of the same kind find them exactly; no density is needed to bound a risk by zero.
   */
  #withoutAnyRisk(): Settled {
    const { measure, base, scenarios } = this.#problem;
    const kind = isDrawdownMeasure(measure) ? 'maximumDrawdown' : 'meanAbsoluteDeviation';
    const linear = { ...this.#problem, measure: { ...measure, measure: kind } as const };
    const solver = new GoalSolver(linear, null);
    const goal = goalOf(this.#objective);
    const point = solver.solve(goal);
    this.#iterations += solver.iterations;
    return this.#proved({
      ...point,
      density: new Float64Array(scenarios.count),
      prices: {
        rows: new Float64Array(base.rows.length),
        turnover: 0,
        spheres: new Float64Array(base.spheres.length),
      },
    });
  }

  /** By the solver's prices, and where they fail by the measure's own slope at the weights. */
  #proved(point: GoalPoint): Settled {
    const proof = proveProposal(this.#problem, point.goal, point);
    if (defectOf(proof) <= SETTLED_DEFECT) return { point, proof };
    const { measure, scenarios } = this.#problem;
    const density = densityAt(measure, portfolioReturns(point.weights, scenarios));
    const sloped = { ...point, density };
    const second = proveProposal(this.#problem, point.goal, sloped);
    return defectOf(second) < defectOf(proof) ? { point: sloped, proof: second } : { point, proof };
  }

  #isProved({ point, proof }: Settled): boolean {
    const size = Math.max(1, ...point.weights.map(Math.abs));
    return (
      // Below zero by what the prices make of a violation within its own tolerance.
      proof.gap <= this.#resolved.problem.tolerance * proof.size + 1e-300 &&
      proof.maxViolation <= VIOLATION_MAX * size
    );
  }

  #report(settled: Settled): PortfolioResult {
    const { point, proof } = settled;
    const isRatio = this.#objective.kind === 'maximumRatio';
    const isEndless = isRatio && (point.status === 'unbounded' || !(proof.risk > this.#noRisk()));
    if (isEndless) {
      // Homogenized, limits that contradict each other leave nothing but the origin, where no ratio has an end.
      const crossed = conflictIn(this.#problem, this.#objective);
      return crossed === null ? this.#withoutMaximum(settled) : this.#infeasible(crossed);
    }
    if (this.#isProved(settled)) return this.#result('optimal', settled);
    const conflict = conflictIn(this.#problem, this.#objective);
    if (conflict !== null) return this.#infeasible(conflict);
    if (this.#objective.kind === 'maximumRatio') {
      const { riskFreeRate } = this.#objective;
      if (hasRisklessExcess(this.#problem, riskFreeRate)) return this.#withoutMaximum(settled);
      return this.#result('iterationLimit', settled);
    }
    const isUnbounded = hasUnboundedRay(this.#problem, goalOf(this.#objective));
    return this.#result(isUnbounded ? 'unbounded' : 'iterationLimit', settled);
  }

  #noRisk(): number {
    return NO_RISK * this.#problem.unit;
  }

  #withoutMaximum(settled: Settled): PortfolioResult {
    this.#notes.push(
      'the ratio has no maximum: a portfolio with a return above the rate has no risk in this history, or the ratio rises without end',
    );
    return this.#result('unbounded', settled);
  }

  /**
   * For every allowed portfolio risk >= excess / ratio - gap, hence its own ratio is at most
   * ratio (1 + gap / its risk): the least risk there is makes a bound of it. Where that is zero, the bound stands
   * for portfolios with at least a thousandth of the answer's risk; where the gap is rounding even so, nothing more
   * is asked.
   */
  #ratioBound(ratio: number, { risk, gap }: Proof): number {
    const open = Math.max(0, gap);
    const crude = (RISK_SHARE * open) / risk;
    if (crude <= ROUNDING_GAP) return ratio * (1 + crude);
    const goal = { riskWeight: 1, returnWeight: 0, costWeight: 0, riskLimit: null };
    const solver = new GoalSolver(this.#problem, null);
    const least = proveProposal(this.#problem, goal, solver.solve(goal));
    this.#iterations += solver.iterations;
    const leastRisk = Math.max(least.primal - Math.abs(least.gap), risk / RISK_SHARE);
    return ratio * (1 + open / leastRisk);
  }

  /** Objective as defined, minimized value and its gap, and what a price of the program is worth in it. */
  #value(
    point: GoalPoint,
    proof: Proof,
  ): {
    readonly objective: number;
    readonly minimized: number;
    readonly gap: number;
    readonly priceUnit: number;
  } {
    const objective = this.#objective;
    switch (objective.kind) {
      case 'minimumRisk':
      case 'targetReturn':
        return { objective: proof.primal, minimized: proof.primal, gap: proof.gap, priceUnit: 1 };
      case 'meanRisk':
      case 'targetRisk':
        return { objective: -proof.primal, minimized: proof.primal, gap: proof.gap, priceUnit: 1 };
      case 'maximumRatio': {
        const excess =
          dot(this.#problem.expectedReturns, point.weights) - proof.costs - objective.riskFreeRate;
        const ratio = excess / proof.risk;
        const bound = this.#ratioBound(ratio, proof);
        return {
          objective: ratio,
          minimized: -ratio,
          gap: bound - ratio,
          priceUnit: ratio / proof.risk,
        };
      }
    }
  }

  #infeasible(conflict: PortfolioResult['conflict']): PortfolioResult {
    const { base, measure, scenarios } = this.#problem;
    const weights = base.current.map((w, i) =>
      Math.min(base.upper[i] as number, Math.max(base.lower[i] as number, w)),
    );
    return {
      ...this.#bare('infeasible', weights),
      objective: measureValue(measure, weights, scenarios),
      conflict,
    };
  }

  #result(status: PortfolioResult['status'], { point, proof }: Settled): PortfolioResult {
    const { measure, scenarios } = this.#problem;
    const value = this.#value(point, proof);
    const hasAnswer = status !== 'unbounded';
    return {
      ...this.#bare(status, point.weights),
      objective: value.objective,
      certificate: {
        primal: value.minimized,
        dual: value.minimized - value.gap,
        gap: value.gap,
        maxViolation: proof.maxViolation,
      },
      binding: (hasAnswer ? proof.binding : []).map(({ constraint, shadowPrice }) => ({
        constraint,
        shadowPrice: shadowPrice * value.priceUnit,
      })),
      riskContributions: hasAnswer ? riskContributions(measure, point.weights, scenarios) : null,
    };
  }

  #bare(status: PortfolioResult['status'], weights: Float64Array): PortfolioResult {
    const { measure, scenarios, base } = this.#problem;
    const { expectedReturns, notes } = this.#resolved;
    return {
      status,
      weights,
      shares: null,
      objective: 0,
      expectedReturn: dot(expectedReturns, weights),
      risk: measureValue(measure, weights, scenarios),
      certificate: null,
      integerProof: null,
      binding: [],
      riskContributions: null,
      conflict: [],
      frontier: null,
      blackLitterman: null,
      notes: [...notes, ...this.#notes],
      solver: {
        name: solverName(measure, base.spheres.length > 0),
        iterations: this.#iterations,
      },
    };
  }
}

interface Settled {
  readonly point: GoalPoint;
  readonly proof: Proof;
}

function goalOf(objective: ScenarioObjective): LinearGoal {
  switch (objective.kind) {
    case 'minimumRisk':
    case 'targetReturn':
    case 'maximumRatio':
      return { riskWeight: 1, returnWeight: 0, costWeight: 1, riskLimit: null };
    case 'meanRisk':
      return {
        riskWeight: objective.riskAversion,
        returnWeight: 1,
        costWeight: 1,
        riskLimit: null,
      };
    case 'targetRisk':
      return { riskWeight: 0, returnWeight: 1, costWeight: 1, riskLimit: objective.limit };
  }
}

function defectOf({ gap, size, maxViolation }: Proof): number {
  const worst = Math.max(Math.abs(gap) / (size + 1e-300), maxViolation);
  return Number.isNaN(worst) ? Infinity : worst;
}

function solverName(measure: ScenarioMeasure, hasTracking: boolean): string {
  const searches = [
    ...(isRootMeasure(measure) ? ['its square by root search'] : []),
    ...(hasTracking ? ['tracking error by its price'] : []),
  ];
  return searches.length === 0 ? SOLVER : `${SOLVER}; ${searches.join('; ')}`;
}
