/**
 * The norm of the weights by quadratic programs. For every length s > 0
 *
 *   radius sqrt(w'Uw) <= radius (w'Uw / s + s) / 2,   with equality at s = sqrt(w'Uw),
 *
 * so the program with the right side in the place of the norm has the same answer where its own length is s. The
 * length of the answer grows less than s does: the two meet at most once, and a bracketed secant finds where. Where
 * they meet nowhere the answer stands on the kink, at no length at all, and the least s states its slope.
 *
 * Unlike the norm itself the quadratic has no kink, so a singular U costs the interior-point method nothing.
 */
import type { ConvexAnswer, SolveConvex } from './convex-answer.ts';
import type { ConvexProblem, WeightNorm } from './convex-problem.ts';
import { dot } from './engine-point.ts';
import { normLength } from './evidence.ts';

const SOLVES_MAX = 60;
/** Lengths, relative to that of a whole budget in the largest name, below which there is none. */
const LENGTH_LEAST = 1e-10;
/** Relative distance of the two lengths that is rounding. */
const ROOT_TOLERANCE = 1e-13;
const STEP = 100;
/** Of a slope of the norm beyond its radius. */
const SLOPE_TOLERANCE = 1e-12;

interface Trial {
  readonly answer: ConvexAnswer;
  readonly slopeLength: number;
  /** log(length / s): falls as s rises. */
  readonly value: number;
}

/**
 * @param from weights to begin the search at their length
 * @returns the quadratic program's answer with the length that states the slope of its norm; the last one where
 *   a program has none (no allowed weights, or an objective without end)
 */
export function searchNorm(
  problem: ConvexProblem & { readonly norm: WeightNorm },
  from: Float64Array,
  solve: SolveConvex,
): { readonly answer: ConvexAnswer; readonly slopeLength: number } {
  const { norm } = problem;
  const n = from.length;
  let largest = 0;
  for (let i = 0; i < n; i += 1) largest = Math.max(largest, norm.matrix[i * n + i] as number);
  const size = Math.sqrt(largest);
  const least = LENGTH_LEAST * size;
  const attempt = (slopeLength: number): Trial => {
    const answer = solve({ ...problem, norm: { ...norm, slopeLength } });
    const length = normLength(norm, answer.weights);
    return { answer, slopeLength, value: Math.log(Math.max(length, least / STEP) / slopeLength) };
  };
  let low: Trial | null = null;
  let high: Trial | null = null;
  let s = Math.min(size, Math.max(normLength(norm, from), 1e-6 * size));
  for (let k = 0; k < SOLVES_MAX; k += 1) {
    const trial = attempt(s);
    if (trial.answer.status !== 'optimal') return trial;
    if (Math.abs(trial.value) <= ROOT_TOLERANCE) return trial;
    if (trial.value > 0) low = trial;
    else high = trial;
    if (high?.slopeLength === least) return high;
    if (low === null) s = Math.max(least, s / STEP);
    else if (high === null) s *= STEP;
    else {
      const next = between(low, high, k);
      if (!(next > low.slopeLength && next < high.slopeLength)) break;
      s = next;
    }
  }
  const ends = [low, high].filter((end) => end !== null);
  ends.sort((a, b) => Math.abs(a.value) - Math.abs(b.value));
  return ends[0] ?? attempt(s);
}

/**
 * The best weights of length zero, stated by rows: exact where the answer stands on the kink. Their prices y are a
 * slope of the norm there when |y| <= radius, and then bound it for all weights: radius |root'w| >= y'root'w.
 *
 * @returns null when there are no such weights or the norm's slope does not hold them there
 */
export function solveAtKink(
  problem: ConvexProblem & { readonly norm: WeightNorm },
  solve: SolveConvex,
): ConvexAnswer | null {
  const { norm, rows } = problem;
  const { root, rank, radius } = norm;
  const names = new Set<string>();
  const still = Array.from({ length: rank }, (_, f) => {
    const name = `length ${String(f)} of the norm`;
    names.add(name);
    const coefficients = problem.linear.map((__, i) => root[i * rank + f] as number);
    return { name, coefficients, lower: 0, upper: 0 };
  });
  const answer = solve({ ...problem, norm: null, rows: [...rows, ...still] });
  if (answer.status !== 'optimal') return null;
  const slope = answer.prices.rows.slice(rows.length);
  if (Math.sqrt(dot(slope, slope)) > radius * (1 + SLOPE_TOLERANCE)) return null;
  const { evidence, prices } = answer;
  const above = radius * normLength(norm, answer.weights);
  return {
    ...answer,
    prices: { ...prices, rows: prices.rows.slice(0, rows.length) },
    evidence: { ...evidence, primal: evidence.primal + above, gap: evidence.gap + above },
    binding: answer.binding.filter(({ constraint }) => !names.has(constraint)),
    start: null,
  };
}

/** Secant in logarithms, where the lengths are nearly straight lines; halved every fourth time. */
function between(low: Trial, high: Trial, k: number): number {
  const a = Math.log(low.slopeLength);
  const b = Math.log(high.slopeLength);
  const secant = (a * high.value - b * low.value) / (high.value - low.value);
  return Math.exp(k % 4 === 3 ? (a + b) / 2 : secant);
}
