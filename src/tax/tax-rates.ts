import { zero, type Decimal } from '../kernel/index.ts';
import {
  isTaxable,
  toCents,
  type Account,
  type Household,
  type LotSelection,
  type Money,
  type Ratio,
  type RealizedGains,
} from '../domain/index.ts';

/** Marginal rates on a gain: federal plus state, as ratios. */
export interface TaxRates {
  readonly shortTerm: Ratio;
  readonly longTerm: Ratio;
}

/**
 * The rates at which an account's gains are taxed. Zero where gains are not taxed; null where the
 * household does not say, because a missing rate is not a rate of zero.
 */
export function taxRatesOf(account: Account, household: Household): TaxRates | null {
  if (!isTaxable(account.taxStatus)) return { shortTerm: zero(), longTerm: zero() };
  const { federalShortTermRate, federalLongTermRate, stateRate } = household;
  if (federalShortTermRate === null || federalLongTermRate === null || stateRate === null) {
    return null;
  }
  return {
    shortTerm: federalShortTermRate.plus(stateRate),
    longTerm: federalLongTermRate.plus(stateRate),
  };
}

/** Gain times the rate of its term, exact; a loss gives a negative amount, the tax it saves elsewhere. */
export function taxOnGain(selection: Pick<LotSelection, 'gain' | 'term'>, rates: TaxRates): Money {
  return selection.gain.times(selection.term === 'long' ? rates.longTerm : rates.shortTerm);
}

/**
 * Sums selected lots by term.
 *
 * @returns short- and long-term gain to the cent, and the tax at marginal rates rounded half even to the
 *   cent once at the end (negative: losses outweigh gains); null where something is sold at unknown rates,
 *   for selling nothing costs no tax at any rate. Netting against other years, the gain budget
 *   and the carry-forward is the household's tax report, not an order's estimate.
 */
export function realizedGains(
  selections: Iterable<LotSelection>,
  rates: TaxRates | null,
): RealizedGains {
  let shortTerm: Money = zero();
  let longTerm: Money = zero();
  let tax: Decimal<'Money'> = zero();
  let isTaxKnown = true;
  for (const selection of selections) {
    if (selection.term === 'long') longTerm = longTerm.plus(selection.gain);
    else shortTerm = shortTerm.plus(selection.gain);
    if (rates === null) isTaxKnown = false;
    else tax = tax.plus(taxOnGain(selection, rates));
  }
  return { shortTerm, longTerm, estimatedTax: isTaxKnown ? toCents(tax, 'halfEven') : null };
}
