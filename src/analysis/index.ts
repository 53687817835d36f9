export * from './drift.ts';
export * from './exposures.ts';
export {
  estimateRiskModel,
  type RiskModelEstimate,
  type RiskModelInput,
  type RiskModelOptions,
} from './risk-model.ts';
export * from './tracking-error.ts';
