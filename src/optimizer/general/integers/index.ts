export * from './mixed-integer.ts';
export { secondOpinion } from './proofs.ts';
