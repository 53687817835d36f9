/** How a cost grows with a size: shared by the benches, so that all mean the same by it. */

/** Least-squares slope of log(cost) over log(size): 1 = linear. */
export function growthExponent(sizes: readonly number[], costs: readonly number[]): number {
  return slope(
    sizes.map((size) => Math.log(size)),
    costs.map((cost) => Math.log(cost)),
  );
}

/** Least-squares slope of y over x. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = x.reduce((total, xi, i) => total + (xi - mx) * ((y[i] ?? 0) - my), 0);
  return covariance / x.reduce((total, xi) => total + (xi - mx) ** 2, 0);
}
