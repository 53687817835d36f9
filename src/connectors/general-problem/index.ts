export { readGeneralProblem } from './general-problem.ts';
export type { GeneralProblemReading } from './general-problem.ts';
export { GENERAL_PROBLEM_SCHEMA } from './json-schema.ts';
export { writeQps } from './qps-writer.ts';
