export { mostDiversified } from './most-diversified.ts';
export { equalWeight, inverseVolatility } from './weight-rules.ts';
