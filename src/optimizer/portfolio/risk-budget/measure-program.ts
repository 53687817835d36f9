/**
 * The risk budgeting program of a measure on a return history, at one level:
 *
 *   minimize  risk(x) - level sum b_i ln x_i     under boxes and rows
 *
 * in units of `unit`; for measures that are roots of a mean square, half the square stands in place of the risk.
 * Newton's method on the logarithms, with the measure kept whole: each step is a sparse quadratic program, damped by a
 * line search on the program itself. The logarithm is self-concordant, so the steps end up doubling the digits.
 */
import type { LinearRow } from '../../../domain/index.ts';
import { solveGeneral } from '../../general/index.ts';
import {
  addMeasure,
  isRootMeasure,
  measureValue,
  ProgramBuilder,
  type ScenarioMeasure,
} from '../scenario/index.ts';
import type { Scenarios } from '../resolved-problem.ts';

export interface MeasureProgram {
  readonly measure: ScenarioMeasure;
  readonly scenarios: Scenarios;
  /** Return units per unit of the program. */
  readonly unit: number;
  readonly shares: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: readonly LinearRow[];
}

export interface MeasurePoint {
  readonly x: Float64Array;
  readonly level: number;
  /** T, near the measure's set. */
  readonly density: Float64Array;
  /** m, per unit of the program; > 0 where the upper limit holds. */
  readonly rowPrices: Float64Array;
  /** Largest relative move of the last full step: zero at the answer. */
  readonly residual: number;
  readonly iterations: number;
}

const STEPS_MAX = 50;
const HALVINGS_MAX = 40;
const MOVE_MIN = 1e-10;
const TOLERANCE = 1e-10;
/** Assets without a budget count down to this share of the largest weight when moves are measured. */
const SHARE_MIN = 1e-6;

/** Risk, or half its square, in units of the program. */
export function riskTerm(program: MeasureProgram, x: Float64Array): number {
  const risk = measureValue(program.measure, x, program.scenarios) / program.unit;
  return isRootMeasure(program.measure) ? (risk * risk) / 2 : risk;
}

/** The program's value. */
export function programValue(program: MeasureProgram, x: Float64Array, level: number): number {
  return program.shares.reduce(
    (total, share, i) => (share > 0 ? total - level * share * Math.log(x[i] as number) : total),
    riskTerm(program, x),
  );
}

/** @param start n, > 0 where there is a budget */
export function solveMeasureProgram(
  program: MeasureProgram,
  level: number,
  start: Float64Array,
): MeasurePoint {
  let x: Float64Array = start.map((value, i) =>
    Math.min(program.upper[i] as number, Math.max(value, program.lower[i] as number)),
  );
  let best: MeasurePoint | null = null;
  let iterations = 0;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const next = newtonPoint(program, level, x);
    iterations += next.iterations;
    const residual = largestMove(x, next.x);
    const point = { ...next, residual, iterations };
    if (best === null || residual < best.residual) best = point;
    if (residual < MOVE_MIN || Number.isNaN(residual)) break;
    const moved = lineSearch(program, level, { from: x, to: next.x });
    if (moved === null) break;
    x = moved;
  }
  return best ?? newtonPoint(program, level, x);
}

function largestMove(from: Float64Array, to: Float64Array): number {
  const size = SHARE_MIN * from.reduce((most, value) => Math.max(most, value), 0);
  return from.reduce((most, value, i) => {
    const move = Math.abs((to[i] as number) - value) / Math.max(value, size);
    return Number.isNaN(move) ? NaN : Math.max(most, move);
  }, 0);
}

/** The longest step of a halving sequence that lowers the program; null when none does. */
function lineSearch(
  program: MeasureProgram,
  level: number,
  { from, to }: { readonly from: Float64Array; readonly to: Float64Array },
): Float64Array | null {
  const value = programValue(program, from, level);
  let length = 1;
  from.forEach((x, i) => {
    const change = (to[i] as number) - x;
    const isBudgeted = (program.shares[i] as number) > 0;
    if (isBudgeted && change < 0) length = Math.min(length, (-0.95 * x) / change);
  });
  const slack = 1e-15 * (Math.abs(value) + level);
  for (let k = 0; k < HALVINGS_MAX; k += 1) {
    const x = from.map((old, i) => old + length * ((to[i] as number) - old));
    if (programValue(program, x, level) <= value + slack) return x;
    length /= 2;
  }
  return null;
}

/** Minimum with each logarithm replaced by its parabola at `at`; x and prices of the quadratic program. */
function newtonPoint(program: MeasureProgram, level: number, at: Float64Array): MeasurePoint {
  const { measure, scenarios, unit, shares, lower, upper, rows } = program;
  const builder = new ProgramBuilder();
  const weights = Array.from(at, (_, i) =>
    builder.variable(`weight ${String(i)}`, {
      lower: Math.max(0, lower[i] as number),
      upper: upper[i] as number,
    }),
  );
  const block = addMeasure(builder, { measure, scenarios, weights, scale: null, unit });
  for (const [column, share] of block.linear) builder.charge(column, share);
  for (const [column, share] of block.squares) builder.curve(column, column, share);
  shares.forEach((share, i) => {
    if (share === 0) return;
    const x = at[i] as number;
    const column = weights[i] as number;
    builder.charge(column, (-2 * level * share) / x);
    builder.curve(column, column, (level * share) / (x * x));
  });
  const rowIndex = rows.map((row) => {
    const index = builder.row(row.name, { lower: row.lower, upper: row.upper });
    row.coefficients.forEach((value, i) => {
      builder.add(index, weights[i] as number, value);
    });
    return index;
  });
  const result = solveGeneral(builder.build('risk budgets'), {
    tolerance: TOLERANCE,
    absoluteTolerance: TOLERANCE / 100,
  });
  const x = Float64Array.from(weights, (column) => Math.max(0, result.x[column] as number));
  const risk = measureValue(measure, x, scenarios) / unit;
  const price = isRootMeasure(measure) ? risk : 1;
  return {
    x,
    level,
    density: Float64Array.from(block.scenarioRows, (row) =>
      price > 0 ? block.densityFrom((result.rowDuals[row] as number) / price) : 0,
    ),
    rowPrices: Float64Array.from(rowIndex, (row) => -(result.rowDuals[row] as number)),
    residual: Infinity,
    iterations: result.iterations,
  };
}
