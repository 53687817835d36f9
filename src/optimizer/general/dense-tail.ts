/**
 * Dense LDL' of the last pivots of a sparse factorization, where every column is full. Most of the work of a
 * problem that fills in is there, and dense tiles do it several times faster than scattered updates.
 */

const BLOCK = 48;

export class DenseTail {
  readonly size: number;
  /** Row-major; the lower triangle holds the matrix, then L. */
  readonly values: Float64Array;
  /** L times D of the panel at hand, row by row. */
  readonly #panel: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.values = new Float64Array(size * size);
    this.#panel = new Float64Array(size * BLOCK);
  }

  /**
   * @param accept takes pivot k as computed and returns the one to use
   * @returns false where `shouldStop`, asked before each panel, ended it
   */
  factor(
    accept: (k: number, pivot: number) => number,
    options: { readonly shouldStop: () => boolean },
  ): boolean {
    for (let first = 0; first < this.size; first += BLOCK) {
      if (options.shouldStop()) return false;
      const end = Math.min(this.size, first + BLOCK);
      this.#factorPanel([first, end], accept);
      this.#updateRest(first, end);
    }
    return true;
  }

  #factorPanel(
    range: readonly [number, number],
    accept: (k: number, pivot: number) => number,
  ): void {
    const [first, end] = range;
    const { size, values } = this;
    const panel = this.#panel;
    for (let j = first; j < end; j++) {
      const rowJ = j * size + first;
      const width = j - first;
      let pivot = values[j * size + j] as number;
      for (let k = 0; k < width; k++) {
        pivot -= (panel[j * BLOCK + k] as number) * (values[rowJ + k] as number);
      }
      pivot = accept(j, pivot);
      for (let i = j + 1; i < size; i++) {
        let sum = values[i * size + j] as number;
        const rowI = i * BLOCK;
        for (let k = 0; k < width; k++) {
          sum -= (panel[rowI + k] as number) * (values[rowJ + k] as number);
        }
        panel[rowI + width] = sum;
        values[i * size + j] = sum / pivot;
      }
    }
  }

  /** Lower triangle beyond the panel: tiles of 4 x 4, so that each number loaded is used four times. */
  #updateRest(first: number, end: number): void {
    const { size } = this;
    const width = end - first;
    let i = end;
    for (; i + 4 <= size; i += 4) {
      let j = end;
      for (; j + 4 <= i + 4; j += 4) this.#updateTile([i, j], first, width);
      for (; j < i + 4; j++)
        for (let k = 0; k < 4; k++) this.#updateEntry([i + k, j], first, width);
    }
    for (; i < size; i++) {
      for (let j = end; j <= i; j++) this.#updateEntry([i, j], first, width);
    }
  }

  #updateEntry(at: readonly [number, number], first: number, width: number): void {
    const [i, j] = at;
    let sum = 0;
    for (let k = 0; k < width; k++) {
      sum +=
        (this.#panel[i * BLOCK + k] as number) * (this.values[j * this.size + first + k] as number);
    }
    this.values[i * this.size + j] = (this.values[i * this.size + j] as number) - sum;
  }

  #updateTile(at: readonly [number, number], first: number, width: number): void {
    const [i, j] = at;
    const { size, values } = this;
    const panel = this.#panel;
    const p0 = i * BLOCK;
    const p1 = p0 + BLOCK;
    const p2 = p1 + BLOCK;
    const p3 = p2 + BLOCK;
    const l0 = j * size + first;
    const l1 = l0 + size;
    const l2 = l1 + size;
    const l3 = l2 + size;
    let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
    let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let k = 0; k < width; k++) {
      const a0 = panel[p0 + k] as number;
      const a1 = panel[p1 + k] as number;
      const a2 = panel[p2 + k] as number;
      const a3 = panel[p3 + k] as number;
      const b0 = values[l0 + k] as number;
      const b1 = values[l1 + k] as number;
      const b2 = values[l2 + k] as number;
      const b3 = values[l3 + k] as number;
      s00 += a0 * b0;
      s01 += a0 * b1;
      s02 += a0 * b2;
      s03 += a0 * b3;
      s10 += a1 * b0;
      s11 += a1 * b1;
      s12 += a1 * b2;
      s13 += a1 * b3;
      s20 += a2 * b0;
      s21 += a2 * b1;
      s22 += a2 * b2;
      s23 += a2 * b3;
      s30 += a3 * b0;
      s31 += a3 * b1;
      s32 += a3 * b2;
      s33 += a3 * b3;
    }
    this.#subtract(i * size + j, [s00, s01, s02, s03]);
    this.#subtract((i + 1) * size + j, [s10, s11, s12, s13]);
    this.#subtract((i + 2) * size + j, [s20, s21, s22, s23]);
    this.#subtract((i + 3) * size + j, [s30, s31, s32, s33]);
  }

  #subtract(at: number, sums: readonly [number, number, number, number]): void {
    const values = this.values;
    values[at] = (values[at] as number) - sums[0];
    values[at + 1] = (values[at + 1] as number) - sums[1];
    values[at + 2] = (values[at + 2] as number) - sums[2];
    values[at + 3] = (values[at + 3] as number) - sums[3];
  }

  /** b := L^-1 b, for the tail's part of b, which starts at `offset`. */
  forward(b: Float64Array, offset: number): void {
    const { size, values } = this;
    for (let i = 0; i < size; i++) {
      let sum = b[offset + i] as number;
      const row = i * size;
      for (let j = 0; j < i; j++) sum -= (values[row + j] as number) * (b[offset + j] as number);
      b[offset + i] = sum;
    }
  }

  /** b := L'^-1 b. */
  backward(b: Float64Array, offset: number): void {
    const { size, values } = this;
    for (let i = size - 1; i > 0; i--) {
      const value = b[offset + i] as number;
      const row = i * size;
      for (let j = 0; j < i; j++) {
        b[offset + j] = (b[offset + j] as number) - (values[row + j] as number) * value;
      }
    }
  }
}
