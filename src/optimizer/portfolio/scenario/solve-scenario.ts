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
import type {
  Finding,
  LinearRow,
  PortfolioObjective,
  PortfolioResult,
} from '../../../domain/index.ts';
import { dot } from '../mean-variance/engine-point.ts';
import { returnRow, resultOf } from '../mean-variance/program.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { conflictIn } from './conflict.ts';
import { riskContributions } from './density.ts';
import { GoalSolver, type GoalPoint } from './goal-solver.ts';
import { impactError, impactTangents, refineTangents } from './impact-tangents.ts';
import { proveProposal, type LinearGoal, type Proof } from './proof.ts';
import { ratioNotPositive, scenarioRefusals } from './refusals.ts';
import { isRootMeasure, measureValue, type ScenarioMeasure } from './scenario-measure.ts';
import { scenarioProblemOf, type ScenarioProblem } from './scenario-problem.ts';
import { settledWeights } from './settled-weights.ts';

/** Objectives with a measure that are convex programs. */
export type ScenarioObjective = Extract<
  PortfolioObjective,
  { kind: 'minimumRisk' | 'meanRisk' | 'targetReturn' | 'targetRisk' | 'maximumRatio' }
>;

const VIOLATION_MAX = 1e-9;
const IMPACT_ROUNDS = 40;
const IMPACT_TOLERANCE = 1e-11;
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
  readonly #problem: ScenarioProblem;
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
    const point = this.#reach();
    if (point.status === 'infeasible') return ok(this.#infeasible(point));
    return ok(this.#report(this.#settled(point), point.status));
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

  /** Impact is bent: its tangents are refined at each answer until they meet it there. */
  #solveWithImpact(solve: (solver: GoalSolver) => GoalPoint): GoalPoint {
    const { base, unit } = this.#problem;
    let lines = impactTangents(base);
    for (let round = 0; ; round += 1) {
      const solver = new GoalSolver(this.#problem, lines);
      const point = solve(solver);
      this.#iterations += solver.iterations;
      if (lines === null || point.status !== 'optimal' || round === IMPACT_ROUNDS) return point;
      if (impactError(base, lines, point.weights) <= IMPACT_TOLERANCE * unit) return point;
      lines = refineTangents(base, lines, point.weights);
    }
  }

  /** The answer itself or moved onto the limits it touches, whichever has the better proof. */
  #settled(point: GoalPoint): { readonly point: GoalPoint; readonly proof: Proof } {
    const proof = proveProposal(this.#problem, point.goal, point);
    const weights = settledWeights(this.#problem.base, point.weights);
    const moved = { ...point, weights };
    const movedProof = proveProposal(this.#problem, point.goal, moved);
    const isBetter = defectOf(movedProof) <= Math.max(defectOf(proof), 1e-11);
    return isBetter ? { point: moved, proof: movedProof } : { point, proof };
  }

  #report(
    { point, proof }: { readonly point: GoalPoint; readonly proof: Proof },
    status: GoalPoint['status'],
  ): PortfolioResult {
    const { tolerance } = this.#resolved.problem;
    const value = this.#value(point, proof);
    const size = Math.max(1, ...point.weights.map(Math.abs));
    const isProved =
      Math.abs(proof.gap) <= tolerance * proof.size + 1e-300 &&
      proof.maxViolation <= VIOLATION_MAX * size;
    const isUnbounded = status === 'unbounded' || this.#isRiskless(proof);
    const verdict = isUnbounded ? 'unbounded' : isProved ? 'optimal' : 'iterationLimit';
    if (isUnbounded && this.#objective.kind === 'maximumRatio') {
      this.#notes.push(
        'the ratio has no maximum: a portfolio with a return above the rate has no risk in this history, or the ratio rises without end',
      );
    }
    return this.#result(verdict, point, {
      objective: value.objective,
      certificate: {
        primal: value.minimized,
        dual: value.minimized - value.gap,
        gap: value.gap,
        maxViolation: proof.maxViolation,
      },
      binding: proof.binding.map(({ constraint, shadowPrice }) => ({
        constraint,
        shadowPrice: shadowPrice * value.priceUnit,
      })),
    });
  }

  #isRiskless(proof: Proof): boolean {
    return this.#objective.kind === 'maximumRatio' && proof.risk <= 1e-12 * this.#problem.unit;
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
        const bound = ratioBound(this.#problem, point, { ratio, excess, gap: proof.gap });
        return {
          objective: ratio,
          minimized: -ratio,
          gap: bound - ratio,
          priceUnit: ratio / proof.risk,
        };
      }
    }
  }

  #infeasible(point: GoalPoint): PortfolioResult {
    const conflict = conflictIn(this.#problem, this.#objective);
    const status = conflict === null ? 'iterationLimit' : 'infeasible';
    const risk = measureValue(this.#problem.measure, point.weights, this.#problem.scenarios);
    const none = { primal: Infinity, dual: Infinity, gap: 0, maxViolation: Infinity };
    const result = this.#result(status, point, {
      objective: risk,
      certificate: none,
      binding: [],
    });
    return { ...result, certificate: null, riskContributions: null, conflict: conflict ?? [] };
  }

  #result(
    status: PortfolioResult['status'],
    point: GoalPoint,
    parts: Pick<PortfolioResult, 'objective' | 'binding'> & {
      readonly certificate: NonNullable<PortfolioResult['certificate']>;
    },
  ): PortfolioResult {
    const { measure, scenarios, base } = this.#problem;
    const result = resultOf({
      resolved: this.#resolved,
      answer: {
        status,
        weights: point.weights,
        prices: point.prices,
        evidence: { primal: 0, gap: 0, size: 0, maxViolation: 0 },
        binding: [],
        conflict: [],
        iterations: this.#iterations,
        solver: solverName(measure, base.spheres.length > 0),
      },
      notes: this.#notes,
      ...parts,
    });
    const hasAnswer = status === 'optimal' || status === 'iterationLimit';
    return {
      ...result,
      risk: measureValue(measure, point.weights, scenarios),
      riskContributions: hasAnswer ? riskContributions(measure, point.weights, scenarios) : null,
    };
  }
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

/**
 * risk >= p excess for every allowed portfolio proves ratio <= 1 / p. The largest p that the prices prove lies a
 * hair below 1 / ratio; it is sought by doubling the distance.
 */
function ratioBound(
  problem: ScenarioProblem,
  point: GoalPoint,
  found: { readonly ratio: number; readonly excess: number; readonly gap: number },
): number {
  const { ratio, excess, gap } = found;
  const best = 1 / ratio;
  let step = Math.max(gap / (excess * best), 0);
  for (let k = 0; k < 50; k += 1) {
    const p = best * (1 - step);
    const goal = { ...point.goal, returnWeight: p, costWeight: p };
    const proof = proveProposal(problem, goal, point);
    // Value of risk - p excess at the answer, less what the proof leaves open.
    if ((best - p) * excess - proof.gap >= -1e-15 * best * excess) return 1 / p;
    step = Math.max(2 * step, 1e-16);
  }
  return Infinity;
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
