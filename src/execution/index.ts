export { allocateExecutions, type AllocationOptions } from './allocation.ts';
export {
  buildBlocks,
  whyNotBlocked,
  type BlockDifference,
  type BlockOptions,
  type BlockTerms,
} from './blocks.ts';
export { analyzeCosts, type CostAnalysis, type CostBenchmarks } from './cost-analysis.ts';
export {
  effectiveExecutions,
  standingExecutions,
  totalsOf,
  type EffectiveExecution,
  type ExecutionTotals,
} from './executions.ts';
export {
  verifyExecution,
  type BlockOutcome,
  type ExecutionVerification,
  type VerificationLine,
} from './verification.ts';
