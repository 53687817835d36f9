/**
 * Convex problems of which some variables are integer, by branch and bound over the interior point.
 *
 * Invariants (the property tests carry the numbers):
 *   I1  Integer variables of an answer are integers exactly; rows and bounds hold to the tolerance.
 *   I2  No feasible point is better than `bound`; `optimal` says that the distance to it is within the gap.
 *   I3  `infeasible` only when every part of the box has been shown to hold no point.
 *   I4  The same problem gives the same bytes, unless `shouldStop` ends the search.
 *
 * Nodes: best bound first, then down one branch until it ends (so that points are found early and few nodes are
 * open). Node bounds come from prices by weak duality (node-bound.ts), so that a relaxation that stopped early
 * cannot cut off the best point.
 */
import type { GeneralProblem, GeneralResult } from '../../../domain/index.ts';
import { certify } from '../certificate.ts';
import { solveGeneral } from '../solve-general.ts';
import { propagate, rowList, type Box, type RowList } from './bound-propagation.ts';
import { nodeBound, type NodeBound } from './node-bound.ts';
import { NodeQueue, type OpenNode } from './node-queue.ts';
import { objectiveStep } from './objective-step.ts';
import { hasIndivisibleEquation } from './divisibility.ts';
import { leastViolation } from './least-violation.ts';
import { PseudoCosts } from './pseudo-costs.ts';
import { copyOf, roundedBox } from './rounding.ts';

export interface MixedIntegerOptions {
  /** Of the relaxations, and for rows and bounds of a point. Default 1e-8. */
  readonly tolerance?: number;
  /** `optimal` when value - bound <= gap * max(1, |value|). Default 1e-6. */
  readonly gap?: number;
  /** Default 100,000. */
  readonly nodesMax?: number;
  /** Asked before each node and within each; true ends the search with what is known. */
  readonly shouldStop?: () => boolean;
}

export interface MixedIntegerResult extends GeneralResult {
  /** Proven: no feasible point has a smaller value. */
  readonly bound: number;
  readonly nodes: number;
}

/** A value this close to an integer counts as one; the answer has the integer itself. */
const INTEGRALITY = 1e-6;
/** Rounding is tried at the root and then at every so many nodes. */
const ROUND_EVERY = 10;
/** Steps down one branch, beside two for each integer variable, before the search returns to the least bound. */
const DESCENT_MIN = 10;

interface Node extends OpenNode {
  readonly box: Box;
  readonly depth: number;
  /** The branch that made it, to learn from. */
  readonly branch: {
    readonly j: number;
    readonly isUp: boolean;
    readonly distance: number;
  } | null;
}

/**
 * @param problem convex; `isInteger` null is allowed
 * @returns rowDuals and boundDuals are those of the continuous problem with the integers fixed at the answer;
 *   without any point found x is NaN and the value Infinity. The ray of `infeasible` is given where the relaxation
 *   has one already; otherwise the search is the proof.
 * @throws AssertionError for a malformed problem
 */
export function solveMixedInteger(
  problem: GeneralProblem,
  options: MixedIntegerOptions = {},
): MixedIntegerResult {
  return new Search(problem, options).run();
}

class Search {
  readonly #problem: GeneralProblem;
  readonly #options: Required<MixedIntegerOptions>;
  readonly #integers: readonly number[];
  readonly #rows: RowList;
  readonly #costs: PseudoCosts;
  readonly #open = new NodeQueue<Node>();
  /** Feasible values are this far apart; zero where that is not known. */
  readonly #step: number;
  #best: GeneralResult | null = null;
  /** Least bound of what was cut off or given up: no better point lies there than this. */
  #closed = Infinity;
  #dropped = 0;
  /** Nodes since the search last went to the least bound. */
  #descent = 0;
  #nodes = 0;
  #iterations = 0;
  #sequence = 0;

  constructor(problem: GeneralProblem, options: MixedIntegerOptions) {
    this.#problem = problem;
    this.#options = {
      tolerance: 1e-8,
      gap: 1e-6,
      nodesMax: 100_000,
      shouldStop: () => false,
      ...options,
    };
    this.#integers = Array.from(problem.isInteger ?? [], (flag, j) => (flag === 1 ? j : -1)).filter(
      (j) => j >= 0,
    );
    this.#rows = rowList(problem);
    this.#costs = new PseudoCosts(problem.variables.length);
    this.#step = objectiveStep(problem);
  }

  run(): MixedIntegerResult {
    if (hasIndivisibleEquation(this.#problem)) return this.#finish(this.#nothing('infeasible'));
    const box = { lower: this.#problem.lower.slice(), upper: this.#problem.upper.slice() };
    for (const j of this.#integers) {
      box.lower[j] = Math.ceil((box.lower[j] as number) - INTEGRALITY);
      box.upper[j] = Math.floor((box.upper[j] as number) + INTEGRALITY);
    }
    const root = this.#relax(box);
    if (root.status !== 'optimal' && root.status !== 'iterationLimit') {
      const verdict = root.status === 'unbounded' ? this.#unbounded(root) : root;
      return this.#finish(verdict);
    }
    let node: Node | null = this.#node({ box, depth: 0, bound: -Infinity, branch: null });
    while (node !== null) {
      if (this.#nodes >= this.#options.nodesMax || this.#options.shouldStop()) {
        this.#open.push(node);
        break;
      }
      node = this.#onward(this.#visit(node));
    }
    return this.#finish(null);
  }

  /** Down the branch, unless it has gone on for long: with ranges without end it might never end by itself. */
  #onward(child: Node | null): Node | null {
    this.#descent = child === null ? 0 : this.#descent + 1;
    if (child !== null && this.#descent <= DESCENT_MIN + 2 * this.#integers.length) return child;
    if (child !== null) this.#open.push(child);
    this.#descent = 0;
    return this.#next();
  }

  /** The node with the least bound that may still hold a better point. */
  #next(): Node | null {
    const node = this.#open.pop();
    if (node === null || node.bound < this.#cutoff()) return node;
    // The queue is in order of bounds: nothing that follows is better.
    this.#close(node.bound);
    while (this.#open.pop() !== null);
    return null;
  }

  /** A point must be better than this to be worth finding. */
  #cutoff(): number {
    if (this.#best === null) return Infinity;
    const value = this.#best.objective;
    const slack = this.#options.gap * Math.max(1, Math.abs(value));
    return value - Math.max(slack, this.#step > 0 ? this.#step * (1 - 1e-6) : 0);
  }

  #close(bound: number): null {
    this.#closed = Math.min(this.#closed, bound);
    return null;
  }

  #node(given: Pick<Node, 'box' | 'depth' | 'bound' | 'branch'>): Node {
    this.#sequence += 1;
    return { ...given, sequence: this.#sequence };
  }

  #relax(box: Box): GeneralResult {
    const result = solveGeneral(
      { ...this.#problem, lower: box.lower, upper: box.upper, isInteger: null },
      { tolerance: this.#options.tolerance, shouldStop: this.#options.shouldStop },
    );
    this.#iterations += result.iterations;
    return result;
  }

  /** Solves a node; queues its children but the one to go down to, which is returned. */
  #visit(node: Node): Node | null {
    this.#nodes += 1;
    const box = copyOf(node.box);
    if (!propagate(this.#problem, this.#rows, box)) return null;
    const relaxed = this.#relax(box);
    const bounded = { ...this.#problem, lower: box.lower, upper: box.upper };
    if (relaxed.status === 'infeasible' || this.#isEmpty(bounded, relaxed)) return null;
    const proof = nodeBound(bounded, relaxed.x, relaxed.rowDuals);
    this.#dropped = Math.max(this.#dropped, proof.dropped);
    const bound = Math.max(node.bound, proof.value);
    if (node.branch !== null && Number.isFinite(node.bound) && relaxed.status === 'optimal') {
      this.#costs.observe(node.branch, proof.value - node.bound, node.branch.distance);
    }
    if (bound >= this.#cutoff()) return this.#close(bound);
    const fractional = this.#fractional(relaxed.x, box);
    if (fractional.length === 0 || (this.#nodes - 1) % ROUND_EVERY === 0) {
      this.#round(box, relaxed, fractional.length === 0);
      if (bound >= this.#cutoff()) return this.#close(bound);
    }
    this.#tightenByReducedCosts(box, proof);
    return this.#branch({ node, box, bound, relaxed, fractional });
  }

  /** Whether a relaxation that ended without a verdict (it may have run off to infinity) had nothing to find. */
  #isEmpty(bounded: GeneralProblem, relaxed: GeneralResult): boolean {
    if (relaxed.status !== 'iterationLimit' || this.#options.shouldStop()) return false;
    const { isPositive, iterations } = leastViolation(bounded);
    this.#iterations += iterations;
    return isPositive;
  }

  #fractional(x: Float64Array, box: Box): number[] {
    return this.#integers.filter((j) => {
      const value = x[j] as number;
      const isOpen = (box.lower[j] as number) < (box.upper[j] as number);
      return isOpen && Math.abs(value - Math.round(value)) > INTEGRALITY;
    });
  }

  /** Moving x_j off the bound that holds by k units costs at least k |r_j|: more than the cutoff allows is cut. */
  #tightenByReducedCosts(box: Box, proof: NodeBound): void {
    const room = this.#cutoff() - proof.value;
    if (!Number.isFinite(room) || room <= 0) return;
    for (const j of this.#integers) {
      const r = proof.reducedCosts[j] as number;
      const lower = box.lower[j] as number;
      const upper = box.upper[j] as number;
      const units = Math.floor(room / Math.abs(r) + INTEGRALITY);
      const isUpperCut = r > 0 && Number.isFinite(lower) && lower + units < upper;
      const isLowerCut = r < 0 && Number.isFinite(upper) && upper - units > lower;
      if (isUpperCut) box.upper[j] = lower + units;
      if (isLowerCut) box.lower[j] = upper - units;
      if (isUpperCut || isLowerCut) this.#close(proof.value + (units + 1) * Math.abs(r));
    }
  }

  #branch(given: {
    readonly node: Node;
    readonly box: Box;
    readonly bound: number;
    readonly relaxed: GeneralResult;
    readonly fractional: readonly number[];
  }): Node | null {
    const { node, box, bound, relaxed, fractional } = given;
    const open = this.#integers.filter((j) => (box.lower[j] as number) < (box.upper[j] as number));
    const stillFractional = fractional.filter((j) => {
      const value = relaxed.x[j] as number;
      return value > (box.lower[j] as number) && value < (box.upper[j] as number);
    });
    if (open.length === 0) {
      // Reduced costs have just fixed the last ones: that point has not been looked at yet.
      const wasOpen = this.#integers.some((j) => width(node.box, j) > 0);
      if (wasOpen) return this.#node({ box, depth: node.depth + 1, bound, branch: null });
      // `#round` has solved this point, or nobody can. Its bound stays on record.
      return this.#close(bound);
    }
    // At an integral relaxation whose point was refused, split the widest range.
    const isFractional = stillFractional.length > 0;
    const j = isFractional
      ? this.#costs.choose(stillFractional, relaxed.x)
      : open.reduce((a, b) => (width(box, b) > width(box, a) ? b : a));
    const value = isFractional ? (relaxed.x[j] as number) : middle(box, j);
    const children = [false, true].map((isUp) => {
      const child = copyOf(box);
      if (isUp) child.lower[j] = Math.floor(value) + 1;
      else child.upper[j] = Math.floor(value);
      const distance = isUp ? Math.floor(value) + 1 - value : value - Math.floor(value);
      const branch = isFractional ? { j, isUp, distance } : null;
      return this.#node({ box: child, depth: node.depth + 1, bound, branch });
    });
    const [down, up] = children as [Node, Node];
    const isUpNearer = value - Math.floor(value) > 0.5;
    this.#open.push(isUpNearer ? down : up);
    return isUpNearer ? up : down;
  }

  /** Tries to make a feasible point of a relaxation's: as it is, and by rounding with the rest solved anew. */
  #round(box: Box, relaxed: GeneralResult, isIntegral: boolean): void {
    if (isIntegral) this.#offer(box, relaxed);
    const rounded = roundedBox(this.#problem, this.#rows, {
      box,
      x: relaxed.x,
      integers: this.#integers,
    });
    if (rounded === null) return;
    const again = this.#relax(rounded);
    if (again.status === 'optimal' || again.status === 'iterationLimit') {
      this.#offer(rounded, again);
    }
  }

  /**
   * Takes the point for the best so far if it is one. Only its feasibility matters, not how the solver ended: at a
   * box that has shrunk to one point an interior point method can say no more.
   */
  #offer(box: Box, relaxed: GeneralResult): void {
    const { lower, upper } = box;
    const x = relaxed.x.map((value, j) => {
      const inside = Math.min(Math.max(value, lower[j] as number), upper[j] as number);
      return this.#problem.isInteger?.[j] === 1 ? Math.round(inside) + 0 : inside;
    });
    const { rowDuals, boundDuals } = relaxed;
    const bounded = { ...this.#problem, lower, upper };
    const evidence = certify(bounded, { x, rowDuals, boundDuals });
    if (!(evidence.certificate.relativePrimalResidual <= this.#options.tolerance)) return;
    if (this.#best !== null && evidence.objective >= this.#best.objective) return;
    this.#best = { ...relaxed, x, ...evidence };
  }

  /**
   * The relaxation falls for ever. With rational data so does the problem itself once it has any point (Meyer
   * 1974): one is looked for, without the objective.
   */
  #unbounded(root: GeneralResult): GeneralResult {
    const n = this.#problem.variables.length;
    const columnStart = new Int32Array(n + 1);
    const none = { rowIndex: new Int32Array(0), values: new Float64Array(0) };
    const P = { rowCount: n, columnCount: n, columnStart, ...none };
    const feasibility = { ...this.#problem, P, q: new Float64Array(n), constant: 0 };
    const found = solveMixedInteger(feasibility, this.#options);
    this.#nodes += found.nodes;
    this.#iterations += found.iterations;
    return { ...root, status: found.status === 'optimal' ? 'unbounded' : found.status };
  }

  #finish(verdict: GeneralResult | null): MixedIntegerResult {
    const counts = { nodes: this.#nodes, iterations: this.#iterations };
    if (verdict !== null) {
      const bound = verdict.status === 'infeasible' ? Infinity : -Infinity;
      return { ...verdict, ...counts, bound };
    }
    const proven = Math.min(this.#open.bound, this.#closed);
    if (this.#best === null) {
      const status = proven === Infinity ? 'infeasible' : 'iterationLimit';
      return { ...this.#nothing(status), ...counts, bound: proven };
    }
    const { objective, certificate } = this.#best;
    // Where values come in steps, nothing lies between the best value and the one before it.
    const isBestStep = this.#step > 0 && proven >= this.#cutoff();
    const bound = isBestStep ? objective : Math.min(objective, proven);
    const gap = objective - bound;
    const isProven = gap <= this.#options.gap * Math.max(1, Math.abs(objective));
    return {
      ...this.#best,
      ...counts,
      status: isProven ? 'optimal' : 'iterationLimit',
      bound,
      certificate: {
        ...certificate,
        dualResidual: this.#dropped,
        gap,
        relativeGap: gap / Math.max(1, Math.abs(objective)),
      },
    };
  }

  #nothing(status: 'infeasible' | 'iterationLimit'): GeneralResult {
    const n = this.#problem.variables.length;
    const wide = Infinity;
    return {
      status,
      x: new Float64Array(n).fill(NaN),
      objective: Infinity,
      rowDuals: new Float64Array(this.#problem.rows.length),
      boundDuals: new Float64Array(n),
      certificate: {
        primalResidual: wide,
        dualResidual: this.#dropped,
        gap: wide,
        relativePrimalResidual: wide,
        relativeDualResidual: this.#dropped,
        relativeGap: wide,
      },
      ray: null,
      bound: null,
      iterations: this.#iterations,
    };
  }
}

function width(box: Box, j: number): number {
  return (box.upper[j] as number) - (box.lower[j] as number);
}

/** A place to split a range that may be without end on one or both sides. */
function middle(box: Box, j: number): number {
  const lower = box.lower[j] as number;
  const upper = box.upper[j] as number;
  if (Number.isFinite(lower) && Number.isFinite(upper)) return Math.floor((lower + upper) / 2);
  if (Number.isFinite(lower)) return lower + 10;
  return Number.isFinite(upper) ? upper - 11 : 0;
}
