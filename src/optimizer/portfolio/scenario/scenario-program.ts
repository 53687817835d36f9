/**
 * One convex program for every objective over a return history:
 *
 *   minimize   riskWeight risk(w) [+ riskCurvature/2 risk(w)^2] + costWeight costs(w) - returnWeight mu'w
 *              + trackingPenalty/2 (w-b)'Sigma(w-b)
 *   subject to the user's rows, boxes and turnover, and risk(w) <= riskLimit
 *
 * With `riskFreeRate` it is homogenized for the ratio (Charnes and Cooper): columns are x = scale w, constants are
 * multiplied by the scale, and mu'x - costs - riskFreeRate scale >= one unit. Everything inside is in units of
 * `problem.unit`; `readSolution` gives the user's units back.
 */
import type { GeneralProblem, GeneralResult, PiecewiseCost } from '../../../domain/index.ts';
import { costBetween } from '../mean-variance/convex-problem.ts';
import { addMeasure, type MeasureBlock } from './measure-block.ts';
import { ProgramBuilder } from './program-builder.ts';
import type { ScenarioProblem } from './scenario-problem.ts';

const FREE = { lower: -Infinity, upper: Infinity };
const POSITIVE = { lower: 0, upper: Infinity };

/** value(w) = intercept + slope w. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

export interface ProgramRequest {
  readonly riskWeight: number;
  /** In 1 / return units; for root measures, whose square alone is quadratic. */
  readonly riskCurvature: number;
  readonly returnWeight: number;
  readonly costWeight: number;
  /** In return units; for measures that are not roots. */
  readonly riskLimit: number | null;
  /** Multiplier of half the squared tracking error, in 1 / return units. */
  readonly trackingPenalty: number;
  /** Set: the homogenized program of the ratio. */
  readonly riskFreeRate: number | null;
  /** Tangents of each asset's impact cost, from below; null: no impact. */
  readonly impactLines: readonly (readonly Line[])[] | null;
}

export const PLAIN_REQUEST: ProgramRequest = {
  riskWeight: 0,
  riskCurvature: 0,
  returnWeight: 0,
  costWeight: 0,
  riskLimit: null,
  trackingPenalty: 0,
  riskFreeRate: null,
  impactLines: null,
};

interface RowIndex {
  /** Row of the lower limit and of the upper one; the same for a plain row. */
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface ScenarioProgram {
  readonly general: GeneralProblem;
  readonly request: ProgramRequest;
  readonly weights: readonly number[];
  readonly scale: number | null;
  readonly block: MeasureBlock | null;
  readonly rows: readonly RowIndex[];
  readonly turnoverRow: number | null;
  readonly limitRow: number | null;
  readonly excessRow: number | null;
}

/** A point of the program in the user's units; prices are falls of the minimized objective per unit of limit. */
export interface ProgramSolution {
  readonly weights: Float64Array;
  /** 1 where the program is not homogenized. */
  readonly scale: number;
  /** T; of the scenario rows, undivided: density times the price of risk. */
  readonly scenarioPrices: Float64Array;
  /** m, of the user's rows; > 0 on the upper limit. */
  readonly rowPrices: Float64Array;
  readonly turnoverPrice: number;
  readonly limitPrice: number;
  /** Price of the normalization of the ratio. */
  readonly excessPrice: number;
}

export function buildProgram(problem: ScenarioProblem, request: ProgramRequest): ScenarioProgram {
  const program = new ProgramWriter(problem, request);
  return program.write();
}

class ProgramWriter {
  readonly #problem: ScenarioProblem;
  readonly #request: ProgramRequest;
  readonly #builder = new ProgramBuilder();
  readonly #weights: readonly number[];
  readonly #scale: number | null;
  readonly #costColumns: number[] = [];

  constructor(problem: ScenarioProblem, request: ProgramRequest) {
    this.#problem = problem;
    this.#request = request;
    const isScaled = request.riskFreeRate !== null;
    this.#weights = problem.base.assets.map((asset, i) => {
      const lower = problem.base.lower[i] as number;
      const upper = problem.base.upper[i] as number;
      const range = isScaled
        ? { lower: lower >= 0 ? 0 : -Infinity, upper: upper <= 0 ? 0 : Infinity }
        : { lower, upper };
      return this.#builder.variable(`weight ${asset}`, range);
    });
    this.#scale = isScaled ? this.#builder.variable('scale', POSITIVE) : null;
  }

  write(): ScenarioProgram {
    const { riskWeight, riskCurvature, riskLimit, riskFreeRate } = this.#request;
    this.#addCosts();
    const rows = this.#addRows();
    const turnoverRow = this.#addTurnover();
    const needsRisk = riskWeight !== 0 || riskCurvature !== 0 || riskLimit !== null;
    const block = needsRisk ? this.#addRisk() : null;
    const limitRow = block === null || riskLimit === null ? null : this.#addLimit(block, riskLimit);
    this.#addReturn();
    this.#addTracking();
    const excessRow = riskFreeRate === null ? null : this.#addExcess(riskFreeRate);
    return {
      general: this.#builder.build('scenario program'),
      request: this.#request,
      weights: this.#weights,
      scale: this.#scale,
      block,
      rows,
      turnoverRow,
      limitRow,
      excessRow,
    };
  }

  #addRisk(): MeasureBlock {
    const { measure, scenarios, unit } = this.#problem;
    const { riskWeight, riskCurvature } = this.#request;
    const block = addMeasure(this.#builder, {
      measure,
      scenarios,
      weights: this.#weights,
      scale: this.#scale,
      unit,
    });
    for (const [column, share] of block.linear) this.#builder.charge(column, riskWeight * share);
    for (const [column, share] of block.squares) {
      this.#builder.curve(column, column, riskCurvature * unit * share);
    }
    return block;
  }

  /** risk + slack = limit: the slack keeps a risk of one column from becoming a bound of that column. */
  #addLimit(block: MeasureBlock, limit: number): number {
    const value = limit / this.#problem.unit - block.constant;
    const row = this.#builder.row('targetRisk', { lower: value, upper: value });
    for (const [column, share] of block.linear) this.#builder.add(row, column, share);
    this.#builder.add(row, this.#builder.variable('risk to spare', POSITIVE), 1);
    return row;
  }

  #addReturn(): void {
    const { expectedReturns, unit } = this.#problem;
    const { returnWeight } = this.#request;
    if (returnWeight === 0) return;
    this.#weights.forEach((column, i) => {
      this.#builder.charge(column, (-returnWeight * (expectedReturns[i] as number)) / unit);
    });
  }

  #addTracking(): void {
    const { base, covariance, unit } = this.#problem;
    const theta = this.#request.trackingPenalty / unit;
    const tracking = base.spheres[0];
    if (theta === 0 || tracking === undefined) return;
    const n = this.#weights.length;
    for (let i = 0; i < n; i += 1) {
      let product = 0;
      for (let j = 0; j < n; j += 1) {
        const value = covariance[i * n + j] as number;
        product += value * (tracking.center[j] as number);
        this.#builder.curve(this.#weights[i] as number, this.#weights[j] as number, theta * value);
      }
      this.#builder.charge(this.#weights[i] as number, -theta * product);
    }
  }

  /** mu'x - costs - riskFreeRate scale >= one unit. */
  #addExcess(riskFreeRate: number): number {
    const { expectedReturns, unit } = this.#problem;
    const row = this.#builder.row('excess return', { lower: 1, upper: Infinity });
    this.#weights.forEach((column, i) => {
      this.#builder.add(row, column, (expectedReturns[i] as number) / unit);
    });
    this.#builder.add(row, this.#scale as number, -riskFreeRate / unit);
    for (const column of this.#costColumns) this.#builder.add(row, column, -1);
    return row;
  }

  /** One column per kinked cost, above each of its lines. */
  #addCosts(): void {
    const { costs, current } = this.#problem.base;
    const { costWeight, impactLines } = this.#request;
    this.#weights.forEach((_, i) => {
      const lines = costLines(costs[i] ?? null, current[i] as number);
      for (const one of [lines, impactLines?.[i] ?? []]) {
        if (one.length === 0) continue;
        const column = this.#builder.variable(`cost ${String(this.#costColumns.length)}`, FREE);
        this.#costColumns.push(column);
        if (this.#request.riskFreeRate === null) this.#builder.charge(column, costWeight);
        for (const line of one) this.#addLine(column, i, line);
      }
    });
  }

  #addLine(column: number, asset: number, { slope, intercept }: Line): void {
    const { unit } = this.#problem;
    this.#addScaled({
      name: `cost line ${String(column)} ${String(slope)}`,
      terms: [
        [column, 1],
        [this.#weights[asset] as number, -slope / unit],
      ],
      lower: intercept / unit,
      upper: Infinity,
    });
  }

  #addRows(): RowIndex[] {
    const { rows, lower, upper } = this.#problem.base;
    const indices = rows.map((row) =>
      this.#addScaled({
        name: row.name,
        terms: this.#weights.map((column, i) => [column, row.coefficients[i] as number] as const),
        lower: row.lower,
        upper: row.upper,
      }),
    );
    if (this.#scale === null) return indices;
    this.#weights.forEach((column, i) => {
      const low = lower[i] as number;
      const high = upper[i] as number;
      const range = { lower: low === 0 ? -Infinity : low, upper: high === 0 ? Infinity : high };
      if (range.lower === -Infinity && range.upper === Infinity) return;
      this.#addScaled({ name: `box ${String(i)}`, terms: [[column, 1]], ...range });
    });
    return indices;
  }

  /** lower <= sum of terms <= upper, the limits times the scale where there is one. */
  #addScaled(row: {
    readonly name: string;
    readonly terms: readonly (readonly [number, number])[];
    readonly lower: number;
    readonly upper: number;
  }): RowIndex {
    const put = (lower: number, upper: number, shift: number): number => {
      const index = this.#builder.row(row.name, { lower, upper });
      for (const [column, value] of row.terms) this.#builder.add(index, column, value);
      if (this.#scale !== null) this.#builder.add(index, this.#scale, -shift);
      return index;
    };
    const { lower, upper } = row;
    if (this.#scale === null) {
      const index = put(lower, upper, 0);
      return { lower: index, upper: index };
    }
    if (lower === upper) {
      const index = put(0, 0, lower);
      return { lower: index, upper: index };
    }
    return {
      lower: lower === -Infinity ? null : put(0, Infinity, lower),
      upper: upper === Infinity ? null : put(-Infinity, 0, upper),
    };
  }

  #addTurnover(): number | null {
    const { turnover, current } = this.#problem.base;
    if (turnover === null) return null;
    const share = turnover.measure === 'oneWay' ? 0.5 : 1;
    const terms: (readonly [number, number])[] = [];
    this.#weights.forEach((column, i) => {
      const moved = this.#builder.variable(`moved ${String(i)}`, POSITIVE);
      const held = current[i] as number;
      terms.push([moved, share]);
      this.#addMove(
        [
          [moved, 1],
          [column, 1],
        ],
        held,
      );
      if (turnover.measure !== 'sellSide')
        this.#addMove(
          [
            [moved, 1],
            [column, -1],
          ],
          -held,
        );
    });
    return this.#addScaled({ name: 'turnover', terms, lower: -Infinity, upper: turnover.maximum })
      .upper;
  }

  #addMove(terms: readonly (readonly [number, number])[], lower: number): void {
    this.#addScaled({ name: 'move', terms, lower, upper: Infinity });
  }
}

/** A convex curve as the largest of its lines; it counts from zero at the current holding. */
export function costLines(cost: PiecewiseCost | null, current: number): readonly Line[] {
  if (cost === null) return [];
  return cost.slopes.map((slope, k) => {
    const at = cost.breakpoints[Math.max(0, k - 1)] ?? current;
    return { slope, intercept: costBetween(cost, current, at) - slope * at };
  });
}

/** The program's point and prices in the user's units. */
export function readSolution(
  problem: ScenarioProblem,
  program: ScenarioProgram,
  result: GeneralResult,
): ProgramSolution {
  const { unit } = problem;
  const scale = program.scale === null ? 1 : (result.x[program.scale] as number);
  const dual = (row: number | null): number =>
    row === null ? 0 : (result.rowDuals[row] as number);
  const price = (row: number | null): number => -dual(row) * unit;
  return {
    weights: Float64Array.from(program.weights, (column) => (result.x[column] as number) / scale),
    scale,
    scenarioPrices: Float64Array.from(program.block?.scenarioRows ?? [], dual),
    rowPrices: Float64Array.from(program.rows, ({ lower, upper }) =>
      lower === upper ? price(lower) : price(lower) + price(upper),
    ),
    turnoverPrice: Math.max(0, price(program.turnoverRow)),
    limitPrice: Math.max(0, -dual(program.limitRow)),
    excessPrice: Math.max(0, dual(program.excessRow)),
  };
}
