/**
 * The prices of several hard budgets at once: they maximize the dual, a concave function of few variables
 * whose slope is quantity minus limit. Projected Newton steps with exact second derivatives, shortened until
 * the dual rises; it is piecewise smooth, so that on the right piece the steps converge at once.
 *
 * Where names without curvature make the quantities jump there is no such piece. Then every answer met so
 * far is a column: the best mixture of columns within the limits (Dantzig and Wolfe) has prices of its own,
 * which give the next column, until the certificate of the mixture is good.
 */
import type { OptimizationProblem } from '../../domain/index.ts';
import { certify, primalValue } from '../certificate/certificate.ts';
import { defectOfCertificate, isProved, solvePlain } from '../plain-solve.ts';
import { EXPANSIONS_PATIENT, LIMIT_TOLERANCE, type BudgetAnswer } from './one-budget.ts';
import {
  excessOf,
  slopeScale,
  solveAt,
  type PricedPoint,
  type PricedProblems,
} from './priced-problem.ts';
import { sensitivities } from './sensitivity.ts';

const STEPS_MAX = 60;
const SHORTENINGS_MAX = 30;
const COLUMNS_MAX = 60;
/** Share of the rise that the slope promises, below which a step is shortened. */
const RISE_LEAST = 1e-4;
/** A quantity that answers its price less than this, relative to the others, is looked for by longer steps. */
const ANSWER_LEAST = 1e-10;

interface Climb {
  readonly priced: PricedProblems;
  readonly columns: PricedPoint[];
  solves: number;
  iterations: number;
}

export function solveSeveralBudgets(
  priced: PricedProblems,
  first: PricedPoint,
  isReachable: () => boolean,
): BudgetAnswer {
  const climb: Climb = { priced, columns: [first], solves: 0, iterations: 0 };
  const given = priced.options.start?.budgetPrices;
  let point =
    given?.some((price) => price > 0) === true ? visit(climb, given.slice(), first) : first;
  let isAsked = false;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (residualOf(priced, point) <= LIMIT_TOLERANCE) return solved(climb, point);
    if (step === EXPANSIONS_PATIENT) {
      isAsked = true;
      if (!isReachable()) return { ...solved(climb, point), status: 'out of reach' };
    }
    const next = stepFrom(climb, point);
    if (next === null) break;
    point = next;
  }
  if (residualOf(priced, point) <= LIMIT_TOLERANCE) return solved(climb, point);
  if (!isAsked && !isReachable()) return { ...solved(climb, point), status: 'out of reach' };
  return mixed(climb, point);
}

function visit(climb: Climb, budgetPrices: Float64Array, near: PricedPoint): PricedPoint {
  const point = solveAt(climb.priced, budgetPrices, near);
  climb.solves += 1;
  climb.iterations += point.answer.iterations;
  climb.columns.push(point);
  return point;
}

function solved(climb: Climb, point: PricedPoint): BudgetAnswer {
  return {
    status: 'solved',
    weights: point.answer.weights,
    budgetPrices: point.budgetPrices,
    candidates: [point],
    solves: climb.solves,
    iterations: climb.iterations,
  };
}

/** Largest distance from a limit that has a price, or beyond one that has none. */
function residualOf({ budgets }: PricedProblems, { values, budgetPrices }: PricedPoint): number {
  return Math.max(
    ...budgets.map(({ maximum }, j) => {
      const excess = (values[j] as number) - maximum;
      return (budgetPrices[j] as number) > 0 ? Math.abs(excess) : excess;
    }),
  );
}

function dualOf({ problem }: PricedProblems, { answer, budgetPrices }: PricedPoint): number {
  return certify({ problem, ...answer, budgetPrices }).dual;
}

/** One projected Newton step; null when no step rises. */
function stepFrom(climb: Climb, point: PricedPoint): PricedPoint | null {
  const { priced } = climb;
  const slopes = priced.budgets.map((budget, j) => excessOf(budget, point.values[j] as number));
  const moves = newtonMoves(priced, point, slopes);
  const value = dualOf(priced, point);
  const residual = residualOf(priced, point);
  let length = 1;
  for (let shortening = 0; shortening < SHORTENINGS_MAX; shortening += 1) {
    const prices = point.budgetPrices.map((price, j) =>
      Math.max(0, price + length * (moves[j] as number)),
    );
    if (prices.every((price, j) => price === point.budgetPrices[j])) return null;
    const next = visit(climb, prices, point);
    const promised = prices.reduce(
      (sum, price, j) => sum + (slopes[j] as number) * (price - (point.budgetPrices[j] as number)),
      0,
    );
    if (residualOf(priced, next) <= Math.max(LIMIT_TOLERANCE, residual / 4)) return next;
    if (dualOf(priced, next) > value + RISE_LEAST * promised) return next;
    length /= 2;
  }
  return null;
}

/** Newton's move for the prices that are free: above zero, or asked to rise. */
function newtonMoves(
  priced: PricedProblems,
  point: PricedPoint,
  slopes: readonly number[],
): Float64Array {
  const count = slopes.length;
  const matrix = sensitivities(priced, point);
  const isFree = slopes.map((slope, j) => slope > 0 || (point.budgetPrices[j] as number) > 0);
  let largest = 0;
  for (let j = 0; j < count; j += 1) {
    if (isFree[j] === true) largest = Math.max(largest, matrix[j * count + j] as number);
  }
  const moves = new Float64Array(count);
  const answers = isFree.map(
    (free, j) => free && (matrix[j * count + j] as number) > ANSWER_LEAST * largest && largest > 0,
  );
  const solution = solvedSymmetric(matrix, answers, slopes);
  for (let j = 0; j < count; j += 1) {
    if (isFree[j] !== true) continue;
    const price = point.budgetPrices[j] as number;
    if (answers[j] === true) moves[j] = solution[j] as number;
    else
      moves[j] = Math.sign(slopes[j] as number) * Math.max(3 * price, slopeScale(priced.problem));
  }
  return moves;
}

/** Solves for the unknowns chosen, by elimination on a slightly raised diagonal. */
function solvedSymmetric(
  matrix: Float64Array,
  isChosen: readonly boolean[],
  rhs: readonly number[],
): Float64Array {
  const count = rhs.length;
  const chosen = [...isChosen.keys()].filter((j) => isChosen[j] === true);
  const rows = chosen.map((a) => [
    ...chosen.map((b) => (matrix[a * count + b] as number) * (a === b ? 1 + 1e-12 : 1)),
    rhs[a] as number,
  ]);
  rows.forEach((pivotRow, p) => {
    const pivot = Math.max(pivotRow[p] as number, 1e-300);
    for (let r = p + 1; r < rows.length; r += 1) {
      const row = rows[r] as number[];
      const share = (row[p] as number) / pivot;
      for (let c = p; c <= rows.length; c += 1) {
        row[c] = (row[c] as number) - share * (pivotRow[c] as number);
      }
    }
  });
  const solution = new Float64Array(count);
  for (let p = rows.length - 1; p >= 0; p -= 1) {
    const row = rows[p] as number[];
    let value = row[rows.length] as number;
    for (let c = p + 1; c < rows.length; c += 1) {
      value -= (row[c] as number) * (solution[chosen[c] as number] as number);
    }
    solution[chosen[p] as number] = value / Math.max(row[p] as number, 1e-300);
  }
  return solution;
}

/** Mixtures of columns within the limits, and new columns at the mixture's prices. */
function mixed(climb: Climb, start: PricedPoint): BudgetAnswer {
  const { priced } = climb;
  const { problem } = priced;
  let best: BudgetAnswer = solved(climb, start);
  let bestDefect = Infinity;
  let bestDual = start;
  let highest = dualOf(priced, start);
  for (const column of climb.columns) {
    const dual = dualOf(priced, column);
    if (dual > highest) [highest, bestDual] = [dual, column];
  }
  for (let round = 0; round < COLUMNS_MAX; round += 1) {
    const master = solvePlain(masterProblem(priced, climb.columns));
    if (master.status === 'infeasible') break;
    const weights = blend(climb.columns, master.weights);
    const scale = valueScale(priced, climb.columns);
    const prices = priced.budgets.map((_, j) => (master.rowPrices[1 + j] as number) * scale);
    const point = visit(
      climb,
      Float64Array.from(prices, (price) => Math.max(0, price)),
      bestDual,
    );
    const dual = dualOf(priced, point);
    if (dual > highest) [highest, bestDual] = [dual, point];
    const { budgetPrices, answer } = bestDual;
    const certificate = certify({ problem, ...answer, weights, budgetPrices });
    const defect = defectOfCertificate(certificate);
    if (defect < bestDefect) {
      bestDefect = defect;
      best = { ...solved(climb, bestDual), weights };
    }
    if (isProved(defect)) break;
  }
  return { ...best, solves: climb.solves, iterations: climb.iterations };
}

/** Shares of the columns, one in all, with the limits on the mixture of their quantities. */
function masterProblem(
  { problem, budgets }: PricedProblems,
  columns: readonly PricedPoint[],
): OptimizationProblem {
  const count = columns.length;
  const values = columnValues(problem, columns);
  const least = Math.min(...values);
  const scale = Math.max(1e-300, Math.max(...values) - least);
  const zeros = new Float64Array(count);
  return {
    assets: columns.map((_, c) => String(c)),
    target: zeros,
    current: zeros,
    specificVariance: zeros,
    factors: new Float64Array(0),
    factorCount: 0,
    riskAversion: 0,
    linear: Float64Array.from(values, (value) => (value - least) / scale),
    costs: columns.map(() => null),
    lower: zeros,
    upper: new Float64Array(count).fill(1),
    rows: [
      { name: 'shares', coefficients: new Float64Array(count).fill(1), lower: 1, upper: 1 },
      ...budgets.map((budget, j) => ({
        name: `limit ${String(j)}`,
        coefficients: Float64Array.from(columns, ({ values: v }) => v[j] as number),
        lower: -Infinity,
        upper: budget.maximum,
      })),
    ],
  };
}

function valueScale({ problem }: PricedProblems, columns: readonly PricedPoint[]): number {
  const values = columnValues(problem, columns);
  return Math.max(1e-300, Math.max(...values) - Math.min(...values));
}

function columnValues(problem: OptimizationProblem, columns: readonly PricedPoint[]): number[] {
  return columns.map(({ answer }) => primalValue({ problem, ...answer }));
}

function blend(columns: readonly PricedPoint[], shares: Float64Array): Float64Array {
  const first = columns[0] as PricedPoint;
  let total = 0;
  for (const share of shares) total += share;
  return first.answer.weights.map((_, i) =>
    columns.reduce(
      (sum, { answer }, c) => sum + ((shares[c] as number) / total) * (answer.weights[i] as number),
      0,
    ),
  );
}
