/**
 * The highest ratio of return above a rate to volatility, for any convex constraints and costs.
 *
 * Every efficient portfolio is w(x) = argmin w'Sigma w / 2 - x (mu'w - costs) for some x >= 0, and along them
 * the ratio rises while phi(x) = x (mu'w - costs - r) - w'Sigma w is negative and falls when it is positive. Between
 * changes of the active limits phi is linear in x, so a bracketed secant finds its root in a few programs,
 * and nothing has to be homogenized: turnover and tracking-error limits need no scaling.
 *
 * Proof: the tangent at w bounds the program's value from below by D, and v'Sigma w <= sigma(v) sigma(w); hence
 * for every allowed v: (m(v) - r) / sigma(v) <= sigma / x + (phi + gap) / (x sigma(v)), with gap = value - D.
 */
import { err, ok, type Result } from '../../../kernel/index.ts';
import { errorFinding, type Finding, type PortfolioResult } from '../../../domain/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import type { ConvexProblem } from './convex-problem.ts';
import { dot } from './engine-point.ts';
import { negated } from './mean-variance.ts';
import { programOf, resultOf, riskOf, scaledCosts, tradingCosts } from './program.ts';
import { roundingOf, solveConvex, type ConvexAnswer, type EngineStart } from './solve-convex.ts';

const DOUBLINGS_MAX = 60;
/** Weights beyond this, with phi still falling, follow an asymptote: the ratio is never reached. */
const RUNAWAY = 1e4;
const SECANTS_MAX = 80;
/** phi relative to the variance at which the root is found. */
const ROOT_TOLERANCE = 1e-13;
/** Ends of the search this far apart are parted by their logarithms. */
const DECADES = 1e3;
/** Of a variance, lost in the sum of its terms, where the ratio still tells something. */
const LOST_MOST = 1e-6;
const RAY_TOLERANCE = 1e-10;
/** Risk and return, relative to usual ones, that count as none. */
const RISKLESS = 1e-8;

/** One efficient portfolio. */
interface Probe {
  readonly x: number;
  readonly answer: ConvexAnswer;
  readonly excess: number;
  readonly risk: number;
  readonly phi: number;
}

/** @refuses RATIO_NOT_POSITIVE when no allowed portfolio returns more than the rate */
export function maximumRatioVariance(
  resolved: ResolvedProblem,
  riskFreeRate: number,
): Result<PortfolioResult, readonly Finding[]> {
  const search = new RatioSearch(resolved, riskFreeRate);
  const first = search.probe(0);
  if (first.answer.status !== 'optimal') return ok(search.report(first, first));
  const most = search.highestReturn();
  if (most.status === 'optimal' && !(search.excessOf(most.weights) > 0)) {
    const value = search.excessOf(most.weights) + riskFreeRate;
    const message = `the highest return that the limits allow is ${value.toPrecision(8)}, the risk-free rate is ${String(riskFreeRate)}`;
    return err([errorFinding('RATIO_NOT_POSITIVE', message, { pointer: '/objective' })]);
  }
  if (
    first.risk <= RISKLESS * search.typicalRisk &&
    first.excess > RISKLESS * search.typicalReturn
  ) {
    return ok(search.unbounded(first, 'a portfolio without risk returns more than the rate'));
  }
  return ok(search.run(first));
}

class RatioSearch {
  readonly typicalRisk: number;
  readonly typicalReturn: number;
  readonly #resolved: ResolvedProblem;
  readonly #rate: number;
  readonly #program: ConvexProblem;
  #iterations = 0;
  #tolerance = ROOT_TOLERANCE;
  #start: EngineStart | null = null;

  constructor(resolved: ResolvedProblem, rate: number) {
    this.#resolved = resolved;
    this.#rate = rate;
    this.#program = programOf(resolved);
    let variance = 0;
    for (const value of this.#program.covariance.variance) variance = Math.max(variance, value);
    this.typicalRisk = Math.sqrt(variance);
    this.typicalReturn = largest(resolved.expectedReturns);
  }

  /** Return net of costs above the rate. */
  excessOf(weights: Float64Array): number {
    const { expectedReturns } = this.#resolved;
    return dot(expectedReturns, weights) - tradingCosts(this.#resolved, weights) - this.#rate;
  }

  highestReturn(): ConvexAnswer {
    const linear = negated(this.#resolved.expectedReturns);
    return solveConvex({ ...this.#program, linear }, 1e-9);
  }

  probe(x: number): Probe {
    const answer = solveConvex(
      {
        ...this.#program,
        ...scaledCosts(this.#program, x),
        curvature: 1,
        linear: this.#resolved.expectedReturns.map((mu) => 0 - x * mu),
      },
      this.#resolved.problem.tolerance,
      this.#start,
    );
    this.#start = answer.start ?? this.#start;
    this.#iterations += answer.iterations;
    const { risk } = riskOf(this.#resolved, answer.weights, null);
    const excess = this.excessOf(answer.weights);
    return { x, answer, excess, risk, phi: x * excess - risk ** 2 };
  }

  run(first: Probe): PortfolioResult {
    // From a riskless portfolio phi is zero along a whole ray, up to rounding: any point of it will do.
    if (first.risk <= RISKLESS * this.typicalRisk) this.#tolerance = RAY_TOLERANCE;
    let low = first;
    let high = this.probe(this.#firstGuess(first));
    for (let doubling = 0; high.phi < 0 && !this.#isRoot(high); doubling += 1) {
      const isGrowing = high.phi < low.phi && largest(high.answer.weights) > RUNAWAY;
      const isLost = high.answer.status !== 'optimal' || isGrowing || doubling === DOUBLINGS_MAX;
      if (isLost) return this.#withoutMaximum(first, high);
      low = high;
      high = this.probe(high.x * 4);
    }
    return this.report(first, this.#root(low, high));
  }

  /** Where the tangent would touch if only the budget bound. */
  #firstGuess(first: Probe): number {
    const size = Math.max(
      ...[...this.#resolved.expectedReturns].map((mu) => Math.abs(mu - this.#rate)),
    );
    const variance = Math.max(first.risk ** 2, 1e-2 * this.typicalRisk ** 2);
    return variance / (first.excess > RISKLESS * size ? first.excess : size);
  }

  #isRoot({ phi, risk }: Probe): boolean {
    return Math.abs(phi) <= this.#tolerance * risk ** 2;
  }

  /** Illinois' variant of the false position, with a halving where it is slow. */
  #root(from: Probe, to: Probe): Probe {
    let low = from;
    let high = to;
    let lowPhi = low.phi;
    let highPhi = high.phi;
    let side = 0;
    for (let k = 0; k < SECANTS_MAX; k += 1) {
      if (this.#isRoot(high)) return high;
      if (low.x > 0 && this.#isRoot(low)) return low;
      if (high.x - low.x <= 1e-15 * high.x) break;
      const secant = (low.x * highPhi - high.x * lowPhi) / (highPhi - lowPhi);
      const isInside = secant > low.x && secant < high.x;
      const period = high.x > DECADES * low.x ? 4 : 8;
      const isStuck = k % period === period - 1;
      const x = isInside && !isStuck ? secant : middleOf(low.x, high.x);
      const next = this.probe(x);
      if (next.phi < 0) {
        low = next;
        lowPhi = next.phi;
        if (side < 0) highPhi /= 2;
        side = -1;
      } else {
        high = next;
        highPhi = next.phi;
        if (side > 0) lowPhi /= 2;
        side = 1;
      }
    }
    // Relative to its variance: beside holding nothing every distance is small.
    const distance = ({ phi, risk }: Probe): number => Math.abs(phi) / risk ** 2;
    return low.x > 0 && distance(low) < distance(high) ? low : high;
  }

  /** phi stays negative: the ratio rises for ever, or the program has no answer. */
  #withoutMaximum(first: Probe, last: Probe): PortfolioResult {
    if (last.answer.status === 'infeasible') return this.report(first, last);
    const ratio = (last.excess / last.risk).toPrecision(8);
    const why = `the ratio still rises beyond ${ratio} as positions grow`;
    return this.unbounded(last, why);
  }

  unbounded(probe: Probe, why: string): PortfolioResult {
    const answer: ConvexAnswer = { ...probe.answer, status: 'unbounded', binding: [] };
    const note = `the ratio has no maximum: ${why}`;
    return { ...this.report(probe, { ...probe, answer }), notes: [...this.#resolved.notes, note] };
  }

  /** @param first the portfolio of least risk, for the bound */
  report(first: Probe, best: Probe): PortfolioResult {
    const { x, risk, excess, phi, answer } = best;
    const ratio = excess / risk;
    if (answer.status !== 'optimal') {
      const resolved = this.#resolved;
      return resultOf({ resolved, answer, objective: ratio, certificate: null, binding: [] });
    }
    const leastRisk = Math.sqrt(
      Math.max(0, first.risk ** 2 - 2 * Math.abs(first.answer.evidence.gap)),
    );
    const slack = Math.max(0, phi + answer.evidence.gap);
    // Beside a riskless portfolio the bound has no floor of risk to stand on; rounding needs none.
    const lost = roundingOf({ ...this.#program, curvature: 1 }, answer.weights);
    const isRounding = slack <= this.#tolerance * risk ** 2 + lost;
    const above = slack === 0 ? 0 : slack / (x * (isRounding ? risk : leastRisk));
    const gap = above - phi / (x * risk);
    const unit = 1 / (x * risk);
    const share = Math.min(lost / risk ** 2, LOST_MOST);
    const tolerance = this.#resolved.problem.tolerance + share;
    const isProved = Math.abs(gap) <= tolerance * Math.abs(ratio);
    return resultOf({
      resolved: this.#resolved,
      answer: { ...answer, status: isProved ? 'optimal' : 'iterationLimit' },
      objective: ratio,
      certificate: {
        primal: -ratio,
        dual: -ratio - gap,
        gap,
        maxViolation: answer.evidence.maxViolation,
      },
      binding: answer.binding.map(({ constraint, shadowPrice }) => ({
        constraint,
        shadowPrice: shadowPrice * unit,
      })),
      solver: 'interior-point and active sets; ratio by root of its slope along the frontier',
      iterations: this.#iterations,
    });
  }
}

/** In the same decade the middle; over many, the middle of their logarithms. */
function middleOf(low: number, high: number): number {
  if (high <= DECADES * low) return (low + high) / 2;
  return low > 0 ? Math.sqrt(low * high) : high / DECADES;
}

function largest(weights: Float64Array): number {
  return weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
}
