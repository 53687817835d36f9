/** Not a number is equal to nothing. Eight at a time: this runs over the factors before every account. */
export function areEqual(a: Float64Array, b: Float64Array): boolean {
  const n = a.length;
  if (b.length !== n) return false;
  let i = 0;
  for (; i + 7 < n; i += 8) {
    if (
      a[i] !== b[i] ||
      a[i + 1] !== b[i + 1] ||
      a[i + 2] !== b[i + 2] ||
      a[i + 3] !== b[i + 3] ||
      a[i + 4] !== b[i + 4] ||
      a[i + 5] !== b[i + 5] ||
      a[i + 6] !== b[i + 6] ||
      a[i + 7] !== b[i + 7]
    ) {
      return false;
    }
  }
  for (; i < n; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** A finite number less itself is zero; four sums at once, because one would wait for itself. */
export function areFinite(values: Float64Array): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  const n = values.length;
  for (; i + 3 < n; i += 4) {
    const v = values[i] as number;
    const w = values[i + 1] as number;
    const x = values[i + 2] as number;
    const y = values[i + 3] as number;
    a += v - v;
    b += w - w;
    c += x - x;
    d += y - y;
  }
  for (; i < n; i += 1) a += (values[i] as number) - (values[i] as number);
  return a + b + c + d === 0;
}
