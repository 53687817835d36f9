import type { CatalogEntry } from './entry.ts';

export const optimizerCodes = {
  RISK_HISTORY_SHORT: {
    meaning:
      'A security has too few daily returns for a risk estimate of its own and stands on the mean of its peers.',
    advice:
      'Supply more of its price history, or check its sector and asset class, which choose the peers.',
    httpStatus: 422,
  },
} as const satisfies Record<string, CatalogEntry>;
