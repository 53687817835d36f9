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
/** Added to the diagonal of second derivatives, relative to what they are or may be expected to be. */
const RIDGE = 1e-11;
/** Prices move by at most so many times themselves, or slopes of the objective, in one step. */
const STRIDE_MAX = 16;
/** The master problem may buy room beyond a limit at this many slopes of the objective per unit. */
const ROOM_PRICE = 1e5;

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

/** The best move on the quadratic model of the dual, prices held at zero or above; at most a long stride. */
function newtonMoves(
  priced: PricedProblems,
  point: PricedPoint,
  slopes: readonly number[],
): Float64Array {
  const scale = slopeScale(priced.problem);
  const moves = modelMaximum(raised(sensitivities(priced, point), slopes, scale), point, slopes);
  let shrink = 1;
  moves.forEach((move, j) => {
    const longest = STRIDE_MAX * Math.max(scale, point.budgetPrices[j] as number);
    if (Math.abs(move) > longest) shrink = Math.min(shrink, longest / Math.abs(move));
  });
  return moves.map((move) => move * shrink);
}

/** The matrix with a ridge: quantities may move as one, or not answer their prices at all. */
function raised(matrix: Float64Array, slopes: readonly number[], scale: number): Float64Array {
  const count = slopes.length;
  const steepest = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  let ridge = (steepest / scale) * RIDGE;
  for (let j = 0; j < count; j += 1) {
    ridge = Math.max(ridge, RIDGE * (matrix[j * count + j] as number));
  }
  return matrix.map((value, at) => (at % (count + 1) === 0 ? Math.max(0, value) + ridge : value));
}

/**
 * max slopes'move - move'M move / 2 with prices + move >= 0: of every choice of prices that go to zero, the
 * one whose stationary point is allowed and best. At most 16 choices.
 */
function modelMaximum(
  matrix: Float64Array,
  { budgetPrices: prices }: PricedPoint,
  slopes: readonly number[],
): Float64Array {
  const count = slopes.length;
  let best = new Float64Array(count);
  let bestValue = 0;
  for (let mask = 0; mask < 1 << count; mask += 1) {
    const isFree = slopes.map((_, j) => (mask & (1 << j)) !== 0);
    const moves = stationaryMoves(matrix, { isFree, prices, slopes });
    if (!moves.every((move, j) => Number.isFinite(move) && (prices[j] as number) + move >= 0))
      continue;
    let value = 0;
    for (let a = 0; a < count; a += 1) {
      const move = moves[a] as number;
      value += (slopes[a] as number) * move;
      for (let b = 0; b < count; b += 1) {
        value -= (move * (matrix[a * count + b] as number) * (moves[b] as number)) / 2;
      }
    }
    if (value > bestValue) [best, bestValue] = [moves, value];
  }
  return best;
}

interface Choice {
  readonly isFree: readonly boolean[];
  readonly prices: Float64Array;
  readonly slopes: readonly number[];
}

/** The free prices by elimination, the others at zero. */
function stationaryMoves(
  matrix: Float64Array,
  { isFree, prices, slopes }: Choice,
): Float64Array<ArrayBuffer> {
  const count = slopes.length;
  const moves = Float64Array.from(prices, (price, j) => (isFree[j] === true ? 0 : -price));
  const chosen = [...isFree.keys()].filter((j) => isFree[j] === true);
  const rows = chosen.map((a) => {
    const fixed = moves.reduce((sum, move, b) => sum + (matrix[a * count + b] as number) * move, 0);
    return [...chosen.map((b) => matrix[a * count + b] as number), (slopes[a] as number) - fixed];
  });
  rows.forEach((pivotRow, p) => {
    for (let r = p + 1; r < rows.length; r += 1) {
      const row = rows[r] as number[];
      const share = (row[p] as number) / (pivotRow[p] as number);
      for (let c = p; c <= rows.length; c += 1) {
        row[c] = (row[c] as number) - share * (pivotRow[c] as number);
      }
    }
  });
  for (let p = rows.length - 1; p >= 0; p -= 1) {
    const row = rows[p] as number[];
    let value = row[rows.length] as number;
    for (let c = p + 1; c < rows.length; c += 1) {
      value -= (row[c] as number) * (moves[chosen[c] as number] as number);
    }
    moves[chosen[p] as number] = value / (row[p] as number);
  }
  return moves;
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
  const values = columnValues(problem, columns);
  const least = Math.min(...values);
  const scale = valueScale({ problem }, columns);
  const count = columns.length + budgets.length;
  const zeros = new Float64Array(count);
  const isColumn = zeros.map((_, c) => (c < columns.length ? 1 : 0));
  const roomPrice = (ROOM_PRICE * slopeScale(problem)) / scale;
  return {
    assets: Array.from({ length: count }, (_, c) => String(c)),
    target: zeros,
    current: zeros,
    specificVariance: zeros,
    factors: new Float64Array(0),
    factorCount: 0,
    riskAversion: 0,
    linear: zeros.map((_, c) =>
      c < columns.length ? ((values[c] as number) - least) / scale : roomPrice,
    ),
    costs: Array.from({ length: count }, () => null),
    lower: zeros,
    upper: isColumn.map((one) => (one === 1 ? 1 : Infinity)),
    rows: [
      { name: 'shares', coefficients: isColumn, lower: 1, upper: 1 },
      ...budgets.map((budget, j) => ({
        name: `limit ${String(j)}`,
        coefficients: zeros.map((_, c) =>
          c < columns.length
            ? (columns[c]?.values[j] as number)
            : c - columns.length === j
              ? -1
              : 0,
        ),
        lower: -Infinity,
        upper: budget.maximum,
      })),
    ],
  };
}

function valueScale(
  { problem }: Pick<PricedProblems, 'problem'>,
  columns: readonly PricedPoint[],
): number {
  const values = columnValues(problem, columns);
  return Math.max(1e-300, Math.max(...values) - Math.min(...values));
}

function columnValues(problem: OptimizationProblem, columns: readonly PricedPoint[]): number[] {
  return columns.map(({ answer }) => primalValue({ problem, ...answer }));
}

function blend(columns: readonly PricedPoint[], shares: Float64Array): Float64Array {
  const first = columns[0] as PricedPoint;
  const total = columns.reduce((sum, _, c) => sum + (shares[c] as number), 0);
  return first.answer.weights.map((_, i) =>
    columns.reduce(
      (sum, { answer }, c) => sum + ((shares[c] as number) / total) * (answer.weights[i] as number),
      0,
    ),
  );
}
