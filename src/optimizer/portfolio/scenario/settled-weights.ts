/**
 * Weights moved the last step: an interior point stops a hair inside its limits, and a reader expects a name that
 * is not held to weigh zero, and a budget to add up.
 */
import { choleskyFactor, choleskySolve } from '../../linear-algebra/index.ts';
import type { ConvexProblem } from '../mean-variance/convex-problem.ts';
import { dot } from '../mean-variance/engine-point.ts';

/** Distance of a row to its limit that is taken for it. */
const ROW_NEAR = 1e-8;
const ROUNDS = 3;

/**
 * @param problem whose ends, kinks and rows count
 * @param weights an answer of a solver, left as it is
 * @param near distance to an end, a kink or the holding that is taken for it
 * @returns weights on the ends and kinks they were near, with rows near their limits exactly there where
 *   possible
 */
export function settledWeights(
  problem: ConvexProblem,
  weights: Float64Array,
  near: number,
): Float64Array {
  const out = weights.slice();
  const isFixed = new Uint8Array(out.length);
  out.forEach((w, i) => {
    const kink = nearestKink(problem, i, { weight: w, near });
    if (kink === null) return;
    out[i] = kink;
    isFixed[i] = 1;
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const active = activeRows(problem, out);
    if (active.every(({ residual }) => residual === 0)) break;
    moveOnto(active, out, isFixed);
  }
  return out.map((w, i) =>
    Math.min(problem.upper[i] as number, Math.max(problem.lower[i] as number, w)),
  );
}

function nearestKink(
  problem: ConvexProblem,
  i: number,
  { weight: w, near }: { readonly weight: number; readonly near: number },
): number | null {
  const candidates = [problem.lower[i] as number, problem.upper[i] as number];
  candidates.push(...(problem.costs[i]?.breakpoints ?? []));
  const isTradeMeasured = problem.turnover !== null || problem.impact !== null;
  if (isTradeMeasured) candidates.push(problem.current[i] as number);
  let best: number | null = null;
  for (const end of candidates) {
    const distance = Math.abs(w - end);
    if (distance <= near && (best === null || distance < Math.abs(w - best))) best = end;
  }
  return best;
}

interface ActiveRow {
  readonly coefficients: Float64Array;
  /** Limit less value. */
  readonly residual: number;
}

function activeRows(problem: ConvexProblem, weights: Float64Array): readonly ActiveRow[] {
  const active: ActiveRow[] = [];
  for (const { coefficients, lower, upper } of problem.rows) {
    const value = dot(coefficients, weights);
    const size = Math.max(1, ...coefficients.map(Math.abs));
    const limit = Math.abs(value - lower) <= Math.abs(value - upper) ? lower : upper;
    const isActive = lower === upper || Math.abs(value - limit) <= ROW_NEAR * size;
    if (isActive && Number.isFinite(limit)) active.push({ coefficients, residual: limit - value });
  }
  return active;
}

/** The least change of the free weights that meets the active rows: A'(A A')^-1 residual, ridged where rows repeat. */
function moveOnto(active: readonly ActiveRow[], weights: Float64Array, isFixed: Uint8Array): void {
  const m = active.length;
  const gram = new Float64Array(m * m);
  active.forEach((a, r) => {
    active.forEach((b, s) => {
      let total = 0;
      for (let i = 0; i < weights.length; i += 1) {
        if (isFixed[i] === 1) continue;
        total += (a.coefficients[i] as number) * (b.coefficients[i] as number);
      }
      gram[r * m + s] = total;
    });
  });
  for (let r = 0; r < m; r += 1) {
    gram[r * m + r] = (gram[r * m + r] as number) * (1 + 1e-13) + 1e-300;
  }
  const outcome = choleskyFactor(gram, m);
  if (outcome.kind !== 'factored') return;
  const prices = choleskySolve(
    outcome.factor,
    Float64Array.from(active, ({ residual }) => residual),
  );
  if (!prices.every(Number.isFinite)) return;
  for (let i = 0; i < weights.length; i += 1) {
    if (isFixed[i] === 1) continue;
    let change = 0;
    active.forEach(({ coefficients }, r) => {
      change += (coefficients[i] as number) * (prices[r] as number);
    });
    if (Math.abs(change) <= 1e-6) weights[i] = (weights[i] as number) + change;
  }
}
