import { assert } from '../../kernel/index.ts';
import type { OptimizationProblem, PiecewiseCost } from '../../domain/index.ts';

/**
 * Stops on a problem that no caller may build: shapes that disagree, numbers that are not numbers,
 * duplicate names, costs that are not convex. Contradictory limits are not a bug but an answer: they
 * come back as `infeasible`.
 *
 * @throws AssertionError naming the asset or row at fault
 */
export function validateProblem(problem: OptimizationProblem): void {
  const n = problem.assets.length;
  const arrays = [
    ['target', problem.target],
    ['current', problem.current],
    ['specificVariance', problem.specificVariance],
    ['lower', problem.lower],
    ['upper', problem.upper],
  ] as const;
  for (const [name, values] of arrays) {
    assert(values.length === n, `${name} has one entry per asset`);
  }
  assert(problem.costs.length === n, 'costs has one entry per asset');
  assert(
    Number.isInteger(problem.factorCount) && problem.factorCount >= 0,
    'factorCount is a whole number',
  );
  assert(problem.factors.length === n * problem.factorCount, 'factors is n x k, row-major');
  assert(allFinite(problem.factors), 'factors are finite');
  assert(
    Number.isFinite(problem.riskAversion) && problem.riskAversion >= 0,
    'riskAversion is finite and not negative',
  );
  assert(
    problem.linear === null || (problem.linear.length === n && allFinite(problem.linear)),
    'linear has one finite entry per asset',
  );
  assert(new Set(problem.assets).size === n, 'assets are distinct');
  problem.assets.forEach((asset, i) => {
    validateAsset(problem, asset, i);
  });
  validateRows(problem);
  validateImpact(problem);
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

function validateAsset(problem: OptimizationProblem, asset: string, i: number): void {
  const variance = problem.specificVariance[i] as number;
  assert(Number.isFinite(variance) && variance >= 0, `${asset}: specific variance is >= 0`);
  assert(Number.isFinite(problem.target[i]), `${asset}: target is finite`);
  assert(Number.isFinite(problem.current[i]), `${asset}: current is finite`);
  const lower = problem.lower[i] as number;
  const upper = problem.upper[i] as number;
  assert(!Number.isNaN(lower) && lower < Infinity, `${asset}: lower is a number below infinity`);
  assert(!Number.isNaN(upper) && upper > -Infinity, `${asset}: upper is a number above -infinity`);
  const cost = problem.costs[i] ?? null;
  if (cost !== null) validateCost(asset, cost);
}

function validateCost(asset: string, cost: PiecewiseCost): void {
  const { breakpoints, slopes } = cost;
  assert(slopes.length === breakpoints.length + 1, `${asset}: one slope more than breakpoints`);
  assert(breakpoints.every(Number.isFinite), `${asset}: breakpoints are finite`);
  assert(slopes.every(Number.isFinite), `${asset}: slopes are finite`);
  assert(isAscending(breakpoints), `${asset}: breakpoints ascend`);
  assert(isAscending(slopes), `${asset}: slopes do not fall (the cost is convex)`);
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

function allFinite(values: Float64Array): boolean {
  return values.every(Number.isFinite);
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || (values[i - 1] as number) <= value);
}
