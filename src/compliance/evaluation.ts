/**
 * Pre-trade compliance of a batch of orders over the projected portfolio.
 *
 * Invariants (tested under the same numbers in evaluation.props.test.ts):
 *   C1  The report does not depend on the sequence of the orders, the rules, or the accounts.
 *   C2  Every rule in force is evaluated on every subject of its scope that has an order; passes are kept.
 *   C3  A fail that was there without the orders and that they do not worsen is passive and blocks nothing.
 *   C4  `couldNotCheck` blocks like a fail, except for rules of severity warn.
 *   C5  An order's verdict is the worst over the blocking evaluations that name it.
 */
import { assert, sha256, type CalendarDate, type Sha256 } from '../kernel/index.ts';
import type {
  AccountId,
  ComplianceReport,
  ComplianceRule,
  HouseholdId,
  OrderId,
  OrderVerdict,
  ProposedOrder,
  RebalanceRun,
  RuleEvaluation,
  RuleScope,
  Snapshot,
} from '../domain/index.ts';
import { accountFacts } from './account-facts.ts';
import { firmFacts } from './firm-facts.ts';
import { householdFacts } from './household-facts.ts';
import { orderFacts, siblingsOf } from './order-facts.ts';
import { byOrderId, projectAccount } from './projection.ts';
import {
  evaluateRule,
  prepareRule,
  rulesInForce,
  type CheckSubject,
  type RuleCheck,
} from './rule-check.ts';

export interface ComplianceRequest {
  readonly run: RebalanceRun;
  readonly snapshot: Snapshot;
  /** As they now are: after edits and drops. */
  readonly orders: readonly ProposedOrder[];
  readonly rules: readonly ComplianceRule[];
  /** Which versions of the rules are in force. */
  readonly asOfDate: CalendarDate;
}

/**
 * Evaluates every rule in force on every order, account, household and the firm, with all orders applied.
 * A rule whose expression is invalid cannot be checked on any subject, and so blocks.
 *
 * @throws AssertionError if two orders have the same id, or two rules the same id and version
 */
export function evaluateCompliance(request: ComplianceRequest): ComplianceReport {
  const orders = [...request.orders].sort(byOrderId);
  const checks = rulesInForce(request.rules, request.asOfDate).map(prepareRule);
  const byScope = Map.groupBy(checks, (check) => check.rule.scope);
  const evaluations: RuleEvaluation[] = [];
  const evaluate = (scope: RuleScope, target: () => CheckSubject): void => {
    const ofScope = byScope.get(scope);
    if (ofScope === undefined) return;
    const subject = target();
    for (const check of ofScope) evaluations.push(...evaluateRule(check, subject));
  };
  evaluateAccounts({ request, orders, evaluate });
  evaluateHouseholds({ request, orders, evaluate });
  if (orders.length > 0) {
    evaluate('firm', () => ({
      subject: { kind: 'firm' },
      facts: firmFacts(request.snapshot, orders),
      orderIds: orders.map((order) => order.orderId),
    }));
  }
  const counts = { pass: 0, fail: 0, couldNotCheck: 0 };
  for (const { verdict } of evaluations) counts[verdict] += 1;
  return {
    runId: request.run.runId,
    evaluations,
    orderVerdicts: verdictsOf(orders, evaluations),
    counts,
    reportHash: hashOf(checks, evaluations),
  };
}

interface Batch {
  readonly request: ComplianceRequest;
  readonly orders: readonly ProposedOrder[];
  readonly evaluate: (scope: RuleScope, target: () => CheckSubject) => void;
}

function evaluateAccounts({ request, orders, evaluate }: Batch): void {
  const { snapshot, run } = request;
  const outcomes = new Map(run.accounts.map((outcome) => [outcome.accountId, outcome]));
  for (const [accountId, own] of grouped(orders, (order) => order.accountId)) {
    const projection = projectAccount(snapshot, accountId, own);
    const siblings = siblingsOf(own);
    const context = { snapshot, projection, siblings };
    for (const order of own) {
      evaluate('order', () => ({
        subject: { kind: 'order', orderId: order.orderId },
        facts: orderFacts(order, context),
        orderIds: [order.orderId],
      }));
    }
    const outcome = outcomes.get(accountId) ?? null;
    evaluate('account', () => ({
      subject: { kind: 'account', accountId },
      facts: accountFacts({ snapshot, projection, outcome }),
      orderIds: own.map((order) => order.orderId),
    }));
  }
}

/** Orders of accounts that the snapshot does not know have no household; their account rules block them. */
function evaluateHouseholds({ request, orders, evaluate }: Batch): void {
  const { snapshot } = request;
  const known = orders.filter((order) => snapshot.accounts.has(order.accountId));
  const householdOf = (accountId: AccountId): HouseholdId | undefined =>
    snapshot.accounts.get(accountId)?.household.householdId;
  const accounts = grouped([...snapshot.accounts.values()], (a) => a.household.householdId);
  for (const [householdId, own] of grouped(known, (order) => householdOf(order.accountId))) {
    if (householdId === undefined) continue;
    evaluate('household', () => ({
      subject: { kind: 'household', householdId },
      facts: householdFacts({ snapshot, accounts: accounts.get(householdId) ?? [], orders: own }),
      orderIds: own.map((order) => order.orderId),
    }));
  }
}

/** Items by key, keys ascending, items in their given sequence. */
function grouped<Item, Key extends string | undefined>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return new Map([...groups].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

/** True if the evaluation stops the orders that it names. */
export function isBlocking(evaluation: RuleEvaluation): boolean {
  return evaluation.severity !== 'warn' && evaluation.verdict !== 'pass' && !evaluation.isPassive;
}

/**
 * A hard fail outweighs an unknown, which outweighs a soft fail: an unknown has no override either.
 */
function verdictsOf(
  orders: readonly ProposedOrder[],
  evaluations: readonly RuleEvaluation[],
): Map<OrderId, OrderVerdict> {
  interface Tally {
    hardFail: boolean;
    unknown: boolean;
    readonly failed: Set<RuleEvaluation['ruleId']>;
  }
  const tallies = new Map<OrderId, Tally>();
  for (const { orderId } of orders) {
    assert(!tallies.has(orderId), `two orders have the id ${orderId}`);
    tallies.set(orderId, { hardFail: false, unknown: false, failed: new Set() });
  }
  for (const evaluation of evaluations) {
    if (!isBlocking(evaluation)) continue;
    for (const orderId of evaluation.orderIds) {
      const tally = tallies.get(orderId);
      if (tally === undefined) continue;
      if (evaluation.verdict === 'couldNotCheck') tally.unknown = true;
      else {
        tally.failed.add(evaluation.ruleId);
        if (evaluation.severity === 'hard') tally.hardFail = true;
      }
    }
  }
  return new Map(
    [...tallies].map(([orderId, { hardFail, unknown, failed }]) => [
      orderId,
      {
        verdict: hardFail ? 'fail' : unknown ? 'couldNotCheck' : failed.size > 0 ? 'fail' : 'pass',
        canOverride: failed.size > 0 && !hardFail && !unknown,
        failedRuleIds: [...failed].sort(),
      },
    ]),
  );
}

const LINES_PER_CHUNK = 4_096;

/**
 * Hash over the rules and all evaluations. Chunked: the canonical text of a firm's evaluations would be
 * longer than a string may be.
 */
function hashOf(checks: readonly RuleCheck[], evaluations: readonly RuleEvaluation[]): Sha256 {
  const hashes: string[] = [];
  let lines = checks.map(({ rule }) =>
    JSON.stringify([rule.ruleId, rule.version, rule.scope, rule.severity, rule.expression]),
  );
  for (const evaluation of evaluations) {
    lines.push(evaluationLine(evaluation));
    if (lines.length < LINES_PER_CHUNK) continue;
    hashes.push(sha256(lines.join('\n')));
    lines = [];
  }
  hashes.push(sha256(lines.join('\n')));
  return sha256(hashes.join('\n'));
}

/** What was found, in fixed sequence, without the other orders that it concerns. */
export function findingLine(e: RuleEvaluation): string {
  const identity = [e.ruleId, e.ruleVersion, e.severity, Object.values(e.subject)];
  const outcome = [e.verdict, e.isPassive, e.couldNotCheckBecause];
  const values = [e.measured, e.measuredBefore, e.limit, e.measuredSubject];
  return JSON.stringify([...identity, ...outcome, ...values]);
}

function evaluationLine(evaluation: RuleEvaluation): string {
  return `${findingLine(evaluation)} ${evaluation.orderIds.join(' ')}`;
}
