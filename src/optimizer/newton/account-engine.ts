import { WasmEngine, newKernels, type Kernels } from '../kernels/wasm-engine.ts';
import type { RiskModelBlock } from '../problem/account-block.ts';
import type { AccountEngine } from './engine-types.ts';
import { createReferenceEngine } from './reference-engine.ts';

/**
 * An engine for the accounts of one risk model. The model is copied in once; `solve` then takes one account block
 * after another. Every answer depends on the model, the block, the start and the options alone, not on what was
 * solved before; a start is an input to record, because it changes the last bits.
 *
 * @param backend default: WebAssembly where there is one, else TypeScript; both give the same bits
 * @param kernelsOf where the instance comes from; an engine made on the same one before must not be used again
 * @throws AssertionError nothing is checked here but what the kernels return: blocks come from validated problems
 */
export function createAccountEngine(
  model: RiskModelBlock,
  backend?: AccountEngine['backend'],
  kernelsOf: () => Kernels | null = newKernels,
): AccountEngine {
  const options = { isShared: true };
  const kernels = backend === 'typescript' ? null : kernelsOf();
  return kernels === null
    ? createReferenceEngine(model, options)
    : new WasmEngine(kernels, model, options);
}
