export { robustMeanVariance } from './robust.ts';
