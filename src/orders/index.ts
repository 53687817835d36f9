export { generateOrders, oneWayTurnover } from './generate-orders.ts';
export type { GeneratedOrders, OrderGenerationInput } from './generate-orders.ts';
export type { LotChoice, SaleLots } from './sale-lots.ts';
export { bindingText, conflictText } from './limit-text.ts';
export { explainOrder, reasonText } from './rationale.ts';
export { reviseOrder } from './revise-order.ts';
export type { OrderRevision } from './revise-order.ts';
export { costOfOrder, quantityStep } from './sizing.ts';
