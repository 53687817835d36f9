/** A sparse program row by row and column by column; limits are multiplied by the scale variable where there is one. */
import type { GeneralProblem } from '../../../domain/index.ts';
import { sparseFromTriplets } from '../../general/index.ts';

interface Triplets {
  readonly rows: number[];
  readonly columns: number[];
  readonly values: number[];
}

export interface VariableRange {
  readonly lower: number;
  readonly upper: number;
}

export class ProgramBuilder {
  readonly #variables: string[] = [];
  readonly #rows: string[] = [];
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];
  readonly #cost: number[] = [];
  readonly #rowLower: number[] = [];
  readonly #rowUpper: number[] = [];
  readonly #matrix: Triplets = { rows: [], columns: [], values: [] };
  readonly #curvature: Triplets = { rows: [], columns: [], values: [] };

  /** @returns the index of the new variable */
  variable(name: string, { lower, upper }: VariableRange): number {
    this.#variables.push(name);
    this.#lower.push(lower);
    this.#upper.push(upper);
    this.#cost.push(0);
    return this.#variables.length - 1;
  }

  /** @returns the index of the new row */
  row(name: string, { lower, upper }: VariableRange): number {
    this.#rows.push(name);
    this.#rowLower.push(lower);
    this.#rowUpper.push(upper);
    return this.#rows.length - 1;
  }

  /** Adds to an entry of a row. */
  add(row: number, column: number, value: number): void {
    if (value === 0) return;
    this.#matrix.rows.push(row);
    this.#matrix.columns.push(column);
    this.#matrix.values.push(value);
  }

  /** Adds to the slope of the objective. */
  charge(column: number, value: number): void {
    this.#cost[column] = (this.#cost[column] as number) + value;
  }

  /** Adds value to P at (i, j); the caller gives both triangles. */
  curve(i: number, j: number, value: number): void {
    if (value === 0) return;
    this.#curvature.rows.push(i);
    this.#curvature.columns.push(j);
    this.#curvature.values.push(value);
  }

  build(name: string): GeneralProblem {
    const n = this.#variables.length;
    const m = this.#rows.length;
    return {
      name,
      variables: this.#variables,
      rows: this.#rows,
      P: sparseFromTriplets([n, n], this.#curvature),
      q: Float64Array.from(this.#cost),
      constant: 0,
      A: sparseFromTriplets([m, n], this.#matrix),
      rowLower: Float64Array.from(this.#rowLower),
      rowUpper: Float64Array.from(this.#rowUpper),
      lower: Float64Array.from(this.#lower),
      upper: Float64Array.from(this.#upper),
      isInteger: null,
    };
  }
}
