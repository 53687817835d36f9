import {
  notional,
  weightOf,
  type AccountTargets,
  type InstrumentSymbol,
  type Quantity,
  type RiskModel,
} from '../domain/index.ts';

/**
 * Ex-ante tracking error sqrt(a'Sigma a) of active weights a = w - t, annualized, as a fraction: 0.02 is
 * 2 % per year.
 *
 * @param activeWeights by symbol; names at zero may be absent
 * @returns null when a name with an active weight is not in the model: an unknown risk is not zero
 */
export function trackingError(
  activeWeights: ReadonlyMap<string, number>,
  model: RiskModel,
): number | null {
  const rows = rowsOf(model);
  const k = model.factorCount;
  const exposures = new Float64Array(k);
  let variance = 0;
  for (const [symbol, weight] of activeWeights) {
    if (weight === 0) continue;
    const row = rows.get(symbol);
    if (row === undefined) return null;
    variance += weight * weight * (model.specificVariance[row] as number);
    for (let f = 0; f < k; f += 1) {
      exposures[f] = (exposures[f] as number) + weight * (model.factors[row * k + f] as number);
    }
  }
  for (const exposure of exposures) variance += exposure * exposure;
  return Math.sqrt(variance);
}

/**
 * Tracking error of an account against its targets: now, or with other quantities. Cash has no risk. The
 * weights after are of the planning total, so that the costs of the orders do not look like risk.
 *
 * @param quantitiesAfter shares per name; a name that is absent keeps what it has
 */
export function trackingErrorOf(
  targets: AccountTargets,
  model: RiskModel,
  quantitiesAfter?: ReadonlyMap<InstrumentSymbol, Quantity>,
): number | null {
  if (!targets.planningTotal.isPositive()) return null;
  const active = new Map<string, number>();
  for (const line of targets.lines) {
    const quantity = quantitiesAfter?.get(line.symbol);
    const weight =
      quantity === undefined
        ? line.currentWeight
        : weightOf(notional(line.price, quantity), targets.planningTotal);
    active.set(line.symbol, weight.minus(line.targetWeight).toFloat());
  }
  return trackingError(active, model);
}

// The accounts of a run share one model: its index is built once.
const indexes = new WeakMap<RiskModel, ReadonlyMap<string, number>>();

function rowsOf(model: RiskModel): ReadonlyMap<string, number> {
  let rows = indexes.get(model);
  if (rows === undefined) {
    rows = new Map(model.assets.map((asset, i) => [asset, i]));
    indexes.set(model, rows);
  }
  return rows;
}
