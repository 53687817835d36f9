/**
 * Equations of integers alone that no integers satisfy: the greatest common divisor of the coefficients divides
 * every value of the row (Bezout), so it must divide the right-hand side. Without this look a search over ranges
 * that have no end would never end.
 */
import type { GeneralProblem } from '../../../domain/index.ts';

/** @returns whether an equation, exact in integers, has no integer solution */
export function hasIndivisibleEquation(problem: GeneralProblem): boolean {
  const { A, isInteger, rowLower, rowUpper } = problem;
  const divisors = new Float64Array(rowLower.length);
  const isExact = Uint8Array.from(rowLower, (limit, i) =>
    limit === rowUpper[i] && Number.isSafeInteger(limit) ? 1 : 0,
  );
  for (let j = 0; j < A.columnCount; j += 1) {
    for (let e = A.columnStart[j] as number; e < (A.columnStart[j + 1] as number); e += 1) {
      const i = A.rowIndex[e] as number;
      const value = A.values[e] as number;
      if (value === 0) continue;
      if (isInteger?.[j] !== 1 || !Number.isSafeInteger(value)) isExact[i] = 0;
      else divisors[i] = commonDivisor(divisors[i] as number, Math.abs(value));
    }
  }
  return divisors.some((d, i) => d > 1 && isExact[i] === 1 && (rowLower[i] as number) % d !== 0);
}

function commonDivisor(a: number, b: number): number {
  let [large, small] = [a, b];
  while (small !== 0) [large, small] = [small, large % small];
  return large;
}
