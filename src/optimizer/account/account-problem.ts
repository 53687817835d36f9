/**
 * An account's targets as a problem for the engine: what each rebalance kind allows, in floats.
 *
 *   P1  Bounds always admit the current weight moved only in permitted directions.
 *   P2  The budget row is reachable by the boxes alone: an account that cannot reach its cash target is
 *       not infeasible for that reason, its cash takes the difference.
 *   P3  In a full rebalance a name moves only toward its target, unless cash could not be placed otherwise.
 */
import type {
  AccountTargets,
  FirmSettings,
  InstrumentSymbol,
  LinearRow,
  OptimizationProblem,
  PiecewiseCost,
  RebalanceKind,
  RiskModel,
  TargetGroup,
  TargetLine,
} from '../../domain/index.ts';

/** Part of a position, in weight, whose sale costs `rate` in tax per unit of weight (>= 0). */
export interface TaxSegment {
  readonly weight: number;
  readonly rate: number;
}

export interface AccountProblemInput {
  readonly targets: AccountTargets;
  readonly riskModel: RiskModel;
  readonly kind: Exclude<RebalanceKind, 'hold'>;
  readonly settings: FirmSettings;
  /** Per name, by ascending rate: the order in which the cheapest lots are sold. */
  readonly saleTax: ReadonlyMap<InstrumentSymbol, readonly TaxSegment[]>;
  /** Weight of lots that may not be sold now, for example because their loss would be washed. */
  readonly lockedWeight: ReadonlyMap<InstrumentSymbol, number>;
  /** True after a first attempt was infeasible: the budget may then stay short of its lower side. */
  readonly isBudgetRelaxed: boolean;
}

/**
 * Least specific variance of a name, annualized: (5 %)^2. A choice of the product, not a need of the engine,
 * which takes names without variance: drift in a money fund or a short bond hardly shows in tracking error, so
 * that at its own variance no trade would ever be worth its cost, the name would stay outside its band, and
 * the same trigger would fire every day. At the floor a drift of one percent is worth correcting.
 */
export const SPECIFIC_VARIANCE_FLOOR = 0.0025;

/** Sums of weights that differ by less are equal. */
const ROUNDING = 1e-12;

/** What one name may do, in weight. */
interface NameRange {
  target: number;
  lower: number;
  upper: number;
}

/** @throws AssertionError never; names without a risk estimate get the mean of the others (see riskOf) */
export function buildAccountProblem(input: AccountProblemInput): OptimizationProblem {
  const { targets, riskModel, settings } = input;
  const n = targets.lines.length;
  const linearRate = settings.costs.linearRate.toFloat();
  const perShare = settings.costs.commissionPerShare.toFloat();
  const ranges = targets.lines.map((line) =>
    baseRange(line, input.lockedWeight.get(line.symbol) ?? 0),
  );
  const budget = budgetOf(input, ranges);
  const k = riskModel.factorCount;
  const specificVariance = new Float64Array(n);
  const factors = new Float64Array(n * k);
  const index = indexOf(riskModel);
  targets.lines.forEach((line, i) => {
    const row = index.get(line.symbol);
    specificVariance[i] = SPECIFIC_VARIANCE_FLOOR;
    if (row === undefined) return;
    const variance = riskModel.specificVariance[row] ?? 0;
    specificVariance[i] = Math.max(SPECIFIC_VARIANCE_FLOOR, variance);
    factors.set(riskModel.factors.subarray(row * k, row * k + k), i * k);
  });
  return {
    assets: targets.lines.map((line) => line.symbol),
    target: Float64Array.from(ranges, (range) => range.target),
    current: Float64Array.from(targets.lines, (line) => line.currentWeight.toFloat()),
    specificVariance,
    factors,
    factorCount: k,
    riskAversion: settings.optimizer.riskAversion,
    linear: null,
    costs: targets.lines.map((line) =>
      costOf(line, {
        cost: linearRate + perShare / line.price.toFloat(),
        saleTax: input.saleTax.get(line.symbol) ?? [],
      }),
    ),
    lower: Float64Array.from(ranges, (range) => range.lower),
    upper: Float64Array.from(ranges, (range) => range.upper),
    rows: [budget, ...groupRows(targets)],
  };
}

function baseRange(line: TargetLine, locked: number): NameRange {
  const current = line.currentWeight.toFloat();
  let lower = line.canSell ? Math.min(current, locked) : current;
  let upper = line.canBuy ? Math.max(1, current) : current;
  const maximum = line.maximumWeight?.toFloat();
  if (maximum !== undefined) upper = Math.max(lower, Math.min(upper, maximum));
  const minimum = line.minimumWeight?.toFloat();
  if (minimum !== undefined) lower = Math.min(upper, Math.max(lower, minimum));
  return { target: line.targetWeight.toFloat(), lower, upper };
}

/** Narrows the ranges to what the kind permits and returns the budget row that goes with it. */
function budgetOf(input: AccountProblemInput, ranges: NameRange[]): LinearRow {
  const { lines, cashTargetWeight } = input.targets;
  const invested = 1 - cashTargetWeight.toFloat();
  const currents = lines.map((line) => line.currentWeight.toFloat());
  const cashBand = input.settings.tolerance.cashBandWeight.toFloat();
  let isFree = input.isBudgetRelaxed;
  switch (input.kind) {
    case 'full':
      narrowToTarget(input.targets, ranges, { least: invested - cashBand, most: invested });
      break;
    case 'investCash':
      ranges.forEach((range, i) => {
        const current = currents[i] ?? 0;
        range.lower = current;
        range.upper = Math.max(current, Math.min(range.upper, Math.max(current, range.target)));
      });
      break;
    case 'raiseCash':
      ranges.forEach((range, i) => {
        range.upper = currents[i] ?? 0;
        range.lower = Math.min(range.lower, range.upper);
      });
      break;
    case 'toBand':
      isFree = narrowToBand(input, ranges, currents) || isFree;
      break;
  }
  const lowerSum = ranges.reduce((total, range) => total + range.lower, 0);
  const upperSum = ranges.reduce((total, range) => total + range.upper, 0);
  const reachable =
    input.kind === 'raiseCash' ? Math.min(invested, sumOf(currents)) : Math.min(invested, upperSum);
  const least = input.kind === 'investCash' ? Math.max(reachable, lowerSum) : reachable;
  return {
    name: 'budget',
    coefficients: new Float64Array(lines.length).fill(1),
    lower: isFree ? lowerSum : Math.min(least, upperSum),
    upper: Math.max(invested, lowerSum),
  };
}

/**
 * Each name may only move toward its target, so that no weight ends farther from it than it began (P3).
 * Where restrictions leave more cash than the band allows, model names that may be bought can exceed their
 * targets to hold the exposure instead; where the sales below leave too little, more may be sold.
 */
function narrowToTarget(
  targets: AccountTargets,
  ranges: NameRange[],
  invested: { readonly least: number; readonly most: number },
): void {
  // A limit on a group may ask its names to go past their targets.
  const capped = namesIn(targets, (group) => group.maximumWeight !== null);
  const floored = namesIn(targets, (group) => group.minimumWeight !== null);
  const narrowed = ranges.map((range, i): NameRange => {
    const line = targets.lines[i] as TargetLine;
    const current = line.currentWeight.toFloat();
    const low = capped.has(line.symbol) ? range.lower : Math.min(current, range.target);
    const high = floored.has(line.symbol) ? range.upper : Math.max(current, range.target);
    const lower = Math.min(range.upper, Math.max(range.lower, low));
    return { target: range.target, lower, upper: Math.max(lower, Math.min(range.upper, high)) };
  });
  const isPlaceable = placeableSum(targets, narrowed) >= invested.least - ROUNDING;
  // The reserve, not only zero, must be fundable: withdrawals that are due are part of it.
  const lowerSum = narrowed.reduce((total, range) => total + range.lower, 0);
  const isFundable = lowerSum <= invested.most + ROUNDING;
  ranges.forEach((range, i) => {
    const { lower, upper } = narrowed[i] ?? range;
    if (isFundable) range.lower = lower;
    // What the model does not hold is never bought, whatever cash is left over.
    if (isPlaceable || range.target === 0) range.upper = Math.max(range.lower, upper);
  });
}

/** The most that the ranges can hold together, less what the maxima of groups cut off. */
function placeableSum({ lines, groups }: AccountTargets, ranges: readonly NameRange[]): number {
  const upper = new Map(lines.map((line, i) => [line.symbol, ranges[i]?.upper ?? 0]));
  let total = sumOf([...upper.values()]);
  for (const { symbols, maximumWeight } of groups) {
    if (maximumWeight === null) continue;
    const inGroup = sumOf(symbols.map((symbol) => upper.get(symbol) ?? 0));
    total -= Math.max(0, inGroup - maximumWeight.toFloat());
  }
  return total;
}

function namesIn(
  targets: AccountTargets,
  isChosen: (group: TargetGroup) => boolean,
): ReadonlySet<InstrumentSymbol> {
  return new Set(targets.groups.filter(isChosen).flatMap((group) => group.symbols));
}

/**
 * Names inside their band stay; names outside go to the target, the edge or half-way. When that needs more
 * cash than there is, names inside may be sold down to their lower edge; when it leaves too much, they may
 * absorb up to their upper edge.
 *
 * @returns true when cash stays inside its own band anyway, so that the budget need not be met exactly
 */
function narrowToBand(
  input: AccountProblemInput,
  ranges: NameRange[],
  currents: readonly number[],
): boolean {
  const { lines, cashTargetWeight } = input.targets;
  const invested = 1 - cashTargetWeight.toFloat();
  const isInside = lines.map((line) => isInBand(line));
  let planned = 0;
  ranges.forEach((range, i) => {
    const current = currents[i] ?? 0;
    const goal = isInside[i] === true ? current : bandGoal(lines[i] as TargetLine, input.settings);
    range.target = goal;
    planned += Math.min(range.upper, Math.max(range.lower, goal));
  });
  const cashBand = input.settings.tolerance.cashBandWeight.toFloat();
  const mustFund = planned > invested + ROUNDING;
  const mustAbsorb = planned < invested - cashBand - ROUNDING;
  ranges.forEach((range, i) => {
    const line = lines[i] as TargetLine;
    const current = currents[i] ?? 0;
    const low =
      isInside[i] === true
        ? Math.min(current, mustFund ? line.bandLowerWeight.toFloat() : current)
        : Math.min(current, range.target);
    const high =
      isInside[i] === true
        ? Math.max(current, mustAbsorb ? line.bandUpperWeight.toFloat() : current)
        : Math.max(current, range.target);
    range.lower = Math.min(range.upper, Math.max(range.lower, low));
    range.upper = Math.max(range.lower, Math.min(range.upper, high));
  });
  return !mustFund && !mustAbsorb;
}

/** Exactly on the edge is still in tolerance; a held name without a target is not. */
export function isInBand(line: TargetLine): boolean {
  return (
    line.currentWeight.isAtLeast(line.bandLowerWeight) &&
    line.currentWeight.isAtMost(line.bandUpperWeight)
  );
}

function bandGoal(line: TargetLine, settings: FirmSettings): number {
  const target = line.targetWeight.toFloat();
  const isAbove = line.currentWeight.isGreaterThan(line.bandUpperWeight);
  const edge = (isAbove ? line.bandUpperWeight : line.bandLowerWeight).toFloat();
  switch (settings.tolerance.bandReturn) {
    case 'target':
      return target;
    case 'edge':
      return edge;
    case 'half':
      return (target + edge) / 2;
  }
}

/**
 * Trading cost as a convex curve in the weight: selling the cheapest lots first, its slope rises from
 * -(cost + dearest tax) over -(cost + least tax) below the holding to +cost above it. A loss does not count
 * as a gain here: a rebalance does not sell a name for its tax alone.
 */
function costOf(line: TargetLine, sale: SaleCost): PiecewiseCost | null {
  const { cost, saleTax } = sale;
  const current = line.currentWeight.toFloat();
  const segments = saleTax.filter((segment) => segment.rate > 0);
  if (cost === 0 && segments.length === 0) return null;
  const untaxed = untaxedWeight(saleTax);
  // Regions downward from the holding; the last one reaches to zero and beyond.
  const regions = [
    ...(untaxed > 0 || segments.length === 0 ? [{ width: untaxed, slope: -cost }] : []),
    ...segments.map((segment) => ({ width: segment.weight, slope: -(cost + segment.rate) })),
  ];
  const breakpoints = [current];
  const slopes = [cost];
  let at = current;
  regions.forEach((region, position) => {
    slopes.unshift(region.slope);
    at -= region.width;
    if (position < regions.length - 1) breakpoints.unshift(at);
  });
  return { breakpoints, slopes };
}

/**
 * The tax of each line's sales alone, zero at the current holding: what `buildAccountProblem` adds to the
 * trading costs. With an empty `saleTax` there, problem and tax can be weighed against each other.
 */
export function saleTaxCurves(
  lines: readonly TargetLine[],
  saleTax: AccountProblemInput['saleTax'],
): (PiecewiseCost | null)[] {
  return lines.map((line) => costOf(line, { cost: 0, saleTax: saleTax.get(line.symbol) ?? [] }));
}

interface SaleCost {
  /** Spread, impact and commission per unit of weight traded. */
  readonly cost: number;
  readonly saleTax: readonly TaxSegment[];
}

function untaxedWeight(segments: readonly TaxSegment[]): number {
  return segments.reduce((total, s) => (s.rate > 0 ? total : total + s.weight), 0);
}

function groupRows(targets: AccountTargets): LinearRow[] {
  const position = new Map(targets.lines.map((line, i) => [line.symbol, i]));
  return targets.groups.map((group) => {
    const coefficients = new Float64Array(targets.lines.length);
    for (const symbol of group.symbols) coefficients[position.get(symbol) ?? 0] = 1;
    return {
      name: `${group.name} (${group.restrictionId})`,
      coefficients,
      lower: group.minimumWeight?.toFloat() ?? -Infinity,
      upper: group.maximumWeight?.toFloat() ?? Infinity,
    };
  });
}

const indexes = new WeakMap<RiskModel, ReadonlyMap<string, number>>();

function indexOf(model: RiskModel): ReadonlyMap<string, number> {
  let index = indexes.get(model);
  if (index === undefined) {
    index = new Map(model.assets.map((asset, i) => [asset, i]));
    indexes.set(model, index);
  }
  return index;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
