export {
  admissibleDensity,
  densityAt,
  measureSlope,
  planeOf,
  riskContributions,
  type MeasureSlope,
  type RiskPlane,
} from './density.ts';
export { addMeasure, type MeasureBlock, type MeasureBlockInput } from './measure-block.ts';
export { ProgramBuilder, type VariableRange } from './program-builder.ts';
export { scenarioMeasureOf } from './refusals.ts';
export {
  drawdownsOf,
  isDrawdownMeasure,
  isRootMeasure,
  measureValue,
  portfolioReturns,
  riskOfReturns,
  type ScenarioMeasure,
} from './scenario-measure.ts';
export type { ScenarioObjective } from './scenario-problem.ts';
export { solveScenario } from './solve-scenario.ts';
