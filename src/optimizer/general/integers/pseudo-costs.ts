/**
 * Choice of the variable to branch on: pseudo-costs, the mean rise of the node bound per unit of rounding seen so
 * far, down and up (Benichou et al. 1971); where nothing has been seen, the mean over all variables. The score is
 * the product of both sides (Achterberg 2007, section 5.3).
 */

const FLOOR = 1e-6;

export class PseudoCosts {
  readonly #sum: readonly [Float64Array, Float64Array];
  readonly #count: readonly [Float64Array, Float64Array];
  readonly #allSum = [0, 0];
  readonly #allCount = [0, 0];

  constructor(variableCount: number) {
    this.#sum = [new Float64Array(variableCount), new Float64Array(variableCount)];
    this.#count = [new Float64Array(variableCount), new Float64Array(variableCount)];
  }

  /** @param rise of the bound, >= 0; @param distance the variable was moved by rounding, > 0 */
  observe(
    branch: { readonly j: number; readonly isUp: boolean },
    rise: number,
    distance: number,
  ): void {
    const side = branch.isUp ? 1 : 0;
    const rate = Math.max(0, rise) / distance;
    if (!Number.isFinite(rate)) return;
    const { j } = branch;
    const sum = this.#sum[side];
    const count = this.#count[side];
    sum[j] = (sum[j] as number) + rate;
    count[j] = (count[j] as number) + 1;
    this.#allSum[side] = (this.#allSum[side] as number) + rate;
    this.#allCount[side] = (this.#allCount[side] as number) + 1;
  }

  /** Best variable of those that are fractional at `x`, ties to the first. */
  choose(candidates: readonly number[], x: Float64Array): number {
    let best = candidates[0] as number;
    let bestScore = -1;
    for (const j of candidates) {
      const value = x[j] as number;
      const part = value - Math.floor(value);
      const down = Math.max(FLOOR, this.#rate(0, j) * part);
      const up = Math.max(FLOOR, this.#rate(1, j) * (1 - part));
      // A little weight on how fractional a variable is decides while nothing is known.
      const score = down * up * (1 + Math.min(part, 1 - part));
      if (score <= bestScore) continue;
      best = j;
      bestScore = score;
    }
    return best;
  }

  #rate(side: 0 | 1, j: number): number {
    const count = this.#count[side][j] as number;
    if (count > 0) return (this.#sum[side][j] as number) / count;
    const all = this.#allCount[side] as number;
    return all > 0 ? (this.#allSum[side] as number) / all : 1;
  }
}
