import { newKernels, type Kernels } from '../kernels/wasm-engine.ts';

/** A linear memory never shrinks: one larger than this is given back rather than kept for the next model. */
const BYTES_KEPT_MAX = 64 * 2 ** 20;

/**
 * The kernels of one model engine, made when first needed and handed from one engine to the next: every instance
 * reserves far more addresses than it uses, so that there must not be one per model ever seen.
 */
export class KernelPair {
  #account: Kernels | null | undefined;
  #rows: Kernels | null | undefined;

  /** For whole accounts; null where the platform has no WebAssembly. */
  account(): Kernels | null {
    this.#account ??= newKernels();
    return this.#account;
  }

  /** For accounts without factor risk (see cold-start.ts). */
  rows(): Kernels | null {
    this.#rows ??= newKernels();
    return this.#rows;
  }

  isLarge(): boolean {
    const bytes = [this.#account, this.#rows].map((one) => one?.memory.buffer.byteLength ?? 0);
    return Math.max(...bytes) > BYTES_KEPT_MAX;
  }
}
