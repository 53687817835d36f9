import { assert, sum } from '../kernel/index.ts';
import {
  weightOf,
  type Instrument,
  type InstrumentSymbol,
  type Money,
  type Ratio,
} from '../domain/index.ts';

/** What a position is grouped by. */
export type ExposureKind = 'sector' | 'issuer' | 'assetClass';

export interface ExposureInput {
  /** Market value per name, exact. */
  readonly amounts: ReadonlyMap<InstrumentSymbol, Money>;
  readonly instruments: ReadonlyMap<InstrumentSymbol, Instrument>;
  /** Denominator of every weight, positive: names and cash. */
  readonly total: Money;
}

/** Weight of one group, and who is in it. */
export interface Exposure {
  /** Null for the names that are not classified: they are shown as such, never spread or dropped. */
  readonly group: string | null;
  readonly amount: Money;
  readonly weight: Ratio;
  /** In the order of `amounts`. */
  readonly symbols: readonly InstrumentSymbol[];
}

/**
 * Exposures by group, by group name, the unclassified last. Amounts are exact and add up to the sum of the
 * input; each weight is its amount over the total, 12 digits half even.
 *
 * @throws AssertionError if the total is not positive
 */
export function exposuresBy(kind: ExposureKind, input: ExposureInput): Exposure[] {
  assert(input.total.isPositive(), 'exposures are of a positive total');
  const groups = new Map<string | null, InstrumentSymbol[]>();
  for (const symbol of input.amounts.keys()) {
    const group = groupOf(kind, input.instruments.get(symbol));
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [symbol]);
    else members.push(symbol);
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1))
    .map(([group, symbols]) => {
      const amount = sum(symbols.map((symbol) => input.amounts.get(symbol) as Money));
      return { group, amount, weight: weightOf(amount, input.total), symbols };
    });
}

function groupOf(kind: ExposureKind, instrument: Instrument | undefined): string | null {
  if (instrument === undefined) return null;
  switch (kind) {
    case 'sector':
      return instrument.sector;
    case 'issuer':
      return instrument.issuer;
    case 'assetClass':
      return instrument.assetClass;
  }
}
