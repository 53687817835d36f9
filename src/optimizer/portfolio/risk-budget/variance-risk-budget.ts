/**
 * Risk budgets of the volatility: x_i (Sigma x)_i = b_i x'Sigma x, with the weights adding up to the budget.
 *
 * Without limits that bind, the answer is unique: scale the minimum of y'Sigma y / 2 - sum b_i ln y_i (Spinu, "An
 * algorithm for computing risk parity weights", 2013; Griveau-Billion, Richard, Roncalli, "A fast algorithm for
 * computing high-dimensional risk parity portfolios", 2013). An asset whose budget is zero is held only where that
 * lowers risk until its own marginal risk is zero.
 *
 * Where a bound or row binds, budgets cannot all hold. The answer is then the constrained risk budgeting portfolio
 * of Richard and Roncalli ("Constrained risk budgeting portfolios", 2019): least x'Sigma x / 2 - level sum b_i ln x_i
 * under the bounds and rows alone, with the level at which the weights add up to the budget. Assets on which no
 * limit acts keep contributions in proportion to their budgets; the others deviate as little as their limits ask.
 */
import { err, ok, type Result } from '../../../kernel/index.ts';
import {
  errorFinding,
  type BindingConstraint,
  type Certificate,
  type Finding,
  type LinearRow,
  type PortfolioObjective,
  type PortfolioResult,
} from '../../../domain/index.ts';
import { diagonalOf, dot, multiplyVector } from '../../linear-algebra/index.ts';
import { budgetOf, conflictOfLimits } from '../heuristics/honored-limits.ts';
import { infeasibleResult, plainResult } from '../heuristics/plain-result.ts';
import { minimumVariance } from '../mean-variance/index.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';
import { budgetShares, type BudgetShares } from './budget-shares.ts';
import {
  solveForTotal,
  solveScaled,
  solveWithBudgetRow,
  type LevelAnswer,
} from './level-search.ts';
import type { CenterProblem } from './weighted-center.ts';

type Objective = Extract<PortfolioObjective, { kind: 'riskBudget' }>;

/** Residual of the scaled equations up to which an answer is called optimal; usual is below 1e-14. */
const RESIDUAL_MAX = 1e-11;
/** Violation, as a share of the budget, that is rounding. */
const AT_LIMIT = 1e-12;
/** Least level that a search begins with, in mean variances. */
const LEVEL_MIN = 1e-6;
/** Variance below this share of the mean asset's is none. */
const RISKLESS = 1e-10;
/** Prices below this share of the largest slope are rounding. */
const PRICE_RELATIVE_MIN = 1e-9;

/**
 * @param objective budgets of n shares, or null for equal ones; its measure is the variance
 * @returns `optimal` with a certificate of the convex program above at its level (`objective` is its value);
 *   `infeasible` with the limits in conflict; `iterationLimit` with the best point met
 * @refuses what `budgetShares` refuses; METHOD_INPUT_INVALID for a budget on an asset without variance, and where a
 *   long-only portfolio without risk exists
 */
export function varianceRiskBudget(
  resolved: ResolvedProblem,
  objective: Objective,
): Result<PortfolioResult, readonly Finding[]> {
  const judged = budgetShares(resolved, objective.budgets);
  if (!judged.ok) return judged;
  const shares = judged.value;
  const riskless = risklessFindings(resolved, shares);
  if (riskless.length > 0) return err(riskless);
  const scale = scaleOf(resolved);
  const free = solveScaled(freeProgram(resolved, shares, scale));
  const isSolved = free.residual <= RESIDUAL_MAX;
  const rows = limitRows(resolved);
  if (isSolved && meetsLimits(free.x, { shares, rows, scale })) {
    const answer = { ...free, rowPrices: new Float64Array(rows.length) };
    return ok(report({ resolved, shares, scale, rows, answer, notes: [] }));
  }
  if (!isSolved) {
    const finding = risklessPortfolio(resolved, scale);
    if (finding !== null) return err([finding]);
  }
  const conflict = conflictOfLimits(resolved, shares.lower, shares.upper);
  if (conflict !== null) {
    const answer = { solver: 'risk budgets', iterations: free.iterations, risk: objective.risk };
    return ok(infeasibleResult(resolved, answer, conflict));
  }
  return ok(constrained({ resolved, shares, scale, rows, start: isSolved ? free : null }));
}

/** Weights are in shares of the budget, the covariance in units of its mean variance. */
interface Scale {
  readonly total: number;
  readonly variance: number;
}

function scaleOf(resolved: ResolvedProblem): Scale {
  const n = resolved.assetCount;
  const variances = diagonalOf(resolved.risk.covariance, n);
  const variance = variances.reduce((sum, value) => sum + value, 0) / n;
  return { total: budgetOf(resolved) ?? 1, variance: variance > 0 ? variance : 1 };
}

function risklessFindings(resolved: ResolvedProblem, { shares }: BudgetShares): readonly Finding[] {
  const variances = diagonalOf(resolved.risk.covariance, resolved.assetCount);
  return resolved.problem.assets.flatMap((name, i) => {
    if (!((shares[i] as number) > 0) || (variances[i] as number) > 0) return [];
    const message = `${name} has no variance: it cannot take a share of risk`;
    return [errorFinding('METHOD_INPUT_INVALID', message, { symbol: name })];
  });
}

/** Why the program may have no answer: a portfolio without variance can be held without end. */
function risklessPortfolio(resolved: ResolvedProblem, scale: Scale): Finding | null {
  const n = resolved.assetCount;
  const { risk } = minimumVariance({
    ...resolved,
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(1),
    rows: [{ name: 'budget', coefficients: new Float64Array(n).fill(1), lower: 1, upper: 1 }],
  });
  if (risk * risk > RISKLESS * scale.variance) return null;
  const message =
    'the covariance leaves a long-only portfolio without risk, whose shares mean nothing: it is singular, as from fewer periods than assets';
  return errorFinding('METHOD_INPUT_INVALID', message, { pointer: '/risk' });
}

/** Rows beyond the budget that have a limit at all. */
function limitRows(resolved: ResolvedProblem): readonly LinearRow[] {
  return resolved.rows.filter(
    ({ name, lower, upper }) => name !== 'budget' && (lower > -Infinity || upper < Infinity),
  );
}

/** No limits but x >= 0: the start is proportional to the root of the budget over the volatility. */
function freeProgram(
  resolved: ResolvedProblem,
  { shares }: BudgetShares,
  { variance }: Scale,
): CenterProblem {
  const n = resolved.assetCount;
  const Q = resolved.risk.covariance.map((value) => value / variance);
  const raw = shares.map((share, i) => {
    const own = Q[i * n + i] as number;
    return Math.sqrt(Math.max(share, 1e-4 / n) / (own > 0 ? own : 1));
  });
  const sum = raw.reduce((total, value) => total + value, 0);
  const start = raw.map((value) => value / sum);
  return {
    size: n,
    Q,
    q: new Float64Array(n),
    b: shares,
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(Infinity),
    G: new Float64Array(0),
    rowLower: new Float64Array(0),
    rowUpper: new Float64Array(0),
    // A start that happens to be without risk must not make every residual look small beside nothing.
    level: Math.max(dot(multiplyVector(Q, start), start), LEVEL_MIN),
    start,
  };
}

interface Limits {
  readonly shares: BudgetShares;
  readonly rows: readonly LinearRow[];
  readonly scale: Scale;
}

function meetsLimits(x: Float64Array, { shares, rows, scale }: Limits): boolean {
  const isInBox = x.every(
    (value, i) =>
      value >= (shares.lower[i] as number) / scale.total - AT_LIMIT &&
      value <= (shares.upper[i] as number) / scale.total + AT_LIMIT,
  );
  return (
    isInBox &&
    rows.every(({ coefficients, lower, upper }) => {
      const activity = dot(coefficients, x);
      const room = AT_LIMIT * coefficients.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
      return activity >= lower / scale.total - room && activity <= upper / scale.total + room;
    })
  );
}

interface Constrained extends Limits {
  readonly resolved: ResolvedProblem;
  /** The answer without limits, or null when there is none. */
  readonly start: LevelAnswer | null;
}

/**
 * The level is searched for. Where none meets the budget (limits so tight that the sum of weights stays on one side of
 * it), the budget becomes a row with a price of its own, at the level without limits, and a note says so.
 */
function constrained(input: Constrained): PortfolioResult {
  const { resolved, shares, scale, rows } = input;
  const fixed = fixedWeights(input);
  const { program, total } = reducedProgram(input, fixed);
  const found = program.size === 0 ? solvedAlready(program) : solveForTotal(program, total);
  const isFound = found !== null && found.residual <= RESIDUAL_MAX;
  const answer = expanded(isFound ? found : solveWithBudgetRow(program, total), { input, fixed });
  const notes = ['limits bind: budgets hold in proportion among the assets on which no limit acts'];
  if (!isFound)
    notes.push(
      'no level of risk was found that meets the budget within the limits: the budget has a price',
    );
  return report({ resolved, shares, scale, rows, answer, notes });
}

function solvedAlready(program: CenterProblem): LevelAnswer {
  const none = new Float64Array(0);
  const rowPrices = new Float64Array(program.rowLower.length);
  const { level } = program;
  return {
    x: none,
    boundPrices: none,
    rowPrices,
    residual: 0,
    iterations: 0,
    level,
    budgetPrice: 0,
  };
}

/** n; weights in shares of the budget that bounds leave no choice about, NaN for the others. */
function fixedWeights({ shares, scale }: Constrained): Float64Array {
  const lower = shares.lower.map((low) => low / scale.total);
  const upper = shares.upper.map((high) => high / scale.total);
  const sum = (values: Float64Array): number => values.reduce((most, value) => most + value, 0);
  if (Math.abs(sum(lower) - 1) <= AT_LIMIT) return lower;
  if (Math.abs(sum(upper) - 1) <= AT_LIMIT) return upper;
  return lower.map((low, i) => (low >= (upper[i] as number) ? low : NaN));
}

/** The program without the variables whose bounds leave them one value. */
function reducedProgram(
  { resolved, shares, scale, rows, start }: Constrained,
  fixed: Float64Array,
): { readonly program: CenterProblem; readonly total: number } {
  const base = freeProgram(resolved, shares, scale);
  const n = base.size;
  const free = [...fixed.keys()].filter((i) => Number.isNaN(fixed[i]));
  const size = free.length;
  const value = fixed.map((weight) => (Number.isNaN(weight) ? 0 : weight));
  const pick = (from: Float64Array): Float64Array =>
    Float64Array.from(free, (i) => from[i] as number);
  const Q = new Float64Array(size * size);
  free.forEach((i, r) => {
    free.forEach((j, c) => {
      Q[r * size + c] = base.Q[i * n + j] as number;
    });
  });
  const total = 1 - value.reduce((sum, x) => sum + x, 0);
  const G = new Float64Array(rows.length * size);
  const limits = rows.map((row, r) => {
    const norm = rowNorm(row);
    free.forEach((i, c) => {
      G[r * size + c] = (row.coefficients[i] as number) / norm;
    });
    // A row of fixed weights alone has no say left, and would leave its own limit no room.
    if (free.every((i) => row.coefficients[i] === 0)) return { lower: -1, upper: 1 };
    const constant = dot(row.coefficients, value);
    return {
      lower: (row.lower / scale.total - constant) / norm,
      upper: (row.upper / scale.total - constant) / norm,
    };
  });
  const lower = pick(shares.lower).map((x) => x / scale.total);
  const upper = pick(shares.upper).map((x) => x / scale.total);
  const from = pick(start?.x ?? base.start).map((x) => Math.max(x, 1e-12));
  const program = {
    size,
    Q,
    q: pick(multiplyVector(base.Q, value)),
    b: pick(shares.shares),
    lower,
    upper,
    G,
    rowLower: Float64Array.from(limits, ({ lower }) => lower),
    rowUpper: Float64Array.from(limits, ({ upper }) => upper),
    level: start?.level ?? base.level,
    start: fittedTo(from, { lower, upper, total }),
  };
  return { program, total };
}

/** The multiple of weights that, cut to the boxes, adds up to the total: near the answer in size and risk. */
function fittedTo(
  weights: Float64Array,
  box: { readonly lower: Float64Array; readonly upper: Float64Array; readonly total: number },
): Float64Array {
  const cut = (factor: number): Float64Array =>
    weights.map((w, i) =>
      Math.min(box.upper[i] as number, Math.max(box.lower[i] as number, w * factor)),
    );
  let low = -30;
  let high = 30;
  for (let k = 0; k < 60; k += 1) {
    const middle = (low + high) / 2;
    const sum = cut(Math.exp(middle)).reduce((total, w) => total + w, 0);
    if (sum < box.total) low = middle;
    else high = middle;
  }
  return cut(Math.exp(high));
}

function rowNorm({ coefficients }: LinearRow): number {
  const most = coefficients.reduce((norm, c) => Math.max(norm, Math.abs(c)), 0);
  return most > 0 ? most : 1;
}

/** Back to all assets; the price of a fixed asset's bounds is what its own equation leaves. */
function expanded(
  answer: LevelAnswer,
  { input, fixed }: { readonly input: Constrained; readonly fixed: Float64Array },
): LevelAnswer {
  const { resolved, shares, scale, rows } = input;
  const n = resolved.assetCount;
  const x = new Float64Array(n);
  const boundPrices = new Float64Array(n);
  let at = 0;
  for (let i = 0; i < n; i += 1) {
    const isFree = Number.isNaN(fixed[i]);
    x[i] = isFree ? (answer.x[at] as number) : (fixed[i] as number);
    if (isFree) boundPrices[i] = answer.boundPrices[at] as number;
    if (isFree) at += 1;
  }
  const rowPrices = Float64Array.from(
    rows,
    (row, r) => (answer.rowPrices[r] as number) / rowNorm(row),
  );
  const slope = multiplyVector(resolved.risk.covariance, x).map((value) => value / scale.variance);
  for (let i = 0; i < n; i += 1) {
    if (Number.isNaN(fixed[i])) continue;
    const share = shares.shares[i] as number;
    const own = share > 0 ? (answer.level * share) / (x[i] as number) : 0;
    let price = own - (slope[i] as number) - answer.budgetPrice;
    rows.forEach((row, r) => {
      price -= (rowPrices[r] as number) * (row.coefficients[i] as number);
    });
    boundPrices[i] = price;
  }
  return { ...answer, x, boundPrices, rowPrices };
}

interface Report {
  readonly resolved: ResolvedProblem;
  readonly shares: BudgetShares;
  readonly scale: Scale;
  readonly rows: readonly LinearRow[];
  /** Over all assets, in scaled units. */
  readonly answer: LevelAnswer;
  readonly notes: readonly string[];
}

function report(input: Report): PortfolioResult {
  const { resolved, shares, scale, answer } = input;
  const weights = answer.x.map((x) => x * scale.total);
  const certificate = certify(input, weights);
  const result = plainResult(resolved, {
    weights,
    objective: certificate.primal,
    solver: 'risk budgets by a weighted center',
    iterations: answer.iterations,
    notes: [...shares.notes, ...input.notes],
    risk: null,
  });
  return {
    ...result,
    status: answer.residual <= RESIDUAL_MAX ? 'optimal' : 'iterationLimit',
    certificate,
    binding: bindingOf(input, weights),
  };
}

/** Prices in the user's units: of a weight, and of a row. A price on a side without a limit is rounding. */
function userPrices({ answer, scale, shares, rows }: Report): {
  readonly bounds: Float64Array;
  readonly rows: Float64Array;
  readonly level: number;
  readonly budget: number;
} {
  const unit = scale.variance * scale.total;
  const sided = (price: number, lower: number, upper: number): number =>
    Number.isFinite(price > 0 ? upper : lower) ? price * unit : 0;
  return {
    bounds: answer.boundPrices.map((price, i) =>
      sided(price, shares.lower[i] as number, shares.upper[i] as number),
    ),
    rows: answer.rowPrices.map((price, r) =>
      sided(price, rows[r]?.lower ?? -Infinity, rows[r]?.upper ?? Infinity),
    ),
    level: answer.level * unit * scale.total,
    budget: answer.budgetPrice * unit,
  };
}

/**
 * Value of x'Sigma x / 2 - level sum b_i ln x_i, and a bound on it over all long-only weights that meet the limits
 * and the budget: the Lagrangian is convex, so it lies above its tangent, whose slope r can gain at most 2 max|r|
 * times the budget.
 */
function certify(input: Report, weights: Float64Array): Certificate {
  const { resolved, shares, rows, scale } = input;
  const prices = userPrices(input);
  const slope = multiplyVector(resolved.risk.covariance, weights);
  let primal = dot(slope, weights) / 2;
  let gap = 0;
  let violation = Math.abs(weights.reduce((sum, w) => sum + w, 0) - scale.total);
  const left = slope.map((value, i) => value + (prices.bounds[i] as number) + prices.budget);
  weights.forEach((w, i) => {
    const share = shares.shares[i] as number;
    if (share > 0) {
      primal -= prices.level * share * Math.log(w);
      left[i] = (left[i] as number) - (prices.level * share) / w;
    }
    const price = prices.bounds[i] as number;
    const limit = (price > 0 ? shares.upper[i] : shares.lower[i]) as number;
    if (price !== 0) gap += price * (limit - w);
    violation = Math.max(
      violation,
      (shares.lower[i] as number) - w,
      w - (shares.upper[i] as number),
    );
  });
  rows.forEach((row, r) => {
    const price = prices.rows[r] as number;
    const activity = dot(row.coefficients, weights);
    violation = Math.max(violation, row.lower - activity, activity - row.upper);
    if (price === 0) return;
    gap += price * ((price > 0 ? row.upper : row.lower) - activity);
    row.coefficients.forEach((c, i) => {
      left[i] = (left[i] as number) + price * c;
    });
  });
  const slack = left.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const total = Math.abs(gap) + 2 * slack * scale.total;
  return { primal, dual: primal - total, gap: total, maxViolation: violation };
}

function bindingOf(input: Report, weights: Float64Array): readonly BindingConstraint[] {
  const { resolved, rows } = input;
  const prices = userPrices(input);
  const slope = multiplyVector(resolved.risk.covariance, weights);
  const least = PRICE_RELATIVE_MIN * slope.reduce((most, s) => Math.max(most, Math.abs(s)), 0);
  const binding: BindingConstraint[] = [];
  const add = (constraint: string, shadowPrice: number): void => {
    if (Math.abs(shadowPrice) > least) binding.push({ constraint, shadowPrice });
  };
  add('budget', prices.budget);
  rows.forEach(({ name }, r) => {
    add(name, prices.rows[r] as number);
  });
  resolved.problem.assets.forEach((asset, i) => {
    const price = prices.bounds[i] as number;
    add(`${price > 0 ? 'upper' : 'lower'}:${asset}`, price);
  });
  return binding;
}
