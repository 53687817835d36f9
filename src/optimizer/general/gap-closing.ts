/**
 * Where prices and limits are large, rounding of the point alone leaves a gap: a residual of one unit in the
 * last place of a row, times its price. One price is then moved by gap / limit, or one variable by gap / slope,
 * as far below the rounding of the others as it takes, which costs the residuals next to nothing. The moved
 * point is certified afresh; it is kept only if the largest of the three figures has become smaller.
 */
import type { GeneralProblem, SparseMatrix } from '../../domain/index.ts';
import { certify } from './certificate.ts';
import type { Candidate, Evidence } from './certificate.ts';
import { addProduct } from './sparse-matrix.ts';

const ROUNDS = 4;

export interface Certified {
  readonly candidate: Candidate;
  readonly evidence: Evidence;
}

export interface GapOptions {
  /** A gap not worth closing. */
  readonly enough: number;
  /** What the figures, relative to their terms, may become. */
  readonly relativeMax: number;
}

export function closeGap(
  problem: GeneralProblem,
  start: Certified,
  { enough, relativeMax }: GapOptions,
): Certified {
  let best = start;
  for (let round = 0; round < ROUNDS; round++) {
    const { certificate, signedGap } = best.evidence;
    if (Math.abs(signedGap) <= Math.max(enough, certificate.dualResidual)) return best;
    const candidate = moved(problem, best.candidate, signedGap);
    if (candidate === null) return best;
    const evidence = certify(problem, candidate);
    const next = { candidate, evidence };
    if (!(worst(evidence) < worst(best.evidence)) || worstRelative(next) > relativeMax) return best;
    best = next;
  }
  return best;
}

export function worstRelative({ evidence }: Certified): number {
  const { relativePrimalResidual, relativeDualResidual, relativeGap } = evidence.certificate;
  return Math.max(relativePrimalResidual, relativeDualResidual, relativeGap);
}

function worst(evidence: Evidence): number {
  const { primalResidual, dualResidual, gap } = evidence.certificate;
  return Math.max(primalResidual, dualResidual, gap);
}

interface Move {
  readonly cost: number;
  readonly part: keyof Candidate;
  readonly at: number;
  readonly value: number;
}

/** The candidate with the one entry moved that costs least; null where none can take the gap. */
function moved(problem: GeneralProblem, from: Candidate, gap: number): Candidate | null {
  const slope = problem.q.slice();
  addProduct(problem.P, from.x, { out: slope, factor: 2 });
  const columnWeight = largestByColumn(problem.A, problem.P);
  const rowWeight = largestByRow(problem.A);
  let chosen: Move | null = null;
  // `rate` is the fall of the gap per unit; rounding of the new value leaves some of it.
  const consider = (
    part: keyof Candidate,
    at: number,
    by: { rate: number; weight: number },
  ): void => {
    const value = from[part][at] as number;
    if (by.rate === 0 || !Number.isFinite(by.rate)) return;
    const next = value + gap / by.rate;
    if (!isAllowed(problem, { part, at, value, next })) return;
    const left = Math.abs(gap - (next - value) * by.rate);
    const cost = Math.max(left, Math.abs(next - value) * by.weight);
    if (chosen === null || cost < chosen.cost) chosen = { cost, part, at, value: next };
  };
  const limitOf = (price: number, lower: number, upper: number): number =>
    price === 0 ? 0 : price > 0 ? lower : upper;
  from.rowDuals.forEach((price, i) => {
    const rate = limitOf(price, problem.rowLower[i] as number, problem.rowUpper[i] as number);
    consider('rowDuals', i, { rate, weight: rowWeight[i] as number });
  });
  from.boundDuals.forEach((price, j) => {
    const rate = limitOf(price, problem.lower[j] as number, problem.upper[j] as number);
    consider('boundDuals', j, { rate, weight: 1 });
  });
  from.x.forEach((_, j) => {
    consider('x', j, { rate: -(slope[j] as number), weight: columnWeight[j] as number });
  });
  return withMove(from, chosen);
}

function withMove(from: Candidate, move: Move | null): Candidate | null {
  if (move === null) return null;
  const values = from[move.part].slice();
  values[move.at] = move.value;
  return { ...from, [move.part]: values };
}

/** A price keeps its sign unless its limits are equal; a variable stays inside its bounds. */
function isAllowed(
  problem: GeneralProblem,
  move: {
    readonly part: keyof Candidate;
    readonly at: number;
    readonly value: number;
    readonly next: number;
  },
): boolean {
  const { part, at, value, next } = move;
  const isRow = part === 'rowDuals';
  const lower = (isRow ? problem.rowLower[at] : problem.lower[at]) as number;
  const upper = (isRow ? problem.rowUpper[at] : problem.upper[at]) as number;
  if (part === 'x') return next >= lower && next <= upper;
  return lower === upper || Math.sign(next) === Math.sign(value);
}

function largestByRow(matrix: SparseMatrix): Float64Array {
  const out = new Float64Array(matrix.rowCount);
  for (let p = 0; p < matrix.values.length; p++) {
    const i = matrix.rowIndex[p] as number;
    out[i] = Math.max(out[i] as number, Math.abs(matrix.values[p] as number));
  }
  return out;
}

/** At least one: a variable answers for its own bound. */
function largestByColumn(...matrices: readonly SparseMatrix[]): Float64Array {
  const out = new Float64Array(matrices[0]?.columnCount ?? 0).fill(1);
  for (const { columnCount, columnStart, values } of matrices) {
    for (let j = 0; j < columnCount; j++) {
      for (let p = columnStart[j] as number; p < (columnStart[j + 1] as number); p++) {
        out[j] = Math.max(out[j] as number, Math.abs(values[p] as number));
      }
    }
  }
  return out;
}
