/**
 * The loop once, through the API and as two people: the trader proposes and submits, compliance approves, the
 * trader releases, the broker fills, the books are allocated and reconciled.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ApprovalOutcome,
  BlockView,
  Order,
  ReconciliationView,
  ReleaseOutcome,
  Run,
} from '../../api/contract/index.ts';
import type { ApiClient } from './api-client.ts';

export interface StoryPeople {
  readonly trader: ApiClient;
  readonly compliance: ApiClient;
}

/** One line of progress; `isFinal` ends the step's line. */
export type StoryListener = (step: string, detail: string, isFinal: boolean) => void;

export interface StoryResult {
  readonly run: Run;
  readonly blocks: readonly BlockView[];
  readonly reconciliation: ReconciliationView | null;
  /** Soft fails that compliance let pass, with a reason. */
  readonly overriddenCount: number;
}

const POLL_MS = 400;
/** Long enough for a slow machine, short enough that nobody waits for what will not come. */
const STEP_TIMEOUT_MS = 180_000;

/** @throws Error when a step does not end in time or the API refuses it */
export async function playLoop(
  { trader, compliance }: StoryPeople,
  onStep: StoryListener,
): Promise<StoryResult> {
  const created = await trader.post<Run>('/v1/runs', {
    rebalanceKind: 'full',
    reason: 'Month-end review: accounts out of tolerance',
    selection: 'triggered',
  });
  const proposed = await pollRun(trader, created.runId, (run) => {
    if (run.state === 'failed') throw new Error(`the run failed: ${run.failure?.message ?? ''}`);
    const { doneCount, totalCount, phase } = run.progress;
    onStep('Propose', `${String(doneCount)} of ${String(totalCount)} accounts (${phase})`, false);
    return run.state !== 'computing';
  });
  onStep('Propose', proposalText(proposed), true);
  const approved = await approve({ trader, compliance }, proposed.runId, onStep);
  const released = await trader.post<ReleaseOutcome>(`/v1/runs/${proposed.runId}/release`, {});
  onStep('Release', `${String(released.blockIds.length)} blocks to the broker over FIX`, true);
  await pollRun(trader, proposed.runId, (run) => {
    const { executed, allocated, released: working } = run.orderCounts;
    onStep(
      'Execute',
      `${String(executed + allocated)} of ${String(executed + allocated + working)} orders done`,
      false,
    );
    return ['allocated', 'reconciled'].includes(run.state);
  });
  const blocks = await everyPage<BlockView>(trader, `/v1/blocks?runId=${proposed.runId}`);
  onStep('Execute', executionText(blocks), true);
  const reconciliation = await reconcile(trader, released.run, onStep);
  const run = await trader.get<Run>(`/v1/runs/${proposed.runId}`);
  return { run, blocks, reconciliation, overriddenCount: approved.overriddenCount };
}

/**
 * Leaves something to do: a second proposal, submitted by the trader and waiting for compliance.
 *
 * @returns the number of orders that wait
 */
export async function leaveProposal(trader: ApiClient): Promise<number> {
  const { runId } = await trader.post<Run>('/v1/runs', {
    rebalanceKind: 'toBand',
    reason: 'Second pass: accounts that are still outside their bands',
    selection: 'triggered',
  });
  const run = await pollRun(trader, runId, ({ state }) => state !== 'computing');
  const orderCount = run.totals?.orderCount ?? 0;
  if (run.state !== 'proposed' || orderCount === 0) return 0;
  await trader.post(`/v1/runs/${runId}/submission`, { reasonText: 'Yours to look at.' });
  return orderCount;
}

async function approve(
  { trader, compliance }: StoryPeople,
  runId: string,
  onStep: StoryListener,
): Promise<{ overriddenCount: number }> {
  await trader.post(`/v1/runs/${runId}/submission`, { reasonText: 'Ready for review.' });
  const overriddenCount = await overrideConsents(compliance, runId);
  const orders = await everyPage<Order>(compliance, `/v1/runs/${runId}/orders`);
  const clear = orders.filter((order) => isClear(order));
  const outcome = await compliance.post<ApprovalOutcome>(`/v1/runs/${runId}/approvals`, {
    orders: clear.map(({ orderId, factsHash }) => ({ orderId, factsHash })),
    reasonText: 'Reviewed against policy; orders in line with the models.',
  });
  const left = orders.length - outcome.approvedOrderIds.length;
  onStep(
    'Approve',
    `${String(outcome.approvedOrderIds.length)} orders by ${compliance.displayName}, ${String(left)} left out`,
    true,
  );
  return { overriddenCount };
}

/** An order that may be approved as it stands. */
function isClear(order: Order): boolean {
  if (order.state !== 'submitted') return false;
  const overridden = new Set(order.overrides.map((entry) => entry.ruleId));
  return (
    order.verdict === 'pass' ||
    (order.canOverride && order.failedRuleIds.every((id) => overridden.has(id)))
  );
}

/** How many soft fails the demo lets pass with a reason; the orders of the others are left out. */
const OVERRIDES_SHOWN = 3;

async function overrideConsents(compliance: ApiClient, runId: string): Promise<number> {
  const orders = await everyPage<Order>(compliance, `/v1/runs/${runId}/orders`);
  const soft = orders.filter((order) => order.verdict === 'fail' && order.canOverride);
  for (const order of soft.slice(0, OVERRIDES_SHOWN)) {
    for (const ruleId of order.failedRuleIds) {
      await compliance.post(`/v1/orders/${order.orderId}/overrides`, {
        ruleId,
        factsHash: order.factsHash,
        reasonCode: 'clientInstruction',
        reasonText: 'The client consented by recorded call.',
      });
    }
  }
  return Math.min(soft.length, OVERRIDES_SHOWN);
}

async function reconcile(
  trader: ApiClient,
  run: Run,
  onStep: StoryListener,
): Promise<ReconciliationView | null> {
  if (run.tradeDate === null) return null;
  const requested = await trader.post<ReconciliationView>('/v1/reconciliations', {
    tradeDate: run.tradeDate,
  });
  const path = `/v1/reconciliations/${requested.reconciliationId}`;
  const deadline = performance.now() + STEP_TIMEOUT_MS;
  let view = requested;
  while (view.state === 'awaitingStatements' && performance.now() < deadline) {
    onStep('Reconcile', 'waiting for the statements of broker and custodian', false);
    await sleep(POLL_MS);
    view = await trader.get<ReconciliationView>(path);
  }
  const { executions, positions, cash } = view.matched;
  onStep(
    'Reconcile',
    `${String(executions)} executions, ${String(positions)} positions and ${String(cash)} cash balances match; ${String(view.breakCount)} breaks`,
    true,
  );
  return view;
}

async function pollRun(
  client: ApiClient,
  runId: string,
  isDone: (run: Run) => boolean,
): Promise<Run> {
  const deadline = performance.now() + STEP_TIMEOUT_MS;
  for (;;) {
    const run = await client.get<Run>(`/v1/runs/${runId}`);
    if (isDone(run)) return run;
    if (performance.now() > deadline) throw new Error(`the run stays in ${run.state}`);
    await sleep(POLL_MS);
  }
}

/** Pages are bounded by the API; this many of them is a firm far beyond a demo. */
const PAGES_MAX = 1000;

async function everyPage<Item>(client: ApiClient, path: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const separator = path.includes('?') ? '&' : '?';
    const body: { items: Item[]; nextCursor: string | null } = await client.get(
      `${path}${separator}limit=1000${query}`,
    );
    items.push(...body.items);
    cursor = body.nextCursor;
    if (cursor === null) break;
  }
  return items;
}

function proposalText(run: Run): string {
  const { totals } = run;
  if (totals === null) return 'nothing to propose';
  return `${String(totals.orderCount)} orders for ${String(totals.proposedAccountCount)} accounts; ${String(totals.refusedAccountCount)} could not be decided`;
}

function executionText(blocks: readonly BlockView[]): string {
  const fills = blocks.flatMap((block) => block.placements.flatMap((p) => p.executions));
  const ended = blocks.flatMap((block) => block.placements.map((placement) => placement.status));
  const count = (status: string): number => ended.filter((s) => s === status).length;
  return `${String(fills.length)} fills: ${String(count('filled'))} blocks filled, ${String(count('canceled'))} canceled, ${String(count('rejected'))} rejected`;
}
