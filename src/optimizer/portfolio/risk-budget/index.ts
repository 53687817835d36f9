export { riskBudget } from './risk-budget.ts';
export { varianceRiskBudget } from './variance-risk-budget.ts';
