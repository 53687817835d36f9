/**
 * Sums of products as if in twice the working precision (Ogita, Rump, Oishi, "Accurate sum and dot product",
 * SIAM J. Sci. Comput. 26 (2005)): residuals of a good answer are differences of large, nearly equal numbers,
 * and plain sums would report their own rounding instead.
 */

const SPLITTER = 134217729;

/** A running sum: value() is the rounded total. */
export class CompensatedSum {
  #high = 0;
  #low = 0;

  add(value: number): void {
    const sum = this.#high + value;
    const part = sum - this.#high;
    this.#low += this.#high - (sum - part) + (value - part);
    this.#high = sum;
  }

  /** Adds a * b without rounding the product. Factors must be below 1e300 in size. */
  addProduct(a: number, b: number): void {
    const product = a * b;
    const ca = SPLITTER * a;
    const ah = ca - (ca - a);
    const al = a - ah;
    const cb = SPLITTER * b;
    const bh = cb - (cb - b);
    const bl = b - bh;
    this.add(product);
    this.#low += al * bl - (product - ah * bh - al * bh - ah * bl);
  }

  value(): number {
    return this.#high + this.#low;
  }
}

/** Entries of a vector, each accumulated as by CompensatedSum. */
export class CompensatedVector {
  readonly high: Float64Array;
  readonly low: Float64Array;

  constructor(start: Float64Array) {
    this.high = start.slice();
    this.low = new Float64Array(start.length);
  }

  addProduct(i: number, a: number, b: number): void {
    const product = a * b;
    const ca = SPLITTER * a;
    const ah = ca - (ca - a);
    const al = a - ah;
    const cb = SPLITTER * b;
    const bh = cb - (cb - b);
    const bl = b - bh;
    const high = this.high[i] as number;
    const sum = high + product;
    const part = sum - high;
    this.low[i] =
      (this.low[i] as number) +
      (high - (sum - part) + (product - part)) +
      (al * bl - (product - ah * bh - al * bh - ah * bl));
    this.high[i] = sum;
  }

  values(): Float64Array {
    return this.high.map((value, i) => value + (this.low[i] as number));
  }
}
