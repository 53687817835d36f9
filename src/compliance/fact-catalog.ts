/**
 * Every fact that a rule may read: name, type, scope and which way is worse. A rule compares facts; the
 * sums behind them are typed functions of this folder, never user expressions (PRODUCT section 13).
 */
import type { RuleScope } from '../domain/index.ts';
import type { FactType } from './cel.ts';

/** Which change of the value makes a breach worse. `never`: a parameter, which orders do not move. */
export type WorseWhen = 'higher' | 'lower' | 'true' | 'never';

export interface FactDefinition {
  readonly type: FactType;
  readonly worseWhen: WorseWhen;
  /** True where the fact has one value per issuer, sector, symbol or restriction. */
  readonly isPerName: boolean;
  /** Universe, basis and denominator: where such systems fail in practice. */
  readonly meaning: string;
}

const number = (worseWhen: WorseWhen, meaning: string): FactDefinition => ({
  type: 'decimal',
  worseWhen,
  isPerName: false,
  meaning,
});
const perName = (worseWhen: WorseWhen, meaning: string): FactDefinition => ({
  type: 'decimal',
  worseWhen,
  isPerName: true,
  meaning,
});
const limit = (meaning: string): FactDefinition => number('never', meaning);
const text = (meaning: string): FactDefinition => ({
  type: 'text',
  worseWhen: 'never',
  isPerName: false,
  meaning,
});
const flag = (meaning: string): FactDefinition => ({
  type: 'flag',
  worseWhen: 'true',
  isPerName: false,
  meaning,
});

const orderFacts = {
  orderAmount: number('higher', 'quantity x snapshot price, in base currency'),
  orderAmountMax: limit('firm policy: compliance.orderAmountMax'),
  priceDeviation: number('higher', '|estimated price - snapshot price| / snapshot price'),
  priceAgeDays: number('higher', 'calendar days from the date of the price to the as-of date'),
  priceAgeDaysMax: limit('firm policy: tolerance.priceAgeDaysMax'),
  volumeShare: number('higher', 'quantity / average daily volume'),
  volumeShareMax: limit('firm policy: compliance.volumeShareMax'),
  orderSide: text('buy or sell'),
  accountStatus: text('open, frozen or closingOnly'),
  discretion: text('full or clientApproval'),
  isSideRestricted: flag('a firm, household or account restriction forbids this side'),
  positionQuantityAfter: number('lower', 'shares held after all orders of the account, netted'),
  lotQuantityMissing: number('higher', 'shares of a sell without an identified, held tax lot'),
  isOffLot: flag('the quantity is not a positive multiple of what the instrument trades in'),
  isDuplicate: flag('same account, symbol, side and quantity as another order of the batch'),
  hasOppositeOrder: flag('the account both buys and sells the symbol in this batch'),
} as const satisfies Record<string, FactDefinition>;

const accountFacts = {
  issuerWeight: perName(
    'higher',
    'per issuer, all but cash: market value / account value; an equity without issuer is unknown',
  ),
  issuerWeightMax: limit('firm policy: compliance.issuerWeightMax'),
  sectorWeight: perName(
    'higher',
    'per sector: market value / account value; an equity without sector is unknown',
  ),
  sectorWeightMax: limit('firm policy: compliance.sectorWeightMax'),
  assetClassWeight: perName('higher', 'per asset class: market value / account value'),
  weightAboveRestriction: perName(
    'higher',
    'per maxWeight restriction: weight minus its limit; positive is a breach',
  ),
  weightBelowRestriction: perName(
    'higher',
    'per minWeight restriction: its limit minus weight; positive is a breach',
  ),
  projectedCash: number(
    'lower',
    'trade-date cash + sells - buys - costs; flows to come are not in it',
  ),
  projectedSettledCash: number('lower', 'settled cash + sells - buys - costs of this batch'),
  cashReserve: limit(
    'the reserve of the account as the run planned it, withdrawals soon due included',
  ),
  turnoverWeight: number('higher', 'half of (buys + sells) / account value'),
  turnoverWeightMax: limit('firm policy: compliance.turnoverWeightMax'),
  activeShareBefore: limit('active-share drift without the orders'),
  activeShareAfter: number('higher', 'active-share drift with the orders, as the run computed it'),
  shortTermGainAmount: number('higher', 'net short-term gain of the sells; 0 where not taxed'),
  shortTermGainAmountMax: limit('firm policy: compliance.shortTermGainAmountMax'),
  positionCount: number('higher', 'names held'),
} as const satisfies Record<string, FactDefinition>;

const householdFacts = {
  washSaleQuantity: perName(
    'higher',
    'per symbol: shares by which purchases and taxable loss sales in the household meet in the window',
  ),
} as const satisfies Record<string, FactDefinition>;

const firmFacts = {
  firmIssuerWeight: perName('higher', 'per issuer: market value / value of all accounts'),
  firmIssuerWeightMax: limit('firm policy: compliance.firmIssuerWeightMax'),
  firmVolumeShare: perName(
    'higher',
    'per symbol and side: quantity summed over all accounts / average daily volume',
  ),
  volumeShareMax: limit('firm policy: compliance.volumeShareMax'),
} as const satisfies Record<string, FactDefinition>;

const BY_SCOPE: Readonly<Record<RuleScope, ReadonlyMap<string, FactDefinition>>> = {
  order: new Map<string, FactDefinition>(Object.entries(orderFacts)),
  account: new Map<string, FactDefinition>(Object.entries(accountFacts)),
  household: new Map<string, FactDefinition>(Object.entries(householdFacts)),
  firm: new Map<string, FactDefinition>(Object.entries(firmFacts)),
};

export type OrderFactName = keyof typeof orderFacts;
export type AccountFactName = keyof typeof accountFacts;
export type HouseholdFactName = keyof typeof householdFacts;
export type FirmFactName = keyof typeof firmFacts;

/** The facts that rules of a scope may read. */
export function factsOfScope(scope: RuleScope): ReadonlyMap<string, FactDefinition> {
  return BY_SCOPE[scope];
}

/** Name and type only: what the expression checker needs. */
export function factTypesOfScope(scope: RuleScope): ReadonlyMap<string, FactType> {
  return new Map([...BY_SCOPE[scope]].map(([name, definition]) => [name, definition.type]));
}
