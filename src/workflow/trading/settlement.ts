/**
 * From finished blocks to booked accounts. Runs again and again: what is done is found done.
 *
 *   L8  a block's allocation, the books it changes and the audit entry commit together, once.
 *   L9  a run's state follows from its blocks, whenever it is looked at.
 */
import { allocateExecutions } from '../../execution/index.ts';
import { Decimal, zero } from '../../kernel/index.ts';
import {
  toCents,
  type Allocation,
  type Finding,
  type Money,
  type OrderId,
  type Quantity,
  type RunId,
  type Snapshot,
} from '../../domain/index.ts';
import type { Transaction } from '../../db/index.ts';
import type { BlotterBlock } from '../../oms/index.ts';
import { quantityStep } from '../../orders/index.ts';
import { recordDecision, type WorkflowContext } from '../context.ts';
import { appendLiveEvents } from '../live-events-postgres.ts';
import { monitorAccounts } from '../rebalance/index.ts';
import { findOrders, saveOrderStates } from '../runs/orders-postgres.ts';
import type { RunState } from '../runs/run-record.ts';
import { nextRunState, type RunEvent } from '../runs/run-state.ts';
import { meanActiveShare } from '../runs/run-totals.ts';
import {
  listRunAccounts,
  lockRun,
  saveAchievedDrift,
  saveRunState,
  saveTotals,
} from '../runs/runs-postgres.ts';
import {
  insertAllocations,
  listRunBlocks,
  lockRunBlock,
  openRunBlocks,
  saveBlockState,
  type BlockState,
  type RunBlock,
} from './trading-postgres.ts';

/** Looks at every open block once: notes progress, allocates what is finished. */
export async function settleBlocks(context: WorkflowContext): Promise<void> {
  const open = await openRunBlocks(context.database, context.firmId);
  for (const [runId, blocks] of Map.groupBy(open, (block) => block.runId)) {
    const blotter = await context.desk.blotter({ runId, limit: 5_000 });
    const byId = new Map<string, BlotterBlock>(blotter.map((item) => [item.block.blockId, item]));
    const finished: FinishedBlock[] = [];
    for (const block of blocks) {
      const progress = byId.get(block.blockId);
      if (progress === undefined) continue;
      if (isFinished(progress)) finished.push({ block, progress });
      else await noteProgress(context, block, progress);
    }
    for (let start = 0; start < finished.length; start += BLOCKS_PER_BOOKING) {
      await allocateBlocks(context, finished.slice(start, start + BLOCKS_PER_BOOKING));
    }
    await advanceRun(context, runId);
  }
}

interface FinishedBlock {
  readonly block: RunBlock;
  readonly progress: BlotterBlock;
}

/** Blocks booked in one transaction: accounts get one new version for all of them, and locks stay short. */
const BLOCKS_PER_BOOKING = 40;

/** No share may still trade, and every placement has its last word. */
function isFinished(progress: BlotterBlock): boolean {
  return progress.state === 'done' && progress.placements.length > 0;
}

async function noteProgress(
  context: WorkflowContext,
  block: RunBlock,
  progress: BlotterBlock,
): Promise<void> {
  const isAtBroker = progress.placements.some((p) => p.placement.status !== 'pendingSend');
  const state: BlockState = isAtBroker ? 'working' : 'staged';
  if (state === block.state) return;
  await context.database.transaction(async (tx) => {
    if ((await lockRunBlock(tx, context.firmId, block.blockId)) === null) return;
    await saveBlockState(tx, context.firmId, { blockId: block.blockId, state });
    await appendLiveEvents(tx, context.firmId, [
      { kind: 'block.changed', runId: block.runId, subjectId: block.blockId },
    ]);
  });
}

async function allocateBlocks(
  context: WorkflowContext,
  finished: readonly FinishedBlock[],
): Promise<void> {
  const settled = await Promise.all(
    finished.map(async ({ block, progress }) => {
      const reference = await context.books.reference(block.tradeDate);
      return { block, progress, allocations: allocationsOf(progress, reference) };
    }),
  );
  await context.database.transaction(async (tx) => {
    const mine: SettledBlock[] = [];
    // In one order, so that two workers never wait for each other.
    for (const item of settled.toSorted((a, b) => (a.block.blockId < b.block.blockId ? -1 : 1))) {
      const isOpen = (await lockRunBlock(tx, context.firmId, item.block.blockId)) !== null;
      if (isOpen) mine.push(item);
    }
    await book(context, tx, mine);
  });
}

function allocationsOf(progress: BlotterBlock, reference: Snapshot): readonly Allocation[] {
  const { block, placements } = progress;
  const executions = placements.flatMap((item) => item.executions);
  const instrument = reference.instruments.get(block.symbol);
  const executed: Quantity = progress.cumulativeQuantity;
  const { commissionPerShare } = reference.settings.costs;
  // The agreed rate: the broker's confirmations of this protocol carry no commission of their own.
  const commission: Money = toCents(commissionPerShare.times(executed.as<'ratio'>()), 'halfUp');
  return allocateExecutions({ ...block, statement: progress.statement }, executions, {
    instrumentStep: instrument === undefined ? ONE_SHARE : quantityStep(instrument),
    commission: executed.isPositive() ? commission : zero<'Money'>(),
  });
}

const ONE_SHARE = Decimal.fromInteger<'Quantity'>(1);

interface SettledBlock extends FinishedBlock {
  readonly allocations: readonly Allocation[];
}

async function book(
  context: WorkflowContext,
  tx: Transaction,
  settled: readonly SettledBlock[],
): Promise<void> {
  if (settled.length === 0) return;
  const allocations = settled.flatMap((item) => item.allocations);
  const findings = await bookAllocations(context, tx, { settled, allocations });
  for (const item of settled) await bookBlock(context, tx, { ...item, findings });
  await appendLiveEvents(tx, context.firmId, [{ kind: 'monitor.changed' }]);
}

/** @returns what could not be booked, and warnings */
async function bookAllocations(
  context: WorkflowContext,
  tx: Transaction,
  booking: {
    readonly settled: readonly SettledBlock[];
    readonly allocations: readonly Allocation[];
  },
): Promise<readonly Finding[]> {
  if (booking.allocations.length === 0) return [];
  const orderIds = booking.settled.flatMap((item) =>
    item.progress.statement.map((line) => line.orderId),
  );
  const records = await findOrders(tx, context.firmId, orderIds);
  const lotSelections = new Map(records.map(({ order }) => [order.orderId, order.lots]));
  const { allocations } = booking;
  return context.books.recordAllocations(tx, { allocations, lotSelections });
}

async function bookBlock(
  context: WorkflowContext,
  tx: Transaction,
  settled: SettledBlock & { readonly findings: readonly Finding[] },
): Promise<void> {
  const { firmId } = context;
  const { block, progress, allocations } = settled;
  const orderIds: OrderId[] = progress.statement.map((line) => line.orderId);
  if (allocations.length > 0) {
    await insertAllocations(tx, firmId, { runId: block.runId, allocations });
  }
  await saveOrderStates(tx, firmId, { orderIds, state: 'allocated' });
  await saveBlockState(tx, firmId, { blockId: block.blockId, state: 'allocated' });
  await recordDecision(context, tx, {
    actor: 'system:settlement',
    action: 'block.allocated',
    subjectKind: 'block',
    subjectId: block.blockId,
    runId: block.runId,
    payload: {
      executedQuantity: progress.cumulativeQuantity,
      averagePrice: progress.averagePrice,
      allocations,
      findings: settled.findings.filter((finding) => finding.location.symbol === block.symbol),
    },
  });
  await appendLiveEvents(tx, firmId, [
    { kind: 'allocation.recorded', runId: block.runId, subjectId: block.blockId },
    { kind: 'block.changed', runId: block.runId, subjectId: block.blockId },
  ]);
}

/** Brings the run's state to what its blocks say. */
async function advanceRun(context: WorkflowContext, runId: RunId): Promise<void> {
  const { firmId } = context;
  const blocks = await listRunBlocks(context.database, firmId, { runId });
  const event = eventOf(blocks);
  if (event === null) return;
  await context.database.transaction(async (tx) => {
    const run = await lockRun(tx, firmId, runId);
    const state: RunState | null = run === null ? null : nextRunState(run.state, event);
    if (run === null || state === null || state === run.state) return;
    await saveRunState(tx, firmId, { runId, state });
    await recordDecision(context, tx, {
      actor: 'system:settlement',
      action: `run.${state}`,
      subjectKind: 'run',
      subjectId: runId,
      runId,
      payload: { blockCount: blocks.length },
    });
    await appendLiveEvents(tx, firmId, [{ kind: 'run.changed', runId }]);
  });
}

function eventOf(blocks: readonly RunBlock[]): RunEvent | null {
  if (blocks.length === 0) return null;
  if (blocks.every(({ state }) => state === 'allocated')) return 'allocate';
  if (blocks.every(({ state }) => state === 'done' || state === 'allocated')) {
    return 'finishExecution';
  }
  return blocks.some(({ state }) => state !== 'staged') ? 'execute' : null;
}

/** Drift from the books after allocation: what was achieved, beside what was predicted. */
export async function measureAchievedDrift(context: WorkflowContext, runId: RunId): Promise<void> {
  const { firmId } = context;
  const accounts = await listRunAccounts(context.database, firmId, { runId });
  const ids = new Set<string>(accounts.map(({ outcome }) => outcome.accountId));
  const run = await context.database.transaction((tx) => lockRun(tx, firmId, runId));
  if (run?.totals === null || run === null) return;
  const snapshot = await context.books.snapshot(run.asOfDate);
  const measured = monitorAccounts(snapshot).filter((row) =>
    ids.has(row.account.account.accountId),
  );
  const drifts = measured.flatMap((row) =>
    row.drift === null ? [] : [{ accountId: row.account.account.accountId, drift: row.drift }],
  );
  const activeShareAchieved = meanActiveShare(
    measured.flatMap(({ targets, drift }) =>
      targets === null ? [] : [{ planningTotal: targets.planningTotal, drift }],
    ),
  );
  const { totals } = run;
  await context.database.transaction(async (tx) => {
    await saveAchievedDrift(tx, firmId, { runId, drifts });
    await saveTotals(tx, firmId, { runId, totals: { ...totals, activeShareAchieved } });
    await appendLiveEvents(tx, firmId, [{ kind: 'run.changed', runId }]);
  });
}
