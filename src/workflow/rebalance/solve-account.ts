/** From an account's targets to certified weights: the problem, its answer, and what gave way. */
import { zero } from '../../kernel/index.ts';
import {
  errorFinding,
  warningFinding,
  type AccountSnapshot,
  type AccountTargets,
  type Finding,
  type InstrumentSymbol,
  type OptimizationProblem,
  type OptimizationResult,
  type PiecewiseCost,
  type Price,
  type RebalanceKind,
  type RiskModel,
  type Snapshot,
} from '../../domain/index.ts';
import { buildAccountProblem, optimize, saleTaxCurves } from '../../optimizer/index.ts';
import type { WashWindow } from '../../tax/index.ts';
import { AccountLots } from './sale-lots.ts';

export interface Solved {
  readonly problem: OptimizationProblem;
  readonly result: OptimizationResult;
  readonly findings: readonly Finding[];
  /** Per line: the tax that the sales of the answer weigh, as `saleTaxCurves`. */
  readonly taxCurves: () => readonly (PiecewiseCost | null)[];
  /** The same problem with trading costs alone. */
  readonly untaxedProblem: () => OptimizationProblem;
}

export interface SolveInput {
  readonly kind: Exclude<RebalanceKind, 'hold'>;
  readonly snapshot: Snapshot;
  readonly account: AccountSnapshot;
  readonly riskModel: RiskModel;
  readonly window: WashWindow;
}

/**
 * Solves for weights. When the limits on groups leave no way to invest all the cash, the cash target gives
 * way and the outcome says so: a limit outranks being fully invested.
 */
export function solveAccount(
  targets: AccountTargets,
  input: SolveInput,
): Solved & { readonly lots: AccountLots } {
  const { snapshot } = input;
  const lots = new AccountLots({
    account: input.account,
    settings: snapshot.settings,
    asOfDate: snapshot.asOfDate,
    window: input.window,
    price: pricesOf(targets),
  });
  const first = attempt(targets, { input, lots, isBudgetRelaxed: false });
  if (first.result.status === 'optimal') return { ...first, lots, findings: [] };
  const location = { accountId: targets.accountId };
  const second = attempt(targets, { input, lots, isBudgetRelaxed: true });
  if (second.result.status === 'optimal') {
    const names = first.result.conflict.map((entry) => entry.constraint).join(', ');
    const text = `the limits (${names}) keep the account from being fully invested; cash takes the difference`;
    return { ...second, lots, findings: [warningFinding('BUDGET_NOT_REACHED', text, location)] };
  }
  return { ...second, lots, findings: [failureOf(second.result, location)] };
}

interface Attempt {
  readonly input: SolveInput;
  readonly lots: AccountLots;
  readonly isBudgetRelaxed: boolean;
}

function attempt(
  targets: AccountTargets,
  { input, lots, isBudgetRelaxed }: Attempt,
): Omit<Solved, 'findings'> {
  const { lines, planningTotal } = targets;
  const parts = {
    targets,
    riskModel: input.riskModel,
    kind: input.kind,
    settings: input.snapshot.settings,
    isBudgetRelaxed,
    lockedWeight: new Map(
      lines.map((line) => [line.symbol, lots.lockedWeight(line, planningTotal)]),
    ),
    saleTax: new Map(
      lines.map((line) => [line.symbol, lots.taxSegments(line.symbol, planningTotal)]),
    ),
  };
  const problem = buildAccountProblem(parts);
  const { tolerance } = input.snapshot.settings.optimizer;
  return {
    problem,
    result: optimize(problem, { tolerance }),
    taxCurves: () => saleTaxCurves(lines, parts.saleTax),
    untaxedProblem: () => buildAccountProblem({ ...parts, saleTax: new Map() }),
  };
}

function failureOf(result: OptimizationResult, location: Finding['location']): Finding {
  if (result.status !== 'infeasible') {
    const text = `no certified answer after ${String(result.solver.iterations)} iterations`;
    return errorFinding('OPTIMIZER_DID_NOT_CONVERGE', text, location);
  }
  const conflict = result.conflict
    .map(({ constraint, relaxation }) =>
      Number.isFinite(relaxation)
        ? `${constraint} (relax by ${relaxation.toPrecision(4)})`
        : `${constraint} (giving way here alone does not help)`,
    )
    .join(', ');
  const text = `no portfolio satisfies all limits together: ${conflict}`;
  return errorFinding('CONSTRAINTS_IN_CONFLICT', text, location);
}

function pricesOf(targets: AccountTargets): (symbol: InstrumentSymbol) => Price {
  const prices = new Map(targets.lines.map((line) => [line.symbol, line.price]));
  return (symbol) => prices.get(symbol) ?? zero<'Price'>();
}
