import { assert } from '../../kernel/index.ts';
import type { HardBudget, OptimizationProblem, PiecewiseCost } from '../../domain/index.ts';

/**
 * Stops on hard budgets and soft limits that no caller may build, like validateProblem for the rest.
 *
 * @throws AssertionError naming the budget or row at fault
 */
export function validateBudgets(problem: OptimizationProblem): void {
  const names = new Set(problem.rows.map(({ name }) => name));
  for (const budget of problem.budgets ?? []) {
    assert(!names.has(budget.name), `budget and row names are distinct: ${budget.name}`);
    names.add(budget.name);
    validateBudget(problem, budget);
  }
  for (const { name, soft } of problem.rows) {
    if (soft === undefined) continue;
    const { penalty, priority } = soft;
    assert(penalty !== undefined || priority !== undefined, `row ${name}: a penalty or a priority`);
    assert(
      penalty === undefined || (Number.isFinite(penalty) && penalty >= 0),
      `row ${name}: the penalty is finite and not negative`,
    );
    assert(
      priority === undefined || (Number.isInteger(priority) && priority >= 1),
      `row ${name}: the priority is a whole number from 1`,
    );
  }
}

function validateBudget(problem: OptimizationProblem, budget: HardBudget): void {
  const { name, maximum } = budget;
  const n = problem.assets.length;
  switch (budget.kind) {
    case 'trackingError':
      // Zero leaves one point, which equal bounds say without an infinite price.
      assert(Number.isFinite(maximum) && maximum > 0, `${name}: the limit is finite and positive`);
      assert(
        budget.benchmark.length === n && budget.benchmark.every(Number.isFinite),
        `${name}: one finite benchmark weight per asset`,
      );
      return;
    case 'turnover':
      assert(
        Number.isFinite(maximum) && maximum >= 0,
        `${name}: the limit is finite, not negative`,
      );
      return;
    case 'cost':
      assert(Number.isFinite(maximum), `${name}: the limit is finite`);
      assert(budget.costs.length === n, `${name}: one curve or null per asset`);
      budget.costs.forEach((cost, i) => {
        if (cost !== null) validateCurve(`${name}, ${problem.assets[i] ?? ''}`, cost);
      });
  }
}

function validateCurve(where: string, { breakpoints, slopes }: PiecewiseCost): void {
  assert(slopes.length === breakpoints.length + 1, `${where}: one slope more than breakpoints`);
  assert(breakpoints.every(Number.isFinite), `${where}: breakpoints are finite`);
  assert(slopes.every(Number.isFinite), `${where}: slopes are finite`);
  assert(isAscending(breakpoints), `${where}: breakpoints ascend`);
  assert(isAscending(slopes), `${where}: slopes do not fall (the curve is convex)`);
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || (values[i - 1] as number) <= value);
}
