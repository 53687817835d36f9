/** The fields of settings.json: the reader, the writer and the published schema take them from here. */
import { LOT_RELIEFS } from '../../domain/index.ts';

export interface SettingDefinition {
  /** `section.name`, or a name at the top. All numbers are 0 or more. */
  readonly path: string;
  readonly kind: 'decimal' | 'integer' | 'float' | 'choice' | 'boolean' | 'currency';
  readonly values?: readonly string[];
  readonly most?: number;
  readonly isAboveZero?: boolean;
  readonly mayBeNull?: boolean;
}

const weight = { kind: 'decimal', most: 1 } as const;
const amount = { kind: 'decimal' } as const;
const days = { kind: 'integer', most: 3660 } as const;

export const SETTINGS: readonly SettingDefinition[] = [
  { path: 'baseCurrency', kind: 'currency' },
  { path: 'tolerance.bandAbsolute', ...weight },
  { path: 'tolerance.bandReturn', kind: 'choice', values: ['target', 'edge', 'half'] },
  { path: 'tolerance.cashBandWeight', ...weight },
  { path: 'tolerance.priceAgeDaysMax', ...days },
  { path: 'tolerance.cashFlowHorizonDays', ...days },
  { path: 'costs.linearRate', ...weight },
  { path: 'costs.commissionPerShare', ...amount },
  { path: 'tax.lotRelief', kind: 'choice', values: LOT_RELIEFS },
  { path: 'tax.washSaleWindowDays', ...days },
  { path: 'tax.avoidWashSales', kind: 'boolean' },
  { path: 'rounding.minimumTradeAmount', ...amount },
  { path: 'rounding.minimumTradeWeight', ...weight },
  { path: 'optimizer.riskAversion', kind: 'float' },
  { path: 'optimizer.factorCount', kind: 'integer', most: 1000 },
  { path: 'optimizer.returnDays', kind: 'integer', most: 10_000 },
  { path: 'optimizer.tolerance', kind: 'float', most: 1, isAboveZero: true },
  { path: 'compliance.issuerWeightMax', ...weight },
  { path: 'compliance.sectorWeightMax', ...weight },
  // Turnover counts both sides, so a full exchange is 2.
  { path: 'compliance.turnoverWeightMax', kind: 'decimal', most: 2 },
  { path: 'compliance.orderAmountMax', ...amount },
  { path: 'compliance.volumeShareMax', ...weight },
  { path: 'compliance.shortTermGainAmountMax', ...amount, mayBeNull: true },
  { path: 'compliance.firmIssuerWeightMax', ...weight },
];
