/**
 * Dual semismooth Newton method in factor space (docs/concepts/optimizer.md): the unknowns are one price per factor
 * and one per row; every asset answers the prices in closed form; the dual is concave and piecewise
 * quadratic, so that on the right piece one step is exact.
 *
 * The readable form of the engine, its fallback where there is no WebAssembly, and its judge: every sum adds in the
 * order of `kernels/assembly`, and tests demand the same bits of both.
 */
import type { AccountBlock, RiskModelBlock } from '../problem/account-block.ts';
import type { AccountEngine, EngineAnswer, EngineStart, NewtonOptions } from './engine-types.ts';
import { moveAssets, stepWeights } from './asset-step.ts';
import { activeRows, factorMatrix, raisedPivot, solveDirection } from './cholesky.ts';
import { addListed, productWithPrices } from './column-products.ts';
import { hasFarkasProof, mayProve } from './contradiction.ts';
import { listNames, newEngineState, type EngineState } from './engine-state.ts';
import {
  addToFactorBlock,
  buildMatrix,
  identityBlock,
  updateMatrix,
} from './incremental-matrix.ts';
import { searchLine } from './line-search.ts';
import {
  RELEASE_RESIDUAL,
  beginRows,
  firstSignChange,
  fixRow,
  heldLimit,
  largestFixedExcess,
  refixMisdirected,
  releaseRows,
  settleRows,
} from './range-rows.ts';

/** Iterations between signals and sums from scratch. */
const REFRESH_EVERY = 16;

/** A residual below this that no longer falls is the rounding of large prices (see `polish`). */
const ROUNDING_MOST = 1e-6;

/** Sums beyond this, in weight, have left so much rounding behind that an answer is checked on new ones. */
const SUM_MOST = 100;

/** What an engine knows of its model. */
interface LoadedModel {
  readonly model: RiskModelBlock;
  readonly give: Float64Array;
  /** Residuals of factor prices are divided by this, so that they count in weight. */
  readonly factorSize: number;
  /** Factor block of the Newton matrix with every name inside a segment, for a model of many accounts. */
  readonly allInside: Float64Array | null;
}

export function createReferenceEngine(
  model: RiskModelBlock,
  options: { readonly isShared: boolean },
): AccountEngine {
  const give = model.curvature.map((d) => 1 / d);
  const factorSize = model.factors.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const allInside = options.isShared ? factorBlockOfAll(model, give) : null;
  const loaded = { model, give, factorSize, allInside };
  return {
    backend: 'typescript',
    solve: (account, start, limits) => solve(loaded, { account, start }, limits),
  };
}

function factorBlockOfAll(model: RiskModelBlock, give: Float64Array): Float64Array {
  const account = emptyAccount(model);
  const state = newEngineState(model, give, account);
  const block = new Float64Array(model.stride * model.stride);
  identityBlock(block, model.stride);
  listNames(state, (i) => give[i] as number);
  addToFactorBlock(state, block);
  return block;
}

function emptyAccount({ assetCount: n, factorCount: k }: RiskModelBlock): AccountBlock {
  const none = new Float64Array(0);
  return {
    linear: new Float64Array(n),
    target: null,
    anchor: new Float64Array(k),
    lower: new Float64Array(n),
    segmentStart: new Int32Array(n + 1),
    segmentEnd: none,
    segmentSlope: none,
    rows: { start: new Int32Array(n + 1), row: new Int32Array(0), value: none },
    rowLower: none,
    rowUpper: none,
    impact: null,
  };
}

interface Task {
  readonly account: AccountBlock;
  readonly start: EngineStart;
}

function solve(loaded: LoadedModel, task: Task, options: NewtonOptions): EngineAnswer {
  const state = newEngineState(loaded.model, loaded.give, task.account);
  if (task.account.target !== null) applyTarget(state, task.account.target);
  const hasSums = begin(state, task.start);
  state.counters.raisedPivot = raisedPivot(state);
  beginRows(state);
  refresh(state, hasSums);
  buildMatrix(state, loaded.allInside);
  const status = iterate(state, loaded, options);
  const { factorCount: k, stride } = loaded.model;
  const prices = new Float64Array(k + state.rowCount);
  prices.set(state.prices.subarray(0, k));
  prices.set(state.prices.subarray(stride, stride + state.rowCount), k);
  return { status, weights: state.weights, prices, iterations: state.counters.iterations };
}

function iterate(
  state: EngineState,
  loaded: LoadedModel,
  { tolerance, iterationsMax }: NewtonOptions,
): EngineAnswer['status'] {
  const { counters } = state;
  let before = Infinity;
  for (counters.iterations = 0; counters.iterations <= iterationsMax; counters.iterations += 1) {
    const iteration = counters.iterations;
    if (iteration > 0 && iteration % REFRESH_EVERY === 0) refresh(state, false);
    let residual = updateGradient(state, loaded.factorSize);
    let violation = largestFixedExcess(state);
    if (residual < tolerance && violation < tolerance) {
      if (counters.sumPeak <= SUM_MOST) return 'converged';
      sumOf(state, state.weights);
      counters.sumPeak = 0;
      residual = updateGradient(state, loaded.factorSize);
      violation = largestFixedExcess(state);
      if (residual < tolerance && violation < tolerance) return 'converged';
    }
    if (residual < ROUNDING_MOST && violation < ROUNDING_MOST && residual > before / 2) {
      return polish(state, loaded, tolerance) ? 'converged' : 'stopped';
    }
    before = residual;
    if (mayProve(state) && hasFarkasProof(state, state.prices)) return 'infeasible';
    const least = RELEASE_RESIDUAL * residual;
    if (violation > (least > tolerance ? least : tolerance)) {
      releaseRows(state, violation);
      updateGradient(state, loaded.factorSize);
    }
    const progress = climb(state, loaded.allInside);
    if (progress === 'none') return 'stopped';
    if (progress === 'unbounded' && hasFarkasProof(state, state.direction)) {
      state.prices.set(state.direction);
      return 'infeasible';
    }
  }
  counters.iterations = iterationsMax;
  return 'stopped';
}

/**
 * Where prices are so large that their rounding moves weights by more than the tolerance, the last Newton step is
 * taken by the weights themselves. True when that meets the tolerance.
 */
function polish(state: EngineState, loaded: LoadedModel, tolerance: number): boolean {
  const { prices, direction } = state;
  updateMatrix(state, loaded.allInside);
  findDirection(state);
  productWithPrices(state, direction);
  stepWeights(state);
  for (let c = 0; c < state.model.stride + state.rowCount; c += 1) {
    prices[c] = (prices[c] as number) + (direction[c] as number);
  }
  sumOf(state, state.weights);
  const residual = updateGradient(state, loaded.factorSize);
  return residual < tolerance && largestFixedExcess(state) < tolerance;
}

/** linear holds the tilt: takes curvature times target from it; the anchor is F' target. */
function applyTarget(state: EngineState, target: Float64Array): void {
  const { linear, model, anchor } = state;
  for (let i = 0; i < linear.length; i += 1) {
    linear[i] = (linear[i] as number) - (model.curvature[i] as number) * (target[i] as number);
  }
  sumOf(state, target);
  anchor.set(state.sums.subarray(0, model.stride));
}

/** Prices to begin from; true when the sums belong to `weightsIn` already. */
function begin(state: EngineState, start: EngineStart): boolean {
  const { prices, sums, anchor, model } = state;
  const { factorCount: k, stride } = model;
  if ('prices' in start) {
    prices.set(start.prices.subarray(0, k));
    prices.set(start.prices.subarray(k), stride);
    return false;
  }
  sumOf(state, start.weights);
  for (let f = 0; f < stride; f += 1) prices[f] = (sums[f] as number) - (anchor[f] as number);
  state.weightsIn.set(start.weights);
  return true;
}

/** sums = G' values, from scratch. */
function sumOf(state: EngineState, values: Float64Array): void {
  state.sums.fill(0);
  listNames(state, (i) => values[i] as number);
  addListed(state);
}

/** Signal, weights and sums from the prices alone. */
function refresh(state: EngineState, hasSums: boolean): void {
  const { signal, change, linear, weights, weightsIn } = state;
  productWithPrices(state, state.prices);
  for (let i = 0; i < signal.length; i += 1) {
    signal[i] = (linear[i] as number) + (change[i] as number);
  }
  change.fill(0);
  moveAssets(state, 0);
  if (hasSums) {
    updateSums(state);
    return;
  }
  sumOf(state, weights);
  weightsIn.set(weights);
}

/** Brings the sums to the present weights by the names that moved. */
function updateSums(state: EngineState): void {
  const { weights, weightsIn } = state;
  listNames(state, (i) => (weights[i] as number) - (weightsIn[i] as number));
  weightsIn.set(weights);
  addListed(state);
}

/** Gradient of the dual from the sums; returns the largest residual of factor prices and priced rows. */
function updateGradient(state: EngineState, factorSize: number): number {
  const { gradient, sums, anchor, prices, counters } = state;
  const { stride } = state.model;
  let residual = 0;
  for (let f = 0; f < stride; f += 1) {
    counters.sumPeak = Math.max(counters.sumPeak, Math.abs(sums[f] as number) / factorSize);
    const value = (sums[f] as number) - (anchor[f] as number) - (prices[f] as number);
    gradient[f] = value;
    residual = Math.max(residual, Math.abs(value) / factorSize);
  }
  for (let r = 0; r < state.rowCount; r += 1) {
    counters.sumPeak = Math.max(counters.sumPeak, Math.abs(sums[stride + r] as number));
    if (state.isFixed[r] === 1) {
      gradient[stride + r] = 0;
      continue;
    }
    const value = (sums[stride + r] as number) - heldLimit(state, r);
    gradient[stride + r] = value;
    residual = Math.max(residual, Math.abs(value));
  }
  return residual;
}

/** One Newton direction and one line search. */
function climb(state: EngineState, allInside: Float64Array | null): 'some' | 'none' | 'unbounded' {
  const { prices, gradient, direction, signal, change } = state;
  updateMatrix(state, allInside);
  findDirection(state);
  productWithPrices(state, direction);
  const limit = firstSignChange(state);
  let slopeAtZero = 0;
  for (let c = 0; c < state.model.stride + state.rowCount; c += 1) {
    slopeAtZero += (gradient[c] as number) * (direction[c] as number);
  }
  if (!(slopeAtZero > 0) || slopeAtZero === Infinity) return 'none';
  const found = searchLine((step) => slopeAt(state, step), slopeAtZero, limit.step);
  for (let c = 0; c < state.model.stride + state.rowCount; c += 1) {
    prices[c] = (prices[c] as number) + found.step * (direction[c] as number);
  }
  for (let i = 0; i < signal.length; i += 1) {
    signal[i] = (signal[i] as number) + found.step * (change[i] as number);
  }
  if (found.isAtLimit && limit.row >= 0) fixRow(state, limit.row);
  settleRows(state);
  updateSums(state);
  return found.isUnbounded ? 'unbounded' : 'some';
}

/** A released row whose price would move the wrong way is fixed again, at most once per row. */
function findDirection(state: EngineState): void {
  for (let attempt = 0; attempt <= state.rowCount; attempt += 1) {
    const active = activeRows(state);
    factorMatrix(state, active);
    solveDirection(state, active);
    if (!refixMisdirected(state)) break;
  }
  state.isReleased.fill(0);
}

/** Derivative of the dual along the direction, at `step`; leaves the assets there. */
function slopeAt(state: EngineState, step: number): number {
  const { direction, prices, anchor, model } = state;
  let slope = moveAssets(state, step);
  for (let f = 0; f < model.stride; f += 1) {
    const change = direction[f] as number;
    slope -= ((prices[f] as number) + (anchor[f] as number) + step * change) * change;
  }
  for (let r = 0; r < state.rowCount; r += 1) {
    if (state.isFixed[r] === 1) continue;
    slope -= heldLimit(state, r) * (direction[model.stride + r] as number);
  }
  return slope;
}
