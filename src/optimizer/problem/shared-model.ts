/**
 * Problems of one firm, which share a risk model, as blocks for an account engine. The engine's objective is the
 * user's divided by the risk aversion and times a power of four: then neither F nor D depends on the account, and
 * the model is loaded once.
 */
import { assert } from '../../kernel/index.ts';
import type { OptimizationProblem } from '../../domain/index.ts';
import {
  roundedToFour,
  type AccountBlock,
  type RiskModelBlock,
  type SparseRows,
} from './account-block.ts';
import { buildSegments, powerOfFourNear } from './engine-problem.ts';
import { areEqual } from './array-checks.ts';
import { impactBlock } from './impact-block.ts';

export type ModelArrays = Pick<OptimizationProblem, 'factors' | 'factorCount' | 'specificVariance'>;

export interface PricesInUserUnits {
  /** k; riskAversion F'(x - b). */
  readonly factorPrices: Float64Array;
  /** m; fall of the objective when the limit number rises by one. */
  readonly rowPrices: Float64Array;
}

export class SharedModel {
  readonly block: RiskModelBlock;
  readonly #model: ModelArrays;
  /** Power of four that brings the mean specific variance near one. */
  readonly #scale: number;
  #rows: { readonly coefficients: readonly Float64Array[]; readonly sparse: SparseRows } | null =
    null;

  /** @param model its arrays are kept by identity and must not be written afterwards */
  constructor(model: ModelArrays) {
    const { factorCount, specificVariance } = model;
    const mean = specificVariance.reduce((a, b) => a + b, 0) / Math.max(1, specificVariance.length);
    const scale = powerOfFourNear(1 / mean);
    this.#model = model;
    this.#scale = scale;
    const stride = roundedToFour(factorCount);
    this.block = {
      assetCount: specificVariance.length,
      factorCount,
      stride,
      factors: paddedRows(model, stride, Math.sqrt(scale)),
      curvature: scaled(specificVariance, scale),
    };
  }

  /** Whether the problem holds this very model, so that its block may go to this model's engine. */
  isOf(problem: OptimizationProblem): boolean {
    return (
      problem.factors === this.#model.factors &&
      problem.specificVariance === this.#model.specificVariance &&
      problem.factorCount === this.#model.factorCount
    );
  }

  /** @throws AssertionError on another model's problem, or without risk aversion */
  accountBlock(problem: OptimizationProblem): AccountBlock {
    assert(this.isOf(problem), 'the problem holds the risk model of its engine');
    assert(problem.riskAversion > 0, 'an account engine needs a risk aversion above zero');
    const unit = this.#scale / problem.riskAversion;
    const { target, linear, rows } = problem;
    return {
      linear: linear === null ? new Float64Array(target.length) : scaled(linear, unit),
      target,
      anchor: new Float64Array(0),
      ...buildSegments(problem, unit),
      lower: leastOf(problem.lower, problem.upper),
      rows: this.#sparseRows(rows.map((row) => row.coefficients)),
      rowLower: Float64Array.of(...rows.map((row) => row.lower)),
      rowUpper: Float64Array.of(...rows.map((row) => row.upper)),
      impact: impactBlock(problem, unit),
    };
  }

  /** Prices of an engine's answer, k + m, for a problem of this model. */
  inUserUnits(problem: OptimizationProblem, prices: Float64Array): PricesInUserUnits {
    const k = problem.factorCount;
    const factorUnit = problem.riskAversion / Math.sqrt(this.#scale);
    const rowUnit = problem.riskAversion / this.#scale;
    return {
      factorPrices: scaled(prices.subarray(0, k), factorUnit),
      rowPrices: scaled(prices.subarray(k), rowUnit),
    };
  }

  /** The reverse of `inUserUnits`: yesterday's prices as a start. */
  engineStart(
    problem: OptimizationProblem,
    { factorPrices, rowPrices }: PricesInUserUnits,
  ): Float64Array {
    const k = problem.factorCount;
    const prices = new Float64Array(k + rowPrices.length);
    const factorUnit = Math.sqrt(this.#scale) / problem.riskAversion;
    const rowUnit = this.#scale / problem.riskAversion;
    prices.set(scaled(factorPrices, factorUnit));
    prices.set(scaled(rowPrices, rowUnit), k);
    return prices;
  }

  /** Accounts of a firm mostly have the same rows: the last ones are kept, and known by their numbers. */
  #sparseRows(coefficients: readonly Float64Array[]): SparseRows {
    const last = this.#rows;
    const isSame =
      last?.coefficients.length === coefficients.length &&
      coefficients.every((one, r) => areEqual(one, last.coefficients[r] as Float64Array));
    if (isSame) return last.sparse;
    const sparse = sparseOf(coefficients, this.block.assetCount);
    this.#rows = { coefficients: coefficients.map((one) => one.slice()), sparse };
    return sparse;
  }
}

/** A loop each: a callback per name costs more than its product. */
function scaled(values: Float64Array, factor: number): Float64Array {
  const n = values.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 1) out[i] = (values[i] as number) * factor;
  return out;
}

/** n x stride: factors times `unit`, zeros beyond them. */
function paddedRows(
  { factors, factorCount, specificVariance }: ModelArrays,
  stride: number,
  unit: number,
): Float64Array {
  const n = specificVariance.length;
  const out = new Float64Array(n * stride);
  for (let i = 0, from = 0; i < n; i += 1) {
    const at = i * stride;
    for (let f = 0; f < factorCount; f += 1, from += 1) {
      out[at + f] = (factors[from] as number) * unit;
    }
  }
  return out;
}

function leastOf(a: Float64Array, b: Float64Array): Float64Array {
  const n = a.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 1) out[i] = Math.min(a[i] as number, b[i] as number);
  return out;
}

function sparseOf(coefficients: readonly Float64Array[], assetCount: number): SparseRows {
  const start = new Int32Array(assetCount + 1);
  const row: number[] = [];
  const value: number[] = [];
  for (let i = 0; i < assetCount; i += 1) {
    for (let r = 0; r < coefficients.length; r += 1) {
      const coefficient = coefficients[r]?.[i] as number;
      if (coefficient === 0) continue;
      row.push(r);
      value.push(coefficient);
    }
    start[i + 1] = row.length;
  }
  return { start, row: Int32Array.from(row), value: Float64Array.from(value) };
}
