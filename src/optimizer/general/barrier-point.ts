/**
 * A point of the interior point: x, prices, and for every finite limit of a bound or row a slack t > 0 and a
 * price z > 0 of its own. Slots 0..n-1 are the bounds, n..n+m-1 the rows. A slack may disagree with the point;
 * the disagreement is a residual that shrinks like the others, so no start needs to be feasible.
 */
import type { ScaledProblem } from './scaling.ts';
import { addProduct, addTransposedProduct } from './sparse-matrix.ts';

/** In the scaled problem's units: x (n), row prices y (m), bound prices z (n). */
export interface PrimalDual {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

/** Residuals in the user's units. */
export interface Merit {
  readonly primal: number;
  readonly dual: number;
  readonly gap: number;
  /** The largest of the three, each relative to its terms. */
  readonly relative: number;
  /** The largest of the three. */
  readonly absolute: number;
}

export class BarrierPoint {
  readonly problem: ScaledProblem;
  readonly slots: number;
  readonly hasLower: Uint8Array;
  readonly hasUpper: Uint8Array;
  readonly isEquality: Uint8Array;
  readonly limitCount: number;
  readonly x: Float64Array;
  /** Prices of the rows; of a range row always lower price minus upper price. */
  readonly y: Float64Array;
  readonly tl: Float64Array;
  readonly tu: Float64Array;
  readonly zl: Float64Array;
  readonly zu: Float64Array;
  /** What each slot limits: x, then Ax. */
  readonly g: Float64Array;
  readonly Px: Float64Array;
  /** Px + q - A'y - z. */
  readonly dualResidual: Float64Array;
  /** g - lower - tl and upper - g - tu; of an equality row lower - g stands in `lowerResidual`. */
  readonly lowerResidual: Float64Array;
  readonly upperResidual: Float64Array;
  /** Mean of slack times price. */
  mu = 0;

  constructor(problem: ScaledProblem) {
    const { n, m, lower, upper } = problem;
    this.problem = problem;
    this.slots = n + m;
    this.isEquality = Uint8Array.from(lower, (l, k) => (k >= n && l === upper[k] ? 1 : 0));
    const isLimit = (finite: boolean, k: number): number =>
      finite && this.isEquality[k] === 0 ? 1 : 0;
    this.hasLower = Uint8Array.from(lower, (l, k) => isLimit(l > -Infinity, k));
    this.hasUpper = Uint8Array.from(upper, (u, k) => isLimit(u < Infinity, k));
    let count = 0;
    for (let k = 0; k < this.slots; k++) {
      count += (this.hasLower[k] as number) + (this.hasUpper[k] as number);
    }
    this.limitCount = count;
    const array = (): Float64Array => new Float64Array(n + m);
    this.x = new Float64Array(n);
    this.y = new Float64Array(m);
    [this.tl, this.tu, this.zl, this.zu] = [array(), array(), array(), array()];
    [this.g, this.lowerResidual, this.upperResidual] = [array(), array(), array()];
    this.Px = new Float64Array(n);
    this.dualResidual = new Float64Array(n);
  }

  /** A copy of x and the net prices. */
  snapshot(): PrimalDual {
    const z = new Float64Array(this.problem.n);
    for (let j = 0; j < z.length; j++) z[j] = (this.zl[j] as number) - (this.zu[j] as number);
    return { x: this.x.slice(), y: this.y.slice(), z };
  }

  /**
   * Slacks and prices for the present x and y: those they imply, moved inside together until all are positive
   * and of one size (Mehrotra's start).
   */
  placeSlacks(): void {
    const { n, lower, upper } = this.problem;
    this.products();
    let worstSlack = 0;
    let worstPrice = 0;
    this.#eachLimit((k, sign) => {
      const g = this.g[k] as number;
      const l = lower[k] as number;
      const u = upper[k] as number;
      const slack = sign > 0 ? g - l : u - g;
      const net = k < n ? Math.min(Math.max(g, l), u) - g : (this.y[k - n] as number);
      this.#setLimit(k, sign, [slack, sign * net]);
      worstSlack = Math.max(worstSlack, -slack);
      worstPrice = Math.max(worstPrice, -sign * net);
    });
    let products = 0;
    let slacks = 0;
    let prices = 0;
    this.#eachLimit((k, sign) => {
      const [t, z] = this.#limit(k, sign);
      const slack = t + 1.5 * worstSlack;
      const price = z + 1.5 * worstPrice;
      this.#setLimit(k, sign, [slack, price]);
      products += slack * price;
      slacks += slack;
      prices += price;
    });
    // At least one: a start too near a limit costs more steps than one too far from it.
    const addSlack = Math.max(prices > 0 ? (0.5 * products) / prices : 0, 1);
    const addPrice = Math.max(slacks > 0 ? (0.5 * products) / slacks : 0, 1);
    this.#eachLimit((k, sign) => {
      const [t, z] = this.#limit(k, sign);
      this.#setLimit(k, sign, [t + addSlack, z + addPrice]);
    });
    this.priceRows();
  }

  #eachLimit(visit: (k: number, sign: 1 | -1) => void): void {
    for (let k = 0; k < this.slots; k++) {
      if (this.hasLower[k] === 1) visit(k, 1);
      if (this.hasUpper[k] === 1) visit(k, -1);
    }
  }

  #limit(k: number, sign: 1 | -1): readonly [number, number] {
    return sign > 0
      ? [this.tl[k] as number, this.zl[k] as number]
      : [this.tu[k] as number, this.zu[k] as number];
  }

  #setLimit(k: number, sign: 1 | -1, pair: readonly [number, number]): void {
    (sign > 0 ? this.tl : this.tu)[k] = pair[0];
    (sign > 0 ? this.zl : this.zu)[k] = pair[1];
  }

  /** y of a range row is the difference of its two prices. */
  priceRows(): void {
    const { n, m } = this.problem;
    for (let i = 0; i < m; i++) {
      if (this.isEquality[n + i] === 1) continue;
      this.y[i] = (this.zl[n + i] as number) - (this.zu[n + i] as number);
    }
  }

  /** Px, and (x, Ax). */
  products(): void {
    const { n, P, A } = this.problem;
    this.Px.fill(0);
    addProduct(P, this.x, { out: this.Px, factor: 1 });
    const rows = this.g.subarray(n);
    rows.fill(0);
    addProduct(A, this.x, { out: rows, factor: 1 });
    this.g.set(this.x, 0);
  }

  /** Brings products, residuals and mu up to date with the point. */
  evaluate(): void {
    const { n, q, A, lower, upper } = this.problem;
    this.products();
    const r = this.dualResidual;
    for (let j = 0; j < n; j++) {
      r[j] =
        (this.Px[j] as number) + (q[j] as number) - (this.zl[j] as number) + (this.zu[j] as number);
    }
    addTransposedProduct(A, this.y, { out: r, factor: -1 });
    let products = 0;
    for (let k = 0; k < this.slots; k++) {
      const g = this.g[k] as number;
      if (this.isEquality[k] === 1) this.lowerResidual[k] = (lower[k] as number) - g;
      if (this.hasLower[k] === 1) {
        this.lowerResidual[k] = g - (lower[k] as number) - (this.tl[k] as number);
        products += (this.tl[k] as number) * (this.zl[k] as number);
      }
      if (this.hasUpper[k] === 1) {
        this.upperResidual[k] = (upper[k] as number) - g - (this.tu[k] as number);
        products += (this.tu[k] as number) * (this.zu[k] as number);
      }
    }
    this.mu = products / Math.max(1, this.limitCount);
  }

  /** What `evaluate` found, in the user's units; infinite where the numbers have run out of range. */
  merit(): Merit {
    const { n, q, lower, upper, columnScale, rowScale, costScale } = this.problem;
    let primal = 0;
    let primalSize = 1;
    let dual = 0;
    let dualSize = 1;
    let quadratic = 0;
    let linear = 0;
    let limits = 0;
    for (let k = 0; k < this.slots; k++) {
      const unit = k < n ? (columnScale[k] as number) : 1 / (rowScale[k - n] as number);
      const g = this.g[k] as number;
      const l = lower[k] as number;
      const u = upper[k] as number;
      primal = Math.max(primal, unit * Math.max(l - g, g - u));
      primalSize = Math.max(primalSize, unit * Math.abs(g));
      const price =
        k < n ? (this.zl[k] as number) - (this.zu[k] as number) : (this.y[k - n] as number);
      if (price > 0 && l > -Infinity) limits += price * l;
      else if (price < 0 && u < Infinity) limits += price * u;
      if (k >= n) continue;
      const priceUnit = 1 / (unit * costScale);
      const slope = Math.max(Math.abs(q[k] as number), Math.abs(this.Px[k] as number));
      dual = Math.max(dual, Math.abs(this.dualResidual[k] as number) * priceUnit);
      dualSize = Math.max(dualSize, slope * priceUnit);
      quadratic += g * (this.Px[k] as number);
      linear += g * (q[k] as number);
    }
    const gap = Math.abs(quadratic + linear - limits) / costScale;
    const value = Math.max(Math.abs(0.5 * quadratic + linear), Math.abs(quadratic)) / costScale;
    const absolute = Math.max(primal, dual, gap);
    const relative = Math.max(primal / primalSize, dual / dualSize, gap / Math.max(1, value));
    return Number.isFinite(absolute + this.mu)
      ? { primal, dual, gap, relative, absolute }
      : { primal, dual, gap, relative: Infinity, absolute: Infinity };
  }
}
