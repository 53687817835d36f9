import type { EngineState } from './engine-state.ts';

/**
 * change = G z. Four partial sums per name, over columns 0, 1, 2, 3 modulo 4, as two vectors of two lanes add
 * them up; the twin of `kernels/assembly/products.ts`.
 */
export function productWithPrices(state: EngineState, prices: Float64Array): void {
  const { model, account, change } = state;
  const { stride, factors } = model;
  const { start, row, value } = account.rows;
  for (let i = 0, at = 0; i < model.assetCount; i += 1) {
    const sums: [number, number, number, number] = [0, 0, 0, 0];
    for (let c = 0; c < stride; c += 4, at += 4) {
      sums[0] += (factors[at] as number) * (prices[c] as number);
      sums[1] += (factors[at + 1] as number) * (prices[c + 1] as number);
      sums[2] += (factors[at + 2] as number) * (prices[c + 2] as number);
      sums[3] += (factors[at + 3] as number) * (prices[c + 3] as number);
    }
    let total = sums[0] + sums[2] + (sums[1] + sums[3]);
    for (let e = start[i] as number; e < (start[i + 1] as number); e += 1) {
      total += (value[e] as number) * (prices[stride + (row[e] as number)] as number);
    }
    change[i] = total;
  }
}

/** sums += G' v for the listed names, one name after the other. */
export function addListed(state: EngineState): void {
  const { model, account, sums, listed } = state;
  const { stride, factors } = model;
  const { start, row, value } = account.rows;
  for (let at = 0; at < listed.count; at += 1) {
    const i = listed.names[at] as number;
    const v = listed.values[at] as number;
    for (let c = 0; c < stride; c += 1) {
      sums[c] = (sums[c] as number) + v * (factors[i * stride + c] as number);
    }
    for (let e = start[i] as number; e < (start[i + 1] as number); e += 1) {
      const r = stride + (row[e] as number);
      sums[r] = (sums[r] as number) + (value[e] as number) * v;
    }
  }
}
