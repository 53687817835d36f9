/**
 * Which lots a sale takes.
 *
 * Invariants (tax/README.md; tested under the same numbers in lot-relief.props.test.ts):
 *   T1  The selected quantities add up to the quantity sold, and no lot gives more than it has.
 *   T2  Proceeds of the selections add up to the sale's proceeds, to the cent.
 *   T3  A whole lot releases its whole basis; the basis of part of a lot plus what stays is the lot's.
 *   T4  The order of the input lots never changes the selection.
 *   T5  minimumTax never pays more tax than any other relief on the same sale, up to the cent per lot
 *       that rounding may move.
 */
import {
  allocate,
  assert,
  divide,
  minimum,
  zero,
  Decimal,
  type CalendarDate,
} from '../kernel/index.ts';
import {
  MONEY_SCALE,
  toCents,
  type HoldingTerm,
  type LotRelief,
  type LotSelection,
  type Money,
  type Price,
  type Quantity,
  type Ratio,
  type TaxLot,
} from '../domain/index.ts';
import { termOf } from './holding-term.ts';
import { realizedGains, type TaxRates } from './tax-rates.ts';

export interface LotSale {
  readonly lots: readonly TaxLot[];
  /** Positive, at most the lots' sum. */
  readonly quantity: Quantity;
  readonly price: Price;
  /** What the sale brings after its costs, to the cent; negative where they exceed its amount. */
  readonly proceeds: Money;
  readonly soldDate: CalendarDate;
  readonly relief: LotRelief;
  /** Null: rates are not known; minimumTax then orders by gain per share, short-term gains last. */
  readonly rates: TaxRates | null;
}

/** A cent, the step in which proceeds are shared. */
const CENT: Money = Decimal.of<'Money'>(1n, MONEY_SCALE);

/** Chooses lots for a sale by the named relief. @throws AssertionError if more is sold than held */
export function selectLots(sale: LotSale): LotSelection[] {
  return takeInOrder(sale, orderLots(sale));
}

function takeInOrder(sale: LotSale, ordered: readonly TaxLot[]): LotSelection[] {
  const taken: { lot: TaxLot; quantity: Quantity }[] = [];
  let rest = sale.quantity;
  for (const lot of ordered) {
    if (!rest.isPositive()) break;
    const quantity = minimum(rest, lot.quantity);
    taken.push({ lot, quantity });
    rest = rest.minus(quantity);
  }
  assert(rest.isZero(), 'a sale takes no more than its lots hold');
  // Costs above the price leave negative proceeds, which are shared like positive ones.
  const isNegative = sale.proceeds.isNegative();
  const proceeds = allocate(
    sale.proceeds.abs(),
    taken.map((part) => part.quantity),
    CENT,
  );
  return taken.map(({ lot, quantity }, index) => {
    const costBasis = basisOfPart(lot, quantity);
    const part = proceeds[index] as Money;
    const share = isNegative ? part.negated() : part;
    return {
      lotId: lot.lotId,
      quantity,
      acquiredDate: lot.acquiredDate,
      costBasis,
      proceeds: share,
      gain: share.minus(costBasis),
      term: termOf(lot.acquiredDate, sale.soldDate),
    };
  });
}

/** The basis that part of a lot releases, half even to the cent; the whole lot releases all of it (T3). */
export function basisOfPart(lot: TaxLot, quantity: Quantity): Money {
  if (quantity.equals(lot.quantity)) return lot.costBasis;
  const exact = divide<'Money'>(lot.costBasis.times(quantity.as<'ratio'>()), lot.quantity, {
    scale: MONEY_SCALE + 4,
    mode: 'halfEven',
  });
  return toCents(exact, 'halfEven');
}

interface RankedLot {
  readonly lot: TaxLot;
  readonly basisPerShare: Ratio;
  readonly taxPerShare: Ratio;
}

/** Digits of a per-share figure: enough to tell lots of a million shares apart by the cent. */
const PER_SHARE_SCALE = 12;

/** The lots in the order in which the relief takes them; ties by acquired date, then lot id (T4). */
export function orderLots(
  sale: Pick<LotSale, 'lots' | 'price' | 'soldDate' | 'relief' | 'rates'>,
): TaxLot[] {
  const [only] = sale.lots;
  if (only !== undefined && sale.lots.length === 1) return [only];
  return inOrderOf(sale.relief, rankLots(sale));
}

function rankLots(sale: Pick<LotSale, 'lots' | 'price' | 'soldDate' | 'rates'>): RankedLot[] {
  return sale.lots.map((lot): RankedLot => {
    const basisPerShare = divide<'ratio'>(lot.costBasis, lot.quantity, {
      scale: PER_SHARE_SCALE,
      mode: 'halfEven',
    });
    const gainPerShare = sale.price.as<'ratio'>().minus(basisPerShare);
    const rate = rateOf(termOf(lot.acquiredDate, sale.soldDate), gainPerShare, sale.rates);
    return { lot, basisPerShare, taxPerShare: gainPerShare.times(rate) };
  });
}

function inOrderOf(relief: LotRelief, ranked: readonly RankedLot[]): TaxLot[] {
  const byAge = (a: RankedLot, b: RankedLot): number =>
    compareText(a.lot.acquiredDate, b.lot.acquiredDate) || compareText(a.lot.lotId, b.lot.lotId);
  return [...ranked]
    .sort((a, b) => compareBy(relief, a, b) || byAge(a, b))
    .map((entry) => entry.lot);
}

function compareBy(relief: LotRelief, a: RankedLot, b: RankedLot): number {
  switch (relief) {
    case 'fifo':
      return compareText(a.lot.acquiredDate, b.lot.acquiredDate);
    case 'lifo':
      return compareText(b.lot.acquiredDate, a.lot.acquiredDate);
    case 'hifo':
      return b.basisPerShare.compare(a.basisPerShare);
    case 'lofo':
      return a.basisPerShare.compare(b.basisPerShare);
    case 'minimumTax':
      return a.taxPerShare.compare(b.taxPerShare);
  }
}

const UNKNOWN_RATES: TaxRates = {
  // Only the order matters: a short-term gain is never taxed below a long-term one (IRC section 1(h)).
  shortTerm: Decimal.fromInteger(2),
  longTerm: Decimal.fromInteger(1),
};

function rateOf(term: HoldingTerm, gainPerShare: Ratio, rates: TaxRates | null): Ratio {
  const known = rates ?? UNKNOWN_RATES;
  if (rates !== null && known.shortTerm.isZero() && known.longTerm.isZero()) {
    // Untaxed: order by gain, losses first, so that the answer does not depend on lot ids alone.
    return Decimal.fromInteger(gainPerShare.isNegative() ? 1 : 0);
  }
  return term === 'long' ? known.longTerm : known.shortTerm;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface ReliefComparison {
  readonly relief: LotRelief;
  readonly tax: Money | null;
}

/** The relief, other than the sale's own, that would cost the most tax: what the choice is worth. */
export function dearestAlternative(
  sale: LotSale,
  reliefs: readonly LotRelief[],
): ReliefComparison | null {
  let dearest: ReliefComparison | null = null;
  const ranked = rankLots(sale);
  for (const relief of reliefs) {
    if (relief === sale.relief) continue;
    const selected = takeInOrder(sale, inOrderOf(relief, ranked));
    const tax = realizedGains(selected, sale.rates).estimatedTax;
    if (dearest === null || (tax ?? zero()).isGreaterThan(dearest.tax ?? zero())) {
      dearest = { relief, tax };
    }
  }
  return dearest;
}
