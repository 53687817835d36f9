/**
 * Hard limits on quantities of the whole account: turnover, tracking error, tax. Each gets one price; at the
 * right prices the priced problem's answer meets the limits, and the prices are the limits' shadow prices.
 */
import type { ConflictingConstraint, OptimizationProblem } from '../../domain/index.ts';
import { certify } from '../certificate/certificate.ts';
import { findConflict } from '../infeasibility/conflict.ts';
import { defectOfCertificate, type PlainOptions } from '../plain-solve.ts';
import type { BudgetSolution } from './budget-solution.ts';
import { LIMIT_TOLERANCE, solveOneBudget, type BudgetAnswer } from './one-budget.ts';
import { pricedProblems, solveAt, type PricedPoint } from './priced-problem.ts';
import { budgetConflict } from './reach.ts';
import { solveSeveralBudgets } from './several-budgets.ts';

/** Which budgets rows and boxes keep out of reach; null when all can be met (see reach.ts). */
export function conflictOfBudgets(problem: OptimizationProblem): ConflictingConstraint[] | null {
  return budgetConflict(problem, (smaller) => solveHardBudgets(smaller, {}));
}

/**
 * @returns weights and prices for the certificate to judge, or a conflict: of the rows alone, or of budgets
 *   that rows and boxes keep out of reach
 */
export function solveHardBudgets(
  problem: OptimizationProblem,
  options: PlainOptions,
): BudgetSolution {
  const priced = pricedProblems(problem, options);
  const { budgets } = priced;
  const first = solveAt(priced, new Float64Array(budgets.length), null);
  const { answer } = first;
  if (answer.status === 'infeasible') {
    const conflict = findConflict(problem, answer.rowPrices);
    return { status: 'infeasible', conflict, iterations: answer.iterations };
  }
  const isMet = budgets.every(
    ({ maximum }, j) => (first.values[j] as number) <= maximum + LIMIT_TOLERANCE,
  );
  if (isMet) return solution(first, answer.weights, { name: answer.name, iterations: 0 });
  let conflict: ConflictingConstraint[] | null = null;
  const isReachable = (): boolean => {
    conflict = conflictOfBudgets(problem);
    return conflict === null;
  };
  const solve = budgets.length === 1 ? solveOneBudget : solveSeveralBudgets;
  const found = solve(priced, first, isReachable);
  const iterations = answer.iterations + found.iterations;
  if (found.status === 'out of reach' && conflict !== null) {
    return { status: 'infeasible', conflict, iterations };
  }
  const best = bestCandidate(problem, found);
  return solution(best, found.weights, {
    name: `${best.answer.name}, budgets priced by ${String(found.solves + 1)} solves`,
    iterations,
  });
}

/** Any candidate's prices give a valid bound: the narrowest gap is kept. */
function bestCandidate(
  problem: OptimizationProblem,
  { candidates, weights }: BudgetAnswer,
): PricedPoint {
  let best = candidates[0] as PricedPoint;
  if (candidates.length === 1) return best;
  let least = Infinity;
  for (const candidate of candidates) {
    const { answer, budgetPrices } = candidate;
    const defect = defectOfCertificate(certify({ problem, ...answer, weights, budgetPrices }));
    if (defect < least) [least, best] = [defect, candidate];
  }
  return best;
}

function solution(
  { answer, budgetPrices }: PricedPoint,
  weights: Float64Array,
  { name, iterations }: { readonly name: string; readonly iterations: number },
): BudgetSolution {
  const { factorPrices, rowPrices } = answer;
  return {
    status: 'solved',
    weights,
    factorPrices,
    rowPrices,
    budgetPrices,
    name,
    iterations: Math.max(iterations, answer.iterations),
  };
}
