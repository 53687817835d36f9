export {
  matchCash,
  matchPositions,
  NO_TOLERANCE,
  type CashRecord,
  type PositionRecord,
  type Tolerances,
} from './custody-matching.ts';
export {
  executionRecords,
  matchExecutions,
  type ExecutionRecord,
  type MatchResult,
} from './execution-matching.ts';
export { reconcile, type OurBooks, type ReconciliationRequest, type TheirBooks } from './report.ts';
