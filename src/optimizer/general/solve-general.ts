/**
 * Convex quadratic and linear problems of general sparse form: presolve, scaling, interior point, and a verdict
 * that rests on the user's problem alone.
 *
 * `isInteger` is not looked at here.
 */
import type { GeneralProblem, GeneralResult } from '../../domain/index.ts';
import { assert } from '../../kernel/index.ts';
import { certify } from './certificate.ts';
import { negativeCurvature } from './convexity.ts';
import { closeGap, worstRelative } from './gap-closing.ts';
import type { Certified } from './gap-closing.ts';
import { runInteriorPoint } from './interior-point.ts';
import type { PrimalDual } from './barrier-point.ts';
import { presolve } from './presolve.ts';
import type { Presolved } from './presolve.ts';
import { elasticPoint, fallingDirection } from './proof-search.ts';
import { infeasibilityRay, unboundedRay } from './rays.ts';
import { scaleProblem } from './scaling.ts';
import type { ScaledProblem } from './scaling.ts';
import { transpose } from './sparse-matrix.ts';

export interface GeneralOptions {
  /** Residuals and gap, relative to their terms, that an answer called `optimal` may show. Default 1e-8. */
  readonly tolerance?: number;
  /** The solver goes on below `tolerance` until residuals and gap are this small in absolute terms. Default 1e-9. */
  readonly absoluteTolerance?: number;
  /** Default 300. */
  readonly iterationsMax?: number;
  /**
   * Asked at each iteration and inside long factorizations; true ends the solve with the best point so far, as
   * `iterationLimit` unless that point happens to meet `tolerance`. Default: never.
   */
  readonly shouldStop?: () => boolean;
}

/**
 * @throws AssertionError for a malformed problem: wrong lengths, NaN, infinite coefficients, P not symmetric
 */
export function solveGeneral(problem: GeneralProblem, options: GeneralOptions = {}): GeneralResult {
  validate(problem);
  const crossing = crossedLimits(problem);
  if (crossing) return without(problem, 'infeasible', null);
  const reduced = presolve(problem);
  if ('rowPrices' in reduced) {
    const ray = infeasibilityRay(problem, reduced.rowPrices);
    return without(problem, ray === null ? 'iterationLimit' : 'infeasible', ray);
  }
  const curvature = negativeCurvature(problem, options.shouldStop);
  if (curvature === 'unknown') return without(problem, 'iterationLimit', null);
  if (curvature !== null) return without(problem, 'nonConvex', curvature);
  return new Solve(problem, reduced, options).run();
}

/** Figures, relative to their terms, from which closing the gap may yet make an answer. */
const NEARLY = 1e-4;

/** Size of a point beyond which it is asked whether it is on its way to nowhere. */
const RUNAWAY = 1e7;

class Solve {
  readonly #problem: GeneralProblem;
  readonly #reduced: Presolved;
  readonly #scaled: ScaledProblem;
  readonly #options: Required<GeneralOptions>;

  constructor(problem: GeneralProblem, reduced: Presolved, options: GeneralOptions) {
    this.#problem = problem;
    this.#reduced = reduced;
    this.#scaled = scaleProblem(reduced.core);
    this.#options = {
      tolerance: 1e-8,
      absoluteTolerance: 1e-9,
      iterationsMax: 300,
      shouldStop: () => false,
      ...options,
    };
  }

  /** Once more, with linear solves held to a stricter measure, where the first way decided nothing. */
  run(): GeneralResult {
    const first = this.#attempt(false);
    if (first.status !== 'iterationLimit' || this.#options.shouldStop()) return first;
    const second = this.#attempt(true);
    const iterations = first.iterations + second.iterations;
    return { ...(second.status === 'iterationLimit' ? first : second), iterations };
  }

  #attempt(isStrict: boolean): GeneralResult {
    const { tolerance, absoluteTolerance, iterationsMax, shouldStop } = this.#options;
    let infeasible: Float64Array | null = null;
    const outcome = runInteriorPoint(this.#scaled, {
      absoluteTolerance,
      relativeTolerance: tolerance,
      iterationsMax,
      shouldStop,
      isStrict,
      hasProof: (point) => {
        const here = this.#unscale(point);
        infeasible = this.#proofFrom(here);
        return infeasible !== null || this.#runsAway(here.x);
      },
    });
    const { iterations } = outcome;
    const candidate = this.#reduced.restore(this.#unscale(outcome.best));
    const start = { candidate, evidence: certify(this.#problem, candidate) };
    const closed = (): Certified =>
      closeGap(this.#problem, start, { enough: absoluteTolerance, relativeMax: tolerance });
    if (worstRelative(start) <= tolerance) {
      return answer({ status: 'optimal', ray: null, iterations }, closed());
    }
    if (infeasible !== null)
      return answer({ status: 'infeasible', ray: infeasible, iterations }, start);
    if (outcome.end === 'stopped' || shouldStop()) {
      return answer({ status: 'iterationLimit', ray: null, iterations }, start);
    }
    const found = this.#search();
    if (found.status === 'iterationLimit' && worstRelative(start) <= NEARLY) {
      // Nothing speaks against an answer, and the rounding of one price may be all that is missing.
      const nearest = closed();
      if (worstRelative(nearest) <= tolerance) {
        return answer({ status: 'optimal', ray: null, iterations }, nearest);
      }
    }
    return answer({ ...found, iterations }, start);
  }

  /** The point has gone so far that it shows the direction of a fall without end. */
  #runsAway(x: Float64Array): boolean {
    let size = 0;
    for (const value of x) size = Math.max(size, Math.abs(value));
    return size > RUNAWAY && unboundedRay(this.#problem, this.#lift(x)) !== null;
  }

  #lift(x: Float64Array): Float64Array {
    const whole = new Float64Array(this.#problem.q.length);
    for (let k = 0; k < x.length; k++) {
      whole[this.#reduced.variables[k] as number] = x[k] as number;
    }
    return whole;
  }

  /** Neither an answer nor a proof so far: asks the two problems that must have one. */
  #search(): Pick<GeneralResult, 'status' | 'ray'> {
    const { core } = this.#reduced;
    const { shouldStop } = this.#options;
    const elastic = elasticPoint(core, shouldStop);
    const infeasible = this.#proofFrom(elastic);
    if (infeasible !== null) return { status: 'infeasible', ray: infeasible };
    const none = { status: 'iterationLimit', ray: null } as const;
    // Unbounded means: a feasible point, and a fall without end from it.
    const zero = { y: new Float64Array(elastic.y.length), z: new Float64Array(elastic.x.length) };
    const feasible = certify(this.#problem, this.#reduced.restore({ x: elastic.x, ...zero }));
    if (feasible.certificate.relativePrimalResidual > this.#options.tolerance) return none;
    const ray = unboundedRay(this.#problem, this.#lift(fallingDirection(core, shouldStop)));
    return ray === null ? none : { status: 'unbounded', ray };
  }

  #proofFrom(point: Pick<PrimalDual, 'y' | 'z'>): Float64Array | null {
    return infeasibilityRay(this.#problem, this.#reduced.liftProof(point));
  }

  #unscale(point: PrimalDual): PrimalDual {
    const { columnScale, rowScale, costScale } = this.#scaled;
    return {
      x: point.x.map((value, j) => value * (columnScale[j] as number)),
      y: point.y.map((value, i) => (value * (rowScale[i] as number)) / costScale),
      z: point.z.map((value, j) => value / ((columnScale[j] as number) * costScale)),
    };
  }
}

function answer(
  verdict: Pick<GeneralResult, 'status' | 'ray' | 'iterations'>,
  { candidate, evidence }: Certified,
): GeneralResult {
  const { objective, certificate } = evidence;
  return { ...verdict, ...candidate, objective, certificate, bound: null };
}

/** A verdict that needed no iteration: the point is the one of the box nearest zero. */
function without(
  problem: GeneralProblem,
  status: GeneralResult['status'],
  ray: Float64Array | null,
): GeneralResult {
  const x = problem.lower.map((l, j) => Math.min(Math.max(0, l), problem.upper[j] as number));
  const candidate = {
    x,
    rowDuals: new Float64Array(problem.rowLower.length),
    boundDuals: new Float64Array(x.length),
  };
  return answer(
    { status, ray, iterations: 0 },
    { candidate, evidence: certify(problem, candidate) },
  );
}

function crossedLimits(problem: GeneralProblem): boolean {
  return (
    problem.lower.some((l, j) => l > (problem.upper[j] as number) || l === Infinity) ||
    problem.upper.some((u) => u === -Infinity) ||
    problem.rowLower.some((l, i) => l > (problem.rowUpper[i] as number) || l === Infinity) ||
    problem.rowUpper.some((u) => u === -Infinity)
  );
}

function validate(problem: GeneralProblem): void {
  const n = problem.q.length;
  const m = problem.rowLower.length;
  const { P, A } = problem;
  assert(P.rowCount === n && P.columnCount === n, 'P is n x n');
  assert(A.rowCount === m && A.columnCount === n, 'A is m x n');
  assert(
    problem.rowUpper.length === m && problem.rows.length === m,
    'row limits and names have length m',
  );
  assert(
    problem.lower.length === n && problem.upper.length === n && problem.variables.length === n,
    'bounds and names have length n',
  );
  const isFinite = (values: Float64Array): boolean =>
    values.every((value) => Number.isFinite(value));
  assert(
    isFinite(P.values) && isFinite(A.values) && isFinite(problem.q),
    'coefficients are finite',
  );
  const isNumber = (values: Float64Array): boolean => values.every((value) => !Number.isNaN(value));
  assert(
    isNumber(problem.lower) &&
      isNumber(problem.upper) &&
      isNumber(problem.rowLower) &&
      isNumber(problem.rowUpper),
    'limits are numbers',
  );
  assert(isSymmetric(P), 'P is symmetric, both triangles stored');
}

function isSymmetric(P: GeneralProblem['P']): boolean {
  const other = transpose(P);
  if (other.values.length !== P.values.length) return false;
  for (let p = 0; p < P.values.length; p++) {
    if (other.rowIndex[p] !== P.rowIndex[p]) return false;
    const difference = Math.abs((other.values[p] as number) - (P.values[p] as number));
    if (difference > 1e-12 * Math.abs(P.values[p] as number)) return false;
  }
  return true;
}
