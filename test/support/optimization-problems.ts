import type { LinearRow, OptimizationProblem, PiecewiseCost } from '../../src/domain/index.ts';
import { Rng } from '../../src/kernel/index.ts';

export interface RandomProblemOptions {
  readonly assetCountMax: number;
  readonly hasCosts: boolean;
  /** Rows around a point of the box, so that the problem has a solution by construction. */
  readonly isFeasible: boolean;
}

/** A seeded random account: sparse holdings, boxes, a budget row, a few group rows, kinked costs. */
export function randomProblem(seed: number, options: RandomProblemOptions): OptimizationProblem {
  const rng = new Rng(seed);
  const u = (): number => rng.uniform();
  const n = 1 + Math.floor(u() * options.assetCountMax);
  const k = Math.floor(u() * 6);
  const vector = (make: (i: number) => number): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => make(i));
  const target = normalized(vector(u), 0.98);
  const current = normalized(
    vector(() => (u() < 0.6 ? u() : 0)),
    0.97,
  );
  const inside = normalized(vector(u), 0.98);
  const isLocked = vector(() => (u() < 0.1 ? 1 : 0));
  const lower = vector((i) => (isLocked[i] === 1 ? at(inside, i) : 0));
  const upper = vector((i) => (isLocked[i] === 1 ? at(inside, i) : Math.max(0.3, at(inside, i))));
  const rows: LinearRow[] = [
    { name: 'budget', coefficients: vector(() => 1), lower: 0.98, upper: 0.98 },
  ];
  const rowCount = Math.floor(u() * 4);
  for (let r = 0; r < rowCount; r += 1) {
    const coefficients = vector(() => (u() < 0.4 ? 1 : 0));
    const activity = coefficients.reduce((total, c, i) => total + c * at(inside, i), 0);
    const shift = options.isFeasible ? 0 : (u() - 0.3) * 0.6;
    rows.push({
      name: `group-${String(r)}`,
      coefficients,
      lower: u() < 0.4 ? -Infinity : activity + shift - 0.05 * u(),
      upper: activity + shift + 0.05 * u(),
    });
  }
  return {
    assets: Array.from({ length: n }, (_, i) => `S${String(i).padStart(3, '0')}`),
    target,
    current,
    specificVariance: vector(() => 0.01 + 0.1 * u()),
    factors: Float64Array.from({ length: n * k }, () => (u() - 0.4) * 0.2),
    factorCount: k,
    riskAversion: 10 ** (u() * 2.5),
    linear: u() < 0.3 ? vector(() => (u() - 0.5) * 0.2) : null,
    costs: Array.from({ length: n }, (_, i) =>
      options.hasCosts && u() < 0.8 ? randomCost(at(current, i), u) : null,
    ),
    lower,
    upper,
    rows,
  };
}

function randomCost(holding: number, u: () => number): PiecewiseCost {
  const cost = 0.002 * u();
  return holding > 0
    ? { breakpoints: [holding / 2, holding], slopes: [-cost - 0.05 * u(), -cost, cost] }
    : { breakpoints: [0], slopes: [-cost, cost] };
}

function normalized(values: Float64Array, total: number): Float64Array {
  const sum = values.reduce((a, b) => a + b, 0);
  return sum === 0 ? values : values.map((value) => (value * total) / sum);
}

function at(values: Float64Array, i: number): number {
  return values[i] as number;
}
