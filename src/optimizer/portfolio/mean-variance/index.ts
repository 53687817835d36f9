export { addCurves } from './convex-problem.ts';
export { maximumRatioVariance } from './maximum-ratio.ts';
export {
  meanVariance,
  minimumVariance,
  targetReturnVariance,
  targetVolatility,
  trackingErrorVariance,
  type WarmStart,
} from './mean-variance.ts';
