/** Runs, their accounts and their orders, as the contract shows them. */
import type { Instrument, OrderReason, Snapshot } from '../../domain/index.ts';
import { Decimal, sum, zero } from '../../kernel/index.ts';
import { bindingText, conflictText, explainOrder, reasonText } from '../../orders/index.ts';
import type { Role } from '../../domain/index.ts';
import { isPermitted } from '../../identity/index.ts';
import {
  blockingRules,
  isMaker,
  nextRunState,
  type AccountFrontier,
  type AllocationRecord,
  type ApprovalRecord,
  type OrderRecord,
  type OrderTally,
  type OverrideRecord,
  type RunAccountRecord,
  type RunRecord,
} from '../../workflow/index.ts';
import type {
  AccountFrontier as AccountFrontierShape,
  Order,
  Run,
  RunAccount,
} from '../contract/index.ts';
import { driftView, findingView, triggerView } from './monitor-view.ts';

/** Who looks, and the names to show for ids. */
export interface Viewer {
  readonly userId: string;
  readonly roles: readonly Role[];
  readonly names: ReadonlyMap<string, string>;
}

export function nameOf(names: ReadonlyMap<string, string>, id: string): string {
  return names.get(id) ?? (id.startsWith('system:') ? id.slice('system:'.length) : id);
}

export function runView(run: RunRecord, tallies: readonly OrderTally[], viewer: Viewer): Run {
  const { totals } = run;
  return {
    runId: run.runId,
    state: run.state,
    rebalanceKind: run.rebalanceKind,
    reason: run.reason,
    selection: run.selection,
    asOfDate: run.asOfDate,
    startedBy: run.startedBy,
    startedByName: nameOf(viewer.names, run.startedBy),
    startedAt: run.startedAt,
    computedAt: run.computedAt,
    submittedBy: run.submittedBy,
    submittedByName: run.submittedBy === null ? null : nameOf(viewer.names, run.submittedBy),
    submittedAt: run.submittedAt,
    releasedAt: run.releasedAt,
    tradeDate: run.tradeDate,
    snapshotHash: run.snapshotHash,
    engineVersion: run.engineVersion,
    resultHash: run.resultHash,
    reportHash: run.reportHash,
    progress: { phase: run.phase, doneCount: run.doneCount, totalCount: run.totalCount },
    totals:
      totals === null
        ? null
        : {
            ...totals,
            buyAmount: totals.buyAmount.toString(),
            sellAmount: totals.sellAmount.toString(),
            realizedShortTerm: totals.realizedShortTerm.toString(),
            realizedLongTerm: totals.realizedLongTerm.toString(),
            estimatedTax: totals.estimatedTax?.toString() ?? null,
            estimatedCost: totals.estimatedCost.toString(),
            activeShareBefore: totals.activeShareBefore?.toString() ?? null,
            activeShareAfter: totals.activeShareAfter?.toString() ?? null,
            activeShareAchieved: totals.activeShareAchieved?.toString() ?? null,
          },
    orderCounts: orderCounts(tallies),
    findings: run.findings.map(findingView),
    failure: run.failure === null ? null : findingView(run.failure),
    permittedActions: permittedActions(run, tallies, viewer),
  };
}

const IN_REVIEW: ReadonlySet<string> = new Set(['proposed', 'submitted', 'approved']);

function orderCounts(tallies: readonly OrderTally[]): Run['orderCounts'] {
  const count = (test: (tally: OrderTally) => boolean): number =>
    tallies.filter(test).reduce((total, tally) => total + tally.count, 0);
  const ofState = (state: string): number => count((tally) => tally.state === state);
  return {
    proposed: ofState('proposed'),
    held: ofState('held'),
    submitted: ofState('submitted'),
    approved: ofState('approved'),
    declined: ofState('declined'),
    released: ofState('released'),
    executed: ofState('executed'),
    allocated: ofState('allocated'),
    pass: count(({ verdict }) => verdict === 'pass'),
    fail: count(({ verdict }) => verdict === 'fail'),
    couldNotCheck: count(({ verdict }) => verdict === 'couldNotCheck'),
    blocked: tallies
      .filter(({ state }) => IN_REVIEW.has(state))
      .reduce((total, tally) => total + tally.count - tally.clearCount, 0),
  };
}

function permittedActions(
  run: RunRecord,
  tallies: readonly OrderTally[],
  viewer: Viewer,
): Run['permittedActions'] {
  const { roles, userId } = viewer;
  const has = (state: string): boolean => tallies.some((t) => t.state === state && t.count > 0);
  const isChangeable = IN_REVIEW.has(run.state);
  const isChecker = !isMaker(run, userId);
  const actions: readonly (readonly [Run['permittedActions'][number], boolean])[] = [
    ['submit', isPermitted(roles, 'run.submit') && run.state === 'proposed' && has('proposed')],
    ['edit', isPermitted(roles, 'order.edit') && isChangeable],
    ['hold', isPermitted(roles, 'order.hold') && isChangeable],
    [
      'approve',
      isPermitted(roles, 'order.approve') &&
        isChecker &&
        nextRunState(run.state, 'approveAll') !== null &&
        has('submitted'),
    ],
    ['override', isPermitted(roles, 'order.override') && isChecker && isChangeable],
    [
      'release',
      isPermitted(roles, 'run.release') &&
        nextRunState(run.state, 'release') !== null &&
        has('approved'),
    ],
  ];
  return actions.filter(([, isOn]) => isOn).map(([name]) => name);
}

export interface AccountParts {
  readonly snapshot: Snapshot;
  readonly orderCount: number;
  readonly verdict: RunAccount['verdict'];
}

export function runAccountView(record: RunAccountRecord, parts: AccountParts): RunAccount {
  const { outcome, driftAchieved } = record;
  const known = parts.snapshot.accounts.get(outcome.accountId);
  return {
    accountId: outcome.accountId,
    accountName: known?.account.name ?? outcome.accountId,
    householdId: outcome.householdId,
    householdName: known?.household.name ?? outcome.householdId,
    taxStatus: known?.account.taxStatus ?? 'unknown',
    status: outcome.status,
    triggers: outcome.triggers.map(triggerView),
    planningTotal: outcome.planningTotal.toString(),
    driftBefore: outcome.driftBefore === null ? null : driftView(outcome.driftBefore),
    driftAfter: outcome.driftAfter === null ? null : driftView(outcome.driftAfter),
    driftAchieved: driftAchieved === null ? null : driftView(driftAchieved),
    trackingErrorBefore: outcome.trackingErrorBefore,
    trackingErrorAfter: outcome.trackingErrorAfter,
    turnover: outcome.turnover.toString(),
    realizedShortTerm: outcome.realizedShortTerm.toString(),
    realizedLongTerm: outcome.realizedLongTerm.toString(),
    estimatedTax: outcome.estimatedTax?.toString() ?? null,
    estimatedCost: outcome.estimatedCost.toString(),
    cashBefore: outcome.cashBefore.toString(),
    cashAfter: outcome.cashAfter.toString(),
    cashReserve: outcome.cashReserve.toString(),
    certificate: outcome.certificate,
    binding: outcome.binding.map((item) => ({
      ...item,
      text: bindingText(item, outcome.planningTotal),
    })),
    conflict: outcome.conflict.map((item) => ({ ...item, text: conflictText(item) })),
    suppressed: outcome.suppressed.map((order) => ({
      ...order,
      quantity: order.quantity.toString(),
      amount: order.amount.toString(),
    })),
    findings: outcome.findings.map(findingView),
    orderCount: parts.orderCount,
    verdict: parts.verdict,
  };
}

export function accountFrontierView(frontier: AccountFrontier): AccountFrontierShape {
  if (frontier.status !== 'traced') {
    return { status: frontier.status, planningTotal: null, points: [], noTrade: null };
  }
  return {
    status: frontier.status,
    planningTotal: frontier.planningTotal.toString(),
    points: frontier.points.map((point) => ({
      ...point,
      estimatedTax: point.estimatedTax.toString(),
    })),
    noTrade: frontier.noTrade,
  };
}

export interface OrderParts {
  readonly run: RunRecord;
  readonly snapshot: Snapshot;
  readonly names: ReadonlyMap<string, string>;
  readonly approvals: ReadonlyMap<string, ApprovalRecord>;
  readonly overrides: readonly OverrideRecord[];
  readonly allocations: ReadonlyMap<string, AllocationRecord>;
}

export function etagOf(version: number): string {
  return `"${String(version)}"`;
}

export function orderView(record: OrderRecord, parts: OrderParts): Order {
  const { order, hold } = record;
  const account = parts.snapshot.accounts.get(order.accountId);
  const instrument: Instrument | undefined = parts.snapshot.instruments.get(order.symbol);
  const approval = parts.approvals.get(order.orderId);
  const allocation = parts.allocations.get(order.orderId);
  const overrides = parts.overrides.filter((o) => o.orderId === order.orderId);
  const gainOf = (term: 'short' | 'long'): string =>
    sum(order.lots.filter((lot) => lot.term === term).map((lot) => lot.gain)).toString();
  return {
    orderId: order.orderId,
    runId: order.runId,
    accountId: order.accountId,
    accountName: account?.account.name ?? order.accountId,
    householdId: account?.account.householdId ?? '',
    symbol: order.symbol,
    instrumentName: instrument?.name ?? order.symbol,
    side: order.side,
    quantity: order.quantity.toString(),
    quantityProposed: record.quantityProposed.toString(),
    estimatedPrice: order.estimatedPrice.toString(),
    estimatedAmount: order.estimatedAmount.toString(),
    estimatedCost: order.estimatedCost.toString(),
    realizedShortTerm: gainOf('short'),
    realizedLongTerm: gainOf('long'),
    lots: order.lots.map((lot) => ({
      lotId: lot.lotId,
      quantity: lot.quantity.toString(),
      acquiredDate: lot.acquiredDate,
      costBasis: lot.costBasis.toString(),
      proceeds: lot.proceeds.toString(),
      gain: lot.gain.toString(),
      term: lot.term,
    })),
    reasons: order.reasons.map(reasonView),
    why: explainOrder(order),
    state: record.state,
    verdict: record.verdict,
    canOverride: record.canOverride,
    failedRuleIds: [...record.failedRuleIds],
    overrides: overrides.map((override) => ({
      ruleId: override.ruleId,
      overriddenBy: override.overriddenBy,
      overriddenByName: nameOf(parts.names, override.overriddenBy),
      overriddenAt: override.overriddenAt,
      reasonCode: override.reasonCode,
      reasonText: override.reasonText,
    })),
    approval: approvalView(approval, parts.names),
    approvalVoided:
      approval?.voidedAt === null || approval === undefined
        ? null
        : { at: approval.voidedAt, reasonText: approval.voidReason ?? '' },
    hold: hold === null ? null : { ...hold },
    editedBy: record.editedBy,
    blockedBy: blockedBy(record, overrides, parts.run),
    version: record.version,
    etag: etagOf(record.version),
    factsHash: record.factsHash,
    blockId: record.blockId,
    allocatedQuantity:
      record.state === 'allocated' ? (allocation?.quantity ?? zero()).toString() : null,
    averagePrice: allocation?.averagePrice.toString() ?? null,
  };
}

function approvalView(
  approval: ApprovalRecord | undefined,
  names: ReadonlyMap<string, string>,
): Order['approval'] {
  if (approval === undefined || approval.voidedAt !== null) return null;
  return {
    approvedBy: approval.approver,
    approvedByName: nameOf(names, approval.approver),
    approvedAt: approval.approvedAt,
    factsHash: approval.factsHash,
    reasonText: approval.reasonText,
  };
}

/** Every reason at once why an order cannot go on to release. */
function blockedBy(
  record: OrderRecord,
  overrides: readonly OverrideRecord[],
  run: RunRecord,
): string[] {
  const isPast = ['released', 'executed', 'allocated'].includes(record.state);
  if (isPast) return [];
  const blocking = blockingRules(record, overrides);
  const isRunPast = run.releasedAt !== null;
  return [
    ...(blocking === null ? [] : [blocking]),
    ...(record.state === 'held' ? [`held: ${record.hold?.reasonText ?? ''}`] : []),
    ...(record.state === 'declined' ? ['declined by the approver'] : []),
    ...(record.state === 'proposed' ? ['the run has not been submitted'] : []),
    ...(record.state === 'submitted' ? ['waits for approval'] : []),
    ...(isRunPast ? ['the run was released without it'] : []),
  ];
}

function reasonView(reason: OrderReason): Order['reasons'][number] {
  const { code, ...facts } = reason;
  return {
    code,
    text: reasonText(reason),
    facts: Object.fromEntries(
      Object.entries(facts as Readonly<Record<string, unknown>>).map(([name, value]) => [
        name,
        factText(value),
      ]),
    ),
  };
}

function factText(value: unknown): string | number | null {
  if (value instanceof Decimal) return value.toString();
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}
