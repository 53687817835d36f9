export { type BlockToStage } from './block-check.ts';
export {
  countBlocks,
  readBlotter,
  readFlags,
  readPlacement,
  readRunProgress,
} from './blotter-postgres.ts';
export { clientOrderIdOf, CLIENT_ORDER_ID_LENGTH_MAX } from './client-order-id.ts';
export { type ExecutionFlag, type ExecutionFlagCode } from './execution-flag.ts';
export { effectiveExecutions, totalsOf, type ExecutionTotals } from './execution-ledger.ts';
export { type OmsServices } from './journal.ts';
export { readKillSwitch } from './kill-switch-postgres.ts';
export type {
  BlotterBlock,
  BlotterFilter,
  BlotterPlacement,
  CommandContext,
  EventCursor,
  KillSwitch,
  OmsEvent,
  RecordedFlag,
  RunExecutionProgress,
} from './oms-records.ts';
export {
  OrderManager,
  type Refusals,
  type ReleaseBlocks,
  type StageBlocks,
} from './order-manager.ts';
export { eventsAfter, FIRST_EVENT, latestCursor } from './outbox-postgres.ts';
export {
  applyCancelRejection,
  applyEvent,
  applyExecutionReport,
  type PlacementChange,
  type PlacementState,
} from './placement-fold.ts';
export { runGateway, type GatewayOptions, type RunningGateway } from './gateway/gateway.ts';
export { readGatewayStatus, type GatewayStatus } from './gateway/session-lease-postgres.ts';
