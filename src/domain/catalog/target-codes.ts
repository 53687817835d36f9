import type { CatalogEntry } from './entry.ts';

export const targetCodes = {
  ACCOUNT_WITHOUT_MODEL: {
    meaning: 'The account names no model portfolio, so there is nothing to rebalance it to.',
    advice: 'Set modelId in accounts.csv, or leave the account out of the run.',
    httpStatus: 422,
  },
  ACCOUNT_FROZEN: {
    meaning: 'The account is frozen: no order may be proposed for it.',
    advice: 'Lift the freeze at the custodian and set status to open in accounts.csv.',
    httpStatus: 422,
  },
  ACCOUNT_EMPTY: {
    meaning: 'The account has no counted positions and no cash, so weights are undefined.',
    advice: 'Fund the account, or leave it out of the run.',
    httpStatus: 422,
  },
  ACCOUNT_DATA_REJECTED: {
    meaning:
      'A record of the account was rejected on reading, so its holdings are not known in full.',
    advice: 'Correct the rows named in the findings; the account takes part in the next run.',
    httpStatus: 422,
  },
  ACCOUNT_OVERDRAWN: {
    meaning: 'The account has negative cash that the permitted sales cannot cover.',
    advice: 'Fund the account, or lift the restrictions that keep its positions from being sold.',
    httpStatus: 422,
  },
  MODEL_UNKNOWN: {
    meaning: 'The account or a model names a model portfolio that models.csv does not define.',
    advice: 'Add the model to models.csv or correct the id.',
    httpStatus: 422,
  },
  PRICE_REQUIRED: {
    meaning:
      'A security that the account holds, or should hold, has no price on or before the date.',
    advice: 'Add a row to prices.csv. Without a price the account is not rebalanced.',
    httpStatus: 422,
  },
  PRICE_TOO_OLD: {
    meaning: 'The last price of a security is older than the firm allows.',
    advice: 'Load newer prices, or raise tolerance.priceAgeDaysMax in settings.json.',
    httpStatus: 422,
  },
  RESTRICTION_CONTRADICTS_TARGET: {
    meaning: 'A restriction makes the target unreachable and there is no substitute.',
    advice: 'Give the model line a substitute, relax the restriction, or accept the difference.',
    httpStatus: 422,
  },
  RESTRICTIONS_CONTRADICT: {
    meaning: 'Two restrictions on the same name cannot hold together.',
    advice: 'Remove or correct one of the restrictions named.',
    httpStatus: 422,
  },
  ACCOUNT_CLOSING_ONLY: {
    meaning: 'The account may only be reduced: purchases are left out.',
    advice: 'Nothing to do while the account is being closed; set status to open to buy again.',
    httpStatus: 422,
  },
  PURCHASE_WOULD_WASH_LOSS: {
    meaning:
      'Buying the name now would wash a loss of the household, and the model has no substitute.',
    advice: 'Wait until the date given, give the model line a substitute, or allow wash sales.',
    httpStatus: 422,
  },
} as const satisfies Record<string, CatalogEntry>;
