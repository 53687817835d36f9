/**
 * All eigenvalues and, if wanted, eigenvectors of a symmetric matrix: Householder reduction to tridiagonal
 * form and implicit QL sweeps with Wilkinson's shift (Golub and Van Loan, *Matrix Computations*, 8.3). Plain
 * multiplications, additions and square roots in a fixed order: the bits are the same on every machine. The
 * rotations of many sweeps are kept and applied to the vectors in narrow strips, which stay in the cache; one
 * sweep after the other would wait for memory.
 */
import { assert } from '../../kernel/index.ts';

/** Sweeps per eigenvalue; two are usual, and a symmetric matrix never needs thirty. */
const SWEEPS_MAX = 60;
/** Width of a strip of the vectors, in entries, and rotations collected before they are applied. */
const STRIP = 32;
const ROTATIONS_KEPT = 1 << 15;
/** Rows that pass through all reflections together. */
const ROWS_TOGETHER = 16;

export interface SymmetricEigen {
  /** n, descending. */
  readonly values: Float64Array;
  /** n x n; row i is the unit vector of values[i]; its largest component (the first of equals) is positive. */
  readonly vectors: Float64Array;
}

/**
 * @param matrix n x n, row-major, symmetric (the lower triangle is believed); not changed
 * @returns values and vectors; |Mv - lambda v| is of the order n * epsilon * |M|
 * @throws AssertionError if the shape is wrong or an entry is not finite
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const { diagonal, offDiagonal, reflectors, scale } = tridiagonalize(matrix, size);
  const rows = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) rows[i * size + i] = 1;
  const rotations = new RotationQueue(rows, size);
  diagonalize({ diagonal, offDiagonal, rotations });
  rotations.flush();
  const order = descending(diagonal);
  const vectors = new Float64Array(size * size);
  order.forEach((index, i) => {
    vectors.set(rows.subarray(index * size, (index + 1) * size), i * size);
  });
  reflectBack(vectors, size, reflectors);
  orient(vectors, size);
  return { values: order.map((index) => (diagonal[index] as number) * scale), vectors };
}

/** The n eigenvalues alone, descending; several times faster than with vectors. */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const { diagonal, offDiagonal, scale } = tridiagonalize(matrix, size);
  diagonalize({ diagonal, offDiagonal, rotations: null });
  return descending(diagonal).map((index) => (diagonal[index] as number) * scale);
}

function descending(values: Float64Array): Float64Array {
  return Float64Array.from(values.keys()).sort((a, b) => {
    const difference = (values[b] as number) - (values[a] as number);
    return difference === 0 ? a - b : difference;
  });
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Entry i couples i and i + 1; the last is zero. */
  readonly offDiagonal: Float64Array;
  /** Unit vectors v of the reflections I - 2vv', in the order applied; null where none was needed. */
  readonly reflectors: readonly (Float64Array | null)[];
  /** A power of two that was divided out, so that squares neither overflow nor vanish. */
  readonly scale: number;
}

function tridiagonalize(matrix: Float64Array, size: number): Tridiagonal {
  assert(matrix.length === size * size, 'a symmetric matrix is n x n');
  assert(matrix.every(Number.isFinite), 'a matrix to decompose is finite');
  const scale = powerOfTwoNear(matrix.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
  const a = matrix.map((x) => x / scale);
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
  return { diagonal, offDiagonal, reflectors, scale };
}

function powerOfTwoNear(x: number): number {
  if (x === 0) return 1;
  return 2 ** Math.max(-1022, Math.min(1022, Math.floor(Math.log2(x))));
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

/**
 * A <- (I - 2vv') A (I - 2vv') on the trailing block, as the rank-two update A - vw' - wv'. Only the lower
 * triangle is kept: half the work.
 */
function applyBothSides(
  a: Float64Array,
  { size, from, v }: { readonly size: number; readonly from: number; readonly v: Float64Array },
): void {
  const w = new Float64Array(size);
  for (let r = from; r < size; r += 1) {
    const base = r * size;
    const vr = v[r] as number;
    let total = 0;
    for (let c = from; c < r; c += 1) {
      const entry = a[base + c] as number;
      total += entry * (v[c] as number);
      w[c] = (w[c] as number) + entry * vr;
    }
    w[r] = (w[r] as number) + total + (a[base + r] as number) * vr;
  }
  let along = 0;
  for (let r = from; r < size; r += 1) along += (v[r] as number) * (w[r] as number);
  for (let r = from; r < size; r += 1) w[r] = 2 * ((w[r] as number) - along * (v[r] as number));
  for (let r = from; r < size; r += 1) {
    const base = r * size;
    const vr = v[r] as number;
    const wr = w[r] as number;
    for (let c = from; c <= r; c += 1) {
      a[base + c] = (a[base + c] as number) - vr * (w[c] as number) - wr * (v[c] as number);
    }
  }
}

/** Rotations of neighboring rows, applied in order, strip by strip. */
class RotationQueue {
  readonly #rows: Float64Array;
  readonly #size: number;
  readonly #index = new Int32Array(ROTATIONS_KEPT);
  readonly #sine = new Float64Array(ROTATIONS_KEPT);
  readonly #cosine = new Float64Array(ROTATIONS_KEPT);
  #count = 0;

  constructor(rows: Float64Array, size: number) {
    this.#rows = rows;
    this.#size = size;
  }

  push(index: number, sine: number, cosine: number): void {
    if (this.#count === ROTATIONS_KEPT) this.flush();
    this.#index[this.#count] = index;
    this.#sine[this.#count] = sine;
    this.#cosine[this.#count] = cosine;
    this.#count += 1;
  }

  flush(): void {
    for (let from = 0; from < this.#size; from += STRIP) {
      this.#applyTo(from, Math.min(STRIP, this.#size - from));
    }
    this.#count = 0;
  }

  #applyTo(from: number, width: number): void {
    const rows = this.#rows;
    const size = this.#size;
    const index = this.#index;
    for (let k = 0; k < this.#count; k += 1) {
      const sine = this.#sine[k] as number;
      const cosine = this.#cosine[k] as number;
      const base = (index[k] as number) * size + from;
      for (let at = base, end = base + width; at < end; at += 1) {
        const upper = rows[at + size] as number;
        const lower = rows[at] as number;
        rows[at + size] = sine * lower + cosine * upper;
        rows[at] = cosine * lower - sine * upper;
      }
    }
  }
}

interface Iteration {
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
  readonly rotations: RotationQueue | null;
}

function diagonalize(iteration: Iteration): void {
  const { diagonal, offDiagonal } = iteration;
  for (let l = 0; l < diagonal.length; l += 1) {
    for (let sweep = 0; ; sweep += 1) {
      const m = blockEnd(diagonal, offDiagonal, l);
      if (m === l) break;
      assert(sweep < SWEEPS_MAX, 'the QL iteration converges');
      sweepBlock(iteration, l, m);
    }
  }
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

function sweepBlock({ diagonal: d, offDiagonal: e, rotations }: Iteration, l: number, m: number) {
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
    rotations?.push(i, sine, cosine);
  }
  d[l] = (d[l] as number) - p;
  e[l] = g;
  e[m] = 0;
}

/** Each row of `vectors` goes back through the reflections, the last one first; few rows at a time, for the cache. */
function reflectBack(
  vectors: Float64Array,
  size: number,
  reflectors: readonly (Float64Array | null)[],
): void {
  for (let from = 0; from < size; from += ROWS_TOGETHER) {
    const to = Math.min(size, from + ROWS_TOGETHER);
    for (let k = reflectors.length - 1; k >= 0; k -= 1) {
      const v = reflectors[k];
      if (v === null || v === undefined) continue;
      for (let r = from; r < to; r += 1) reflectRow(vectors, r * size, v);
    }
  }
}

function reflectRow(vectors: Float64Array, base: number, v: Float64Array): void {
  let along = 0;
  for (let c = 0; c < v.length; c += 1) along += (v[c] as number) * (vectors[base + c] as number);
  const twice = 2 * along;
  for (let c = 0; c < v.length; c += 1) {
    vectors[base + c] = (vectors[base + c] as number) - twice * (v[c] as number);
  }
}

function orient(vectors: Float64Array, size: number): void {
  for (let r = 0; r < size; r += 1) {
    let lead = 0;
    for (let c = 0; c < size; c += 1) {
      const value = vectors[r * size + c] as number;
      if (Math.abs(value) > Math.abs(lead)) lead = value;
    }
    if (lead >= 0) continue;
    for (let c = 0; c < size; c += 1) vectors[r * size + c] = -(vectors[r * size + c] as number);
  }
}
