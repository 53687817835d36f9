export { firstLongTermDate, termOf } from './holding-term.ts';
export { basisOfPart, dearestAlternative, orderLots, selectLots } from './lot-relief.ts';
export type { LotSale, ReliefComparison } from './lot-relief.ts';
export { realizedGains, taxOnGain, taxRatesOf } from './tax-rates.ts';
export type { TaxRates } from './tax-rates.ts';
export { firstCleanPurchaseDate, lastPurchaseDate, washedLots, washWindowOf } from './wash-sale.ts';
export type { WashPurchase, WashWindow } from './wash-sale.ts';
