/** One account's decision: targets, optimization, orders. A pure function of the snapshot and the run. */
import { zero } from '../../kernel/index.ts';
import { driftAfter, driftOf, trackingErrorOf } from '../../analysis/index.ts';
import {
  errorFinding,
  type AccountOutcome,
  type AccountSnapshot,
  type AccountTargets,
  type Drift,
  type Finding,
  type Money,
  type RebalanceKind,
  type RiskModel,
  type RunId,
  type Snapshot,
  type Trigger,
} from '../../domain/index.ts';
import { exactWeights } from '../../optimizer/index.ts';
import { generateOrders, oneWayTurnover, type GeneratedOrders } from '../../orders/index.ts';
import { resolveTargets, type ExtraLimits } from '../../targets/index.ts';
import { realizedGains, type WashWindow } from '../../tax/index.ts';
import { evaluateTriggers } from '../../triggers/index.ts';
import { findingsOn } from './account-findings.ts';
import type { AccountLots } from './sale-lots.ts';
import { solveAccount, type Solved } from './solve-account.ts';

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
  const { lots, ...solved } = solveAccount(targets, { ...input, kind: input.kind });
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
