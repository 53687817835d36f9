/** One day of the firm of real prices, driven as its people drive it, with everything it left behind. */
import { readFirmDirectory } from '../../src/connectors/index.ts';
import type {
  BrokerStatementLine,
  Finding,
  FirmBook,
  ReconciliationBreak,
  RunId,
  Snapshot,
} from '../../src/domain/index.ts';
import type { BlotterBlock } from '../../src/oms/index.ts';
import { brokerStatement } from '../../src/simulator/broker/index.ts';
import {
  approveRun,
  listAllocations,
  listBreaks,
  listOrders,
  listReconciliations,
  listRunAccounts,
  overrideRule,
  releaseRun,
  startRun,
  submitRun,
  type AllocationRecord,
  type OrderRecord,
  type ReconciliationRecord,
  type RunAccountRecord,
  type RunRecord,
  type WorkflowContext,
} from '../../src/workflow/index.ts';
import type { TestDatabase } from './postgres.ts';
import type { RealFirm } from './real-firm.ts';
import { startTradingLoop, type TradingLoop } from './trading-loop.ts';

export interface RealDay {
  readonly firm: RealFirm;
  readonly book: FirmBook;
  readonly readingFindings: readonly Finding[];
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly run: RunRecord;
  readonly accounts: readonly RunAccountRecord[];
  readonly orders: readonly OrderRecord[];
  /** Codes of what was refused on the way to the approval. */
  readonly refusedSelfApproval: readonly string[];
  readonly refusedWithoutConsent: readonly { readonly orderId: string; readonly code: string }[];
  readonly overriddenOrderIds: readonly string[];
  readonly blocks: readonly BlotterBlock[];
  readonly allocations: readonly AllocationRecord[];
  /** From the broker's own log. */
  readonly fills: readonly BrokerStatementLine[];
  readonly reconciliations: readonly ReconciliationRecord[];
  readonly breaks: readonly ReconciliationBreak[];
  readonly faults: readonly string[];
}

const TRADER = 'tara';
const COMPLIANCE = 'carl';

/** Reads the firm's files, runs the loop to its reconciliation and collects the evidence. */
export async function runRealDay(store: TestDatabase, firm: RealFirm): Promise<RealDay> {
  const { book, findings } = readFirmDirectory(firm.files);
  const { asOfDate } = firm;
  const loop = await startTradingLoop(store, { book, asOfDate, seed: 'real-index-2020' });
  const { context } = loop;
  try {
    const before = await context.books.snapshot(asOfDate);
    const { runId, decisions } = await decide(loop, firm);
    unwrap(await releaseRun(context, { actor: TRADER, runId }));
    const run = await loop.reach(runId, 'reconciled', 150);
    const reconciliations = await listReconciliations(context.database, context.firmId);
    const breaks = await Promise.all(
      reconciliations.map(({ reconciliationId }) =>
        listBreaks(context.database, context.firmId, reconciliationId),
      ),
    );
    return {
      firm,
      book,
      readingFindings: findings,
      before,
      after: await context.books.snapshot(asOfDate),
      run,
      accounts: await listRunAccounts(context.database, context.firmId, { runId }),
      orders: await ordersOf(context, runId),
      ...decisions,
      blocks: await context.desk.blotter({ runId, limit: 5_000 }),
      allocations: await listAllocations(context.database, context.firmId, { runId }),
      fills: await brokerStatement(loop.brokerDirectory, asOfDate),
      reconciliations,
      breaks: breaks.flat(),
      faults: [...loop.faults],
    };
  } finally {
    await loop.stop();
  }
}

type Decisions = Pick<
  RealDay,
  'refusedSelfApproval' | 'refusedWithoutConsent' | 'overriddenOrderIds'
>;

/** From the wish to the approval: the trader proposes, somebody else approves. */
async function decide(
  loop: TradingLoop,
  { asOfDate }: RealFirm,
): Promise<{ readonly runId: RunId; readonly decisions: Decisions }> {
  const { context } = loop;
  const runId = unwrap(
    await startRun(context, {
      actor: TRADER,
      rebalanceKind: 'full',
      reason: 'the fall of March 2020',
      selection: 'triggered',
      accountIds: [],
      asOfDate,
      scheduleId: null,
    }),
  );
  await loop.reach(runId, 'proposed', 60);
  unwrap(await submitRun(context, { actor: TRADER, runId, note: 'back to the index' }));
  const approve = async (actor: string) =>
    approveRun(context, {
      actor,
      runId,
      orders: (await ordersOf(context, runId))
        .filter(({ state }) => state === 'submitted')
        .map(({ order, factsHash }) => ({ orderId: order.orderId, factsHash })),
      reasonText: 'looked at the drift and at the taxes',
    });
  const self = await approve(TRADER);
  const first = unwrap(await approve(COMPLIANCE));
  const blocked = (await ordersOf(context, runId)).filter(({ state }) => state === 'submitted');
  for (const { order, failedRuleIds, factsHash } of blocked) {
    for (const ruleId of failedRuleIds) {
      unwrap(
        await overrideRule(context, {
          actor: COMPLIANCE,
          orderId: order.orderId,
          ruleId,
          factsHash,
          reasonCode: 'CLIENT_CONSENT',
          reasonText: 'the client agreed on the telephone',
        }),
      );
    }
  }
  if (blocked.length > 0) unwrap(await approve(COMPLIANCE));
  return {
    runId,
    decisions: {
      refusedSelfApproval: self.ok ? [] : [...new Set(self.error.map(({ code }) => code))],
      refusedWithoutConsent: first.refused.map(({ orderId, finding }) => ({
        orderId,
        code: finding.code,
      })),
      overriddenOrderIds: blocked.map(({ order }) => order.orderId),
    },
  };
}

function ordersOf(context: WorkflowContext, runId: string): Promise<readonly OrderRecord[]> {
  return listOrders(context.database, context.firmId, { runId });
}

function unwrap<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: readonly Finding[] },
): T {
  if (result.ok) return result.value;
  throw new Error(result.error.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}
