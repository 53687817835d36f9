/**
 * Primal-dual interior point with proximal regularization for a scaled convex problem.
 *
 * Every finite limit of a bound or row has a slack t > 0 and a price z > 0 of its own; slacks may disagree with
 * the point (their residual shrinks with the others), so no start needs to be feasible. Steps: Mehrotra's
 * predictor and corrector with Gondzio's extra correctors; proximal terms rho, delta centered at the present
 * point keep the linear system quasi-definite and vanish as the complementarity does (the method of PIQP:
 * Schwan, Jiang, Kuhn, Jones, "PIQP: A Proximal Interior-Point Quadratic Programming Solver", CDC 2023).
 *
 * The loop reports the point whose residuals, in the user's units, were smallest. Whether that is an answer is
 * decided elsewhere, from the user's problem.
 */
import { KktSystem } from './kkt-system.ts';
import type { ScaledProblem } from './scaling.ts';
import { addProduct, addTransposedProduct } from './sparse-matrix.ts';

export interface InteriorPointOptions {
  /** Stop once all residuals, absolute in the user's units, are below it. */
  readonly absoluteTolerance: number;
  /** Accept, once progress ends, when all residuals relative to their terms are below it. */
  readonly relativeTolerance: number;
  readonly iterationsMax: number;
  /** Called with the present point now and then; true stops the loop (a proof was found). */
  readonly hasProof: (point: PrimalDual) => boolean;
}

/** In the scaled problem's units: x (n), row prices y (m), bound prices z (n). */
export interface PrimalDual {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

export interface InteriorPointOutcome {
  readonly best: PrimalDual;
  readonly last: PrimalDual;
  readonly iterations: number;
  readonly end: 'converged' | 'stalled' | 'proof' | 'iterationLimit';
  readonly trace: readonly string[];
}

const REGULARIZATION_MIN = 1e-11;
const REGULARIZATION_MAX = 1e-6;

interface Merit {
  readonly primal: number;
  readonly dual: number;
  readonly gap: number;
  readonly relative: number;
  readonly absolute: number;
}

export function runInteriorPoint(
  problem: ScaledProblem,
  options: InteriorPointOptions,
): InteriorPointOutcome {
  return new InteriorPoint(problem, options).run();
}

class InteriorPoint {
  readonly #problem: ScaledProblem;
  readonly #options: InteriorPointOptions;
  readonly #kkt: KktSystem;
  readonly #isLinear: boolean;
  readonly #slots: number;
  readonly #hasLower: Uint8Array;
  readonly #hasUpper: Uint8Array;
  readonly #isEquality: Uint8Array;
  readonly #complementarityCount: number;
  readonly #x: Float64Array;
  /** Prices of the rows; for a range row always lower price minus upper price. */
  readonly #y: Float64Array;
  readonly #tl: Float64Array;
  readonly #tu: Float64Array;
  readonly #zl: Float64Array;
  readonly #zu: Float64Array;
  readonly #Px: Float64Array;
  readonly #g: Float64Array;
  readonly #dualResidual: Float64Array;
  readonly #lowerResidual: Float64Array;
  readonly #upperResidual: Float64Array;
  readonly #pull: Float64Array;
  readonly #shift: Float64Array;
  readonly #rhs: Float64Array;
  readonly #step: Float64Array;
  readonly #dg: Float64Array;
  readonly #dtl: Float64Array;
  readonly #dtu: Float64Array;
  readonly #dzl: Float64Array;
  readonly #dzu: Float64Array;
  readonly #cl: Float64Array;
  readonly #cu: Float64Array;
  #regularization = REGULARIZATION_MAX;
  #mu = 0;

  constructor(problem: ScaledProblem, options: InteriorPointOptions) {
    const { n, m, lower, upper } = problem;
    const slots = n + m;
    this.#problem = problem;
    this.#options = options;
    this.#kkt = new KktSystem(problem);
    this.#isLinear = problem.P.values.length === 0;
    this.#slots = slots;
    this.#isEquality = Uint8Array.from(lower, (l, k) => (k >= n && l === upper[k] ? 1 : 0));
    this.#hasLower = Uint8Array.from(lower, (l, k) =>
      l > -Infinity && this.#isEquality[k] === 0 ? 1 : 0,
    );
    this.#hasUpper = Uint8Array.from(upper, (u, k) =>
      u < Infinity && this.#isEquality[k] === 0 ? 1 : 0,
    );
    let count = 0;
    for (let k = 0; k < slots; k++)
      count += (this.#hasLower[k] as number) + (this.#hasUpper[k] as number);
    this.#complementarityCount = count;
    const array = (): Float64Array => new Float64Array(slots);
    this.#x = new Float64Array(n);
    this.#y = new Float64Array(m);
    [this.#tl, this.#tu, this.#zl, this.#zu] = [array(), array(), array(), array()];
    this.#Px = new Float64Array(n);
    this.#g = array();
    this.#dualResidual = new Float64Array(n);
    [this.#lowerResidual, this.#upperResidual] = [array(), array()];
    [this.#pull, this.#shift, this.#rhs, this.#step, this.#dg] = [
      array(),
      array(),
      array(),
      array(),
      array(),
    ];
    [this.#dtl, this.#dtu, this.#dzl, this.#dzu] = [array(), array(), array(), array()];
    [this.#cl, this.#cu] = [array(), array()];
  }

  run(): InteriorPointOutcome {
    const { iterationsMax, absoluteTolerance, relativeTolerance, hasProof } = this.#options;
    this.#start();
    let best = this.#point();
    let bestMerit: Merit | null = null;
    let sinceBest = 0;
    const trace: string[] = [];
    for (let iteration = 0; ; iteration++) {
      this.#evaluate();
      const merit = this.#merit();
      trace.push(
        `${iteration} p=${merit.primal.toExponential(2)} d=${merit.dual.toExponential(2)} g=${merit.gap.toExponential(2)} rel=${merit.relative.toExponential(2)} mu=${this.#mu.toExponential(2)} reg=${this.#regularization.toExponential(1)} ${this.note}`,
      );
      this.note = '';
      const isBetter = bestMerit === null || this.#improves(merit, bestMerit);
      if (bestMerit === null || isBetter) {
        if (
          bestMerit === null ||
          merit.absolute < 0.9 * bestMerit.absolute ||
          merit.relative < 0.9 * bestMerit.relative
        )
          sinceBest = 0;
        best = this.#point();
        bestMerit = merit;
      } else sinceBest++;
      const finish = (end: InteriorPointOutcome['end']): InteriorPointOutcome => ({
        best,
        last: this.#point(),
        iterations: iteration,
        end,
        trace,
      });
      if (merit.absolute <= absoluteTolerance) return finish('converged');
      const patience = bestMerit.relative <= relativeTolerance ? 4 : 15;
      if (sinceBest >= patience || !Number.isFinite(merit.absolute)) {
        return finish(bestMerit.relative <= relativeTolerance ? 'converged' : 'stalled');
      }
      if (iteration >= iterationsMax) return finish('iterationLimit');
      if (iteration > 4 && hasProof(this.#point())) return finish('proof');
      if (!this.#advance())
        return finish(bestMerit.relative <= relativeTolerance ? 'converged' : 'stalled');
    }
  }
  note = '';

  #improves(a: Merit, b: Merit): boolean {
    const tolerance = this.#options.relativeTolerance;
    if (a.relative <= tolerance && b.relative <= tolerance) return a.absolute < b.absolute;
    return a.relative < b.relative;
  }

  #point(): PrimalDual {
    const { n } = this.#problem;
    const z = new Float64Array(n);
    for (let j = 0; j < n; j++) z[j] = (this.#zl[j] as number) - (this.#zu[j] as number);
    return { x: this.#x.slice(), y: this.#y.slice(), z };
  }

  /** Mehrotra's start: the least-squares-like point of the system with unit pulls, shifted inside. */
  #start(): void {
    const { n, m, q, lower, upper } = this.#problem;
    for (let k = 0; k < this.#slots; k++) {
      const limited = (this.#hasLower[k] as number) + (this.#hasUpper[k] as number) > 0;
      if (k < n) this.#shift[k] = this.#regularization + (limited ? 1 : 0);
      else this.#shift[k] = -(this.#regularization + (limited ? 1 : 0));
      const target = Math.min(Math.max(0, lower[k] as number), upper[k] as number);
      this.#rhs[k] = k < n ? -(q[k] as number) + (limited ? target : 0) : target;
    }
    this.#kkt.factor(this.#shift);
    this.#kkt.solve(this.#rhs, this.#step);
    for (let j = 0; j < n; j++) this.#x[j] = this.#step[j] as number;
    for (let i = 0; i < m; i++) this.#y[i] = -(this.#step[n + i] as number);
    this.#products();
    this.#placeSlacks();
  }

  #placeSlacks(): void {
    const { n, lower, upper } = this.#problem;
    let worstSlack = 0;
    let worstPrice = 0;
    for (let k = 0; k < this.#slots; k++) {
      const g = this.#g[k] as number;
      const l = lower[k] as number;
      const u = upper[k] as number;
      const inside = Math.min(Math.max(g, l), u);
      const price = k < n ? inside - g : (this.#y[k - n] as number);
      if (this.#hasLower[k] === 1) {
        this.#tl[k] = g - l;
        this.#zl[k] = price;
        worstSlack = Math.max(worstSlack, l - g);
        worstPrice = Math.max(worstPrice, -price);
      }
      if (this.#hasUpper[k] === 1) {
        this.#tu[k] = u - g;
        this.#zu[k] = -price;
        worstSlack = Math.max(worstSlack, g - u);
        worstPrice = Math.max(worstPrice, price);
      }
    }
    const addSlack = 1.5 * worstSlack;
    const addPrice = 1.5 * worstPrice;
    let products = 0;
    let slacks = 0;
    let prices = 0;
    const each = (
      t: Float64Array,
      z: Float64Array,
      has: Uint8Array,
      visit: (k: number) => void,
    ): void => {
      for (let k = 0; k < this.#slots; k++) if (has[k] === 1) visit(k);
    };
    const tally =
      (t: Float64Array, z: Float64Array) =>
      (k: number): void => {
        t[k] = (t[k] as number) + addSlack;
        z[k] = (z[k] as number) + addPrice;
        products += (t[k] as number) * (z[k] as number);
        slacks += t[k] as number;
        prices += z[k] as number;
      };
    each(this.#tl, this.#zl, this.#hasLower, tally(this.#tl, this.#zl));
    each(this.#tu, this.#zu, this.#hasUpper, tally(this.#tu, this.#zu));
    const moreSlack = Math.max(prices > 0 ? (0.5 * products) / prices : 0, 1e-2);
    const morePrice = Math.max(slacks > 0 ? (0.5 * products) / slacks : 0, 1e-2);
    const shift =
      (t: Float64Array, z: Float64Array) =>
      (k: number): void => {
        t[k] = (t[k] as number) + moreSlack;
        z[k] = (z[k] as number) + morePrice;
      };
    each(this.#tl, this.#zl, this.#hasLower, shift(this.#tl, this.#zl));
    each(this.#tu, this.#zu, this.#hasUpper, shift(this.#tu, this.#zu));
    this.#priceRows();
  }

  /** y of a range row is the difference of its two prices. */
  #priceRows(): void {
    const { n, m } = this.#problem;
    for (let i = 0; i < m; i++) {
      if (this.#isEquality[n + i] === 1) continue;
      this.#y[i] = (this.#zl[n + i] as number) - (this.#zu[n + i] as number);
    }
  }

  /** Px and (x, Ax). */
  #products(): void {
    const { n, P, A } = this.#problem;
    this.#Px.fill(0);
    addProduct(P, this.#x, { out: this.#Px, factor: 1 });
    const rows = this.#g.subarray(n);
    rows.fill(0);
    addProduct(A, this.#x, { out: rows, factor: 1 });
    this.#g.set(this.#x, 0);
  }

  #evaluate(): void {
    const { n, q, A, lower, upper } = this.#problem;
    this.#products();
    const r = this.#dualResidual;
    for (let j = 0; j < n; j++) {
      r[j] =
        (this.#Px[j] as number) +
        (q[j] as number) -
        (this.#zl[j] as number) +
        (this.#zu[j] as number);
    }
    addTransposedProduct(A, this.#y, { out: r, factor: -1 });
    let products = 0;
    for (let k = 0; k < this.#slots; k++) {
      const g = this.#g[k] as number;
      if (this.#hasLower[k] === 1) {
        this.#lowerResidual[k] = g - (lower[k] as number) - (this.#tl[k] as number);
        products += (this.#tl[k] as number) * (this.#zl[k] as number);
      }
      if (this.#hasUpper[k] === 1) {
        this.#upperResidual[k] = (upper[k] as number) - g - (this.#tu[k] as number);
        products += (this.#tu[k] as number) * (this.#zu[k] as number);
      }
    }
    this.#mu = products / Math.max(1, this.#complementarityCount);
  }

  /** Residuals in the user's units, absolute and relative to their largest term. */
  #merit(): Merit {
    const { n, m, q, lower, upper, columnScale, rowScale, costScale } = this.#problem;
    let primal = 0;
    let primalSize = 1;
    let dual = 0;
    let dualSize = 1;
    let quadratic = 0;
    let linear = 0;
    let limits = 0;
    for (let k = 0; k < n + m; k++) {
      const unit = k < n ? (columnScale[k] as number) : 1 / (rowScale[k - n] as number);
      const g = this.#g[k] as number;
      const l = lower[k] as number;
      const u = upper[k] as number;
      primal = Math.max(primal, unit * Math.max(l - g, g - u));
      primalSize = Math.max(primalSize, unit * Math.abs(g));
      const price =
        k < n ? (this.#zl[k] as number) - (this.#zu[k] as number) : (this.#y[k - n] as number);
      if (price > 0 && l > -Infinity) limits += price * l;
      else if (price < 0 && u < Infinity) limits += price * u;
      if (k >= n) continue;
      const priceUnit = 1 / (unit * costScale);
      dual = Math.max(dual, Math.abs(this.#dualResidual[k] as number) * priceUnit);
      dualSize = Math.max(
        dualSize,
        Math.abs(q[k] as number) * priceUnit,
        Math.abs(this.#Px[k] as number) * priceUnit,
      );
      quadratic += g * (this.#Px[k] as number);
      linear += g * (q[k] as number);
    }
    const gap = Math.abs(quadratic + linear - limits) / costScale;
    const gapSize = Math.max(
      1,
      Math.abs(0.5 * quadratic + linear) / costScale,
      Math.abs(quadratic) / costScale,
    );
    const absolute = Math.max(primal, dual, gap);
    const relative = Math.max(primal / primalSize, dual / dualSize, gap / gapSize);
    return Number.isFinite(absolute)
      ? { primal, dual, gap, relative, absolute }
      : { primal, dual, gap, relative: Infinity, absolute: Infinity };
  }

  /** One predictor-corrector step; false when the linear algebra or the step lengths have ended. */
  #advance(): boolean {
    const { n } = this.#problem;
    this.#regularization = Math.min(
      this.#regularization,
      Math.max(REGULARIZATION_MIN, Math.min(REGULARIZATION_MAX, this.#mu * 1e-3)),
    );
    const reg = this.#regularization;
    for (let k = 0; k < this.#slots; k++) {
      let pull = 0;
      if (this.#hasLower[k] === 1) pull += (this.#zl[k] as number) / (this.#tl[k] as number);
      if (this.#hasUpper[k] === 1) pull += (this.#zu[k] as number) / (this.#tu[k] as number);
      this.#pull[k] = pull;
      if (k < n) this.#shift[k] = pull + reg;
      else this.#shift[k] = this.#isEquality[k] === 1 ? -reg : -(1 / Math.max(pull, 1e-20) + reg);
    }
    const report = this.#kkt.factor(this.#shift);
    if (report.repaired > 0) this.note += ` rep=${report.repaired}`;
    this.#setTarget(0, 0);
    this.#direction();
    const [ap, ad] = this.#stepLengths();
    let products = 0;
    for (let k = 0; k < this.#slots; k++) {
      if (this.#hasLower[k] === 1) {
        products +=
          ((this.#tl[k] as number) + ap * (this.#dtl[k] as number)) *
          ((this.#zl[k] as number) + ad * (this.#dzl[k] as number));
      }
      if (this.#hasUpper[k] === 1) {
        products +=
          ((this.#tu[k] as number) + ap * (this.#dtu[k] as number)) *
          ((this.#zu[k] as number) + ad * (this.#dzu[k] as number));
      }
    }
    const muAffine = products / Math.max(1, this.#complementarityCount);
    const sigma = this.#mu > 0 ? Math.min(1, (muAffine / this.#mu) ** 3) : 0;
    this.#setTarget(sigma * this.#mu, 1);
    this.#direction();
    return this.#move();
  }

  /** Right-hand sides of complementarity: target - z t - (second-order term of the step just found). */
  #setTarget(target: number, secondOrder: number): void {
    for (let k = 0; k < this.#slots; k++) {
      if (this.#hasLower[k] === 1) {
        this.#cl[k] =
          target -
          (this.#zl[k] as number) * (this.#tl[k] as number) -
          secondOrder * (this.#dzl[k] as number) * (this.#dtl[k] as number);
      }
      if (this.#hasUpper[k] === 1) {
        this.#cu[k] =
          target -
          (this.#zu[k] as number) * (this.#tu[k] as number) -
          secondOrder * (this.#dzu[k] as number) * (this.#dtu[k] as number);
      }
    }
  }

  /** Solves for the step towards `cl`, `cu`. */
  #direction(): void {
    const { n, m, A, lower } = this.#problem;
    const rhs = this.#rhs;
    for (let k = 0; k < this.#slots; k++) {
      let h = 0;
      if (this.#hasLower[k] === 1) {
        h +=
          ((this.#cl[k] as number) - (this.#zl[k] as number) * (this.#lowerResidual[k] as number)) /
          (this.#tl[k] as number);
      }
      if (this.#hasUpper[k] === 1) {
        h -=
          ((this.#cu[k] as number) - (this.#zu[k] as number) * (this.#upperResidual[k] as number)) /
          (this.#tu[k] as number);
      }
      if (k < n) rhs[k] = h - (this.#dualResidual[k] as number);
      else if (this.#isEquality[k] === 1) rhs[k] = (lower[k] as number) - (this.#g[k] as number);
      else rhs[k] = h / Math.max(this.#pull[k] as number, 1e-20);
    }
    const error = this.#kkt.solve(rhs, this.#step);
    if (error > 1e-8) this.note += ` err=${error.toExponential(1)}`;
    const step = this.#step;
    const dg = this.#dg;
    for (let j = 0; j < n; j++) dg[j] = step[j] as number;
    const rows = dg.subarray(n);
    rows.fill(0);
    addProduct(A, dg.subarray(0, n), { out: rows, factor: 1 });
    for (let i = 0; i < m; i++) {
      // The proximal term of the row lets its slack differ from A dx by delta dy.
      rows[i] = (rows[i] as number) - this.#regularization * (step[n + i] as number);
    }
    for (let k = 0; k < this.#slots; k++) {
      if (this.#hasLower[k] === 1) {
        const dt = (dg[k] as number) + (this.#lowerResidual[k] as number);
        this.#dtl[k] = dt;
        this.#dzl[k] =
          ((this.#cl[k] as number) - (this.#zl[k] as number) * dt) / (this.#tl[k] as number);
      }
      if (this.#hasUpper[k] === 1) {
        const dt = (this.#upperResidual[k] as number) - (dg[k] as number);
        this.#dtu[k] = dt;
        this.#dzu[k] =
          ((this.#cu[k] as number) - (this.#zu[k] as number) * dt) / (this.#tu[k] as number);
      }
    }
  }

  /** Longest steps, at most 1, that keep slacks and prices non-negative. */
  #stepLengths(): [number, number] {
    let primal = 1;
    let dual = 1;
    for (let k = 0; k < this.#slots; k++) {
      if (this.#hasLower[k] === 1) {
        const dt = this.#dtl[k] as number;
        const dz = this.#dzl[k] as number;
        if (dt < 0) primal = Math.min(primal, -(this.#tl[k] as number) / dt);
        if (dz < 0) dual = Math.min(dual, -(this.#zl[k] as number) / dz);
      }
      if (this.#hasUpper[k] === 1) {
        const dt = this.#dtu[k] as number;
        const dz = this.#dzu[k] as number;
        if (dt < 0) primal = Math.min(primal, -(this.#tu[k] as number) / dt);
        if (dz < 0) dual = Math.min(dual, -(this.#zu[k] as number) / dz);
      }
    }
    return [primal, dual];
  }

  #move(): boolean {
    const { n, m } = this.#problem;
    let [ap, ad] = this.#stepLengths();
    const back = Math.max(0.99, 1 - this.#mu);
    ap = Math.min(1, back * ap);
    ad = Math.min(1, back * ad);
    if (!this.#isLinear) ap = ad = Math.min(ap, ad);
    if (!Number.isFinite(ap) || !Number.isFinite(ad)) return false;
    this.note += ` ap=${ap.toFixed(4)} ad=${ad.toFixed(4)}`;
    for (let j = 0; j < n; j++)
      this.#x[j] = (this.#x[j] as number) + ap * (this.#step[j] as number);
    for (let i = 0; i < m; i++) {
      if (this.#isEquality[n + i] === 1)
        this.#y[i] = (this.#y[i] as number) - ad * (this.#step[n + i] as number);
    }
    for (let k = 0; k < this.#slots; k++) {
      if (this.#hasLower[k] === 1) {
        this.#tl[k] = Math.max(1e-300, (this.#tl[k] as number) + ap * (this.#dtl[k] as number));
        this.#zl[k] = Math.max(1e-300, (this.#zl[k] as number) + ad * (this.#dzl[k] as number));
      }
      if (this.#hasUpper[k] === 1) {
        this.#tu[k] = Math.max(1e-300, (this.#tu[k] as number) + ap * (this.#dtu[k] as number));
        this.#zu[k] = Math.max(1e-300, (this.#zu[k] as number) + ad * (this.#dzu[k] as number));
      }
    }
    this.#priceRows();
    return true;
  }
}
