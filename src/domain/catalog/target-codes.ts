import type { CatalogEntry } from './entry.ts';

export const targetCodes = {
  ACCOUNT_WITHOUT_MODEL: {
    meaning: 'The account names no model portfolio, so there is nothing to rebalance it to.',
    advice: 'Set modelId in accounts.csv, or leave the account out of the run.',
    httpStatus: 422,
  },
} as const satisfies Record<string, CatalogEntry>;
