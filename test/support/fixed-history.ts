/**
 * A return history by formula, so that an independent program can have the same numbers without a file:
 * 0.02 sin(1 + 1.7 t + 2.3 i) + 0.01 sin(0.9 t)(1 + 0.2 i) + 0.005 sin(0.61 (t + 1)(i + 2)) + 0.001 i.
 *
 * @returns T x n, row-major
 */
export function fixedHistory(T: number, n: number): Float64Array {
  return Float64Array.from({ length: T * n }, (_, at) => {
    const t = Math.floor(at / n);
    const i = at % n;
    return (
      0.02 * Math.sin(1 + 1.7 * t + 2.3 * i) +
      0.01 * Math.sin(0.9 * t) * (1 + 0.2 * i) +
      0.005 * Math.sin(0.61 * (t + 1) * (i + 2)) +
      0.001 * i
    );
  });
}

/** The same with twenty more waves, for estimators that look for structure: T = 200, n = 20. */
export function fixedWideHistory(): Float64Array {
  return fixedHistory(200, 20).map((value, at) => {
    const t = Math.floor(at / 20);
    const i = at % 20;
    return value + 0.02 * Math.sin(0.37 * t * (i + 3) + i * i);
  });
}
