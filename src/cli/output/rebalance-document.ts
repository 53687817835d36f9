/** A run as the documents of FORMATS section 1: money, price and quantity as text, weights as numbers. */
import { Decimal, sum } from '../../kernel/index.ts';
import {
  MONEY_SCALE,
  type AccountOutcome,
  type ComplianceReport,
  type Drift,
  type Finding,
  type Money,
  type OrderReason,
  type ProposedOrder,
  type RebalanceRun,
} from '../../domain/index.ts';
import { bindingText, conflictText, explainOrder, reasonText } from '../../orders/index.ts';
import { findingDocument } from './findings.ts';
import type { DocumentField } from './json-stream.ts';

/**
 * Money to the cent, with more digits where the input has them: what a custodian states to a thousandth
 * must still add up when it is printed.
 */
const cents = (amount: Decimal<'Money'>): string => {
  const digits = amount.toString().split('.')[1]?.length ?? 0;
  return amount.toFixed(Math.max(MONEY_SCALE, digits), 'halfEven');
};
const centsOrNull = (amount: Money | null): string | null =>
  amount === null ? null : cents(amount);

/** The whole result document, lists as iterables so that it can be written piece by piece. */
export function rebalanceDocument(run: RebalanceRun, report: ComplianceReport): DocumentField[] {
  return [
    { name: 'runId', value: run.runId },
    { name: 'asOf', value: run.asOfDate },
    { name: 'kind', value: run.rebalanceKind },
    { name: 'snapshotHash', value: run.snapshotHash },
    { name: 'engineVersion', value: run.engineVersion },
    { name: 'resultHash', value: run.resultHash },
    { name: 'totals', value: totalsDocument(run, report) },
    { name: 'accounts', items: repeatable(() => mapped(run.accounts, accountDocument)) },
    {
      name: 'orders',
      items: repeatable(() => mapped(ordersOf(run), (order) => orderDocument(order, report))),
    },
    { name: 'suppressed', items: repeatable(() => suppressedDocuments(run)) },
    { name: 'refusals', items: repeatable(() => refusalDocuments(run)) },
    { name: 'findings', items: repeatable(() => mapped(findingsOf(run), findingDocument)) },
    {
      name: 'compliance',
      value: {
        reportHash: report.reportHash,
        counts: report.counts,
        evaluations: report.evaluations.filter((evaluation) => evaluation.verdict !== 'pass'),
      },
    },
  ];
}

/** Made anew for every pass: a generator would be empty the second time the document is written. */
function repeatable(make: () => Iterable<unknown>): Iterable<unknown> {
  return { [Symbol.iterator]: () => make()[Symbol.iterator]() };
}

function* mapped<T>(items: Iterable<T>, map: (item: T) => unknown): Iterable<unknown> {
  for (const item of items) yield map(item);
}

export function* ordersOf(run: RebalanceRun): Iterable<ProposedOrder> {
  for (const account of run.accounts) yield* account.orders;
}

export function* findingsOf(run: RebalanceRun): Iterable<Finding> {
  yield* run.findings;
  for (const account of run.accounts) yield* account.findings;
}

function* suppressedDocuments(run: RebalanceRun): Iterable<unknown> {
  for (const account of run.accounts) {
    for (const entry of account.suppressed) yield { ...entry, amount: cents(entry.amount) };
  }
}

function* refusalDocuments(run: RebalanceRun): Iterable<unknown> {
  for (const { accountId, status, findings, conflict } of run.accounts) {
    if (status !== 'refused') continue;
    yield {
      accountId,
      findings: findings.map(findingDocument),
      conflict: conflict.map((item) => ({ ...item, text: conflictText(item) })),
    };
  }
}

export function accountDocument(account: AccountOutcome): Record<string, unknown> {
  return {
    accountId: account.accountId,
    householdId: account.householdId,
    status: account.status,
    planningTotal: account.planningTotal.toFixed(MONEY_SCALE, 'halfEven'),
    driftBefore: account.driftBefore?.activeShare.toFloat() ?? null,
    driftAfter: account.driftAfter?.activeShare.toFloat() ?? null,
    drift: { before: driftDocument(account.driftBefore), after: driftDocument(account.driftAfter) },
    trackingErrorBefore: account.trackingErrorBefore,
    trackingErrorAfter: account.trackingErrorAfter,
    turnover: account.turnover.toFloat(),
    realizedShortTerm: cents(account.realizedShortTerm),
    realizedLongTerm: cents(account.realizedLongTerm),
    estimatedTax: centsOrNull(account.estimatedTax),
    estimatedCost: cents(account.estimatedCost),
    cashBefore: cents(account.cashBefore),
    cashAfter: cents(account.cashAfter),
    cashReserve: cents(account.cashReserve),
    certificate: account.certificate,
    binding: account.binding.map((item) => ({
      ...item,
      text: bindingText(item, account.planningTotal),
    })),
    triggers: account.triggers.map(withNumericWeights),
  };
}

function driftDocument(drift: Drift | null): Record<string, unknown> | null {
  if (drift === null) return null;
  return {
    ...drift,
    activeShare: drift.activeShare.toFloat(),
    absoluteMax: drift.absoluteMax.toFloat(),
    relativeMax: drift.relativeMax?.toFloat() ?? null,
  };
}

/** Weights are JSON numbers, money and quantities text (FORMATS): of a trigger or reason, by the field's name. */
function withNumericWeights(record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      /weight/i.test(name) && value instanceof Decimal ? value.toFloat() : value,
    ]),
  );
}

export function orderDocument(
  order: ProposedOrder,
  report: ComplianceReport,
): Record<string, unknown> {
  const verdict = report.orderVerdicts.get(order.orderId);
  return {
    orderId: order.orderId,
    accountId: order.accountId,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity.toString(),
    estimatedPrice: order.estimatedPrice.toString(),
    estimatedAmount: cents(order.estimatedAmount),
    estimatedCost: cents(order.estimatedCost),
    lots: order.lots.map((lot) => ({
      lotId: lot.lotId,
      quantity: lot.quantity.toString(),
      acquiredDate: lot.acquiredDate,
      costBasis: cents(lot.costBasis),
      proceeds: cents(lot.proceeds),
      gain: cents(lot.gain),
      term: lot.term,
    })),
    reasons: order.reasons.map((reason: OrderReason) => ({
      ...withNumericWeights(reason),
      text: reasonText(reason),
    })),
    why: explainOrder(order),
    compliance: verdict ?? null,
  };
}

/** Sums over the run; the tax is null where one account's could not be estimated. */
export interface RunTotalsDocument {
  readonly accounts: number;
  readonly proposed: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly orders: number;
  readonly ordersBlocked: number;
  readonly buyAmount: string;
  readonly sellAmount: string;
  readonly realizedShortTerm: string;
  readonly realizedLongTerm: string;
  readonly estimatedTax: string | null;
  readonly estimatedCost: string;
}

export function totalsDocument(run: RebalanceRun, report: ComplianceReport): RunTotalsDocument {
  const orders = [...ordersOf(run)];
  const ofStatus = (status: AccountOutcome['status']): number =>
    run.accounts.filter((account) => account.status === status).length;
  const amountOf = (side: ProposedOrder['side']): string =>
    cents(sum(orders.filter((order) => order.side === side).map((order) => order.estimatedAmount)));
  const taxes = run.accounts.map((account) => account.estimatedTax);
  const isTaxKnown = taxes.every((tax) => tax !== null);
  const verdicts = [...report.orderVerdicts.values()];
  return {
    accounts: run.accounts.length,
    proposed: ofStatus('proposed'),
    unchanged: ofStatus('unchanged'),
    refused: ofStatus('refused'),
    orders: orders.length,
    ordersBlocked: verdicts.filter((verdict) => verdict.verdict !== 'pass').length,
    buyAmount: amountOf('buy'),
    sellAmount: amountOf('sell'),
    realizedShortTerm: cents(sum(run.accounts.map((account) => account.realizedShortTerm))),
    realizedLongTerm: cents(sum(run.accounts.map((account) => account.realizedLongTerm))),
    estimatedTax: isTaxKnown ? cents(sum(taxes as Money[])) : null,
    estimatedCost: cents(sum(run.accounts.map((account) => account.estimatedCost))),
  };
}
