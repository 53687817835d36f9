export * from './account/account-problem.ts';
export * from './account/exact-weights.ts';
export * from './optimize.ts';
export * from './general/index.ts';
export * from './general/integers/index.ts';
export * from './estimators/index.ts';
export {
  judgeDefiniteness,
  nearestCorrelation,
  nearestCovariance,
} from './linear-algebra/index.ts';
export { discreteAllocation, optimizeWithMinimumTrade } from './integers/index.ts';
export type {
  DiscreteAllocation,
  DiscreteAllocationOptions,
  MinimumTradeOptions,
  MinimumTradeResult,
} from './integers/index.ts';
export * from './portfolio/optimize-portfolio.ts';
export * from './sweep/tax-frontier.ts';
export * from './newton/model-engine.ts';
export {
  drawdownsOf,
  measureSlope,
  measureValue,
  riskContributions,
  riskOfReturns,
  type MeasureSlope,
  type ScenarioMeasure,
} from './portfolio/scenario/index.ts';
export type { Scenarios } from './portfolio/resolved-problem.ts';
