/**
 * Convex quadratic and linear problems of general sparse form: presolve, scaling, interior point, and a verdict
 * that rests on the user's problem alone.
 *
 * `isInteger` is not looked at here.
 */
import type { GeneralProblem, GeneralResult } from '../../domain/general-problem.ts';
import { assert } from '../../kernel/index.ts';
import { certify } from './certificate.ts';
import type { Candidate, Evidence } from './certificate.ts';
import { negativeCurvature } from './convexity.ts';
import { runInteriorPoint } from './interior-point.ts';
import type { PrimalDual } from './barrier-point.ts';
import { presolve } from './presolve.ts';
import type { Presolved } from './presolve.ts';
import { infeasibilityRay, unboundedRay } from './rays.ts';
import { scaleProblem } from './scaling.ts';
import type { ScaledProblem } from './scaling.ts';
import { transpose } from './sparse-matrix.ts';

export interface GeneralOptions {
  /** Residuals and gap, relative to their terms, that an answer called `optimal` may show. Default 1e-8. */
  readonly tolerance?: number;
  /** The solver goes on below `tolerance` until residuals and gap are this small in absolute terms. Default 1e-9. */
  readonly absoluteTolerance?: number;
  /** Default 200. */
  readonly iterationsMax?: number;
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
  const curvature = negativeCurvature(problem);
  if (curvature !== null) return without(problem, 'nonConvex', curvature);
  return new Solve(problem, reduced, options).run();
}

class Solve {
  readonly #problem: GeneralProblem;
  readonly #reduced: Presolved;
  readonly #scaled: ScaledProblem;
  readonly #options: Required<GeneralOptions>;
  #infeasible: Float64Array | null = null;
  #unbounded: Float64Array | null = null;

  constructor(problem: GeneralProblem, reduced: Presolved, options: GeneralOptions) {
    this.#problem = problem;
    this.#reduced = reduced;
    this.#scaled = scaleProblem(reduced.core);
    this.#options = { tolerance: 1e-8, absoluteTolerance: 1e-9, iterationsMax: 200, ...options };
  }

  run(): GeneralResult {
    const { tolerance, absoluteTolerance, iterationsMax } = this.#options;
    const outcome = runInteriorPoint(this.#scaled, {
      absoluteTolerance,
      relativeTolerance: tolerance,
      iterationsMax,
      hasProof: (point) => this.#hasProof(point),
    });
    const candidate = this.#unscale(outcome.best);
    const evidence = certify(this.#problem, candidate);
    const { relativePrimalResidual, relativeDualResidual, relativeGap } = evidence.certificate;
    const worst = Math.max(relativePrimalResidual, relativeDualResidual, relativeGap);
    const result = (status: GeneralResult['status'], ray: Float64Array | null): GeneralResult =>
      answer({ status, ray, iterations: outcome.iterations }, candidate, evidence);
    if (worst <= tolerance) return result('optimal', null);
    if (this.#infeasible !== null) return result('infeasible', this.#infeasible);
    if (this.#unbounded !== null) return result('unbounded', this.#unbounded);
    return result('iterationLimit', null);
  }

  #unscale(point: PrimalDual): Candidate {
    const { columnScale, rowScale, costScale, n } = this.#scaled;
    const x = new Float64Array(n);
    const z = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      const d = columnScale[j] as number;
      x[j] = (point.x[j] as number) * d;
      z[j] = (point.z[j] as number) / (d * costScale);
    }
    const y = point.y.map((value, i) => (value * (rowScale[i] as number)) / costScale);
    return this.#reduced.restore({ x, y, z });
  }

  /** Prices or points that run away may carry a proof: both are tried on the user's problem. */
  #hasProof(point: PrimalDual): boolean {
    const candidate = this.#unscale(point);
    this.#infeasible ??= infeasibilityRay(this.#problem, candidate.rowDuals);
    return this.#infeasible !== null;
  }
}

function answer(
  verdict: Pick<GeneralResult, 'status' | 'ray' | 'iterations'>,
  candidate: Candidate,
  evidence: Evidence,
): GeneralResult {
  return { ...verdict, ...candidate, ...evidence, bound: null };
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
  return answer({ status, ray, iterations: 0 }, candidate, certify(problem, candidate));
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
