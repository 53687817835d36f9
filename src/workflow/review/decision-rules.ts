/**
 * Who may decide what about an order: pure, so that every cell can be tested. The API checks the role,
 * these rules the person, and the tables refuse what both let through.
 */
import { errorFinding, type Finding } from '../../domain/index.ts';
import type { OrderRecord, OverrideRecord, RunRecord } from '../runs/run-record.ts';

/** The people behind a run: none of them checks it. */
export function isMaker(
  run: Pick<RunRecord, 'startedBy' | 'submittedBy'>,
  person: string,
): boolean {
  return person === run.submittedBy || person === run.startedBy;
}

export interface ApprovalQuestion {
  readonly run: RunRecord;
  readonly record: OrderRecord;
  readonly actor: string;
  /** What was on the screen. */
  readonly factsHash: string;
  readonly overrides: readonly OverrideRecord[];
}

/** Every reason why this person cannot approve this order now; none = approved. */
export function approvalFindings(question: ApprovalQuestion): Finding[] {
  const { run, record, actor, factsHash } = question;
  const { orderId, accountId, symbol } = record.order;
  const at = { accountId, symbol };
  const findings: Finding[] = [];
  if (isMaker(run, actor)) {
    findings.push(errorFinding('APPROVER_IS_PROPOSER', 'you proposed this run', at));
  }
  if (record.editedBy === actor) {
    findings.push(errorFinding('APPROVER_IS_EDITOR', `you edited order ${orderId}`, at));
  }
  if (record.state === 'approved') {
    findings.push(errorFinding('ORDER_ALREADY_APPROVED', `order ${orderId} is approved`, at));
  } else if (record.state !== 'submitted') {
    const text = `an order that is ${record.state} cannot be approved`;
    findings.push(errorFinding('ORDER_STATE_REFUSES', text, at));
  }
  if (record.factsHash !== factsHash) {
    const text = `order ${orderId} is not what was shown; look at it again`;
    findings.push(errorFinding('FACTS_CHANGED', text, at));
  }
  const blocked = blockingRules(record, question.overrides);
  if (blocked !== null) {
    findings.push(errorFinding('ORDER_BLOCKED_BY_COMPLIANCE', `order ${orderId}: ${blocked}`, at));
  }
  return findings;
}

/** What keeps an order from passing, in words; null when it passes or is overridden on these facts. */
export function blockingRules(
  record: OrderRecord,
  overrides: readonly OverrideRecord[],
): string | null {
  if (record.verdict === 'pass') return null;
  if (record.verdict === 'couldNotCheck') return 'a rule could not be checked';
  const covered = new Set(
    overrides
      .filter((o) => o.orderId === record.order.orderId && o.factsHash === record.factsHash)
      .map((o) => o.ruleId),
  );
  const open = record.failedRuleIds.filter((ruleId) => !covered.has(ruleId));
  if (record.canOverride && open.length === 0) return null;
  return `fails ${(record.canOverride ? open : record.failedRuleIds).join(', ')}`;
}

export interface OverrideQuestion {
  readonly run: RunRecord;
  readonly record: OrderRecord;
  readonly actor: string;
  readonly ruleId: string;
  readonly factsHash: string;
}

/** Every reason why this person cannot override this rule on this order now. */
export function overrideFindings(question: OverrideQuestion): Finding[] {
  const { run, record, actor, ruleId, factsHash } = question;
  const findings: Finding[] = [];
  if (isMaker(run, actor)) {
    findings.push(errorFinding('APPROVER_IS_PROPOSER', 'you proposed this run'));
  }
  if (record.editedBy === actor) {
    findings.push(errorFinding('APPROVER_IS_EDITOR', 'you edited this order'));
  }
  if (record.state !== 'proposed' && record.state !== 'submitted') {
    const text = `an order that is ${record.state} takes no override`;
    findings.push(errorFinding('ORDER_STATE_REFUSES', text));
  }
  if (record.factsHash !== factsHash) {
    findings.push(errorFinding('FACTS_CHANGED', 'the order is not what was shown'));
  }
  if (!record.canOverride || !record.failedRuleIds.includes(ruleId)) {
    const text = `rule ${ruleId} cannot be overridden on this order`;
    findings.push(errorFinding('OVERRIDE_NOT_PERMITTED', text, { pointer: '/ruleId' }));
  }
  return findings;
}
