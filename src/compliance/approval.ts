/**
 * From proposed to approved: the one place that makes an `ApprovedOrder`.
 *
 * Invariants (tested under the same numbers in approval.props.test.ts):
 *   P1  Every proposed order comes out exactly once, approved or refused with all causes.
 *   P2  No order is approved by the person who proposed it, nor with that person's override.
 *   P3  An approval or override holds only for exactly what was shown: order, verdict and figures.
 *   P4  A hard fail and `couldNotCheck` are never approved, whatever the approvals and overrides.
 */
import { contentHash, err, ok, type Result, type Sha256 } from '../kernel/index.ts';
import {
  errorFinding,
  type ApprovalEvidence,
  type ApprovedOrder,
  type ComplianceOverride,
  type ComplianceReport,
  type Finding,
  type OrderId,
  type OrderVerdict,
  type ProposedOrder,
  type RuleEvaluation,
  type UserId,
} from '../domain/index.ts';
import { findingLine, isBlocking } from './evaluation.ts';
import { byOrderId } from './projection.ts';

/** A person's yes to one order, as it was shown. */
export interface OrderApproval {
  readonly orderId: OrderId;
  readonly approvedBy: UserId;
  /** Who proposed, or last edited, the order. */
  readonly proposedBy: UserId;
  readonly factsHash: Sha256;
}

export interface OrderRefusal {
  readonly orderId: OrderId;
  /** Every cause, not only the first. */
  readonly findings: readonly Finding[];
}

export interface ApprovalRequest {
  readonly proposed: readonly ProposedOrder[];
  readonly report: ComplianceReport;
  readonly approvals: readonly OrderApproval[];
  readonly overrides: readonly ComplianceOverride[];
}

export interface ApprovalResult {
  /** By order id. */
  readonly approved: readonly ApprovedOrder[];
  /** By order id. */
  readonly refused: readonly OrderRefusal[];
}

/**
 * The hash that an approval binds to: the order, its verdict and the evaluations that name it. A change
 * of quantity, price, lots, position, limit or rule version changes it. The names of other orders do not
 * enter, only what they add up to: an approval is not voided by an order that has no part in its figures.
 *
 * @param evaluations those of the report whose `orderIds` contain the order
 */
export function factsHashOf(
  order: ProposedOrder,
  verdict: OrderVerdict,
  evaluations: readonly RuleEvaluation[],
): Sha256 {
  return contentHash([order, verdict, evaluations.map(findingLine).sort()]);
}

/** What the report says of each order: the evaluations that name it, in the report's sequence. */
export function evaluationsByOrder(report: ComplianceReport): Map<OrderId, RuleEvaluation[]> {
  const byOrder = new Map<OrderId, RuleEvaluation[]>();
  for (const evaluation of report.evaluations) {
    for (const orderId of evaluation.orderIds) {
      const list = byOrder.get(orderId);
      if (list === undefined) byOrder.set(orderId, [evaluation]);
      else list.push(evaluation);
    }
  }
  return byOrder;
}

/** The hash to show, and to ask back, for every order that the report covers. */
export function factsHashes(
  orders: readonly ProposedOrder[],
  report: ComplianceReport,
): Map<OrderId, Sha256> {
  const evaluations = evaluationsByOrder(report);
  const hashes = new Map<OrderId, Sha256>();
  for (const order of orders) {
    const verdict = report.orderVerdicts.get(order.orderId);
    if (verdict === undefined) continue;
    hashes.set(order.orderId, factsHashOf(order, verdict, evaluations.get(order.orderId) ?? []));
  }
  return hashes;
}

/**
 * Decides each proposed order on its own: approved with its evidence, or refused with all causes.
 *
 * @refuses COMPLIANCE_NOT_EVALUATED, COMPLIANCE_HARD_FAIL, COMPLIANCE_COULD_NOT_CHECK,
 *   COMPLIANCE_SOFT_FAIL, APPROVAL_MISSING, APPROVAL_BY_PROPOSER, APPROVAL_STALE,
 *   OVERRIDE_BY_PROPOSER, OVERRIDE_STALE, OVERRIDE_WITHOUT_REASON
 */
export function approveOrders(request: ApprovalRequest): ApprovalResult {
  const { proposed, report } = request;
  const evaluations = evaluationsByOrder(report);
  const approvals = Map.groupBy(request.approvals, (approval) => approval.orderId);
  const overrides = Map.groupBy(request.overrides, (override) => override.orderId);
  const approved: ApprovedOrder[] = [];
  const refused: OrderRefusal[] = [];
  for (const order of [...proposed].sort(byOrderId)) {
    const own = evaluations.get(order.orderId) ?? [];
    const verdict = report.orderVerdicts.get(order.orderId);
    if (verdict === undefined) {
      const finding = refusal('COMPLIANCE_NOT_EVALUATED', order, 'is not in the report');
      refused.push({ orderId: order.orderId, findings: [finding] });
      continue;
    }
    const dossier: Dossier = {
      order,
      evaluations: own,
      shown: factsHashOf(order, verdict, own),
      approvals: approvals.get(order.orderId) ?? [],
      overrides: overrides.get(order.orderId) ?? [],
    };
    const decision = decide(dossier);
    if (decision.ok) approved.push(approvedOrder(order, decision.value));
    else refused.push({ orderId: order.orderId, findings: decision.error });
  }
  return { approved, refused };
}

interface Dossier {
  readonly order: ProposedOrder;
  readonly evaluations: readonly RuleEvaluation[];
  readonly shown: Sha256;
  readonly approvals: readonly OrderApproval[];
  readonly overrides: readonly ComplianceOverride[];
}

/** The evidence, or every reason why there is none. */
function decide(dossier: Dossier): Result<ApprovalEvidence, readonly Finding[]> {
  const { valid, findings: approvalFindings } = validApproval(dossier);
  const findings = [...ruleFindings(dossier), ...approvalFindings];
  if (valid === null || findings.length > 0) return err(findings);
  const { approvedBy, proposedBy, factsHash } = valid;
  return ok({ approvedBy, proposedBy, factsHash });
}

/** One valid approval is enough; why the others do not count is said only if none does. */
function validApproval({ order, shown, approvals }: Dossier): {
  valid: OrderApproval | null;
  findings: Finding[];
} {
  const sorted = [...approvals].sort((a, b) => (a.approvedBy < b.approvedBy ? -1 : 1));
  const proposers = new Set(sorted.map((approval) => approval.proposedBy));
  const findings: Finding[] = [];
  for (const approval of sorted) {
    const { approvedBy } = approval;
    const own: Finding[] = [];
    // Anyone named as the order's proposer is a maker of it, in whichever approval the name stands.
    if (proposers.has(approvedBy)) {
      own.push(refusal('APPROVAL_BY_PROPOSER', order, `was proposed by ${approvedBy} too`));
    }
    if (approval.factsHash !== shown) {
      own.push(refusal('APPROVAL_STALE', order, `changed after ${approvedBy} saw it`));
    }
    if (own.length === 0) return { valid: approval, findings: [] };
    findings.push(...own);
  }
  if (findings.length === 0) findings.push(refusal('APPROVAL_MISSING', order, 'has no approval'));
  return { valid: null, findings };
}

function ruleFindings(dossier: Dossier): Finding[] {
  const { order, evaluations } = dossier;
  const findings: Finding[] = [];
  const softRules = new Set<RuleEvaluation['ruleId']>();
  for (const evaluation of evaluations.filter(isBlocking)) {
    const { ruleId, title, verdict, severity } = evaluation;
    if (verdict === 'couldNotCheck') {
      const because = evaluation.couldNotCheckBecause ?? 'unknown';
      findings.push(refusal('COMPLIANCE_COULD_NOT_CHECK', order, `${ruleId}: ${because}`));
    } else if (severity === 'hard') {
      const detail = `${ruleId} ${title}: ${measureText(evaluation)}`;
      findings.push(refusal('COMPLIANCE_HARD_FAIL', order, detail));
    } else if (!softRules.has(ruleId)) {
      softRules.add(ruleId);
      findings.push(...overrideFindings(evaluation, dossier));
    }
  }
  return findings;
}

/** Nothing when a valid override covers the soft fail. */
function overrideFindings(evaluation: RuleEvaluation, dossier: Dossier): Finding[] {
  const { order, shown, approvals } = dossier;
  const proposers = new Set(approvals.map((approval) => approval.proposedBy));
  const overrides = dossier.overrides.filter(({ ruleId }) => ruleId === evaluation.ruleId);
  const findings: Finding[] = [];
  for (const override of overrides) {
    const { overriddenBy, ruleId } = override;
    const own: Finding[] = [];
    if (proposers.has(overriddenBy)) {
      own.push(refusal('OVERRIDE_BY_PROPOSER', order, `${ruleId}: ${overriddenBy} proposed it`));
    }
    if (override.factsHash !== shown) {
      own.push(refusal('OVERRIDE_STALE', order, `${ruleId}: changed after ${overriddenBy} saw it`));
    }
    if (override.reasonCode.trim() === '' || override.reasonText.trim() === '') {
      own.push(refusal('OVERRIDE_WITHOUT_REASON', order, `${ruleId}: by ${overriddenBy}`));
    }
    if (own.length === 0) return [];
    findings.push(...own);
  }
  if (findings.length > 0) return findings;
  const detail = `${evaluation.ruleId} ${evaluation.title}: ${measureText(evaluation)}`;
  return [refusal('COMPLIANCE_SOFT_FAIL', order, detail)];
}

function measureText({ measured, measuredSubject, limit }: RuleEvaluation): string {
  const subject = measuredSubject === null ? '' : `${measuredSubject} `;
  const bound = limit === null ? '' : `, limit ${limit}`;
  return `${subject}${measured ?? 'fails'}${bound}`;
}

function refusal(code: Finding['code'], order: ProposedOrder, detail: string): Finding {
  const { orderId, accountId, symbol } = order;
  return errorFinding(code, `order ${orderId} ${detail}`, { accountId, symbol });
}

function approvedOrder(order: ProposedOrder, evidence: ApprovalEvidence): ApprovedOrder {
  return Object.freeze({ ...order, evidence: Object.freeze(evidence) }) as ApprovedOrder;
}
