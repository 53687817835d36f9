/**
 * The frontier sets of choosing few names: OR-Library's port1 to port5 (Beasley; Chang, Meade, Beasley and
 * Sharaiha 2000) from the shared data, or generated ones of the same sizes where there are none.
 */
import { Rng } from '../../src/kernel/index.ts';
import { sharedData } from './shared-data.ts';

export interface FrontierSet {
  readonly name: string;
  readonly size: number;
  /** n x n, weekly returns. */
  readonly covariance: Float64Array;
  readonly expectedReturns: Float64Array;
}

const FILES = [
  'port1_Hong_Kong_31',
  'port2_Germany_85',
  'port3_UK_89',
  'port4_USA_98',
  'port5_Japan_225',
] as const;
const SIZES = [31, 85, 89, 98, 225] as const;
const FACTORS = 8;

export function frontierSets(): {
  readonly sets: readonly FrontierSet[];
  readonly isPublic: boolean;
} {
  const data = sharedData('optimisation-instances/orlib-portfolio');
  if (!data.isAvailable) return { sets: SIZES.map(generated), isPublic: false };
  return {
    sets: FILES.map((name) =>
      readSet(name, data.text(`${name}_mean_sd.tsv`), data.text(`${name}_correlation.tsv`)),
    ),
    isPublic: true,
  };
}

function rowsOf(text: string): number[][] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
}

function readSet(name: string, moments: string, correlations: string): FrontierSet {
  const rows = rowsOf(moments);
  const n = rows.length;
  const deviation = rows.map((row) => row[2] as number);
  const covariance = new Float64Array(n * n);
  for (const [a, b, rho] of rowsOf(correlations) as [number, number, number][]) {
    const value = rho * (deviation[a - 1] as number) * (deviation[b - 1] as number);
    covariance[(a - 1) * n + b - 1] = value;
    covariance[(b - 1) * n + a - 1] = value;
  }
  const expectedReturns = Float64Array.from(rows, (row) => row[1] as number);
  return { name, size: n, covariance, expectedReturns };
}

/** Weekly moments of the public sets' scale: a market, a few more factors, and what is left. */
function generated(size: number): FrontierSet {
  const rng = new Rng(`frontier-set/${String(size)}`);
  const loadings = Float64Array.from({ length: size * FACTORS }, (_, at) =>
    at % FACTORS === 0 ? 0.02 + 0.005 * rng.normal() : 0.006 * rng.normal(),
  );
  const covariance = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const own = 0.0003 + 0.001 * rng.uniform();
    for (let j = 0; j <= i; j += 1) {
      let value = i === j ? own : 0;
      for (let f = 0; f < FACTORS; f += 1) {
        value += (loadings[i * FACTORS + f] as number) * (loadings[j * FACTORS + f] as number);
      }
      covariance[i * size + j] = value;
      covariance[j * size + i] = value;
    }
  }
  const expectedReturns = Float64Array.from({ length: size }, () => 0.002 + 0.003 * rng.normal());
  return { name: `generated-${String(size)}`, size, covariance, expectedReturns };
}
