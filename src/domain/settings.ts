import { Decimal } from '../kernel/index.ts';
import type { Money, Ratio } from './units.ts';

/** How lots are chosen on a sell; `minimumTax` takes the lot with the least tax per share first. */
export type LotRelief = 'fifo' | 'lifo' | 'hifo' | 'lofo' | 'minimumTax';
export const LOT_RELIEFS: readonly LotRelief[] = ['fifo', 'lifo', 'hifo', 'lofo', 'minimumTax'];

/** What to do with a name whose weight is outside its band: go to the target or to the band's edge. */
export type BandReturn = 'target' | 'edge' | 'half';

/** The firm's policy: settings.json, every field with a default (FORMATS section 1). */
export interface FirmSettings {
  readonly baseCurrency: string;
  readonly tolerance: {
    /** Default band where a model line gives none: absolute, in weight. */
    readonly bandAbsolute: Ratio;
    readonly bandReturn: BandReturn;
    /** Cash above the reserve by more than this weight triggers; below the reserve by more likewise. */
    readonly cashBandWeight: Ratio;
    /** A price older than this many calendar days is stale, and stale blocks. */
    readonly priceAgeDaysMax: number;
    /** Withdrawals due within this many calendar days are set aside in cash. */
    readonly cashFlowHorizonDays: number;
  };
  readonly costs: {
    /** Half spread plus impact, each way, as a fraction of the amount traded. */
    readonly linearRate: Ratio;
    readonly commissionPerShare: Money;
  };
  readonly tax: {
    readonly lotRelief: LotRelief;
    /** Days before and after a loss sale in which a purchase washes it (IRC section 1091: 30). */
    readonly washSaleWindowDays: number;
    /** Whether an order that would wash a loss is suppressed or only reported. */
    readonly avoidWashSales: boolean;
  };
  readonly rounding: {
    readonly minimumTradeAmount: Money;
    readonly minimumTradeWeight: Ratio;
  };
  readonly optimizer: {
    /** Weight of tracking variance against costs and taxes in the objective. */
    readonly riskAversion: number;
    readonly factorCount: number;
    readonly returnDays: number;
    readonly tolerance: number;
  };
  /** Limits that the shipped compliance rules compare against. */
  readonly compliance: {
    readonly issuerWeightMax: Ratio;
    readonly sectorWeightMax: Ratio;
    readonly turnoverWeightMax: Ratio;
    readonly orderAmountMax: Money;
    readonly volumeShareMax: Ratio;
    readonly shortTermGainAmountMax: Money | null;
    readonly firmIssuerWeightMax: Ratio;
  };
}

const ratio = (text: string): Ratio => Decimal.parse<'ratio'>(text);
const money = (text: string): Money => Decimal.parse<'Money'>(text);

export const DEFAULT_SETTINGS: FirmSettings = {
  baseCurrency: 'USD',
  tolerance: {
    bandAbsolute: ratio('0.02'),
    bandReturn: 'target',
    cashBandWeight: ratio('0.01'),
    priceAgeDaysMax: 5,
    cashFlowHorizonDays: 5,
  },
  costs: { linearRate: ratio('0.0005'), commissionPerShare: money('0') },
  tax: { lotRelief: 'minimumTax', washSaleWindowDays: 30, avoidWashSales: true },
  rounding: { minimumTradeAmount: money('100'), minimumTradeWeight: ratio('0.0005') },
  optimizer: { riskAversion: 100, factorCount: 8, returnDays: 252, tolerance: 1e-9 },
  compliance: {
    issuerWeightMax: ratio('0.25'),
    sectorWeightMax: ratio('0.6'),
    turnoverWeightMax: ratio('0.5'),
    orderAmountMax: money('5000000'),
    volumeShareMax: ratio('0.1'),
    shortTermGainAmountMax: null,
    firmIssuerWeightMax: ratio('0.25'),
  },
};
