/** What the host calls; see `wasm-engine.ts`. */
export { addressOf, layoutAccount, layoutModel } from './memory';
export {
  applyTarget,
  fillAllInside,
  finishModel,
  iterationCount,
  passCount,
  solve,
  startFromWeights,
} from './loop';
