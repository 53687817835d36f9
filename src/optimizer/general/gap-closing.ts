/**
 * Where prices and limits are large, rounding of the point alone leaves a gap: a residual of one unit in the
 * last place of a row, times its price. One price is then moved by gap / limit, as far below the rounding of the
 * other prices as it takes, which costs the dual residual next to nothing. The moved prices are certified
 * afresh; they are kept only if the largest of the three figures has become smaller.
 */
import type { GeneralProblem } from '../../domain/general-problem.ts';
import { certify } from './certificate.ts';
import type { Candidate, Evidence } from './certificate.ts';

const ROUNDS = 4;

export interface Certified {
  readonly candidate: Candidate;
  readonly evidence: Evidence;
}

export function closeGap(problem: GeneralProblem, start: Certified, enough: number): Certified {
  let best = start;
  for (let round = 0; round < ROUNDS; round++) {
    const { certificate, signedGap } = best.evidence;
    if (Math.abs(signedGap) <= Math.max(enough, certificate.dualResidual)) return best;
    const moved = movedPrice(problem, best.candidate, signedGap);
    if (moved === null) return best;
    const evidence = certify(problem, moved);
    if (!(worst(evidence) < worst(best.evidence))) return best;
    best = { candidate: moved, evidence };
  }
  return best;
}

function worst(evidence: Evidence): number {
  const { primalResidual, dualResidual, gap } = evidence.certificate;
  return Math.max(primalResidual, dualResidual, gap);
}

/** The candidate with the one price moved that harms stationarity least; null where none can take the gap. */
function movedPrice(problem: GeneralProblem, from: Candidate, gap: number): Candidate | null {
  const rowWeight = new Float64Array(problem.rows.length);
  for (let p = 0; p < problem.A.values.length; p++) {
    const i = problem.A.rowIndex[p] as number;
    rowWeight[i] = Math.max(rowWeight[i] as number, Math.abs(problem.A.values[p] as number));
  }
  let chosen = { harm: Infinity, isRow: false, at: -1, price: 0 };
  const consider = (isRow: boolean, at: number): void => {
    const price = ((isRow ? from.rowDuals : from.boundDuals)[at] as number) + 0;
    const [lower, upper] = isRow
      ? [problem.rowLower[at] as number, problem.rowUpper[at] as number]
      : [problem.lower[at] as number, problem.upper[at] as number];
    const limit = price > 0 ? lower : upper;
    if (price === 0 || limit === 0 || !Number.isFinite(limit)) return;
    const next = price + gap / limit;
    const isEquality = lower === upper;
    if (!isEquality && Math.sign(next) !== Math.sign(price)) return;
    // What rounding of the new price leaves of the gap, and what its move does to stationarity.
    const left = Math.abs(gap - (next - price) * limit);
    const harm = Math.abs(next - price) * (isRow ? (rowWeight[at] as number) : 1);
    const cost = Math.max(harm, left);
    if (cost < chosen.harm) chosen = { harm: cost, isRow, at, price: next };
  };
  for (let i = 0; i < from.rowDuals.length; i++) consider(true, i);
  for (let j = 0; j < from.boundDuals.length; j++) consider(false, j);
  if (chosen.at < 0) return null;
  const rowDuals = from.rowDuals.slice();
  const boundDuals = from.boundDuals.slice();
  (chosen.isRow ? rowDuals : boundDuals)[chosen.at] = chosen.price;
  return { x: from.x, rowDuals, boundDuals };
}
