/**
 * The engine in WebAssembly: loads a risk model into the linear memory of an instance of its own, copies account
 * blocks in and answers out. Sources in `assembly`, compiled into `wasm-binary.ts` by `bin/build-kernels.ts`.
 */
import { assert } from '../../kernel/index.ts';
import type {
  AccountEngine,
  EngineAnswer,
  EngineStart,
  NewtonOptions,
} from '../newton/engine-types.ts';
import { roundedToFour, type AccountBlock, type RiskModelBlock } from '../problem/account-block.ts';
import { wasmBytes } from './wasm-binary.ts';

/** The exports of `assembly/index.ts`. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  readonly layoutModel: (assetCount: number, factorCount: number) => void;
  readonly layoutAccount: (rowCount: number, segments: number, entries: number) => void;
  readonly addressOf: (array: number) => number;
  readonly finishModel: (isShared: number) => void;
  readonly fillAllInside: () => void;
  readonly applyTarget: () => void;
  readonly startFromWeights: () => void;
  readonly solve: (tolerance: number, iterationsMax: number, exponent: number) => number;
  readonly iterationCount: () => number;
}

/** Numbers of the arrays, as `addressOf` in `assembly/memory.ts` counts them. */
const ARRAY = {
  factors: 0,
  curvature: 1,
  linear: 2,
  target: 3,
  anchor: 4,
  lower: 5,
  segmentStart: 6,
  segmentEnd: 7,
  segmentSlope: 8,
  rowStart: 9,
  rowIndex: 10,
  rowValue: 11,
  rowLower: 12,
  rowUpper: 13,
  impact: 14,
  impactCenter: 15,
  prices: 16,
  weights: 17,
} as const;

const STATUSES = ['converged', 'infeasible', 'stopped'] as const;

let compiled: WebAssembly.Module | null = null;

/** @returns null where the platform has no WebAssembly */
export function createWasmEngine(
  model: RiskModelBlock,
  options: { readonly isShared: boolean },
): AccountEngine | null {
  const kernels = newKernels();
  return kernels === null ? null : new WasmEngine(kernels, model, options);
}

/** An instance with a linear memory of its own; null where the platform has no WebAssembly. */
export function newKernels(): Kernels | null {
  if (typeof WebAssembly === 'undefined') return null;
  compiled ??= new WebAssembly.Module(wasmBytes());
  return new WebAssembly.Instance(compiled).exports as unknown as Kernels;
}

/** Room for an account, and views of its arrays. */
interface Place {
  readonly rowCount: number;
  readonly segments: number;
  readonly entries: number;
  readonly floats: Readonly<Record<(typeof FLOATS)[number], Float64Array>>;
  readonly integers: Readonly<Record<(typeof INTEGERS)[number], Int32Array>>;
}

const FLOATS = [
  'linear',
  'target',
  'anchor',
  'lower',
  'segmentEnd',
  'segmentSlope',
  'rowValue',
  'rowLower',
  'rowUpper',
  'impact',
  'impactCenter',
  'prices',
  'weights',
] as const;
const INTEGERS = ['segmentStart', 'rowStart', 'rowIndex'] as const;

function newPlace(
  kernels: Kernels,
  { assetCount: n, stride }: RiskModelBlock,
  room: Pick<Place, 'rowCount' | 'segments' | 'entries'>,
): Place {
  const { rowCount: m, segments, entries } = room;
  kernels.layoutAccount(m, segments, entries);
  const { buffer } = kernels.memory;
  const lengths = {
    linear: n,
    target: n,
    anchor: stride,
    lower: n,
    segmentEnd: segments,
    segmentSlope: segments,
    rowValue: entries,
    rowLower: m,
    rowUpper: m,
    impact: n,
    impactCenter: n,
    prices: stride + roundedToFour(m),
    weights: n,
    segmentStart: n + 1,
    rowStart: n + 1,
    rowIndex: entries,
  };
  const floats = FLOATS.map((name) => [
    name,
    new Float64Array(buffer, kernels.addressOf(ARRAY[name]), lengths[name]),
  ]);
  const integers = INTEGERS.map((name) => [
    name,
    new Int32Array(buffer, kernels.addressOf(ARRAY[name]), lengths[name]),
  ]);
  return {
    ...room,
    floats: Object.fromEntries(floats) as Place['floats'],
    integers: Object.fromEntries(integers) as Place['integers'],
  };
}

/** Takes over the kernels: an engine made earlier on the same ones must not be used again. */
export class WasmEngine implements AccountEngine {
  readonly backend = 'wasm';
  readonly #kernels: Kernels;
  readonly #model: RiskModelBlock;
  #place: Place;

  constructor(kernels: Kernels, model: RiskModelBlock, options: { readonly isShared: boolean }) {
    const { assetCount: n, factorCount, stride } = model;
    kernels.layoutModel(n, factorCount);
    const { buffer } = kernels.memory;
    new Float64Array(buffer, kernels.addressOf(ARRAY.factors), n * stride).set(model.factors);
    new Float64Array(buffer, kernels.addressOf(ARRAY.curvature), n).set(model.curvature);
    kernels.finishModel(options.isShared ? 1 : 0);
    this.#kernels = kernels;
    this.#model = model;
    this.#place = newPlace(kernels, model, { rowCount: 0, segments: 2 * n, entries: 2 * n });
    kernels.fillAllInside();
  }

  solve(account: AccountBlock, start: EngineStart, options: NewtonOptions): EngineAnswer {
    const kernels = this.#kernels;
    this.#copyIn(account);
    if (account.target !== null) kernels.applyTarget();
    this.#begin(start);
    const exponent = account.impact === null ? 0 : account.impact.power - 1;
    const status = STATUSES[kernels.solve(options.tolerance, options.iterationsMax, exponent)];
    assert(status !== undefined, 'the kernels return a known status');
    const { factorCount: k, stride } = this.#model;
    const m = account.rowLower.length;
    const { prices, weights } = this.#place.floats;
    const found = new Float64Array(k + m);
    found.set(prices.subarray(0, k));
    found.set(prices.subarray(stride, stride + m), k);
    return {
      status,
      weights: weights.slice(),
      prices: found,
      iterations: kernels.iterationCount(),
    };
  }

  #copyIn(account: AccountBlock): void {
    const { rows } = account;
    const needed = {
      rowCount: account.rowLower.length,
      segments: account.segmentEnd.length,
      entries: rows.value.length,
    };
    const room = this.#place;
    const isRoomy = room.segments >= needed.segments && room.entries >= needed.entries;
    if (!isRoomy || room.rowCount !== needed.rowCount) {
      this.#place = newPlace(this.#kernels, this.#model, {
        rowCount: needed.rowCount,
        segments: Math.max(room.segments, needed.segments),
        entries: Math.max(room.entries, needed.entries),
      });
    }
    const { floats, integers } = this.#place;
    floats.linear.set(account.linear);
    if (account.target === null) setPadded(floats.anchor, account.anchor);
    else floats.target.set(account.target);
    floats.lower.set(account.lower);
    floats.segmentEnd.set(account.segmentEnd);
    floats.segmentSlope.set(account.segmentSlope);
    floats.rowValue.set(rows.value);
    floats.rowLower.set(account.rowLower);
    floats.rowUpper.set(account.rowUpper);
    integers.segmentStart.set(account.segmentStart);
    integers.rowStart.set(rows.start);
    integers.rowIndex.set(rows.row);
    if (account.impact === null) return;
    floats.impact.set(account.impact.kappa);
    floats.impactCenter.set(account.impact.center);
  }

  #begin(start: EngineStart): void {
    const { prices, weights } = this.#place.floats;
    if ('weights' in start) {
      weights.set(start.weights);
      this.#kernels.startFromWeights();
      return;
    }
    const { factorCount: k, stride } = this.#model;
    prices.fill(0);
    prices.set(start.prices.subarray(0, k));
    prices.set(start.prices.subarray(k), stride);
  }
}

function setPadded(into: Float64Array, values: Float64Array): void {
  into.fill(0);
  into.set(values);
}
