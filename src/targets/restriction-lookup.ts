import type { Instrument, InstrumentSymbol, Ratio, Restriction } from '../domain/index.ts';

/** What the restrictions that reach an account say of one name. */
export interface NameRestrictions {
  readonly isExcluded: boolean;
  readonly noBuy: readonly Restriction[];
  readonly noSell: readonly Restriction[];
  readonly minimum: Restriction | null;
  readonly maximum: Restriction | null;
}

/** True where the restriction's subject covers the instrument. */
export function covers(
  restriction: Restriction,
  symbol: InstrumentSymbol,
  instrument: Instrument | undefined,
): boolean {
  switch (restriction.subject.kind) {
    case 'symbol':
      return restriction.subject.symbol === symbol;
    case 'sector':
      return instrument?.sector === restriction.subject.sector;
    case 'issuer':
      return instrument?.issuer === restriction.subject.issuer;
  }
}

/** Folds the restrictions on one name: the stricter wins, whatever its scope. */
export function restrictionsOnName(
  applicable: readonly Restriction[],
  symbol: InstrumentSymbol,
  instrument: Instrument | undefined,
): NameRestrictions {
  const covering = applicable.filter((restriction) => covers(restriction, symbol, instrument));
  if (covering.length === 0) return UNRESTRICTED;
  const ofKind = (...kinds: Restriction['kind'][]): Restriction[] =>
    covering.filter((restriction) => kinds.includes(restriction.kind));
  // A limit on a sector or issuer bounds the sum of its names, not each of them (see groupsOf).
  const own = covering.filter((restriction) => restriction.subject.kind === 'symbol');
  return {
    isExcluded: ofKind('exclude').length > 0,
    noBuy: ofKind('doNotBuy', 'doNotTrade'),
    noSell: ofKind('doNotSell', 'doNotTrade'),
    minimum: strictest(own, 'minWeight', (a, b) => a.isGreaterThan(b)),
    maximum: strictest(own, 'maxWeight', (a, b) => a.isLessThan(b)),
  };
}

const UNRESTRICTED: NameRestrictions = {
  isExcluded: false,
  noBuy: [],
  noSell: [],
  minimum: null,
  maximum: null,
};

function strictest(
  restrictions: readonly Restriction[],
  kind: 'minWeight' | 'maxWeight',
  isStricter: (a: Ratio, b: Ratio) => boolean,
): Restriction | null {
  let found: Restriction | null = null;
  for (const restriction of restrictions) {
    if (restriction.kind !== kind || restriction.value === null) continue;
    if (found?.value == null || isStricter(restriction.value, found.value)) found = restriction;
  }
  return found;
}
