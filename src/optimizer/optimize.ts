import type {
  OptimizationProblem,
  OptimizationResult,
  ConflictingConstraint,
} from '../domain/index.ts';
import { bindingConstraints, certify, type CertificateInput } from './certificate/certificate.ts';
import { crossedLimits, findConflict } from './infeasibility/conflict.ts';
import { solveInteriorPoint } from './interior-point/interior-point.ts';
import type { EngineAnswer } from './newton/dual-newton.ts';
import { CURVATURE_FLOOR, solveWithFloor } from './newton/proximal-loop.ts';
import { buildEngineProblem, type EngineProblem } from './problem/engine-problem.ts';
import { validateProblem } from './problem/validation.ts';

export interface OptimizeOptions {
  /** Largest residual of a row or factor price, in weight; default 1e-10. */
  readonly tolerance?: number;
  /**
   * Prices to begin from, for example yesterday's answer. A start changes the last bits of the answer, so
   * it is an input to record where an answer must be replayed.
   */
  readonly start?: Pick<OptimizationResult, 'factorPrices' | 'binding'>;
}

const TOLERANCE = 1e-10;
const ITERATIONS_MAX = 100;
/** An answer is optimal when its certificate says so within these, whatever the engine reported. */
const GAP_RELATIVE_MAX = 1e-9;
const VIOLATION_MAX = 1e-8;
const SOLVER_VERSION = '1';

/**
 * Solves one account's problem and proves the answer.
 *
 * @returns `optimal` with a certificate whose gap and violation are within 1e-9 (relative to the values)
 *   and 1e-8; `infeasible` with a smallest set of limits in conflict; or `iterationLimit` with the best
 *   point found and its honest certificate. `solver.name` says which engine answered and whether names
 *   below the curvature floor were held by a proximal term.
 * @throws AssertionError on a malformed problem (see validateProblem)
 */
export function optimize(
  problem: OptimizationProblem,
  options: OptimizeOptions = {},
): OptimizationResult {
  validateProblem(problem);
  const crossed = crossedLimits(problem);
  if (crossed !== null) return infeasible(problem, crossed, 0);
  const engine = buildEngineProblem(problem);
  const solve = {
    tolerance: Math.min(options.tolerance ?? TOLERANCE, VIOLATION_MAX),
    iterationsMax: ITERATIONS_MAX,
    center: problem.current,
  };
  const answer = solveWithFloor(engine, startPrices(problem, engine, options), solve);
  if (answer.status === 'infeasible') return provedInfeasible(problem, engine, answer);
  const first = certified(problem, engine, { ...answer, name: nameOf(answer) });
  return first.status === 'optimal' ? first : fallBack(problem, engine, { first, solve });
}

function nameOf({ proximalRounds }: { readonly proximalRounds: number }): string {
  return proximalRounds === 0
    ? 'dual-newton'
    : `dual-newton (proximal below curvature ${String(CURVATURE_FLOOR)})`;
}

interface FallbackInput {
  readonly first: OptimizationResult;
  readonly solve: Parameters<typeof solveWithFloor>[2];
}

/**
 * The second engine, and the first once more from the second's prices, which restores its last digits. The
 * best certificate wins, and the name says who was tried.
 */
function fallBack(
  problem: OptimizationProblem,
  engine: EngineProblem,
  { first, solve }: FallbackInput,
): OptimizationResult {
  const second = solveInteriorPoint(engine, solve);
  if (second.status === 'infeasible') return provedInfeasible(problem, engine, second);
  if (!second.weights.every(Number.isFinite) || !second.prices.every(Number.isFinite)) return first;
  const polished = solveWithFloor(engine, settledPrices(engine, second), {
    ...solve,
    center: second.weights,
  });
  if (polished.status === 'infeasible') return provedInfeasible(problem, engine, polished);
  const name = 'interior-point after dual-newton';
  const candidates = [
    certified(problem, engine, { ...polished, name: `${name}, finished by dual-newton` }),
    certified(problem, engine, { ...second, name }),
    first,
  ];
  return candidates.reduce((best, one) => (defect(one) < defect(best) ? one : best));
}

/** Interior prices are never quite zero: those of rows strictly inside their limits are. */
function settledPrices(engine: EngineProblem, { weights, prices }: EngineAnswer): Float64Array {
  const { factorCount: k, rowCount: m, columns } = engine;
  return prices.map((price, c) => {
    if (c < k || engine.rowLower[c - k] === engine.rowUpper[c - k]) return price;
    const activity = weights.reduce(
      (total, x, i) => total + x * (columns[i * (k + m) + c] as number),
      0,
    );
    const limit = (price > 0 ? engine.rowUpper[c - k] : engine.rowLower[c - k]) as number;
    return Math.abs(limit - activity) < 1e-6 ? price : 0;
  });
}

function defect({ certificate }: OptimizationResult): number {
  const gap = Math.abs(certificate.gap) / (1 + Math.abs(certificate.primal));
  return Number.isNaN(gap) ? Infinity : Math.max(gap, certificate.maxViolation);
}

function provedInfeasible(
  problem: OptimizationProblem,
  engine: EngineProblem,
  answer: EngineAnswer,
): OptimizationResult {
  const rowPrices = answer.prices.subarray(engine.factorCount);
  return infeasible(problem, findConflict(problem, rowPrices), answer.iterations);
}

function certified(
  problem: OptimizationProblem,
  engine: EngineProblem,
  answer: EngineAnswer & { readonly name: string },
): OptimizationResult {
  const input = inUserUnits(problem, engine, answer);
  const certificate = certify(input);
  const size = 1 + Math.abs(certificate.primal);
  const isOptimal =
    Math.abs(certificate.gap) <= GAP_RELATIVE_MAX * size &&
    certificate.maxViolation <= VIOLATION_MAX;
  return {
    status: isOptimal ? 'optimal' : 'iterationLimit',
    weights: input.weights,
    certificate,
    binding: bindingConstraints(input),
    conflict: [],
    factorPrices: input.factorPrices,
    solver: { name: answer.name, version: SOLVER_VERSION, iterations: answer.iterations },
  };
}

/** nu = sqrt(riskAversion scale) F'(x - b) inside; riskAversion F'(x - b) outside. */
function inUserUnits(
  problem: OptimizationProblem,
  engine: EngineProblem,
  answer: EngineAnswer,
): CertificateInput {
  const { factorCount: k, scale } = engine;
  const factorUnit = Math.sqrt(problem.riskAversion / scale);
  const factorPrices = answer.prices.slice(0, k).map((price) => price * factorUnit);
  const rowPrices = answer.prices.slice(k).map((price, r) => {
    const row = problem.rows[r];
    const limit = price > 0 ? row?.upper : row?.lower;
    return Number.isFinite(limit) ? price / scale : 0;
  });
  return { problem, weights: answer.weights, factorPrices, rowPrices };
}

/** Factor prices of the current holding, or those of `start`; row prices zero, or those of `start`. */
function startPrices(
  problem: OptimizationProblem,
  engine: EngineProblem,
  { start }: OptimizeOptions,
): Float64Array {
  const { factorCount: k, rowCount, columns, assetCount, scale } = engine;
  const prices = new Float64Array(k + rowCount);
  if (start !== undefined && start.factorPrices.length === k) {
    const factorUnit = Math.sqrt(problem.riskAversion / scale);
    for (let f = 0; f < k; f += 1) {
      prices[f] = factorUnit === 0 ? 0 : (start.factorPrices[f] as number) / factorUnit;
    }
    const byName = new Map(start.binding.map((one) => [one.constraint, one.shadowPrice]));
    problem.rows.forEach((row, r) => {
      const price = (byName.get(row.name) ?? 0) * scale;
      prices[k + r] = Number.isFinite(price > 0 ? row.upper : row.lower) ? price : 0;
    });
    return prices;
  }
  for (let i = 0; i < assetCount; i += 1) {
    const away = (problem.current[i] as number) - (problem.target[i] as number);
    if (away === 0) continue;
    for (let f = 0; f < k; f += 1) {
      prices[f] = (prices[f] as number) + (columns[i * (k + rowCount) + f] as number) * away;
    }
  }
  return prices;
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
  return {
    status: 'infeasible',
    weights,
    certificate: certify({ problem, weights, factorPrices, rowPrices }),
    binding: [],
    conflict,
    factorPrices,
    solver: { name: 'dual-newton', version: SOLVER_VERSION, iterations },
  };
}
