/** The shares of risk asked for, judged; and the method's other conditions. */
import { err, ok, type Result } from '../../../kernel/index.ts';
import { errorFinding, type Finding } from '../../../domain/index.ts';
import { missingBudget, unsupportedLimits } from '../heuristics/honored-limits.ts';
import type { ResolvedProblem } from '../resolved-problem.ts';

const SUM_TOLERANCE = 1e-6;

export interface BudgetShares {
  /** n shares that add up to one. */
  readonly shares: Float64Array;
  /** Boxes with lower ends raised to zero: risk budgets are long only. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly notes: readonly string[];
}

/**
 * Equal budgets go to every asset that may be held at all. Budgets given are scaled to add up to one exactly.
 *
 * @refuses METHOD_INPUT_INVALID for a budget below zero, budgets that do not add up to one, a budget for an asset
 *   that may not be held, no budget of weights; METHOD_CONSTRAINT_UNSUPPORTED for limits that are neither boxes nor
 *   rows
 */
export function budgetShares(
  resolved: ResolvedProblem,
  budgets: Float64Array | null,
): Result<BudgetShares, readonly Finding[]> {
  const { upper, problem, assetCount: n } = resolved;
  const findings: Finding[] = [
    ...unsupportedLimits(resolved, 'risk budgeting'),
    ...missingBudget(resolved, 'risk budgeting'),
  ];
  const lower = resolved.lower.map((low) => Math.max(0, low));
  const notes = [...resolved.lower].some((low) => low < 0)
    ? ['risk budgets are long only: lower bounds below zero are read as zero']
    : [];
  const mayHold = Array.from(upper, (high) => high > 0);
  if (budgets !== null) findings.push(...budgetFindings(resolved, budgets, mayHold));
  const heldCount = mayHold.filter(Boolean).length;
  if (heldCount === 0) {
    const message = 'no asset may be held: every upper bound is zero or below';
    findings.push(
      errorFinding('METHOD_INPUT_INVALID', message, { pointer: '/constraints/bounds' }),
    );
  }
  if (findings.length > 0) return err(findings);
  if (budgets === null && heldCount < n) {
    const names = problem.assets.filter((_, i) => mayHold[i] !== true);
    notes.push(`equal budgets for all but ${names.join(', ')}, which may not be held`);
  }
  const raw = budgets ?? Float64Array.from(mayHold, (may) => (may ? 1 : 0));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return ok({ shares: raw.map((value) => value / total), lower, upper, notes });
}

function budgetFindings(
  { problem, assetCount }: ResolvedProblem,
  budgets: Float64Array,
  mayHold: readonly boolean[],
): readonly Finding[] {
  const location = { pointer: '/objective/budgets' };
  const invalid = (message: string): Finding =>
    errorFinding('METHOD_INPUT_INVALID', message, location);
  if (budgets.length !== assetCount) {
    return [invalid(`${String(budgets.length)} risk budgets for ${String(assetCount)} assets`)];
  }
  const findings = problem.assets.flatMap((name, i) => {
    const share = budgets[i] as number;
    if (!(share >= 0))
      return [invalid(`the risk budget of ${name} is ${String(share)}, below zero`)];
    const isIdle = share > 0 && mayHold[i] !== true;
    return isIdle ? [invalid(`${name} has a risk budget, and its bounds allow no weight`)] : [];
  });
  const total = budgets.reduce((sum, value) => sum + value, 0);
  if (Math.abs(total - 1) > SUM_TOLERANCE) {
    findings.push(invalid(`risk budgets add up to ${String(total)}, not to one`));
  }
  return findings;
}
