/**
 * One Newton system of the engine,
 *
 *   [ H  A' ] [dv]   [top   ]         H = E'(multiple Sigma + extra)E + impact blocks + diag(barrier)
 *   [ A  -W ] [dy] = [bottom]
 *
 * in the engine's variables. A name's pieces are eliminated in closed form down to its weight, the weights by
 * the covariance's own solver, and the rows by their Schur complement. Residuals are refined.
 */
import { choleskyFactor, choleskySolve } from '../../linear-algebra/index.ts';
import { covarianceTimes, shiftedSolver } from './covariance-form.ts';
import { dot, type EnginePoint } from './engine-point.ts';
import type { Layout } from './layout.ts';

export interface NewtonSystem {
  readonly layout: Layout;
  readonly point: Pick<EnginePoint, 'multiple' | 'extra' | 'impactCurvature'>;
  /** count; > 0, or Infinity where the variable is held. */
  readonly barrier: Float64Array;
  /** Rows that take part, count each. */
  readonly rows: readonly Float64Array[];
  /** As many; >= 0. */
  readonly give: Float64Array;
}

export interface NewtonStep {
  readonly dv: Float64Array;
  readonly dy: Float64Array;
}

export type NewtonSolver = (top: Float64Array, bottom: Float64Array) => NewtonStep;

const REFINEMENTS = 3;

/** @returns null when the matrix cannot be factored */
export function newtonSolver(system: NewtonSystem): NewtonSolver | null {
  const solveTop = topSolver(system);
  if (solveTop === null) return null;
  const m = system.rows.length;
  const columns = system.rows.map((row) => solveTop(row));
  const schur = new Float64Array(m * m);
  for (let r = 0; r < m; r += 1) {
    for (let s = 0; s <= r; s += 1) {
      const value = dot(system.rows[r] as Float64Array, columns[s] as Float64Array);
      schur[r * m + s] = value;
    }
    schur[r * m + r] = (schur[r * m + r] as number) + (system.give[r] as number);
  }
  if (!schur.every(Number.isFinite)) return null;
  const factor = regularizedFactor(schur, m);
  if (factor === null) return null;
  const once: NewtonSolver = (top, bottom) => {
    const free = solveTop(top);
    const right = bottom.map((b, r) => dot(system.rows[r] as Float64Array, free) - b);
    const dy = m === 0 ? right : choleskySolve(factor, right);
    const dv = free.slice();
    for (let r = 0; r < m; r += 1) {
      const column = columns[r] as Float64Array;
      const y = dy[r] as number;
      if (y === 0) continue;
      for (let c = 0; c < dv.length; c += 1) dv[c] = (dv[c] as number) - y * (column[c] as number);
    }
    return { dv, dy };
  };
  return (top, bottom) => refined(system, once, { top, bottom });
}

/** Rows may repeat one another: their block is made definite by a hair, which refinement takes back. */
function regularizedFactor(schur: Float64Array, m: number): Float64Array | null {
  let largest = 0;
  for (let r = 0; r < m; r += 1) largest = Math.max(largest, schur[r * m + r] as number);
  for (let share = 1e-14; share < 1e-5; share *= 100) {
    const matrix = schur.slice();
    for (let r = 0; r < m; r += 1) {
      const at = r * m + r;
      matrix[at] = (matrix[at] as number) * (1 + share) + share * 1e-2 * largest + 1e-300;
    }
    const outcome = choleskyFactor(matrix, m);
    if (outcome.kind === 'factored') return outcome.factor;
  }
  return null;
}

function refined(
  system: NewtonSystem,
  once: NewtonSolver,
  { top, bottom }: { readonly top: Float64Array; readonly bottom: Float64Array },
): NewtonStep {
  let step = once(top, bottom);
  let size = Infinity;
  for (let round = 0; round < REFINEMENTS; round += 1) {
    const residual = residualOf(system, step, { top, bottom });
    const now = largest(residual.top) + largest(residual.bottom);
    if (!(now < size / 2)) break;
    size = now;
    if (now === 0) break;
    const more = once(residual.top, residual.bottom);
    const next = {
      dv: step.dv.map((x, c) => x + (more.dv[c] as number)),
      dy: step.dy.map((y, r) => y + (more.dy[r] as number)),
    };
    const after = residualOf(system, next, { top, bottom });
    if (!(largest(after.top) + largest(after.bottom) < now)) break;
    step = next;
  }
  return step;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

function residualOf(
  system: NewtonSystem,
  { dv, dy }: NewtonStep,
  { top, bottom }: { readonly top: Float64Array; readonly bottom: Float64Array },
): { readonly top: Float64Array; readonly bottom: Float64Array } {
  const product = hessianTimes(system, dv);
  const left = top.map((t, c) => t - (product[c] as number));
  system.rows.forEach((row, r) => {
    const y = dy[r] as number;
    for (let c = 0; c < left.length; c += 1) left[c] = (left[c] as number) - y * (row[c] as number);
  });
  for (let c = 0; c < left.length; c += 1) if (system.barrier[c] === Infinity) left[c] = 0;
  const right = bottom.map(
    (b, r) =>
      b - dot(system.rows[r] as Float64Array, dv) + (system.give[r] as number) * (dy[r] as number),
  );
  return { top: left, bottom: right };
}

function hessianTimes(system: NewtonSystem, dv: Float64Array): Float64Array {
  const { layout, point, barrier } = system;
  const inWeights = new Float64Array(layout.assetCount);
  for (let c = 0; c < layout.count; c += 1) {
    const i = layout.owner[c] as number;
    inWeights[i] = (inWeights[i] as number) + (layout.sign[c] as number) * (dv[c] as number);
  }
  const product = quadraticTimes(system, inWeights);
  const out = new Float64Array(layout.count);
  for (let c = 0; c < layout.count; c += 1) {
    if (barrier[c] === Infinity) continue;
    const i = layout.owner[c] as number;
    out[c] =
      (layout.sign[c] as number) * (product[i] as number) +
      (barrier[c] as number) * (dv[c] as number);
  }
  const { impactCurvature } = point;
  if (impactCurvature === null) return out;
  forEachGroup(layout, ({ asset, direction, from, to }) => {
    const h = impactCurvature[direction > 0 ? asset : layout.assetCount + asset] as number;
    if (h === 0) return;
    let total = 0;
    for (let c = from; c < to; c += 1) if (barrier[c] !== Infinity) total += dv[c] as number;
    for (let c = from; c < to; c += 1) {
      if (barrier[c] !== Infinity) out[c] = (out[c] as number) + h * total;
    }
  });
  return out;
}

/** (multiple Sigma + extra) x. */
function quadraticTimes({ layout, point }: NewtonSystem, x: Float64Array): Float64Array {
  const n = layout.assetCount;
  const out = new Float64Array(n);
  if (point.multiple > 0) {
    const product = covarianceTimes(layout.problem.covariance, x);
    for (let i = 0; i < n; i += 1) out[i] = point.multiple * (product[i] as number);
  }
  if (point.extra !== null) {
    for (let i = 0; i < n; i += 1) {
      let total = 0;
      for (let j = 0; j < n; j += 1) {
        total += (point.extra[i * n + j] as number) * (x[j] as number);
      }
      out[i] = (out[i] as number) + total;
    }
  }
  return out;
}

interface Group {
  readonly asset: number;
  readonly direction: 1 | -1;
  readonly from: number;
  readonly to: number;
}

/** Runs of variables of one name and one direction. */
function forEachGroup(layout: Layout, visit: (group: Group) => void): void {
  for (let asset = 0; asset < layout.assetCount; asset += 1) {
    const end = layout.first[asset + 1] as number;
    let from = layout.first[asset] as number;
    while (from < end) {
      let to = from + 1;
      while (to < end && layout.sign[to] === layout.sign[from]) to += 1;
      visit({ asset, direction: layout.sign[from] === 1 ? 1 : -1, from, to });
      from = to;
    }
  }
}

/** Solver of H x = g. */
function topSolver(system: NewtonSystem): ((g: Float64Array) => Float64Array) | null {
  const { layout } = system;
  const n = layout.assetCount;
  const slack = pieceSlack(system);
  const free = Int32Array.from(
    Array.from({ length: n }, (_, i) => i).filter((i) => (slack[i] as number) > 0),
  );
  const shift = Float64Array.from(free, (i) => 1 / (slack[i] as number));
  const { multiple, extra } = system.point;
  const solve = shiftedSolver({
    form: layout.problem.covariance,
    multiple,
    free,
    shift,
    extra,
  });
  if (solve === null) return null;
  const isPlain = !layout.hasPieces.includes(1);
  return (g) => {
    const alone = solvePieces(system, g);
    const moved = new Float64Array(n);
    for (let c = 0; c < layout.count; c += 1) {
      const i = layout.owner[c] as number;
      moved[i] = (moved[i] as number) + (layout.sign[c] as number) * (alone[c] as number);
    }
    const right = Float64Array.from(free, (i, a) => (moved[i] as number) * (shift[a] as number));
    const inFree = solve(right);
    const dw = new Float64Array(n);
    for (let a = 0; a < free.length; a += 1) dw[free[a] as number] = inFree[a] as number;
    if (isPlain) return dw.slice();
    const pull = quadraticTimes(system, dw);
    const rest = g.map(
      (value, c) =>
        value - (layout.sign[c] as number) * (pull[layout.owner[c] as number] as number),
    );
    return settled(system, solvePieces(system, rest), dw);
  };
}

/**
 * The pieces of a name add up to its move. The piece with the weakest barrier takes the difference: dividing by
 * its barrier has cost it its digits.
 */
function settled(
  { layout, barrier }: NewtonSystem,
  x: Float64Array,
  dw: Float64Array,
): Float64Array {
  for (let i = 0; i < layout.assetCount; i += 1) {
    let weakest = -1;
    let total = 0;
    for (let c = layout.first[i] as number; c < (layout.first[i + 1] as number); c += 1) {
      if (barrier[c] === Infinity) continue;
      total += (layout.sign[c] as number) * (x[c] as number);
      if (weakest < 0 || (barrier[c] as number) < (barrier[weakest] as number)) weakest = c;
    }
    if (weakest < 0) continue;
    const missing = (dw[i] as number) - total;
    x[weakest] = (x[weakest] as number) + (layout.sign[weakest] as number) * missing;
  }
  return x;
}

/** How far a name's weight gives to a unit force, through its pieces alone; 0 where all are held. */
function pieceSlack({ layout, barrier, point }: NewtonSystem): Float64Array {
  const slack = new Float64Array(layout.assetCount);
  forEachGroup(layout, ({ asset, direction, from, to }) => {
    let gives = 0;
    for (let c = from; c < to; c += 1) gives += 1 / (barrier[c] as number);
    const h = point.impactCurvature?.[direction > 0 ? asset : layout.assetCount + asset] ?? 0;
    slack[asset] = (slack[asset] as number) + gives / (1 + h * gives);
  });
  return slack;
}

/** Inverse of the diagonal and impact blocks. */
function solvePieces({ layout, barrier, point }: NewtonSystem, g: Float64Array): Float64Array {
  const out = g.map((value, c) => (barrier[c] === Infinity ? 0 : value / (barrier[c] as number)));
  const { impactCurvature } = point;
  if (impactCurvature === null) return out;
  forEachGroup(layout, ({ asset, direction, from, to }) => {
    const h = impactCurvature[direction > 0 ? asset : layout.assetCount + asset] as number;
    if (h === 0) return;
    let total = 0;
    let gives = 0;
    for (let c = from; c < to; c += 1) {
      total += out[c] as number;
      gives += 1 / (barrier[c] as number);
    }
    const common = (h * total) / (1 + h * gives);
    for (let c = from; c < to; c += 1) {
      out[c] = (out[c] as number) - common / (barrier[c] as number);
    }
  });
  return out;
}
