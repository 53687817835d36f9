/**
 * One problem of boxes, hard rows and curves through the engines: the first engine, and where it does not
 * prove its answer the second. Limits on whole quantities and soft rows are built above this.
 */
import type { Certificate, OptimizationProblem } from '../domain/index.ts';
import { evidenceOf, type Evidence } from './certificate/certificate.ts';
import { farkasMargin } from './infeasibility/farkas.ts';
import { solveInteriorPoint } from './interior-point/interior-point.ts';
import type { EngineAnswer } from './newton/dual-newton.ts';
import { forgetModel, isLoaded, loadModel, type LoadedModel } from './newton/loaded-models.ts';
import type { ModelAnswer } from './newton/model-engine.ts';
import { CURVATURE_FLOOR, solveWithFloor } from './newton/proximal-loop.ts';
import { buildEngineProblem, type EngineProblem } from './problem/engine-problem.ts';

export const ITERATIONS_MAX = 100;
/** An answer is optimal when its certificate says so within these, whatever the engine reported. */
export const GAP_RELATIVE_MAX = 1e-9;
export const VIOLATION_MAX = 1e-10;
/** Largest residual that the engines stop at, in weight: a tenth of what the certificate allows. */
export const ENGINE_TOLERANCE = 1e-11;

const NOTHING: Certificate = { primal: 0, dual: 0, gap: 0, maxViolation: 0 };

/** Prices in the user's units, as the certificate reads them. */
export interface Prices {
  readonly factorPrices: Float64Array;
  readonly rowPrices: Float64Array;
}

export interface PlainAnswer extends Prices {
  /** `infeasible`: rowPrices are the proof. */
  readonly status: 'converged' | 'infeasible' | 'stopped';
  readonly weights: Float64Array;
  readonly iterations: number;
  /** The engines tried, and whether names below the curvature floor were held by a proximal term. */
  readonly name: string;
  /** Of the problem solved; empty-handed (all zero) for `infeasible`. */
  readonly certificate: Certificate;
  /** What the certificate was made of; null for `infeasible`. */
  readonly evidence: Evidence | null;
}

export interface PlainOptions {
  readonly tolerance?: number;
  /** Prices to begin from; without them, those of the current holding. */
  readonly start?: Prices & { readonly budgetPrices?: Float64Array };
  /** Spares looking the risk model up; without effect on problems of another. */
  readonly model?: LoadedModel;
}

/** @returns `converged` only with a certificate within GAP_RELATIVE_MAX and VIOLATION_MAX */
export function solvePlain(problem: OptimizationProblem, options: PlainOptions = {}): PlainAnswer {
  const answer = solveOnModel(problem, options);
  if (answer !== null) return answer;
  const engine = buildEngineProblem(problem);
  const solve = {
    tolerance: options.tolerance ?? ENGINE_TOLERANCE,
    iterationsMax: ITERATIONS_MAX,
    center: problem.current,
  };
  const single = solveWithFloor(engine, engineStart(problem, engine, options.start), solve);
  const first = inUserUnits(problem, engine, { ...single, name: nameOf(single) });
  if (first.status === 'infeasible' || isProved(defectOf(first))) return first;
  return fallBack(problem, engine, { first, solve });
}

/**
 * By the engine that holds the problem's risk model, which costs a fifth of an engine made for one problem. Null
 * where it proves nothing: the problem is then taken up anew from the current holding, with a rescue behind it.
 */
function solveOnModel(problem: OptimizationProblem, options: PlainOptions): PlainAnswer | null {
  if (!(problem.riskAversion > 0) || problem.assets.length === 0) return null;
  const { model } = options;
  const loaded = model !== undefined && isLoaded(model, problem) ? model : loadModel(problem);
  const { engine, kept } = loaded.slot;
  let solved: ModelAnswer;
  try {
    solved = engine.solve(
      { ...problem, factors: kept.factors, specificVariance: kept.specificVariance },
      modelStart(problem, options.start),
      { tolerance: options.tolerance ?? ENGINE_TOLERANCE, iterationsMax: ITERATIONS_MAX },
    );
  } catch (error) {
    forgetModel(loaded);
    throw error;
  }
  const { status, weights, factorPrices, iterations } = solved;
  const rowPrices = boundedPrices(problem, solved.rowPrices);
  const answer = { status, weights, factorPrices, rowPrices, iterations, name: nameOf(solved) };
  if (status === 'infeasible') {
    if (!(farkasMargin(buildEngineProblem(problem), rowPrices) > 0)) return null;
    return { ...answer, certificate: NOTHING, evidence: null };
  }
  const evidence = evidenceOf({ problem, weights, factorPrices, rowPrices });
  const { certificate } = evidence;
  if (!isProved(defectOfCertificate(certificate))) return null;
  return { ...answer, status: 'converged', certificate, evidence };
}

function modelStart(problem: OptimizationProblem, start: Prices | undefined): Prices | null {
  if (start === undefined || start.factorPrices.length !== problem.factorCount) return null;
  return { factorPrices: start.factorPrices, rowPrices: boundedPrices(problem, start.rowPrices) };
}

/** m; a price on a side without a limit is none. */
function boundedPrices({ rows }: OptimizationProblem, prices: Float64Array): Float64Array {
  const bounded = new Float64Array(rows.length);
  rows.forEach(({ lower, upper }, r) => {
    const price = prices[r] ?? 0;
    if (Number.isFinite(price > 0 ? upper : lower)) bounded[r] = price;
  });
  return bounded;
}

function nameOf({ proximalRounds }: { readonly proximalRounds: number }): string {
  return proximalRounds === 0
    ? 'dual-newton'
    : `dual-newton (proximal below curvature ${String(CURVATURE_FLOOR)})`;
}

interface FallbackInput {
  readonly first: PlainAnswer;
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
): PlainAnswer {
  const interior = solveInteriorPoint(engine, solve);
  const name = 'interior-point after dual-newton';
  const second = inUserUnits(problem, engine, { ...interior, name });
  if (second.status === 'infeasible') return second;
  const isFinite =
    interior.weights.every(Number.isFinite) && interior.prices.every(Number.isFinite);
  if (!isFinite) return stopped(first);
  const finish = solveWithFloor(engine, settledPrices(engine, interior), {
    ...solve,
    center: interior.weights,
  });
  const polished = inUserUnits(problem, engine, {
    ...finish,
    name: `${name}, finished by dual-newton`,
  });
  if (polished.status === 'infeasible') return polished;
  let best = { answer: stopped(polished), defect: defectOf(polished) };
  for (const answer of [second, first]) {
    const defect = defectOf(answer);
    if (defect < best.defect) best = { answer: stopped(answer), defect };
  }
  return isProved(best.defect) ? { ...best.answer, status: 'converged' } : best.answer;
}

function stopped(answer: PlainAnswer): PlainAnswer {
  return { ...answer, status: 'stopped' };
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

/** How far an answer is from proved: 1 is the most that counts as optimal. */
function defectOf({ certificate }: PlainAnswer): number {
  return defectOfCertificate(certificate);
}

export function defectOfCertificate(certificate: Certificate): number {
  const gap = Math.abs(certificate.gap) / (1 + Math.abs(certificate.primal));
  const defect = Math.max(gap / GAP_RELATIVE_MAX, certificate.maxViolation / VIOLATION_MAX);
  return Number.isNaN(defect) ? Infinity : defect;
}

export function isProved(defect: number): boolean {
  return defect <= 1;
}

/** nu = sqrt(riskAversion scale) F'(x - b) inside; riskAversion F'(x - b) outside. */
function inUserUnits(
  problem: OptimizationProblem,
  engine: EngineProblem,
  answer: EngineAnswer & { readonly name: string },
): PlainAnswer {
  const { factorCount: k, scale } = engine;
  const factorUnit = Math.sqrt(problem.riskAversion / scale);
  const isProof = answer.status === 'infeasible';
  const factorPrices = answer.prices.slice(0, k).map((price) => price * factorUnit);
  const rowPrices = answer.prices.slice(k).map((price, r) => {
    const row = problem.rows[r];
    const limit = price > 0 ? row?.upper : row?.lower;
    if (!Number.isFinite(limit)) return 0;
    return isProof ? price : price / scale;
  });
  const { status, weights, iterations, name } = answer;
  const evidence = isProof ? null : evidenceOf({ problem, weights, factorPrices, rowPrices });
  const certificate = evidence?.certificate ?? NOTHING;
  return { status, weights, factorPrices, rowPrices, iterations, name, certificate, evidence };
}

/** Factor prices of the current holding, or those of `start`; row prices zero, or those of `start`. */
function engineStart(
  problem: OptimizationProblem,
  engine: EngineProblem,
  start: Prices | undefined,
): Float64Array {
  const { factorCount: k, rowCount, columns, assetCount, scale } = engine;
  const prices = new Float64Array(k + rowCount);
  if (start !== undefined && start.factorPrices.length === k) {
    const factorUnit = Math.sqrt(problem.riskAversion / scale);
    for (let f = 0; f < k; f += 1) {
      prices[f] = factorUnit === 0 ? 0 : (start.factorPrices[f] as number) / factorUnit;
    }
    problem.rows.forEach((row, r) => {
      const price = (start.rowPrices[r] ?? 0) * scale;
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
