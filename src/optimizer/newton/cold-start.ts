import type { Kernels } from '../kernels/wasm-engine.ts';
import type { AccountBlock, RiskModelBlock } from '../problem/account-block.ts';
import { createAccountEngine } from './account-engine.ts';
import type { AccountEngine } from './engine-types.ts';

/** Where the target misses the rows by more than this, in weight, row prices are worth finding first. */
const MISS_MOST = 0.1;
/** With fewer factors a full step costs no more than a step for the rows. */
const FACTORS_LEAST = 20;
/** Of the row prices alone: they are a start, not an answer. */
const ROUGH = { tolerance: 1e-2, iterationsMax: 20 } as const;

/**
 * Prices to begin from without any of the day before; a function of the account alone. Mostly none at all: the
 * names' own best weights lie near the target, and the target near the rows. Where it does not (no target, all
 * return), the row prices of the same account without factor risk come first: a step for them costs a tenth of a full
 * one, and halves the full ones.
 */
export class ColdStart {
  readonly #factorCount: number;
  readonly #makeEngine: () => AccountEngine;
  /** Few models ever need it. */
  #withoutFactors: AccountEngine | null = null;

  constructor(
    model: RiskModelBlock,
    backend?: AccountEngine['backend'],
    kernelsOf?: () => Kernels | null,
  ) {
    this.#factorCount = model.factorCount;
    const bare = { ...model, factorCount: 0, stride: 0, factors: new Float64Array(0) };
    this.#makeEngine = () => createAccountEngine(bare, backend, kernelsOf);
  }

  /** @returns k + m prices, in the units of the engine */
  pricesOf(account: AccountBlock): Float64Array {
    const m = account.rowLower.length;
    const prices = new Float64Array(this.#factorCount + m);
    if (this.#factorCount < FACTORS_LEAST || missOf(account) <= MISS_MOST) return prices;
    const start = { prices: new Float64Array(m) };
    this.#withoutFactors ??= this.#makeEngine();
    const rough = this.#withoutFactors.solve(account, start, ROUGH);
    if (rough.status === 'converged') prices.set(rough.prices, this.#factorCount);
    return prices;
  }
}

/** Largest violation of a row at the target. */
function missOf({ target, rows, rowLower, rowUpper }: AccountBlock): number {
  const activity = new Float64Array(rowLower.length);
  for (let i = 0; target !== null && i < target.length; i += 1) {
    const b = target[i] as number;
    for (let e = rows.start[i] as number; e < (rows.start[i + 1] as number); e += 1) {
      const r = rows.row[e] as number;
      activity[r] = (activity[r] as number) + (rows.value[e] as number) * b;
    }
  }
  let miss = 0;
  activity.forEach((value, r) => {
    miss = Math.max(miss, value - (rowUpper[r] as number), (rowLower[r] as number) - value);
  });
  return miss;
}
