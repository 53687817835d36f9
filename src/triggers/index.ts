export { evaluateTriggers } from './evaluate-triggers.ts';
export type { TriggerInput } from './evaluate-triggers.ts';
