/** One account's decision: targets, optimization, orders. A pure function of the snapshot and the run. */
import { zero } from '../../kernel/index.ts';
import { driftAfter, driftOf, trackingErrorOf } from '../../analysis/index.ts';
import {
  errorFinding,
  warningFinding,
  type AccountOutcome,
  type AccountSnapshot,
  type AccountTargets,
  type Drift,
  type Finding,
  type InstrumentSymbol,
  type Money,
  type OptimizationProblem,
  type OptimizationResult,
  type Price,
  type RebalanceKind,
  type RiskModel,
  type RunId,
  type Snapshot,
  type Trigger,
} from '../../domain/index.ts';
import { buildAccountProblem, exactWeights, optimize } from '../../optimizer/index.ts';
import { generateOrders, oneWayTurnover, type GeneratedOrders } from '../../orders/index.ts';
import { resolveTargets, type ExtraLimits } from '../../targets/index.ts';
import { realizedGains, type WashWindow } from '../../tax/index.ts';
import { evaluateTriggers } from '../../triggers/index.ts';
import { findingsOn } from './account-findings.ts';
import { AccountLots } from './sale-lots.ts';

export interface AccountProposalInput {
  readonly runId: RunId;
  readonly kind: RebalanceKind;
  readonly snapshot: Snapshot;
  readonly account: AccountSnapshot;
  readonly requested: readonly Trigger[];
  readonly riskModel: RiskModel;
  readonly window: WashWindow;
  readonly extra: ExtraLimits;
}

/** Never throws for bad data: an account that cannot be computed is `refused` with its findings. */
export function proposeAccount(input: AccountProposalInput): AccountOutcome {
  const { account, snapshot } = input;
  const rejected = findingsOn(snapshot, account.account.accountId).filter(
    (finding) => finding.severity === 'error',
  );
  const resolved = resolveTargets(account, snapshot, input.extra);
  if (rejected.length > 0 || !resolved.ok) {
    return refused(input, [...rejected, ...(resolved.ok ? [] : resolved.error)]);
  }
  const { targets, findings } = resolved.value;
  const triggers = [
    ...input.requested,
    ...evaluateTriggers({
      account,
      targets,
      settings: snapshot.settings,
      asOfDate: snapshot.asOfDate,
    }),
  ];
  if (input.kind === 'hold') return unchanged(input, { targets, triggers, findings });
  const lots = new AccountLots({
    account,
    settings: snapshot.settings,
    asOfDate: snapshot.asOfDate,
    window: input.window,
    price: pricesOf(targets),
  });
  const solved = solve(input.kind, { input, targets, lots });
  if (solved.result.status !== 'optimal') {
    const outcome = refused(input, [...findings, ...solved.findings]);
    return {
      ...outcome,
      triggers,
      // Records carry finite numbers; the finding names also what no relaxation of its own would cure.
      conflict: solved.result.conflict.filter(({ relaxation }) => Number.isFinite(relaxation)),
      driftBefore: driftOf(targets),
    };
  }
  const generated = generateOrders({
    runId: input.runId,
    kind: input.kind,
    targets,
    weights: exactWeights(solved.problem, solved.result),
    binding: solved.result.binding,
    instruments: snapshot.instruments,
    settings: snapshot.settings,
    saleLots: (symbol) => lots.saleLots(symbol),
  });
  return outcomeOf(input, {
    targets,
    triggers,
    findings: [...findings, ...solved.findings],
    lots,
    solved,
    generated,
  });
}

interface Solved {
  readonly problem: OptimizationProblem;
  readonly result: OptimizationResult;
  readonly findings: readonly Finding[];
}

interface SolveContext {
  readonly input: AccountProposalInput;
  readonly targets: AccountTargets;
  readonly lots: AccountLots;
}

/**
 * Solves for weights. When the limits on groups leave no way to invest all the cash, the cash target gives
 * way and the outcome says so: a limit outranks being fully invested.
 */
function solve(kind: Exclude<RebalanceKind, 'hold'>, context: SolveContext): Solved {
  const { input, targets, lots } = context;
  const attempt = (isBudgetRelaxed: boolean): Omit<Solved, 'findings'> => {
    const problem = buildAccountProblem({
      targets,
      riskModel: input.riskModel,
      kind,
      settings: input.snapshot.settings,
      isBudgetRelaxed,
      lockedWeight: new Map(
        targets.lines.map((line) => [line.symbol, lots.lockedWeight(line, targets.planningTotal)]),
      ),
      saleTax: new Map(
        targets.lines.map((line) => [
          line.symbol,
          lots.taxSegments(line.symbol, targets.planningTotal),
        ]),
      ),
    });
    return {
      problem,
      result: optimize(problem, { tolerance: input.snapshot.settings.optimizer.tolerance }),
    };
  };
  const first = attempt(false);
  const location = { accountId: targets.accountId };
  if (first.result.status === 'optimal') return { ...first, findings: [] };
  const second = attempt(true);
  if (second.result.status === 'optimal') {
    const names = first.result.conflict.map((entry) => entry.constraint).join(', ');
    const text = `the limits (${names}) keep the account from being fully invested; cash takes the difference`;
    return { ...second, findings: [warningFinding('BUDGET_NOT_REACHED', text, location)] };
  }
  const conflict = second.result.conflict
    .map(({ constraint, relaxation }) =>
      Number.isFinite(relaxation)
        ? `${constraint} (relax by ${relaxation.toPrecision(4)})`
        : `${constraint} (giving way here alone does not help)`,
    )
    .join(', ');
  const code =
    second.result.status === 'infeasible'
      ? 'CONSTRAINTS_IN_CONFLICT'
      : 'OPTIMIZER_DID_NOT_CONVERGE';
  const text =
    second.result.status === 'infeasible'
      ? `no portfolio satisfies all limits together: ${conflict}`
      : `no certified answer after ${String(second.result.solver.iterations)} iterations`;
  return { ...second, findings: [errorFinding(code, text, location)] };
}

interface OutcomeParts {
  readonly targets: AccountTargets;
  readonly triggers: readonly Trigger[];
  readonly findings: readonly Finding[];
  readonly lots: AccountLots;
  readonly solved: Solved;
  readonly generated: GeneratedOrders;
}

function outcomeOf(input: AccountProposalInput, parts: OutcomeParts): AccountOutcome {
  const { targets, generated, solved } = parts;
  const gains = realizedGains(
    generated.orders.flatMap((order) => order.lots),
    parts.lots.rates,
  );
  const overdrawn = generated.cashAfter.isNegative()
    ? [
        errorFinding(
          'ACCOUNT_OVERDRAWN',
          `cash would be ${generated.cashAfter.toFixed(2, 'halfEven')} after ${input.kind === 'investCash' ? 'a run that makes no sales' : 'all permitted sales'}`,
          { accountId: targets.accountId },
        ),
      ]
    : [];
  return {
    ...base(input),
    status: generated.orders.length === 0 ? 'unchanged' : 'proposed',
    triggers: parts.triggers,
    planningTotal: targets.planningTotal,
    driftBefore: driftOf(targets),
    driftAfter: driftAfter(targets, generated.quantitiesAfter, generated.cashAfter),
    trackingErrorBefore: trackingErrorOf(targets, input.riskModel),
    trackingErrorAfter: trackingErrorOf(targets, input.riskModel, generated.quantitiesAfter),
    turnover: oneWayTurnover(generated.orders, targets.planningTotal),
    realizedShortTerm: gains.shortTerm,
    realizedLongTerm: gains.longTerm,
    estimatedTax: gains.estimatedTax,
    estimatedCost: generated.estimatedCost,
    cashBefore: targets.cash,
    cashAfter: generated.cashAfter,
    cashReserve: targets.cashReserve,
    certificate: solved.result.certificate,
    binding: solved.result.binding,
    orders: generated.orders,
    suppressed: generated.suppressed,
    findings: [...parts.findings, ...overdrawn],
  };
}

function unchanged(
  input: AccountProposalInput,
  parts: Pick<OutcomeParts, 'targets' | 'triggers' | 'findings'>,
): AccountOutcome {
  const { targets } = parts;
  const drift: Drift = driftOf(targets);
  return {
    ...base(input),
    status: 'unchanged',
    triggers: parts.triggers,
    planningTotal: targets.planningTotal,
    driftBefore: drift,
    driftAfter: drift,
    cashBefore: targets.cash,
    cashAfter: targets.cash,
    cashReserve: targets.cashReserve,
    findings: parts.findings,
  };
}

function refused(input: AccountProposalInput, findings: readonly Finding[]): AccountOutcome {
  const { cash } = input.account;
  return {
    ...base(input),
    status: 'refused',
    triggers: input.requested,
    cashBefore: cash.amount,
    cashAfter: cash.amount,
    findings,
  };
}

const NOTHING: Money = zero<'Money'>();

/** An outcome in which nothing happens: the fields that the cases above do not set. */
function base(input: AccountProposalInput): AccountOutcome {
  const { accountId, householdId } = input.account.account;
  return {
    accountId,
    householdId,
    status: 'unchanged',
    triggers: [],
    planningTotal: NOTHING,
    driftBefore: null,
    driftAfter: null,
    trackingErrorBefore: null,
    trackingErrorAfter: null,
    turnover: zero<'ratio'>(),
    realizedShortTerm: NOTHING,
    realizedLongTerm: NOTHING,
    estimatedTax: NOTHING,
    estimatedCost: NOTHING,
    cashBefore: NOTHING,
    cashAfter: NOTHING,
    cashReserve: NOTHING,
    certificate: null,
    binding: [],
    conflict: [],
    orders: [],
    suppressed: [],
    findings: [],
  };
}

function pricesOf(targets: AccountTargets): (symbol: InstrumentSymbol) => Price {
  const prices = new Map(targets.lines.map((line) => [line.symbol, line.price]));
  return (symbol) => prices.get(symbol) ?? zero<'Price'>();
}
