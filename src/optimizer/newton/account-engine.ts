import { WasmEngine, createWasmEngine, type Kernels } from '../kernels/wasm-engine.ts';
import type { RiskModelBlock } from '../problem/account-block.ts';
import type { AccountEngine } from './engine-types.ts';
import { createReferenceEngine } from './reference-engine.ts';

/**
 * An engine for the accounts of one risk model. The model is copied in once; `solve` then takes one account block
 * after another. Every answer depends on the model, the block, the start and the options alone, not on what was
 * solved before; a start is an input to record, because it changes the last bits.
 *
 * @param backend default: WebAssembly where there is one, else TypeScript; both give the same bits
 * @param kernelsOf where the instance comes from, default a new one; an engine made on the same one before must not be used again
 * @throws AssertionError nothing is checked here but what the kernels return: blocks come from validated problems
 */
export function createAccountEngine(
  model: RiskModelBlock,
  backend?: AccountEngine['backend'],
  kernelsOf?: () => Kernels | null,
): AccountEngine {
  const options = { isShared: true };
  const fast = backend === 'typescript' ? null : wasmEngine(model, options, kernelsOf);
  return fast ?? createReferenceEngine(model, options);
}

function wasmEngine(
  model: RiskModelBlock,
  options: { readonly isShared: boolean },
  kernelsOf: (() => Kernels | null) | undefined,
): AccountEngine | null {
  if (kernelsOf === undefined) return createWasmEngine(model, options);
  const kernels = kernelsOf();
  return kernels === null ? null : new WasmEngine(kernels, model, options);
}
