import type { LinearRow, OptimizationProblem, PiecewiseCost } from '../../src/domain/index.ts';
import { Rng } from '../../src/kernel/index.ts';
import { scaledTo, vector, type InstanceSet } from './instance-set.ts';
import { riaModel, type RiaModel } from './ria-model.ts';

const RISK_AVERSION = 40;
const INVESTED = 0.995;
const SHORT_TERM_RATE = 0.408;
const LONG_TERM_RATE = 0.238;
const SECTOR_BAND = 0.005;

export interface RiaSize {
  readonly assetCount: number;
  readonly factorCount: number;
  readonly seed: number;
  /** `l1`: linear cost both ways; `tax-sec`: tax lots and sector rows besides. */
  readonly kind: 'l1' | 'tax-sec';
  /** Of `tax-sec`: this many lots in every holding, and rows of this many groups in the place of sectors. */
  readonly exactly?: { readonly lots: number; readonly rows: number };
}

/**
 * ria-n-k: tracking error to a log-normal benchmark, 3.5-10.5 bp linear cost both ways, long only with a cap,
 * budget 99.5 %, 70 % of the names held with a drift of 35 %. `tax-sec` adds one to five lots per holding,
 * no buying where a loss lot may be sold, and sector rows of +-0.5 % about the benchmark. `lots<L>-rows<R>` is the
 * same with exactly L lots in every holding and R rows, the names dealt out to them in turn.
 */
export function riaSet(name: string, size: RiaSize): InstanceSet {
  const ria = riaModel(name, size);
  const { assetCount: n } = size;
  const rng = Rng.stream(size.seed, `${name}/firm`);
  const benchmark = scaledTo(
    vector(n, () => Math.exp(rng.normal())),
    INVESTED,
  );
  const cost = vector(n, () => rng.between(0.00035, 0.00105));
  const ones = benchmark.map(() => 1);
  const groupCount = size.exactly?.rows ?? 0;
  const groups = Array.from({ length: groupCount }, (_, g) =>
    vector(n, (i) => (i % groupCount === g ? 1 : 0)),
  );
  const moved = scaledTo(
    benchmark.map((value) => value * (1 + 0.01 * rng.normal())),
    INVESTED,
  );
  return {
    name,
    model: ria.model,
    problem: (account, day = 0) =>
      accountProblem(ria, {
        account,
        day,
        name,
        size,
        benchmark: day === 0 ? benchmark : moved,
        cost,
        ones,
        groups,
      }),
  };
}

interface AccountSeed {
  readonly account: number;
  readonly day: 0 | 1;
  readonly name: string;
  readonly size: RiaSize;
  readonly benchmark: Float64Array;
  readonly cost: Float64Array;
  readonly ones: Float64Array;
  /** Of `exactly`: 0/1, every name in one of them. */
  readonly groups: readonly Float64Array[];
}

function accountProblem(ria: RiaModel, seed: AccountSeed): OptimizationProblem {
  const { model } = ria;
  const { benchmark, cost } = seed;
  const n = benchmark.length;
  const rng = Rng.stream(seed.size.seed, `${seed.name}/account-${String(seed.account)}`);
  const bought = vector(n, (i) =>
    rng.chance(0.7) ? (benchmark[i] as number) * Math.exp(0.35 * rng.normal()) : 0,
  );
  const lots = bought.map((weight) => {
    if (weight <= 0) return 0;
    return seed.size.exactly?.lots ?? 1 + rng.below(5);
  });
  const lotRng = Rng.stream(seed.size.seed, `${seed.name}/lots-${String(seed.account)}`);
  const taxes = Array.from(lots, (count) => lotTaxes(count, lotRng));
  const current = scaledTo(
    seed.day === 0 ? bought : bought.map((weight) => weight * (1 + 0.01 * rng.normal())),
    INVESTED,
  );
  const isTaxed = seed.size.kind === 'tax-sec';
  const curves = model.assets.map((_, i) =>
    curve(current[i] as number, cost[i] as number, isTaxed ? (taxes[i] ?? []) : []),
  );
  return {
    assets: model.assets,
    target: benchmark,
    current,
    specificVariance: model.specificVariance,
    factors: model.factors,
    factorCount: model.factorCount,
    riskAversion: RISK_AVERSION,
    linear: null,
    costs: curves.map((one) => one.cost),
    lower: new Float64Array(n),
    upper: vector(n, (i) =>
      curves[i]?.hasLoss === true
        ? (current[i] as number)
        : Math.max(4 * (benchmark[i] as number), 2 * (current[i] as number), 0.01),
    ),
    rows: rowsOf(ria, seed),
  };
}

/** Tax per unit of weight sold, of lots of equal size, in rising order. */
function lotTaxes(count: number, rng: Rng): number[] {
  return Array.from({ length: count }, () => {
    const gain = 1 - Math.exp(-(0.12 + 0.3 * rng.normal()));
    return gain * (rng.chance(0.25) ? SHORT_TERM_RATE : LONG_TERM_RATE);
  }).sort((a, b) => a - b);
}

/** The lot with the least tax is sold first, so that slopes rise with the weight kept. */
function curve(
  holding: number,
  cost: number,
  taxes: readonly number[],
): { readonly cost: PiecewiseCost; readonly hasLoss: boolean } {
  if (taxes.length === 0) {
    return { cost: { breakpoints: [holding], slopes: [-cost, cost] }, hasLoss: false };
  }
  const sold = [...taxes].reverse().map((tax) => -cost - tax);
  const breakpoints = taxes.map((_, lot) => (holding * (lot + 1)) / taxes.length);
  breakpoints[breakpoints.length - 1] = holding;
  const last = sold.at(-1) as number;
  // Beyond the holding the curve ends there where a loss is sold; the slope only keeps it convex.
  return { cost: { breakpoints, slopes: [...sold, Math.max(cost, last)] }, hasLoss: last > cost };
}

function rowsOf(ria: RiaModel, seed: AccountSeed): LinearRow[] {
  const { benchmark, ones, size } = seed;
  const budget: LinearRow = {
    name: 'budget',
    coefficients: ones,
    lower: INVESTED,
    upper: INVESTED,
  };
  if (size.kind === 'l1') return [budget];
  const { exactly } = size;
  const groups = exactly === undefined ? ria.sectorCoefficients : seed.groups;
  const sectors = groups.map((coefficients, s): LinearRow => {
    const weight = coefficients.reduce((sum, c, i) => sum + c * (benchmark[i] as number), 0);
    return {
      name: `sector-${String(s)}`,
      coefficients,
      lower: weight - SECTOR_BAND,
      upper: weight + SECTOR_BAND,
    };
  });
  return [budget, ...sectors];
}
