import { AssertionError, assert } from '../../kernel/index.ts';
import type { OptimizationProblem, PiecewiseCost } from '../../domain/index.ts';
import { areFinite } from './array-checks.ts';

/**
 * Stops on a problem that no caller may build: shapes that disagree, numbers that are not numbers,
 * duplicate names, costs that are not convex. Contradictory limits are not a bug but an answer: they
 * come back as `infeasible`. Sentences are made only for what fails: this runs before every account.
 *
 * @param options `isModelKnown`: factors and specific variances equal those of a problem found valid
 * @throws AssertionError naming the asset or row at fault
 */
export function validateProblem(
  problem: OptimizationProblem,
  options: { readonly isModelKnown: boolean } = { isModelKnown: false },
): void {
  const n = problem.assets.length;
  const arrays = [
    ['target', problem.target],
    ['current', problem.current],
    ['specificVariance', problem.specificVariance],
    ['lower', problem.lower],
    ['upper', problem.upper],
  ] as const;
  for (const [name, values] of arrays) {
    if (values.length !== n) fail(`${name} has one entry per asset`);
  }
  assert(problem.costs.length === n, 'costs has one entry per asset');
  assert(
    Number.isInteger(problem.factorCount) && problem.factorCount >= 0,
    'factorCount is a whole number',
  );
  assert(problem.factors.length === n * problem.factorCount, 'factors is n x k, row-major');
  assert(options.isModelKnown || allFinite(problem.factors), 'factors are finite');
  assert(
    Number.isFinite(problem.riskAversion) && problem.riskAversion >= 0,
    'riskAversion is finite and not negative',
  );
  assert(
    problem.linear === null || (problem.linear.length === n && allFinite(problem.linear)),
    'linear has one finite entry per asset',
  );
  assert(areDistinct(problem.assets), 'assets are distinct');
  if (!areNumbersValid(problem)) for (let i = 0; i < n; i += 1) validateAsset(problem, i);
  validateCosts(problem);
  validateRows(problem);
  validateImpact(problem);
}

function fail(invariant: string): never {
  throw new AssertionError(invariant);
}

/** The names found distinct last: accounts of one universe ask again and again. */
let distinct: readonly string[] = [];

/** Ascending names are distinct without a set of them. */
function areDistinct(names: readonly string[]): boolean {
  if (areSame(names, distinct)) return true;
  let isAscending = true;
  for (let i = 1; i < names.length && isAscending; i += 1) {
    isAscending = (names[i - 1] as string) < (names[i] as string);
  }
  if (!isAscending && new Set(names).size !== names.length) return false;
  distinct = names.slice();
  return true;
}

function areSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let i = 0; i < names.length; i += 1) if (names[i] !== others[i]) return false;
  return true;
}

function validateImpact({ assets, impact }: OptimizationProblem): void {
  if (impact === undefined || impact === null) return;
  const { coefficient, power } = impact;
  assert(power > 1 && power <= 2, 'the power of the impact is above 1 and at most 2');
  assert(coefficient.length === assets.length, 'the impact has one coefficient per asset');
  assert(
    coefficient.every((c) => Number.isFinite(c) && c >= 0),
    'coefficients of the impact are finite and not negative',
  );
}

/** Whether no name needs a closer look: one sum over all numbers tells. */
function areNumbersValid(problem: OptimizationProblem): boolean {
  const { target, current, specificVariance, lower, upper } = problem;
  let defect = 0;
  let isValid = true;
  const n = target.length;
  for (let i = 0; i < n; i += 1) {
    const b = target[i] as number;
    const x = current[i] as number;
    const v = specificVariance[i] as number;
    // A finite number less itself is zero.
    defect += b - b + (x - x) + (v - v);
    isValid &&= v >= 0 && (lower[i] as number) < Infinity && (upper[i] as number) > -Infinity;
  }
  return isValid && defect === 0;
}

function validateAsset(problem: OptimizationProblem, i: number): void {
  const asset = problem.assets[i] ?? '';
  const variance = problem.specificVariance[i] as number;
  if (!(variance >= 0 && variance < Infinity)) fail(`${asset}: specific variance is >= 0`);
  if (!isFinite(problem.target[i] as number)) fail(`${asset}: target is finite`);
  if (!isFinite(problem.current[i] as number)) fail(`${asset}: current is finite`);
  if (!((problem.lower[i] as number) < Infinity)) {
    fail(`${asset}: lower is a number below infinity`);
  }
  if (!((problem.upper[i] as number) > -Infinity)) {
    fail(`${asset}: upper is a number above -infinity`);
  }
}

function validateCosts({ assets, costs }: OptimizationProblem): void {
  for (let i = 0; i < costs.length; i += 1) {
    const cost = costs[i] ?? null;
    if (cost !== null) validateCost(assets[i] ?? '', cost);
  }
}

function validateCost(asset: string, cost: PiecewiseCost): void {
  if (isConvexCurve(cost)) return;
  const { breakpoints, slopes } = cost;
  if (slopes.length !== breakpoints.length + 1) fail(`${asset}: one slope more than breakpoints`);
  if (!allFinite(breakpoints)) fail(`${asset}: breakpoints are finite`);
  if (!allFinite(slopes)) fail(`${asset}: slopes are finite`);
  if (!isAscending(breakpoints)) fail(`${asset}: breakpoints ascend`);
  if (!isAscending(slopes)) fail(`${asset}: slopes do not fall (the cost is convex)`);
}

/** Whatever ascends from one finite number to another is finite. */
function isConvexCurve({ breakpoints, slopes }: PiecewiseCost): boolean {
  const m = breakpoints.length;
  if (slopes.length !== m + 1) return false;
  if (!isFinite(slopes[0] as number) || !isFinite(slopes[m] as number)) return false;
  for (let p = 0; p < m; p += 1) {
    if (!((slopes[p] as number) <= (slopes[p + 1] as number))) return false;
  }
  if (m === 0) return true;
  if (!isFinite(breakpoints[0] as number) || !isFinite(breakpoints[m - 1] as number)) return false;
  for (let p = 1; p < m; p += 1) {
    if (!((breakpoints[p - 1] as number) <= (breakpoints[p] as number))) return false;
  }
  return true;
}

function validateRows(problem: OptimizationProblem): void {
  const names = new Set<string>();
  for (const row of problem.rows) {
    assert(!names.has(row.name), `row names are distinct: ${row.name}`);
    names.add(row.name);
    assert(
      row.coefficients.length === problem.assets.length && allFinite(row.coefficients),
      `row ${row.name}: one finite coefficient per asset`,
    );
    assert(
      !Number.isNaN(row.lower) && row.lower < Infinity,
      `row ${row.name}: lower is a number below infinity`,
    );
    assert(
      !Number.isNaN(row.upper) && row.upper > -Infinity,
      `row ${row.name}: upper is a number above -infinity`,
    );
  }
}

function isFinite(value: number): boolean {
  return value - value === 0;
}

/** Separate loops for the two kinds of array: one for both would be slow for either. */
function allFinite(values: Float64Array | readonly number[]): boolean {
  if (values instanceof Float64Array) return areFinite(values);
  for (let i = 0; i < values.length; i += 1) if (!isFinite(values[i] as number)) return false;
  return true;
}

function isAscending(values: readonly number[]): boolean {
  for (let i = 1; i < values.length; i += 1) {
    if (!((values[i - 1] as number) <= (values[i] as number))) return false;
  }
  return true;
}
