import type { OptimizationProblem, RiskModel } from '../../src/domain/index.ts';

/**
 * Accounts of one firm. Every problem of a set holds the *same* arrays of the risk model (`factors`,
 * `specificVariance`) and the same row coefficients, so that an engine may keep them between accounts.
 */
export interface InstanceSet {
  readonly name: string;
  readonly model: RiskModel;
  /**
   * @param account any whole number >= 0; the same number gives the same problem
   * @param day 1: the same account after every name has moved by about 1 %
   */
  readonly problem: (account: number, day?: 0 | 1) => OptimizationProblem;
}

export function assetNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `S${String(i).padStart(5, '0')}`);
}

export function vector(length: number, make: (i: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, i) => make(i));
}

export function scaledTo(values: Float64Array, total: number): Float64Array {
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => (value * total) / sum);
}
