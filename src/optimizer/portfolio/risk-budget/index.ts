export { varianceRiskBudget } from './variance-risk-budget.ts';
