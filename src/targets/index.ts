export { bandOf } from './band.ts';
export type { Band, BandTolerance } from './band.ts';
export { flattenModel } from './flatten-model.ts';
export type { ModelTarget } from './flatten-model.ts';
export { NO_EXTRA_LIMITS, resolveTargets } from './resolve-targets.ts';
export type { ExtraLimits, ResolvedTargets } from './resolve-targets.ts';
