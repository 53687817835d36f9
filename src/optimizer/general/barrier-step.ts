/**
 * Steps of the interior point: Mehrotra's predictor and corrector, Gondzio's correctors of outlying products,
 * proximal terms rho (on x) and delta (on y) around the present point (the method of PIQP: Schwan, Jiang, Kuhn,
 * Jones, "PIQP: A Proximal Interior-Point Quadratic Programming Solver", CDC 2023).
 *
 * Two rules keep the proximal terms out of the way. They follow mu down to a floor that the linear algebra
 * bears; and where a term would leave a larger residual than the one the step set out to remove (prices of
 * 1e6 on nearly dependent rows do that), it is lowered further. A linear solve that goes wrong raises both.
 */
import type { BarrierPoint } from './barrier-point.ts';
import { KktSystem, SOLUTION_SHARE } from './kkt-system.ts';
import { addProduct, addTransposedProduct } from './sparse-matrix.ts';

const PROXIMITY_START = 1e-8;
const PROXIMITY_FLOOR = 1e-10;
const PROXIMITY_LEAST = 1e-15;
/** Proximal terms per unit of mu. */
const PROXIMITY_RATIO = 1e-3;
const PULL_LEAST = 1e-20;
const SOLVE_ERROR_MAX = 1e-6;
const CORRECTORS_MAX = 2;

interface Direction {
  readonly step: Float64Array;
  readonly dtl: Float64Array;
  readonly dtu: Float64Array;
  readonly dzl: Float64Array;
  readonly dzu: Float64Array;
}

export interface StepOptions {
  readonly shouldStop?: () => boolean;
  /** Linear solves are measured against their right-hand sides alone. */
  readonly isStrict?: boolean;
}

export class BarrierStep {
  readonly #point: BarrierPoint;
  readonly #kkt: KktSystem;
  readonly #isLinear: boolean;
  /** Complementarity below this is rounding beside the gap asked for, and spoils the linear systems. */
  readonly #muFloor: number;
  /** z/t summed over the limits of a slot. */
  readonly #pull: Float64Array;
  readonly #shift: Float64Array;
  readonly #rhs: Float64Array;
  readonly #cl: Float64Array;
  readonly #cu: Float64Array;
  readonly #dg: Float64Array;
  readonly #dy: Float64Array;
  readonly #Pdx: Float64Array;
  readonly #owed: Float64Array;
  readonly #now: Direction;
  readonly #kept: Direction;
  #rho = PROXIMITY_START;
  #delta = PROXIMITY_START;
  #rhoFloor = PROXIMITY_FLOOR;
  #deltaFloor = PROXIMITY_FLOOR;

  constructor(
    point: BarrierPoint,
    absoluteTolerance: number,
    { shouldStop = () => false, isStrict = false }: StepOptions = {},
  ) {
    const { problem, slots, limitCount } = point;
    this.#point = point;
    this.#kkt = new KktSystem(problem, shouldStop, isStrict ? 0 : SOLUTION_SHARE);
    this.#isLinear = problem.P.values.length === 0;
    const wanted = (0.1 * absoluteTolerance * problem.costScale) / Math.max(1, limitCount);
    this.#muFloor = Math.min(1e-12, Math.max(1e-18, wanted));
    const array = (): Float64Array => new Float64Array(slots);
    const direction = (): Direction => ({
      step: array(),
      dtl: array(),
      dtu: array(),
      dzl: array(),
      dzu: array(),
    });
    [this.#pull, this.#shift, this.#rhs, this.#dg] = [array(), array(), array(), array()];
    [this.#cl, this.#cu, this.#owed] = [array(), array(), array()];
    this.#dy = new Float64Array(problem.m);
    this.#Pdx = new Float64Array(problem.n);
    this.#now = direction();
    this.#kept = direction();
  }

  /** Places the point where the system with unit pulls would have it, moved inside; from zero where stopped. */
  start(): void {
    const { problem, slots, hasLower, hasUpper, x, y } = this.#point;
    const { n, m, q, lower, upper } = problem;
    for (let k = 0; k < slots; k++) {
      const pull = hasLower[k] === 1 || hasUpper[k] === 1 ? 1 : 0;
      const target = Math.min(Math.max(0, lower[k] as number), upper[k] as number);
      this.#shift[k] = k < n ? this.#rho + pull : -(this.#delta + pull);
      this.#rhs[k] = k < n ? pull * target - (q[k] as number) : target;
    }
    const { isStopped } = this.#kkt.factor(this.#shift);
    if (!isStopped) this.#kkt.solve(this.#rhs, this.#now.step);
    for (let j = 0; j < n; j++) x[j] = this.#now.step[j] as number;
    for (let i = 0; i < m; i++) y[i] = -(this.#now.step[n + i] as number);
    this.#point.placeSlacks();
  }

  /** Moves the (evaluated) point by one step; false where the linear algebra has come to its end. */
  advance(): boolean {
    const point = this.#point;
    if (!this.#predict()) return false;
    const [ap, ad] = this.#stepLengths();
    const muAffine = this.#complementarityAfter(ap, ad) / Math.max(1, point.limitCount);
    const sigma = point.mu > 0 ? Math.min(1, (muAffine / point.mu) ** 3) : 0;
    const target = Math.max(sigma * point.mu, this.#muFloor);
    this.#aim(target, 1);
    const error = this.#solve();
    this.#correctCentrality(target);
    if (error < 1e-8) this.#relaxProximity();
    return this.#move();
  }

  /** Factors, with as much proximity as it takes to solve well, and finds the step towards zero. */
  #predict(): boolean {
    const aim = this.#point.mu * PROXIMITY_RATIO;
    this.#rho = Math.min(this.#rho, Math.max(this.#rhoFloor, aim));
    this.#delta = Math.min(this.#delta, Math.max(this.#deltaFloor, aim));
    for (let attempt = 0; attempt < 5; attempt++) {
      this.#setShift();
      if (this.#kkt.factor(this.#shift).isStopped) return false;
      this.#aim(0, 0);
      if (this.#solve() < SOLVE_ERROR_MAX) return true;
      this.#rho *= 10;
      this.#delta *= 10;
      this.#rhoFloor = Math.min(PROXIMITY_START, Math.max(this.#rhoFloor, this.#rho));
      this.#deltaFloor = Math.min(PROXIMITY_START, Math.max(this.#deltaFloor, this.#delta));
    }
    return false;
  }

  #setShift(): void {
    const { problem, slots, hasLower, hasUpper, isEquality, tl, tu, zl, zu } = this.#point;
    for (let k = 0; k < slots; k++) {
      let pull = 0;
      if (hasLower[k] === 1) pull += (zl[k] as number) / (tl[k] as number);
      if (hasUpper[k] === 1) pull += (zu[k] as number) / (tu[k] as number);
      this.#pull[k] = pull;
      if (k < problem.n) this.#shift[k] = pull + this.#rho;
      else if (isEquality[k] === 1) this.#shift[k] = -this.#delta;
      else this.#shift[k] = -(1 / Math.max(pull, PULL_LEAST) + this.#delta);
    }
  }

  /** Wanted change of each product: target - z t - (second-order term of the step just found). */
  #aim(target: number, secondOrder: 0 | 1): void {
    const { slots, hasLower, hasUpper, tl, tu, zl, zu } = this.#point;
    const { dtl, dtu, dzl, dzu } = this.#now;
    for (let k = 0; k < slots; k++) {
      if (hasLower[k] === 1) {
        const cross = secondOrder * (dzl[k] as number) * (dtl[k] as number);
        this.#cl[k] = target - (zl[k] as number) * (tl[k] as number) - cross;
      }
      if (hasUpper[k] === 1) {
        const cross = secondOrder * (dzu[k] as number) * (dtu[k] as number);
        this.#cu[k] = target - (zu[k] as number) * (tu[k] as number) - cross;
      }
    }
  }

  /** Finds the step towards the present aim; returns the relative error of the linear solve. */
  #solve(): number {
    const { problem, slots, hasLower, hasUpper, isEquality } = this.#point;
    const { tl, tu, zl, zu, lowerResidual, upperResidual, dualResidual } = this.#point;
    const rhs = this.#rhs;
    for (let k = 0; k < slots; k++) {
      let h = 0;
      if (hasLower[k] === 1) {
        const want = (this.#cl[k] as number) - (zl[k] as number) * (lowerResidual[k] as number);
        h += want / (tl[k] as number);
      }
      if (hasUpper[k] === 1) {
        const want = (this.#cu[k] as number) - (zu[k] as number) * (upperResidual[k] as number);
        h -= want / (tu[k] as number);
      }
      if (k < problem.n) rhs[k] = h - (dualResidual[k] as number);
      else if (isEquality[k] === 1) rhs[k] = lowerResidual[k] as number;
      else rhs[k] = h / Math.max(this.#pull[k] as number, PULL_LEAST);
    }
    const error = this.#kkt.solve(rhs, this.#now.step);
    this.#spread();
    return Number.isFinite(error) ? error : Infinity;
  }

  /**
   * Steps of slacks and prices that belong to the step of x and y. A limit that pulls hard has a slack far
   * smaller than the rounding of A dx: there the price takes what stationarity is owed, exactly, and the slack
   * follows from the product; elsewhere the slack leads.
   */
  #spread(): void {
    const { problem, slots, hasLower, hasUpper, tl, tu, zl, zu, dualResidual } = this.#point;
    const { n, m, P, A } = problem;
    const { step, dtl, dtu, dzl, dzu } = this.#now;
    const dg = this.#dg;
    const owed = this.#owed;
    const dx = dg.subarray(0, n);
    const rows = dg.subarray(n);
    dx.set(step.subarray(0, n));
    for (let i = 0; i < m; i++) this.#dy[i] = -(step[n + i] as number);
    this.#Pdx.fill(0);
    addProduct(P, dx, { out: this.#Pdx, factor: 1 });
    for (let j = 0; j < n; j++) owed[j] = (dualResidual[j] as number) + (this.#Pdx[j] as number);
    addTransposedProduct(A, this.#dy, { out: owed.subarray(0, n), factor: -1 });
    owed.set(this.#dy, n);
    rows.fill(0);
    addProduct(A, dx, { out: rows, factor: 1 });
    for (let k = 0; k < slots; k++) {
      const pull = this.#pull[k] as number;
      if (pull === 0) continue;
      const isHard = pull > 1;
      const want = owed[k] as number;
      if (k >= n) {
        // Two equal forms; the proximal term lets a row's slack differ from A dx by delta dy.
        if (isHard) dg[k] = (this.#rhs[k] as number) - want / pull;
        else dg[k] = (dg[k] as number) + this.#delta * want;
      }
      const low = hasLower[k] === 1 ? (zl[k] as number) / (tl[k] as number) : -1;
      const high = hasUpper[k] === 1 ? (zu[k] as number) / (tu[k] as number) : -1;
      if (low >= 0 && !(isHard && low >= high)) this.#followLower(k);
      if (high >= 0 && !(isHard && low < high)) this.#followUpper(k);
      if (!isHard) continue;
      if (low >= high) {
        const dz = want + (high >= 0 ? (dzu[k] as number) : 0);
        dzl[k] = dz;
        dtl[k] = ((this.#cl[k] as number) - (tl[k] as number) * dz) / (zl[k] as number);
      } else {
        const dz = (low >= 0 ? (dzl[k] as number) : 0) - want;
        dzu[k] = dz;
        dtu[k] = ((this.#cu[k] as number) - (tu[k] as number) * dz) / (zu[k] as number);
      }
    }
  }

  #followLower(k: number): void {
    const { tl, zl, lowerResidual } = this.#point;
    const dt = (this.#dg[k] as number) + (lowerResidual[k] as number);
    this.#now.dtl[k] = dt;
    this.#now.dzl[k] = ((this.#cl[k] as number) - (zl[k] as number) * dt) / (tl[k] as number);
  }

  #followUpper(k: number): void {
    const { tu, zu, upperResidual } = this.#point;
    const dt = (upperResidual[k] as number) - (this.#dg[k] as number);
    this.#now.dtu[k] = dt;
    this.#now.dzu[k] = ((this.#cu[k] as number) - (zu[k] as number) * dt) / (tu[k] as number);
  }

  /** Sum of slack times price after a step. */
  #complementarityAfter(ap: number, ad: number): number {
    const { slots, hasLower, hasUpper, tl, tu, zl, zu } = this.#point;
    const { dtl, dtu, dzl, dzu } = this.#now;
    let sum = 0;
    for (let k = 0; k < slots; k++) {
      if (hasLower[k] === 1) {
        const t = (tl[k] as number) + ap * (dtl[k] as number);
        sum += t * ((zl[k] as number) + ad * (dzl[k] as number));
      }
      if (hasUpper[k] === 1) {
        const t = (tu[k] as number) + ap * (dtu[k] as number);
        sum += t * ((zu[k] as number) + ad * (dzu[k] as number));
      }
    }
    return sum;
  }

  /**
   * Gondzio's correctors ("Multiple centrality corrections in a primal-dual method for linear programming",
   * Comput. Optim. Appl. 6 (1996)): look further than the step reaches, pull outlying products back towards the
   * target, and keep the corrected direction only if it reaches visibly further.
   */
  #correctCentrality(target: number): void {
    for (let round = 0; round < CORRECTORS_MAX; round++) {
      const [ap, ad] = this.#stepLengths();
      if (ap > 0.95 && ad > 0.95) return;
      const farP = Math.min(1, 1.5 * ap + 0.1);
      const farD = Math.min(1, 1.5 * ad + 0.1);
      copy(this.#now, this.#kept);
      this.#aimAtOutliers(target, [farP, farD]);
      this.#solve();
      const [newP, newD] = this.#stepLengths();
      const isFurther = newP >= ap + 0.1 * (farP - ap) && newD >= ad + 0.1 * (farD - ad);
      const isLonger = !this.#isLinear && Math.min(newP, newD) >= Math.min(ap, ad) + 0.05;
      if (isFurther || isLonger) continue;
      copy(this.#kept, this.#now);
      return;
    }
  }

  #aimAtOutliers(target: number, far: readonly [number, number]): void {
    const { slots, hasLower, hasUpper, tl, tu, zl, zu } = this.#point;
    const { dtl, dtu, dzl, dzu } = this.#now;
    const change = (product: number): number => {
      if (product < 0.1 * target) return 0.1 * target - product;
      return product > 10 * target ? Math.max(10 * target - product, -10 * target) : 0;
    };
    for (let k = 0; k < slots; k++) {
      if (hasLower[k] === 1) {
        const t = (tl[k] as number) + far[0] * (dtl[k] as number);
        const z = (zl[k] as number) + far[1] * (dzl[k] as number);
        this.#cl[k] = (this.#cl[k] as number) + change(t * z);
      }
      if (hasUpper[k] === 1) {
        const t = (tu[k] as number) + far[0] * (dtu[k] as number);
        const z = (zu[k] as number) + far[1] * (dzu[k] as number);
        this.#cu[k] = (this.#cu[k] as number) + change(t * z);
      }
    }
  }

  /** Lowers a proximal term that leaves a larger residual than the one this step set out to remove. */
  #relaxProximity(): void {
    const { problem, slots, dualResidual, lowerResidual, upperResidual } = this.#point;
    const { step } = this.#now;
    let dual = 0;
    let primal = 0;
    let dx = 0;
    let dy = 0;
    for (let j = 0; j < problem.n; j++) {
      dual = Math.max(dual, Math.abs(dualResidual[j] as number));
      dx = Math.max(dx, Math.abs(step[j] as number));
    }
    for (let k = problem.n; k < slots; k++) {
      dy = Math.max(dy, Math.abs(step[k] as number));
      const low = Math.abs(lowerResidual[k] as number);
      primal = Math.max(primal, low, Math.abs(upperResidual[k] as number));
    }
    if (this.#delta * dy > 0.1 * primal) {
      this.#deltaFloor = lowered(Math.min(this.#deltaFloor, this.#delta));
      this.#delta = Math.max(this.#deltaFloor, lowered(this.#delta));
    }
    if (this.#rho * dx > 0.1 * dual) {
      this.#rhoFloor = lowered(Math.min(this.#rhoFloor, this.#rho));
      this.#rho = Math.max(this.#rhoFloor, lowered(this.#rho));
    }
  }

  /** Longest steps, at most 1, that keep slacks (first) and prices (second) from turning negative. */
  #stepLengths(): [number, number] {
    const { slots, hasLower, hasUpper, tl, tu, zl, zu } = this.#point;
    const { dtl, dtu, dzl, dzu } = this.#now;
    let primal = 1;
    let dual = 1;
    for (let k = 0; k < slots; k++) {
      if (hasLower[k] === 1) {
        if ((dtl[k] as number) < 0)
          primal = Math.min(primal, -(tl[k] as number) / (dtl[k] as number));
        if ((dzl[k] as number) < 0) dual = Math.min(dual, -(zl[k] as number) / (dzl[k] as number));
      }
      if (hasUpper[k] === 1) {
        if ((dtu[k] as number) < 0)
          primal = Math.min(primal, -(tu[k] as number) / (dtu[k] as number));
        if ((dzu[k] as number) < 0) dual = Math.min(dual, -(zu[k] as number) / (dzu[k] as number));
      }
    }
    return [primal, dual];
  }

  /** Linear problems take two step lengths; quadratic ones do where stationarity does not suffer from it. */
  #chosenLengths(): [number, number] {
    const { problem, mu, dualResidual } = this.#point;
    const back = Math.max(0.99, 1 - mu);
    const [fullP, fullD] = this.#stepLengths();
    const ap = Math.min(1, back * fullP);
    const ad = Math.min(1, back * fullD);
    if (this.#isLinear || ap === ad) return [ap, ad];
    const both = Math.min(ap, ad);
    let apart = 0;
    let together = 0;
    for (let j = 0; j < problem.n; j++) {
      const r = dualResidual[j] as number;
      apart = Math.max(apart, Math.abs((1 - ad) * r + (ap - ad) * (this.#Pdx[j] as number)));
      together = Math.max(together, Math.abs((1 - both) * r));
    }
    return apart > together ? [both, both] : [ap, ad];
  }

  #move(): boolean {
    const { problem, slots, hasLower, hasUpper, isEquality, x, y, tl, tu, zl, zu } = this.#point;
    const { n, m } = problem;
    const { step, dtl, dtu, dzl, dzu } = this.#now;
    const [ap, ad] = this.#chosenLengths();
    if (!Number.isFinite(ap + ad)) return false;
    for (let j = 0; j < n; j++) x[j] = (x[j] as number) + ap * (step[j] as number);
    for (let i = 0; i < m; i++) {
      if (isEquality[n + i] === 1) y[i] = (y[i] as number) - ad * (step[n + i] as number);
    }
    const inside = (value: number, change: number): number => Math.max(1e-300, value + change);
    for (let k = 0; k < slots; k++) {
      if (hasLower[k] === 1) {
        tl[k] = inside(tl[k] as number, ap * (dtl[k] as number));
        zl[k] = inside(zl[k] as number, ad * (dzl[k] as number));
      }
      if (hasUpper[k] === 1) {
        tu[k] = inside(tu[k] as number, ap * (dtu[k] as number));
        zu[k] = inside(zu[k] as number, ad * (dzu[k] as number));
      }
    }
    this.#point.priceRows();
    return true;
  }
}

function lowered(term: number): number {
  return Math.max(PROXIMITY_LEAST, 0.1 * term);
}

function copy(from: Direction, to: Direction): void {
  to.step.set(from.step);
  to.dtl.set(from.dtl);
  to.dtu.set(from.dtu);
  to.dzl.set(from.dzl);
  to.dzu.set(from.dzu);
}
