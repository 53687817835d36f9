/**
 * The rows and variables that say "risk of these weights" in a linear or quadratic program.
 *
 * One dense row per scenario, whatever the measure; its price, divided by the price of risk, is the density.
 * Drawdowns follow the recursion D_t >= D_(t-1) - y_t, D_t >= 0 (a running peak needs no variable of its own),
 * tails the form of Rockafellar and Uryasev (2000), deviations one side alone: about the mean both sides are equal.
 */
import type { Scenarios } from '../resolved-problem.ts';
import { assetMeans } from './density.ts';
import type { ProgramBuilder } from './program-builder.ts';
import { centerOf, isDrawdownMeasure, type ScenarioMeasure } from './scenario-measure.ts';

const FREE = { lower: -Infinity, upper: Infinity };
const POSITIVE = { lower: 0, upper: Infinity };

export interface MeasureBlockInput {
  readonly measure: ScenarioMeasure;
  readonly scenarios: Scenarios;
  /** n columns of the weights. */
  readonly weights: readonly number[];
  /** Column by which constants are multiplied (homogenized programs), or null for one. */
  readonly scale: number | null;
  /** Return units per unit of the program: figures of a day's return would be lost among tolerances. */
  readonly unit: number;
}

export interface MeasureBlock {
  /** T rows, one per scenario. */
  readonly scenarioRows: Int32Array;
  /** Risk as a linear form of the program's columns, in units of the program; empty for root measures. */
  readonly linear: readonly (readonly [column: number, coefficient: number])[];
  readonly constant: number;
  /** Risk squared is the sum of coefficient times column squared; empty for the others. */
  readonly squares: readonly (readonly [column: number, coefficient: number])[];
  /** Density of scenario t from the price of its row over the price of risk. */
  densityFrom(price: number): number;
}

/** Adds the measure to a program. */
export function addMeasure(builder: ProgramBuilder, input: MeasureBlockInput): MeasureBlock {
  const { measure } = input;
  if (isDrawdownMeasure(measure)) return drawdownBlock(builder, input);
  if (measure.measure === 'cvar') return tailBlock(builder, input);
  if (measure.measure === 'worstRealization') return worstBlock(builder, input);
  return deviationBlock(builder, input);
}

const same = (price: number): number => price;

function tailBlock(builder: ProgramBuilder, input: MeasureBlockInput): MeasureBlock {
  const T = input.scenarios.count;
  const level = builder.variable('tail level', FREE);
  const share = 1 / (input.measure.alpha * T);
  const linear: [number, number][] = [[level, 1]];
  const scenarioRows = scenarioRowsOf(builder, input, (row, t) => {
    const excess = builder.variable(`excess ${String(t)}`, POSITIVE);
    builder.add(row, excess, 1);
    builder.add(row, level, 1);
    linear.push([excess, share]);
  });
  return { scenarioRows, linear, constant: 0, squares: [], densityFrom: same };
}

function worstBlock(builder: ProgramBuilder, input: MeasureBlockInput): MeasureBlock {
  const worst = builder.variable('worst loss', FREE);
  const scenarioRows = scenarioRowsOf(builder, input, (row) => {
    builder.add(row, worst, 1);
  });
  return { scenarioRows, linear: [[worst, 1]], constant: 0, squares: [], densityFrom: same };
}

/** u_t >= center - y_t: half of the mean absolute deviation, the semivariance; u_t equal to it: the variance. */
function deviationBlock(builder: ProgramBuilder, input: MeasureBlockInput): MeasureBlock {
  const { measure, scenarios, unit, weights, scale } = input;
  const T = scenarios.count;
  const center = centerOf(measure);
  const isTwoSided = measure.measure === 'variance';
  const below: number[] = [];
  const scenarioRows = scenarioRowsOf(builder, input, (row, t) => {
    const shortfall = builder.variable(`shortfall ${String(t)}`, isTwoSided ? FREE : POSITIVE);
    builder.add(row, shortfall, 1);
    below.push(shortfall);
  });
  if (measure.measure !== 'meanAbsoluteDeviation') {
    const share = 1 / (T - measure.ddof);
    const squares = below.map((column) => [column, share] as const);
    return { scenarioRows, linear: [], constant: 0, squares, densityFrom: same };
  }
  const linear: [number, number][] = below.map((column) => [column, 2 / T]);
  let constant = 0;
  if (center.kind === 'threshold') {
    // E|y - c| = 2 E(c - y)+ + E y - c.
    assetMeans(scenarios).forEach((mean, i) => {
      linear.push([weights[i] as number, mean / unit]);
    });
    if (scale === null) constant = -center.value / unit;
    else linear.push([scale, -center.value / unit]);
  }
  return { scenarioRows, linear, constant, squares: [], densityFrom: (price) => price - 1 / T };
}

function drawdownBlock(builder: ProgramBuilder, input: MeasureBlockInput): MeasureBlock {
  const { measure, scenarios } = input;
  const T = scenarios.count;
  const depths: number[] = [];
  const scenarioRows = scenarioRowsOf(builder, input, (row, t) => {
    const depth = builder.variable(`drawdown ${String(t)}`, POSITIVE);
    builder.add(row, depth, 1);
    if (t > 0) builder.add(row, depths[t - 1] as number, -1);
    depths.push(depth);
  });
  const block = { scenarioRows, constant: 0, densityFrom: same };
  if (measure.measure === 'ulcer') {
    return { ...block, linear: [], squares: depths.map((column) => [column, 1 / T]) };
  }
  if (measure.measure === 'averageDrawdown') {
    return { ...block, linear: depths.map((column) => [column, 1 / T]), squares: [] };
  }
  const level = builder.variable('drawdown level', POSITIVE);
  const linear: [number, number][] = [[level, 1]];
  depths.forEach((depth, t) => {
    const row = builder.row(`drawdown level ${String(t)}`, POSITIVE);
    builder.add(row, level, 1);
    builder.add(row, depth, -1);
    if (measure.measure !== 'cdar') return;
    const excess = builder.variable(`drawdown excess ${String(t)}`, POSITIVE);
    builder.add(row, excess, 1);
    linear.push([excess, 1 / (measure.alpha * T)]);
  });
  return { ...block, linear, squares: [] };
}

/** Row t: (auxiliary terms) + (y_t - center) / unit >= 0, or = 0 for the variance. */
function scenarioRowsOf(
  builder: ProgramBuilder,
  input: MeasureBlockInput,
  addTerms: (row: number, t: number) => void,
): Int32Array {
  const { measure, scenarios, weights, scale, unit } = input;
  const center = centerOf(measure);
  const means = center.kind === 'mean' ? assetMeans(scenarios) : null;
  const threshold = center.kind === 'threshold' ? center.value / unit : 0;
  const limit = scale === null ? threshold : 0;
  const upper = measure.measure === 'variance' ? limit : Infinity;
  const n = weights.length;
  return Int32Array.from({ length: scenarios.count }, (_, t) => {
    const row = builder.row(`scenario ${String(t)}`, { lower: limit, upper });
    addTerms(row, t);
    for (let i = 0; i < n; i += 1) {
      const value = (scenarios.returns[t * n + i] as number) - (means?.[i] ?? 0);
      builder.add(row, weights[i] as number, value / unit);
    }
    if (scale !== null && threshold !== 0) builder.add(row, scale, -threshold);
    return row;
  });
}
