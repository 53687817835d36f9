import { Rng } from '../../src/kernel/index.ts';

/** A seeded dense problem of choosing few names: covariance of a factor model plus noise, all positive definite. */
export interface NamesProblem {
  readonly assetCount: number;
  readonly covariance: Float64Array;
  readonly expectedReturns: Float64Array;
  readonly minimumWeight: number;
  readonly maximumNames: number;
}

export function randomNamesProblem(seed: number, assetCount: number): NamesProblem {
  const rng = new Rng(`names/${String(seed)}`);
  const u = (): number => rng.uniform();
  const factorCount = 1 + Math.floor(u() * 4);
  const loadings = Float64Array.from(
    { length: assetCount * factorCount },
    (_, at) => (at % factorCount === 0 ? 0.7 : 0) + (u() - 0.5),
  );
  const covariance = new Float64Array(assetCount * assetCount);
  for (let i = 0; i < assetCount; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let value = i === j ? 0.01 + 0.05 * u() : 0;
      for (let f = 0; f < factorCount; f += 1) {
        value +=
          0.04 *
          (loadings[i * factorCount + f] as number) *
          (loadings[j * factorCount + f] as number);
      }
      covariance[i * assetCount + j] = value;
      covariance[j * assetCount + i] = value;
    }
  }
  return {
    assetCount,
    covariance,
    expectedReturns: Float64Array.from({ length: assetCount }, () => 0.02 + 0.1 * u()),
    minimumWeight: u() < 0.3 ? 0 : 0.02 + 0.1 * u(),
    maximumNames: 1 + Math.floor(u() * Math.min(6, assetCount)),
  };
}
