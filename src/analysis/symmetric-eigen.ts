/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reduction to tridiagonal form, then the
 * implicit QL iteration (Golub and Van Loan, *Matrix Computations*, 8.3). Plain multiplications, additions
 * and square roots in a fixed order, so that the bits are the same on every machine.
 */
import { assert } from '../kernel/index.ts';

/** Sweeps per eigenvalue; two are usual, and a symmetric matrix never needs thirty. */
const SWEEPS_MAX = 60;

export interface Eigenpairs {
  /** Descending. */
  readonly values: Float64Array;
  /** One unit vector per value; its largest component by magnitude (the first of equals) is positive. */
  readonly vectors: readonly Float64Array[];
}

/**
 * The `count` largest eigenvalues with their vectors.
 *
 * @param matrix n x n, row-major, symmetric; not changed
 * @throws AssertionError if an entry is not finite
 */
export function largestEigenpairs(
  matrix: Float64Array,
  { size, count }: { readonly size: number; readonly count: number },
): Eigenpairs {
  assert(matrix.length === size * size, 'a symmetric matrix is n x n');
  assert(matrix.every(Number.isFinite), 'a matrix to decompose is finite');
  const reduced = tridiagonalize(matrix, size);
  const rows = diagonalize(reduced.diagonal, reduced.offDiagonal);
  const order = Array.from(reduced.diagonal.keys()).sort((a, b) => {
    const difference = (reduced.diagonal[b] as number) - (reduced.diagonal[a] as number);
    return difference === 0 ? a - b : difference;
  });
  const chosen = order.slice(0, Math.min(count, size));
  return {
    values: Float64Array.from(chosen, (index) => reduced.diagonal[index] as number),
    vectors: chosen.map((index) => {
      const vector = rows.slice(index * size, (index + 1) * size);
      reflectBack(vector, reduced.reflectors);
      return withPositiveLead(vector);
    }),
  };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Entry i couples i and i + 1; the last is zero. */
  readonly offDiagonal: Float64Array;
  /** Unit vectors v of the reflections I - 2vv', in the order applied; null where none was needed. */
  readonly reflectors: readonly (Float64Array | null)[];
}

function tridiagonalize(matrix: Float64Array, size: number): Tridiagonal {
  const a = matrix.slice();
  const diagonal = new Float64Array(size);
  const offDiagonal = new Float64Array(size);
  const reflectors: (Float64Array | null)[] = [];
  for (let column = 0; column < size; column += 1) {
    diagonal[column] = a[column * size + column] as number;
    if (column === size - 1) break;
    const { reflector, lead } = reflectorOf(a, size, column);
    offDiagonal[column] = lead;
    reflectors.push(reflector);
    if (reflector !== null) applyBothSides(a, { size, from: column + 1, v: reflector });
  }
  return { diagonal, offDiagonal, reflectors };
}

/** The reflection that clears a column below its first entry under the diagonal. */
function reflectorOf(
  a: Float64Array,
  size: number,
  column: number,
): { readonly reflector: Float64Array | null; readonly lead: number } {
  const first = a[(column + 1) * size + column] as number;
  let rest = 0;
  for (let r = column + 2; r < size; r += 1) rest += (a[r * size + column] as number) ** 2;
  if (rest === 0) return { reflector: null, lead: first };
  const lead = first > 0 ? -Math.sqrt(first * first + rest) : Math.sqrt(first * first + rest);
  const v = new Float64Array(size);
  v[column + 1] = first - lead;
  for (let r = column + 2; r < size; r += 1) v[r] = a[r * size + column] as number;
  const length = Math.sqrt((first - lead) * (first - lead) + rest);
  for (let r = column + 1; r < size; r += 1) v[r] = (v[r] as number) / length;
  return { reflector: v, lead };
}

/** A <- (I - 2vv') A (I - 2vv') on the trailing block, as the rank-two update A - vw' - wv'. */
function applyBothSides(
  a: Float64Array,
  { size, from, v }: { readonly size: number; readonly from: number; readonly v: Float64Array },
): void {
  const w = new Float64Array(size);
  let along = 0;
  for (let r = from; r < size; r += 1) {
    let total = 0;
    for (let c = from; c < size; c += 1) total += (a[r * size + c] as number) * (v[c] as number);
    w[r] = 2 * total;
    along += 2 * total * (v[r] as number);
  }
  for (let r = from; r < size; r += 1) w[r] = (w[r] as number) - along * (v[r] as number);
  for (let r = from; r < size; r += 1) {
    const vr = v[r] as number;
    const wr = w[r] as number;
    for (let c = from; c < size; c += 1) {
      const at = r * size + c;
      a[at] = (a[at] as number) - (vr * (w[c] as number) + wr * (v[c] as number));
    }
  }
}

/**
 * Turns `diagonal` into the eigenvalues, destroying `offDiagonal`.
 *
 * @returns n x n, row-major: row j is the eigenvector of diagonal[j] in the tridiagonal basis
 */
function diagonalize(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  const size = diagonal.length;
  const rows = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) rows[i * size + i] = 1;
  for (let l = 0; l < size; l += 1) {
    for (let sweep = 0; ; sweep += 1) {
      const m = blockEnd(diagonal, offDiagonal, l);
      if (m === l) break;
      assert(sweep < SWEEPS_MAX, 'the QL iteration of a symmetric matrix converges');
      sweepBlock({ diagonal, offDiagonal, rows }, l, m);
    }
  }
  return rows;
}

/** Last index of the block that begins at `l`: the next coupling is nothing beside its neighbors. */
function blockEnd(diagonal: Float64Array, offDiagonal: Float64Array, l: number): number {
  let m = l;
  for (; m < diagonal.length - 1; m += 1) {
    const beside = Math.abs(diagonal[m] as number) + Math.abs(diagonal[m + 1] as number);
    if (Math.abs(offDiagonal[m] as number) <= Number.EPSILON * beside) break;
    if (Math.abs(offDiagonal[m] as number) < 1e-290) break;
  }
  return m;
}

interface Iteration {
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
  readonly rows: Float64Array;
}

/** One implicit QL sweep with Wilkinson's shift over the block l..m. */
function sweepBlock({ diagonal: d, offDiagonal: e, rows }: Iteration, l: number, m: number): void {
  const slope = ((d[l + 1] as number) - (d[l] as number)) / (2 * (e[l] as number));
  const root = Math.sqrt(slope * slope + 1);
  let g =
    (d[m] as number) - (d[l] as number) + (e[l] as number) / (slope + (slope < 0 ? -root : root));
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i -= 1) {
    const f = sine * (e[i] as number);
    const b = cosine * (e[i] as number);
    const length = Math.sqrt(f * f + g * g);
    e[i + 1] = length;
    if (length === 0) {
      // The block falls apart here; the next sweep takes its parts.
      d[i + 1] = (d[i + 1] as number) - p;
      e[m] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    g = (d[i + 1] as number) - p;
    const r = ((d[i] as number) - g) * sine + 2 * cosine * b;
    p = sine * r;
    d[i + 1] = g + p;
    g = cosine * r - b;
    rotateRows(rows, i, { size: d.length, sine, cosine });
  }
  d[l] = (d[l] as number) - p;
  e[l] = g;
  e[m] = 0;
}

function rotateRows(
  rows: Float64Array,
  i: number,
  by: { readonly size: number; readonly sine: number; readonly cosine: number },
): void {
  const { size, sine, cosine } = by;
  for (let at = i * size, end = at + size; at < end; at += 1) {
    const upper = rows[at + size] as number;
    const lower = rows[at] as number;
    rows[at + size] = sine * lower + cosine * upper;
    rows[at] = cosine * lower - sine * upper;
  }
}

function reflectBack(vector: Float64Array, reflectors: readonly (Float64Array | null)[]): void {
  for (const v of reflectors.toReversed()) {
    if (v === null) continue;
    let along = 0;
    for (let i = 0; i < v.length; i += 1) along += (v[i] as number) * (vector[i] as number);
    for (let i = 0; i < v.length; i += 1) {
      vector[i] = (vector[i] as number) - 2 * along * (v[i] as number);
    }
  }
}

function withPositiveLead(vector: Float64Array): Float64Array {
  let lead = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(lead)) lead = value;
  return lead < 0 ? vector.map((value) => -value) : vector;
}
