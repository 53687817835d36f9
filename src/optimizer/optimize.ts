import type {
  OptimizationProblem,
  OptimizationResult,
  ConflictingConstraint,
} from '../domain/index.ts';
import { conflictOfBudgets, solveHardBudgets } from './budgets/hard-budgets.ts';
import { validateBudgets } from './budgets/validation.ts';
import { bindingConstraints } from './certificate/binding.ts';
import { certify, evidenceOf, type Evidence } from './certificate/certificate.ts';
import type { CertificateInput } from './certificate/certificate-input.ts';
import { violationOf } from './certificate/measures.ts';
import { contradictionOf, crossedLimits, findConflict } from './infeasibility/conflict.ts';
import { unboundedDirection } from './infeasibility/unbounded.ts';
import { knownModel, loadModel } from './newton/loaded-models.ts';
import {
  defectOfCertificate,
  isProved,
  solvePlain,
  VIOLATION_MAX,
  type PlainAnswer,
  type PlainOptions,
} from './plain-solve.ts';
import { solveSoftRows } from './soft/soft-rows.ts';
import { validateProblem } from './problem/validation.ts';

export interface OptimizeOptions {
  /** Largest residual of a row or factor price, in weight; default 1e-11. */
  readonly tolerance?: number;
  /**
   * Prices to begin from, for example yesterday's answer. A start changes the last bits of the answer, so
   * it is an input to record where an answer must be replayed.
   */
  readonly start?: Pick<OptimizationResult, 'factorPrices' | 'binding'>;
}

const SOLVER_VERSION = '3';

/**
 * Solves one account's problem and proves the answer.
 *
 * @returns `optimal` with a certificate whose gap and violation are within 1e-9 (relative to the values)
 *   and 1e-10; `infeasible` with a smallest set of limits in conflict; `unbounded` with a direction along
 *   which the objective falls for ever; or `iterationLimit` with the best point found and its honest
 *   certificate. `solver.name` says which engine answered and whether names
 *   below the curvature floor were held by a proximal term.
 * @throws AssertionError on a malformed problem (see validateProblem)
 */
export function optimize(
  problem: OptimizationProblem,
  options: OptimizeOptions = {},
): OptimizationResult {
  const known = knownModel(problem);
  validateProblem(problem, { isModelKnown: known?.slot.isFinite === true });
  validateBudgets(problem);
  const crossed = crossedLimits(problem);
  if (crossed !== null) return infeasible(problem, crossed, 0);
  const direction = unboundedDirection(problem);
  if (direction !== null && canHold(problem)) return unbounded(problem, direction);
  const model = known ?? (problem.riskAversion > 0 ? loadModel(problem) : null);
  const plain = { ...plainOptions(problem, options), ...(model === null ? {} : { model }) };
  if (problem.rows.some(({ soft }) => soft !== undefined)) return withSoftRows(problem, plain);
  if ((problem.budgets ?? []).length > 0) {
    const solved = solveHardBudgets(problem, plain);
    if (solved.status === 'infeasible') {
      return infeasible(problem, solved.conflict, solved.iterations);
    }
    return certified({ problem, ...solved }, solved);
  }
  const answer = solvePlain(problem, plain);
  if (answer.status === 'infeasible') {
    return infeasible(problem, findConflict(problem, answer.rowPrices), answer.iterations);
  }
  return certified({ problem, ...answer }, answer, answer.evidence);
}

function withSoftRows(problem: OptimizationProblem, options: PlainOptions): OptimizationResult {
  const solved = solveSoftRows(problem, options);
  if (solved.status === 'infeasible') {
    return infeasible(problem, solved.conflict, solved.iterations);
  }
  const result = certified({ problem, ...solved }, solved);
  const prices = new Map(result.binding.map((one) => [one.constraint, one.shadowPrice]));
  return {
    ...result,
    status: solved.isProved ? result.status : 'iterationLimit',
    softViolations: problem.rows.flatMap((row) =>
      row.soft === undefined
        ? []
        : [
            {
              row: row.name,
              violation: violationOf(row, result.weights),
              shadowPrice: prices.get(row.name) ?? 0,
            },
          ],
    ),
  };
}

function certified(
  input: CertificateInput,
  { name, iterations }: Pick<PlainAnswer, 'name' | 'iterations'>,
  found: Evidence | null = null,
): OptimizationResult {
  const evidence = found ?? evidenceOf(input);
  const { certificate } = evidence;
  return {
    status: isProved(defectOfCertificate(certificate)) ? 'optimal' : 'iterationLimit',
    weights: input.weights,
    certificate,
    binding: bindingConstraints(input, evidence),
    conflict: [],
    factorPrices: input.factorPrices,
    solver: { name, version: SOLVER_VERSION, iterations },
  };
}

function plainOptions(problem: OptimizationProblem, options: OptimizeOptions): PlainOptions {
  const tolerance =
    options.tolerance === undefined
      ? {}
      : { tolerance: Math.min(options.tolerance, VIOLATION_MAX) };
  const { start } = options;
  if (start === undefined) return tolerance;
  const byName = new Map(start.binding.map((one) => [one.constraint, one.shadowPrice]));
  const rowPrices = Float64Array.from(problem.rows, (row) => byName.get(row.name) ?? 0);
  const budgetPrices = Float64Array.from(
    problem.budgets ?? [],
    ({ name }) => byName.get(name) ?? 0,
  );
  return { ...tolerance, start: { factorPrices: start.factorPrices, rowPrices, budgetPrices } };
}

/** The current weights, moved into their boxes: a point to show, not an answer. */
function infeasible(
  problem: OptimizationProblem,
  conflict: readonly ConflictingConstraint[],
  iterations: number,
): OptimizationResult {
  const weights = problem.current.map((x, i) =>
    Math.min(problem.upper[i] as number, Math.max(problem.lower[i] as number, x)),
  );
  const factorPrices = new Float64Array(problem.factorCount);
  const rowPrices = new Float64Array(problem.rows.length);
  const cheapest = cheapestOf(conflict);
  return {
    status: 'infeasible',
    weights,
    certificate: certify({ problem, weights, factorPrices, rowPrices }),
    binding: [],
    conflict,
    ...(cheapest === null ? {} : { cheapestRelaxation: cheapest }),
    factorPrices,
    solver: { name: 'dual-newton', version: SOLVER_VERSION, iterations },
  };
}

function canHold(problem: OptimizationProblem): boolean {
  const hard = { ...problem, rows: problem.rows.filter(({ soft }) => soft === undefined) };
  return contradictionOf(hard) === null && conflictOfBudgets(hard) === null;
}

/** Like an infeasible answer, with the way down in place of a conflict. */
function unbounded(problem: OptimizationProblem, direction: Float64Array): OptimizationResult {
  return { ...infeasible(problem, [], 0), status: 'unbounded', direction };
}

/** The least finite relaxation; of equal ones the first. */
function cheapestOf(conflict: readonly ConflictingConstraint[]): ConflictingConstraint | null {
  let cheapest: ConflictingConstraint | null = null;
  for (const one of conflict) {
    if (one.relaxation < (cheapest?.relaxation ?? Infinity)) cheapest = one;
  }
  return cheapest;
}
