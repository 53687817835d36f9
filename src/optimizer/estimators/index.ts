export {
  estimateCovariance,
  GERBER_THRESHOLD_DEFAULT,
  HALF_LIFE_DEFAULT,
  type CovarianceEstimate,
} from './covariance-estimate.ts';
export { estimateExpectedReturns, type ExpectedReturnsEstimate } from './expected-returns.ts';
export {
  covarianceOfModel,
  fundamentalFactors,
  statisticalFactors,
  symmetricRoot,
  type FactorModel,
  type FundamentalChoice,
  type FundamentalModel,
} from './factor-models.ts';
export { readHistory, type History, type HistoryInput } from './history.ts';
export { correlationOf, covarianceFrom, type Correlation } from './moments.ts';
export { repairCovariance, type CovarianceRepair, type RepairedCovariance } from './repair.ts';
