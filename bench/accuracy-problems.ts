/**
 * Random accounts for the accuracy bench: sizes over two decades, with and without costs and tax lots, rows from
 * none to tight and degenerate, names that are copies of each other. The seed is the problem.
 */
import type { LinearRow, OptimizationProblem, PiecewiseCost } from '../src/domain/index.ts';
import { Rng } from '../src/kernel/index.ts';

export interface AccuracyProblem {
  readonly problem: OptimizationProblem;
  readonly traits: readonly Trait[];
}

export type Trait =
  | 'costs'
  | 'tax lots'
  | 'tight rows'
  | 'equality rows'
  | 'repeated row'
  | 'dependent row'
  | 'duplicate names'
  | 'no variance'
  | 'fixed names'
  | 'tilted'
  | 'shifted rows';

const LIKELIHOOD: Readonly<Record<Trait, number>> = {
  costs: 0.7,
  'tax lots': 0.5,
  'tight rows': 0.4,
  'equality rows': 0.15,
  'repeated row': 0.15,
  'dependent row': 0.25,
  'duplicate names': 0.15,
  'no variance': 0.1,
  'fixed names': 0.2,
  tilted: 0.3,
  'shifted rows': 0.12,
};

/** @param seed every property of the problem follows from it */
export function accuracyProblem(
  seed: number,
  range: { least: number; most: number },
): AccuracyProblem {
  const rng = Rng.stream(seed, 'accuracy');
  const n = Math.round(range.least * (range.most / range.least) ** rng.uniform());
  const traits = (Object.keys(LIKELIHOOD) as Trait[]).filter(
    (trait) => rng.uniform() < LIKELIHOOD[trait],
  );
  const has = (trait: Trait): boolean => traits.includes(trait);
  const vector = (make: (i: number) => number): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => make(i));
  const k = Math.floor(rng.uniform() * Math.min(66, n / 2));
  const specificVariance = vector(() => rng.between(0.12, 0.47) ** 2);
  const factors = Float64Array.from(
    { length: n * k },
    () => (0.25 * rng.normal()) / Math.sqrt(1 + k),
  );
  const target = scaled(
    vector(() => Math.exp(rng.normal())),
    0.995,
  );
  const current = scaled(
    target.map((b) => (rng.uniform() < 0.7 ? b * Math.exp(0.35 * rng.normal()) : 0)),
    0.99,
  );
  if (has('no variance')) specificVariance[0] = 0;
  if (has('duplicate names')) copyNames({ n, k, factors, specificVariance, target, current });
  const inside = scaled(
    target.map((b) => b * rng.between(0.5, 1.5)),
    0.995,
  );
  const lower = new Float64Array(n);
  const upper = vector((i) => Math.max(0.05, 2 * at(target, i), at(inside, i)));
  if (has('fixed names')) {
    for (let i = 0; i < n; i += 9) lower[i] = upper[i] = at(inside, i);
  }
  const cost = vector(() => rng.between(0.00035, 0.00105));
  return {
    traits,
    problem: {
      assets: Array.from({ length: n }, (_, i) => `S${String(i).padStart(4, '0')}`),
      target,
      current,
      specificVariance,
      factors,
      factorCount: k,
      riskAversion: 10 ** rng.between(0, 3),
      linear: has('tilted') ? vector(() => 0.05 * rng.normal()) : null,
      costs: Array.from({ length: n }, (_, i) =>
        has('costs') ? costCurve(at(cost, i), at(current, i), has('tax lots') ? rng : null) : null,
      ),
      lower,
      upper,
      rows: rowsOf({ n, inside, rng, has }),
    },
  };
}

/** Every tenth name is the one before it once more, in every respect. */
function copyNames(names: {
  readonly n: number;
  readonly k: number;
  readonly factors: Float64Array;
  readonly specificVariance: Float64Array;
  readonly target: Float64Array;
  readonly current: Float64Array;
}): void {
  const { n, k, factors } = names;
  for (let i = 1; i < n; i += 10) {
    factors.copyWithin(i * k, (i - 1) * k, i * k);
    for (const values of [names.specificVariance, names.target, names.current]) {
      values[i] = values[i - 1] as number;
    }
  }
}

/** Linear cost both ways and, for a holding, one to five lots sold in order of rising tax. */
function costCurve(cost: number, holding: number, rng: Rng | null): PiecewiseCost {
  if (holding === 0 || rng === null) return { breakpoints: [holding], slopes: [-cost, cost] };
  const lots = 1 + rng.below(5);
  const taxes = Array.from(
    { length: lots },
    () => (1 - Math.exp(-(0.12 + 0.3 * rng.normal()))) * (rng.uniform() < 0.8 ? 0.238 : 0.408),
  ).sort((a, b) => a - b);
  const slopes = taxes.map((tax) => -cost - tax).reverse();
  return {
    breakpoints: taxes.map((_, lot) => (lot === lots - 1 ? holding : (holding * (lot + 1)) / lots)),
    // Where a loss lot pays to sell, buying beside it must not pay more: the curve stays convex.
    slopes: [...slopes, Math.max(cost, -cost - (taxes[0] as number))],
  };
}

function rowsOf(ask: {
  readonly n: number;
  readonly inside: Float64Array;
  readonly rng: Rng;
  readonly has: (trait: Trait) => boolean;
}): LinearRow[] {
  const { n, inside, rng, has } = ask;
  const ones = new Float64Array(n).fill(1);
  const rows: LinearRow[] = [{ name: 'budget', coefficients: ones, lower: 0.995, upper: 0.995 }];
  const sectors = 2 + rng.below(11);
  const band = has('tight rows') ? 0.0005 : 0.02;
  for (let s = 0; s < sectors; s += 1) {
    const coefficients = inside.map((_, i) => (i % sectors === s ? 1 : 0));
    const activity = product(coefficients, inside);
    const isEqual = has('equality rows') && s === 0;
    const shift = has('shifted rows') && s < 2 ? 0.3 * (rng.uniform() - 0.5) : 0;
    const [below, above] = isEqual ? [0, 0] : [band * rng.uniform(), band * rng.uniform()];
    rows.push({
      name: `sector-${String(s)}`,
      coefficients,
      lower: activity + shift - below,
      upper: activity + shift + above,
    });
  }
  if (has('repeated row')) rows.push({ ...(rows[1] as LinearRow), name: 'repeated' });
  if (has('dependent row')) {
    const [first, second] = [rows[1] as LinearRow, rows[2] as LinearRow];
    rows.push({
      name: 'sum of two',
      coefficients: first.coefficients.map((c, i) => c + at(second.coefficients, i)),
      lower: first.lower + second.lower,
      upper: first.upper + second.upper,
    });
  }
  return rows;
}

function scaled(values: Float64Array, total: number): Float64Array {
  const sum = values.reduce((a, b) => a + b, 0);
  return sum === 0 ? values : values.map((value) => (value * total) / sum);
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * at(b, i), 0);
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}
