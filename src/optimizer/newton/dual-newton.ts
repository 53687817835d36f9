/** The account engine for one problem at a time, in the form in which the rest of the optimizer holds it. */
import { farkasMargin } from '../infeasibility/farkas.ts';
import { WasmEngine, newKernels, type Kernels } from '../kernels/wasm-engine.ts';
import {
  accountBlockOf,
  modelBlock,
  sparseRows,
  type SparseRows,
} from '../problem/account-block.ts';
import type { EngineProblem } from '../problem/engine-problem.ts';
import type { AccountEngine, EngineAnswer, NewtonOptions } from './engine-types.ts';
import { createReferenceEngine } from './reference-engine.ts';

export type { EngineAnswer, NewtonOptions } from './engine-types.ts';

/** The problem whose columns lie in the shared kernels. */
interface Loaded {
  readonly columns: Float64Array;
  readonly curvature: Float64Array;
  readonly rows: SparseRows;
  readonly engine: AccountEngine;
}

let kernels: Kernels | null | undefined;
let loaded: Loaded | null = null;

/**
 * Solves from the prices in `start`. Problems that share `columns` and `curvature` (those of a proximal loop, a
 * sweep, a deletion filter) load them once; arrays of an engine problem are never written after it is made.
 *
 * @param start k + m prices in scaled units; not changed
 */
export function solveDualNewton(
  problem: EngineProblem,
  start: Float64Array,
  options: NewtonOptions,
): EngineAnswer {
  const { engine, rows } = loadedFor(problem);
  const answer = engine.solve(accountBlockOf(problem, rows), { prices: start }, options);
  if (answer.status !== 'infeasible') return answer;
  const isProved = farkasMargin(problem, answer.prices.subarray(problem.factorCount)) > 0;
  return isProved ? answer : { ...answer, status: 'stopped' };
}

function loadedFor(problem: EngineProblem): Loaded {
  const { columns, curvature, factorCount, rowCount } = problem;
  if (loaded?.columns === columns && loaded.curvature === curvature) return loaded;
  const model = modelBlock(columns, curvature, { factorCount, width: factorCount + rowCount });
  // The factor block of all names pays for itself over many accounts only.
  const forOne = { isShared: false };
  kernels ??= newKernels();
  const engine =
    kernels === null
      ? createReferenceEngine(model, forOne)
      : new WasmEngine(kernels, model, forOne);
  loaded = { columns, curvature, rows: sparseRows(problem), engine };
  return loaded;
}
