/**
 * Release: approved orders become blocks at the desk, in one transaction with everything that says so.
 *
 *   L7  an order is released only if it passes now, on today's books, with an approval of exactly that.
 */
import { approveOrders } from '../../compliance/index.ts';
import { buildBlocks } from '../../execution/index.ts';
import { err, ok, type Result, type Sha256 } from '../../kernel/index.ts';
import {
  errorFinding,
  type ApprovedOrder,
  type Block,
  type BlockId,
  type ComplianceReport,
  type Finding,
  type RuleId,
  type UserId,
} from '../../domain/index.ts';
import type { Transaction } from '../../db/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import { unknownRun } from '../review/approval.ts';
import {
  applyChange,
  isLiveInReview,
  isUnchanged,
  judge,
  loadReview,
  type RunReview,
} from '../review/run-review.ts';
import { listApprovals, listOverrides, saveBlockOfOrders } from '../runs/orders-postgres.ts';
import type { OrderRecord } from '../runs/run-record.ts';
import { nextRunState } from '../runs/run-state.ts';
import { saveRelease } from '../runs/runs-postgres.ts';
import { insertRunBlocks } from './trading-postgres.ts';

export interface ReleaseOutcome {
  readonly blockIds: readonly BlockId[];
}

/**
 * Releases the approved orders of a run. Orders that are not approved stay behind, and stay unapproved.
 *
 * @refuses RESOURCE_UNKNOWN, RUN_STATE_REFUSES, NOTHING_TO_RELEASE, VERSION_CHANGED, the refusals of
 *   `approveOrders`, ORDER_BLOCKED_BY_COMPLIANCE when the approved orders without the others would fail,
 *   and what the desk refuses
 */
export async function releaseRun(
  context: WorkflowContext,
  command: { readonly actor: string; readonly runId: string },
): Promise<Result<ReleaseOutcome, readonly Finding[]>> {
  const review = await loadReview(context, command.runId);
  if (review === null) return err([unknownRun(command.runId)]);
  const refusals = releaseFindings(review);
  if (refusals.length > 0) return err(refusals);
  const live = review.orders.filter(({ state }) => isLiveInReview(state));
  const report = judge(
    context,
    review,
    live.map(({ order }) => order),
  );
  const decided = await approve(context, review, report);
  if (!decided.ok) {
    await takeBackStaleApprovals(context, review, { actor: command.actor, live });
    return decided;
  }
  const alone = partialFindings(context, review, decided.value);
  if (alone.length > 0) return err(alone);
  const blocks = buildBlocks(decided.value, { tradeDate: review.run.asOfDate });
  // The desk's refusal must undo what was written before it, and an error is what rolls back.
  try {
    return await context.database.transaction(async (tx) => {
      if (!(await isUnchanged(context, tx, review))) {
        return err([errorFinding('VERSION_CHANGED', 'the run changed meanwhile; look again')]);
      }
      await write(context, tx, { review, actor: command.actor, orders: decided.value, blocks });
      return ok({ blockIds: blocks.map((block) => block.blockId) });
    });
  } catch (error) {
    if (error instanceof DeskRefusal) return err(error.findings);
    throw error;
  }
}

class DeskRefusal extends Error {
  override readonly name = 'DeskRefusal';
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => finding.message).join('; '));
    this.findings = findings;
  }
}

function releaseFindings({ run, orders }: RunReview): readonly Finding[] {
  if (nextRunState(run.state, 'release') === null) {
    return [errorFinding('RUN_STATE_REFUSES', `a run that is ${run.state} cannot be released`)];
  }
  return orders.some(({ state }) => state === 'approved')
    ? []
    : [errorFinding('NOTHING_TO_RELEASE', 'no order of the run is approved')];
}

async function approve(
  context: WorkflowContext,
  review: RunReview,
  report: ComplianceReport,
): Promise<Result<readonly ApprovedOrder[], readonly Finding[]>> {
  const { run } = review;
  const approved = review.orders.filter(({ state }) => state === 'approved');
  const editors = new Map(approved.map(({ order, editedBy }) => [order.orderId, editedBy]));
  const approvals = await listApprovals(context.database, context.firmId, run.runId);
  const overrides = await listOverrides(context.database, context.firmId, run.runId);
  const result = approveOrders({
    proposed: approved.map(({ order }) => order),
    report,
    approvals: [...approvals.values()]
      .filter((approval) => approval.voidedAt === null && editors.has(approval.orderId))
      .map((approval) => ({
        orderId: approval.orderId,
        approvedBy: approval.approver as UserId,
        proposedBy: (editors.get(approval.orderId) ?? approval.proposer) as UserId,
        factsHash: approval.factsHash,
      })),
    overrides: overrides.map((override) => ({
      orderId: override.orderId,
      ruleId: override.ruleId as RuleId,
      overriddenBy: override.overriddenBy as UserId,
      reasonCode: override.reasonCode,
      reasonText: override.reasonText,
      factsHash: override.factsHash,
    })),
  });
  const findings = result.refused.flatMap((refusal) => refusal.findings);
  return findings.length > 0 ? err(findings) : ok(result.approved);
}

/** Facts moved since approval: the screen must show the new ones, and the approvals must go. */
async function takeBackStaleApprovals(
  context: WorkflowContext,
  review: RunReview,
  given: { readonly actor: string; readonly live: readonly OrderRecord[] },
): Promise<void> {
  await applyChange(context, review, {
    actor: given.actor,
    liveOrders: given.live.map(({ order }) => order),
    changedOrderIds: [],
    voidReason: 'the books or the rules changed after the approval',
    write: () => Promise.resolve(),
  });
}

/** Approved orders were judged among all; if some stay behind, they must also pass by themselves. */
function partialFindings(
  context: WorkflowContext,
  review: RunReview,
  approved: readonly ApprovedOrder[],
): readonly Finding[] {
  const live = review.orders.filter(({ state }) => isLiveInReview(state));
  if (live.length === approved.length) return [];
  const full = new Map<string, OrderRecord>(live.map((record) => [record.order.orderId, record]));
  const report = judge(context, review, approved);
  return approved.flatMap((order) => {
    const verdict = report.orderVerdicts.get(order.orderId);
    const before = full.get(order.orderId)?.failedRuleIds ?? [];
    const added = verdict?.failedRuleIds.filter((ruleId) => !before.includes(ruleId)) ?? [];
    if (verdict?.verdict === 'pass' || (verdict?.canOverride === true && added.length === 0)) {
      return [];
    }
    const text = `order ${order.orderId} fails ${added.join(', ')} without the orders left behind`;
    const { accountId, symbol } = order;
    return [errorFinding('ORDER_BLOCKED_BY_COMPLIANCE', text, { accountId, symbol })];
  });
}

async function write(
  context: WorkflowContext,
  tx: Transaction,
  release: {
    readonly review: RunReview;
    readonly actor: string;
    readonly orders: readonly ApprovedOrder[];
    readonly blocks: readonly Block[];
  },
): Promise<void> {
  const { firmId } = context;
  const { review, actor, orders, blocks } = release;
  const { runId, asOfDate } = review.run;
  const priced = blocks.map((block) => ({
    block,
    referencePrice: review.snapshot.quotes.get(block.symbol)?.price ?? null,
  }));
  const placed = await context.desk.release(tx, { blocks: priced, orders, actor, runId });
  if (!placed.ok) throw new DeskRefusal(placed.error);
  await insertRunBlocks(
    tx,
    firmId,
    priced.map(({ block, referencePrice }) => ({
      runId,
      blockId: block.blockId,
      symbol: block.symbol,
      side: block.side,
      arrivalPrice: referencePrice,
      tradeDate: block.tradeDate,
    })),
  );
  for (const { blockId, statement } of blocks) {
    const orderIds = statement.map((line) => line.orderId);
    await saveBlockOfOrders(tx, firmId, { orderIds, blockId });
  }
  await saveRelease(tx, firmId, { runId, by: actor, tradeDate: asOfDate });
  const evidence: { readonly orderId: string; readonly factsHash: Sha256 }[] = orders.map(
    (order) => ({ orderId: order.orderId, factsHash: order.evidence.factsHash }),
  );
  await recordDecision(context, tx, {
    actor,
    action: 'run.released',
    subjectKind: 'run',
    subjectId: runId,
    runId,
    payload: {
      tradeDate: asOfDate,
      blockIds: blocks.map((block) => block.blockId),
      orders: evidence,
      leftBehindCount: review.orders.length - orders.length,
    },
  });
  await appendLiveEvents(tx, firmId, [
    { kind: 'run.changed', runId },
    ...blocks.map((block) => ({
      kind: 'block.changed' as const,
      runId,
      subjectId: block.blockId,
    })),
  ]);
}
