export { resolveProblem } from './resolve-problem.ts';
export { judgedCovariance, resolveRisk } from './resolve-risk.ts';
export { DenseRisk, eigenRoot, FactorRisk, splitCovariance } from './resolved-risk.ts';
