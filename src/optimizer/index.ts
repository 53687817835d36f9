export * from './account/account-problem.ts';
export * from './account/exact-weights.ts';
export * from './optimize.ts';
export * from './general/index.ts';
export * from './general/integers/index.ts';
export * from './estimators/index.ts';
export * from './portfolio/optimize-portfolio.ts';
export * from './sweep/tax-frontier.ts';
