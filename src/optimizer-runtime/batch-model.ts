/** What all accounts of a batch share: written once into shared memory, read by every worker. */
import { assert } from '../kernel/index.ts';

export interface BatchModel {
  /** n distinct names; the order of every array of every account. */
  readonly assets: readonly string[];
  readonly factorCount: number;
  /** n x k, row-major: loadings times the Cholesky factor of the factor covariance. */
  readonly factors: Float64Array;
  /** n; variance per period, >= 0. */
  readonly specificVariance: Float64Array;
  readonly riskAversion: number;
  /** Rows whose coefficients are the same for every account; limits are each account's own. */
  readonly rows: readonly { readonly name: string; readonly coefficients: Float64Array }[];
}

/** The model in a form that costs nothing to hand to a worker: numbers by reference, names by copy. */
export interface SharedModel {
  readonly assets: readonly string[];
  readonly factorCount: number;
  readonly riskAversion: number;
  readonly rowNames: readonly string[];
  /** factors, specificVariance, then the coefficients of each row. */
  readonly numbers: SharedArrayBuffer;
}

/** @throws AssertionError when lengths disagree */
export function shareModel(model: BatchModel): SharedModel {
  const n = model.assets.length;
  const k = model.factorCount;
  assert(model.factors.length === n * k, 'factors is n x k, row-major');
  assert(model.specificVariance.length === n, 'specificVariance has one entry per asset');
  for (const row of model.rows) {
    assert(row.coefficients.length === n, `row ${row.name}: one coefficient per asset`);
  }
  const numbers = new SharedArrayBuffer(8 * n * (k + 1 + model.rows.length));
  const all = new Float64Array(numbers);
  all.set(model.factors);
  all.set(model.specificVariance, n * k);
  model.rows.forEach((row, r) => {
    all.set(row.coefficients, n * (k + 1 + r));
  });
  return {
    assets: model.assets,
    factorCount: k,
    riskAversion: model.riskAversion,
    rowNames: model.rows.map(({ name }) => name),
    numbers,
  };
}

/** The model as views of the shared numbers: the same arrays for every account of a worker. */
export function openModel(shared: SharedModel): BatchModel {
  const n = shared.assets.length;
  const k = shared.factorCount;
  const view = (from: number, count: number): Float64Array =>
    new Float64Array(shared.numbers, 8 * from, count);
  return {
    assets: shared.assets,
    factorCount: k,
    riskAversion: shared.riskAversion,
    factors: view(0, n * k),
    specificVariance: view(n * k, n),
    rows: shared.rowNames.map((name, r) => ({ name, coefficients: view(n * (k + 1 + r), n) })),
  };
}
