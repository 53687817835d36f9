import type { RiskModel } from '../../src/domain/index.ts';
import { Rng } from '../../src/kernel/index.ts';
import { assetNames, vector } from './instance-set.ts';

const STYLES_MAX = 10;
const SECTORS = 11;
const MARKET_VOLATILITY = 0.16;
const STYLE_VOLATILITY = 0.03;
const INDUSTRY_VOLATILITY = 0.09;

export interface RiaModel {
  readonly model: RiskModel;
  /** n; 0 .. 10. */
  readonly sectorOf: Int32Array;
  /** One 0/1 vector per sector that has a name. */
  readonly sectorCoefficients: readonly Float64Array[];
}

/**
 * One market factor, up to ten styles, the rest industries; annual volatilities. The factors are rotated,
 * so that F is dense as after a Cholesky factor of a full factor covariance, while F F' is unchanged.
 */
export function riaModel(
  name: string,
  size: { readonly assetCount: number; readonly factorCount: number; readonly seed: number },
): RiaModel {
  const { assetCount: n, factorCount: k, seed } = size;
  const rng = Rng.stream(seed, `${name}/model`);
  const styles = Math.min(STYLES_MAX, Math.floor(k / 2));
  const industries = k - 1 - styles;
  const industryOf = Int32Array.from({ length: n }, () => rng.below(industries));
  const exposures = new Float64Array(n * k);
  for (let i = 0; i < n; i += 1) {
    exposures[i * k] = MARKET_VOLATILITY * (1 + 0.25 * rng.normal());
    for (let s = 1; s <= styles; s += 1) exposures[i * k + s] = STYLE_VOLATILITY * rng.normal();
    exposures[i * k + 1 + styles + (industryOf[i] as number)] = INDUSTRY_VOLATILITY;
  }
  const sectorOf = industryOf.map((industry) => industry % SECTORS);
  const sectorCoefficients = Array.from({ length: SECTORS }, (_, s) =>
    vector(n, (i) => (sectorOf[i] === s ? 1 : 0)),
  ).filter((coefficients) => coefficients.includes(1));
  return {
    model: {
      assets: assetNames(n),
      factorCount: k,
      factors: rotated(exposures, rotation(k, rng)),
      specificVariance: vector(n, () => rng.between(0.12, 0.47) ** 2),
      factorNames: Array.from({ length: k }, (_, f) => `factor-${String(f)}`),
    },
    sectorOf,
    sectorCoefficients,
  };
}

/** k x k orthogonal, row-major: Gram and Schmidt, twice, on a random normal matrix. */
function rotation(k: number, rng: Rng): Float64Array {
  const q = Float64Array.from({ length: k * k }, () => rng.normal());
  for (let r = 0; r < k; r += 1) {
    const row = q.subarray(r * k, r * k + k);
    for (let pass = 0; pass < 2; pass += 1) {
      for (let p = 0; p < r; p += 1) {
        const other = q.subarray(p * k, p * k + k);
        const along = row.reduce((sum, value, c) => sum + value * (other[c] as number), 0);
        row.forEach((value, c) => {
          row[c] = value - along * (other[c] as number);
        });
      }
    }
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, c) => {
      row[c] = value / length;
    });
  }
  return q;
}

function rotated(exposures: Float64Array, q: Float64Array): Float64Array {
  const k = Math.sqrt(q.length);
  const out = new Float64Array(exposures.length);
  for (let at = 0; at < exposures.length; at += k) {
    for (let f = 0; f < k; f += 1) {
      const value = exposures[at + f] as number;
      if (value === 0) continue;
      for (let c = 0; c < k; c += 1) {
        out[at + c] = (out[at + c] as number) + value * (q[f * k + c] as number);
      }
    }
  }
  return out;
}
