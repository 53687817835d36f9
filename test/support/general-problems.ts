/**
 * General problems for tests: from dense rows as one writes them by hand, and random ones whose answer, or whose
 * having none, is known from how they were made.
 */
import type { GeneralProblem } from '../../src/domain/index.ts';
import { Rng } from '../../src/kernel/index.ts';
import { sparseFromDense, sparseZero } from '../../src/optimizer/index.ts';

export interface DenseProblem {
  readonly P?: readonly (readonly number[])[];
  readonly q: readonly number[];
  readonly A?: readonly (readonly number[])[];
  readonly rowLower?: readonly number[];
  readonly rowUpper?: readonly number[];
  readonly lower?: readonly number[];
  readonly upper?: readonly number[];
  readonly constant?: number;
}

/** Limits left out are infinite; P left out is zero. */
export function generalProblem(dense: DenseProblem): GeneralProblem {
  const n = dense.q.length;
  const A = dense.A ?? [];
  const limits = (given: readonly number[] | undefined, length: number, other: number) =>
    Float64Array.from(given ?? Array.from({ length }, () => other));
  return {
    name: 'test',
    variables: dense.q.map((_, j) => `x${String(j)}`),
    rows: A.map((_, i) => `r${String(i)}`),
    P: dense.P === undefined ? sparseZero(n, n) : sparseFromDense(dense.P),
    q: Float64Array.from(dense.q),
    constant: dense.constant ?? 0,
    A: sparseFromDense(A, n),
    rowLower: limits(dense.rowLower, A.length, -Infinity),
    rowUpper: limits(dense.rowUpper, A.length, Infinity),
    lower: limits(dense.lower, n, -Infinity),
    upper: limits(dense.upper, n, Infinity),
    isInteger: null,
  };
}

export interface ConstructedProblem {
  readonly dense: Required<Omit<DenseProblem, 'constant'>>;
  readonly problem: GeneralProblem;
  /** An optimal point, and the value there. */
  readonly x: readonly number[];
  readonly objective: number;
}

/**
 * A problem around a chosen point and chosen prices that satisfy the optimality conditions: P = B'B of low rank
 * (or zero), each limit either active with a price of its side, or slack without one.
 */
export function constructedProblem(seed: number, isQuadratic: boolean): ConstructedProblem {
  const rng = new Rng(seed);
  const n = 1 + Math.floor(rng.uniform() * 12);
  const m = Math.floor(rng.uniform() * 10);
  const normal = (): number => rng.normal();
  const sparse = (): number => (rng.uniform() < 0.5 ? normal() : 0);
  const list = (length: number, make: (k: number) => number): number[] =>
    Array.from({ length }, (_, k) => make(k));
  const B = isQuadratic ? list(Math.ceil(n / 2), () => 0).map(() => list(n, sparse)) : [];
  const P = list(n, () => 0).map((_, i) =>
    list(n, (j) => B.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), 0)),
  );
  const A = list(m, () => 0).map(() => list(n, sparse));
  const x = list(n, normal);
  const rows = A.map((row) => limitsAround(dot(row, x), rng));
  const bounds = x.map((value) => limitsAround(value, rng));
  const q = list(n, (j) => {
    const fromRows = A.reduce((sum, row, i) => sum + (row[j] as number) * (rows[i]?.price ?? 0), 0);
    return fromRows + (bounds[j]?.price ?? 0) - dot(P[j] ?? [], x);
  });
  const dense = {
    P,
    q,
    A,
    rowLower: rows.map((row) => row.lower),
    rowUpper: rows.map((row) => row.upper),
    lower: bounds.map((bound) => bound.lower),
    upper: bounds.map((bound) => bound.upper),
  };
  const curved = list(n, (i) => dot(P[i] ?? [], x));
  return { dense, problem: generalProblem(dense), x, objective: 0.5 * dot(curved, x) + dot(q, x) };
}

/** Free, slack, active below, active above, or equal; the price has the sign of the side that holds. */
function limitsAround(
  value: number,
  rng: Rng,
): { readonly lower: number; readonly upper: number; readonly price: number } {
  const kind = Math.floor(rng.uniform() * 6);
  const room = 0.1 + rng.uniform();
  const price = rng.uniform() * 2;
  if (kind === 0) return { lower: -Infinity, upper: Infinity, price: 0 };
  if (kind === 1) return { lower: value - room, upper: value + room, price: 0 };
  if (kind === 2) return { lower: value, upper: Infinity, price };
  if (kind === 3) return { lower: -Infinity, upper: value, price: -price };
  if (kind === 4) return { lower: value, upper: value + room, price };
  return { lower: value, upper: value, price: price - 1 };
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
