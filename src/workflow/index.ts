export * from './rebalance/index.ts';
export { importFirm, latestPriceDate, VaultBooks } from './books-postgres.ts';
export {
  recordDecision,
  type BookSource,
  type DecisionEntry,
  type FileExchange,
  type WorkflowContext,
} from './context.ts';
export type { JobName, JobPointers, JobQueue, QueueDepth } from './jobs/job-queue.ts';
export { startJobQueue, type JobQueueOptions } from './jobs/jobs-postgres.ts';
export {
  isLiveEventId,
  lastLiveEventId,
  liveEventsAfter,
  type LiveEventKind,
  type StoredLiveEvent,
} from './live-events-postgres.ts';
export {
  countOpenBreaks,
  listBreaks,
  listReconciliations,
  type ReconciliationRecord,
} from './reconciliation/reconciliations-postgres.ts';
export { requestReconciliation } from './reconciliation/reconciliation.ts';
export { approveRun, declineOrders, submitRun, type ApprovalOutcome } from './review/approval.ts';
export { blockingRules, isMaker } from './review/decision-rules.ts';
export { editOrder, holdOrder, overrideRule, resumeOrder } from './review/order-decisions.ts';
export { listEvaluations, tallyRules } from './runs/evaluations-postgres.ts';
export {
  countOrders,
  findOrder,
  listApprovals,
  listOrders,
  listOverrides,
  openOrderCounts,
  tallyOrders,
  type OrderTally,
} from './runs/orders-postgres.ts';
export { frontierOfRunAccount } from './runs/account-frontier.ts';
export { startRun, type RunRequest } from './runs/run-request.ts';
export type {
  ApprovalRecord,
  OrderRecord,
  OverrideRecord,
  ReviewState,
  RunAccountRecord,
  RunRecord,
  RunState,
} from './runs/run-record.ts';
export { nextRunState } from './runs/run-state.ts';
export {
  countRunAccounts,
  countRuns,
  findRun,
  lastRebalancedAt,
  listRunAccounts,
  listRuns,
} from './runs/runs-postgres.ts';
export { nextDue } from './schedules/recurrence.ts';
export { createSchedule } from './schedules/schedule-sweep.ts';
export { listSchedules, listTriggers, type Schedule } from './schedules/schedules-postgres.ts';
export { readGatewayLink } from './trading/gateway-link-postgres.ts';
export { createDesk } from './trading/oms-desk.ts';
export { releaseRun } from './trading/release.ts';
export {
  countAllocations,
  countRunBlocks,
  listAllocations,
  listRunBlocks,
  type AllocationRecord,
  type RunBlock,
} from './trading/trading-postgres.ts';
export type { GatewayLink, TradingDesk } from './trading/trading-desk.ts';
export { startWorkers, type Workers } from './workers.ts';
