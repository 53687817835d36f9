import { assert, ONE, divide, sum, type Decimal } from '../kernel/index.ts';
import {
  WEIGHT_SCALE,
  notional,
  weightOf,
  type AccountTargets,
  type Drift,
  type InstrumentSymbol,
  type Money,
  type Quantity,
  type Ratio,
  type TargetLine,
} from '../domain/index.ts';

const HALF: Ratio = ONE.dividedBy(ONE.plus(ONE), 1, 'halfEven');

/** Drift of what the account holds now. All weights are of the planning total. */
export function driftOf(targets: AccountTargets): Drift {
  return measureDrift(targets, {
    weights: targets.lines.map((line) => line.currentWeight),
    cashWeight: targets.cashWeight,
  });
}

/**
 * Drift once the orders are done. Weights are of the total after: costs paid make the account smaller.
 *
 * @param quantitiesAfter shares per name; a name of the targets that is absent keeps what it has
 * @param cashAfter trade-date cash after the orders and their costs
 * @returns the drift of the present weights if the total after is not positive: nothing can be measured
 * @throws AssertionError for a name that is neither a line nor excluded (caller's bug: it has no price)
 */
export function driftAfter(
  targets: AccountTargets,
  quantitiesAfter: ReadonlyMap<InstrumentSymbol, Quantity>,
  cashAfter: Money,
): Drift {
  const known = new Set([...targets.lines.map((line) => line.symbol), ...targets.excluded]);
  for (const symbol of quantitiesAfter.keys()) {
    assert(known.has(symbol), `a quantity after is of a target line: ${symbol}`);
  }
  const amounts = targets.lines.map((line) =>
    notional(line.price, quantitiesAfter.get(line.symbol) ?? line.currentQuantity),
  );
  const total = sum(amounts).plus(cashAfter);
  if (!total.isPositive()) return driftOf(targets);
  return measureDrift(targets, {
    weights: amounts.map((amount) => weightOf(amount, total)),
    cashWeight: weightOf(cashAfter, total),
  });
}

interface HeldWeights {
  /** One per line of the targets. */
  readonly weights: readonly Ratio[];
  readonly cashWeight: Ratio;
}

/**
 * Drift of any weights against the targets, over the union of held and wanted names and cash (the lines
 * are that union: a missing side is zero).
 *
 * Ties of the largest value go to the first line, cash last. Relative drift of a zero target is not
 * defined: such a name is in no relative figure and is a breach as soon as it is held.
 */
export function measureDrift(targets: AccountTargets, held: HeldWeights): Drift {
  const { lines, cashTargetWeight } = targets;
  assert(held.weights.length === lines.length, 'one held weight per target line');
  const distances = lines.map((line, i) =>
    (held.weights[i] as Ratio).minus(line.targetWeight).abs(),
  );
  const cashDistance = held.cashWeight.minus(cashTargetWeight).abs();
  const absolute = largest([
    ...lines.map((line, i) => ({ subject: line.symbol, value: distances[i] as Ratio })),
    { subject: 'cash', value: cashDistance },
  ]);
  const targeted = lines
    .map((line, i) => ({ line, distance: distances[i] as Ratio }))
    .filter(({ line }) => line.targetWeight.isPositive());
  const relative = largest(
    targeted.map(({ line, distance }) => ({
      subject: line.symbol,
      value: divide<'ratio'>(distance, line.targetWeight, {
        scale: WEIGHT_SCALE,
        mode: 'halfEven',
      }),
    })),
  );
  return {
    activeShare: sum(distances).plus(cashDistance).times(HALF),
    absoluteMax: absolute.value,
    absoluteMaxSubject: absolute.subject,
    relativeMax: targeted.length === 0 ? null : relative.value,
    relativeMaxSubject: relative.subject,
    breaches: lines.filter((line, i) => isBreach(line, held.weights[i] as Ratio)).map(symbolOf),
  };
}

/** Exactly on the edge is still in tolerance. */
function isBreach(line: TargetLine, weight: Ratio): boolean {
  if (line.targetWeight.isZero()) return !weight.isZero();
  return weight.isLessThan(line.bandLowerWeight) || weight.isGreaterThan(line.bandUpperWeight);
}

function symbolOf(line: TargetLine): InstrumentSymbol {
  return line.symbol;
}

interface Subject {
  readonly subject: string | null;
  readonly value: Decimal;
}

/** The first of the largest; no subject when every value is zero. */
function largest(subjects: readonly Subject[]): Subject {
  let best: Subject = { subject: null, value: ONE.minus(ONE) };
  for (const one of subjects) if (one.value.isGreaterThan(best.value)) best = one;
  return best;
}
