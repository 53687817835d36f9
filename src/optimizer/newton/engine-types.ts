import type { AccountBlock } from '../problem/account-block.ts';

export interface EngineAnswer {
  readonly status: 'converged' | 'infeasible' | 'stopped';
  /** n. */
  readonly weights: Float64Array;
  /** k + m, in units of the scaled objective; for `infeasible` the row part proves it. */
  readonly prices: Float64Array;
  readonly iterations: number;
}

/** Where to begin: prices (k + m) of factors and rows, or weights (n) whose factor prices are computed. */
export type EngineStart = { readonly prices: Float64Array } | { readonly weights: Float64Array };

export interface NewtonOptions {
  /** Largest residual, in weight. */
  readonly tolerance: number;
  readonly iterationsMax: number;
}

/** An engine with a risk model loaded and its working memory kept from account to account. */
export interface AccountEngine {
  readonly backend: 'wasm' | 'typescript';
  readonly solve: (
    account: AccountBlock,
    start: EngineStart,
    options: NewtonOptions,
  ) => EngineAnswer;
}
