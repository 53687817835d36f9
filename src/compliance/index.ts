export {
  approveOrders,
  evaluationsByOrder,
  factsHashes,
  factsHashOf,
  type ApprovalRequest,
  type ApprovalResult,
  type OrderApproval,
  type OrderRefusal,
} from './approval.ts';
export { evaluateCompliance, isBlocking, type ComplianceRequest } from './evaluation.ts';
export { factsOfScope, type FactDefinition, type WorseWhen } from './fact-catalog.ts';
export { checkRule } from './rule-check.ts';
export { SHIPPED_RULES, shippedRules } from './rules/index.ts';
