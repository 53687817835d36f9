import type { CatalogEntry } from './entry.ts';

export const orderCodes = {
  BELOW_MINIMUM_TRADE: {
    meaning:
      'The order would be smaller than the smallest trade the firm allows, and was left out.',
    advice: 'Lower rounding.minimumTradeAmount or minimumTradeWeight if such orders are wanted.',
    httpStatus: 422,
  },
  BELOW_ONE_LOT: {
    meaning: 'The difference to the target is less than one share or lot of the security.',
    advice: 'Nothing to do; allow fractional shares in securities.csv where the custodian does.',
    httpStatus: 422,
  },
  CASH_SHORTFALL: {
    meaning: 'There is not enough cash above the reserve for the order.',
    advice: 'Fund the account, lower its reserve, or let sales that are restricted go through.',
    httpStatus: 422,
  },
  WASH_SALE_AVOIDED: {
    meaning: 'Selling these lots would realize a loss that a purchase in the household would wash.',
    advice:
      'Wait until the date given, or set tax.avoidWashSales to false and accept the wash sale.',
    httpStatus: 422,
  },
  ORDER_QUANTITY_INVALID: {
    meaning: 'The quantity is not positive, or is not a multiple of what the security trades in.',
    advice: 'Give a positive multiple of the lot size; to drop the order, hold it.',
    httpStatus: 422,
  },
  ORDER_EXCEEDS_POSITION: {
    meaning: 'The order would sell more than the account holds in lots that may be sold.',
    advice: 'Reduce the quantity to the position shown.',
    httpStatus: 422,
  },
  ORDER_EXCEEDS_CASH: {
    meaning: 'With this order the account would be overdrawn.',
    advice: 'Reduce the quantity, or increase a sale of the same account first.',
    httpStatus: 422,
  },
  BUDGET_NOT_REACHED: {
    meaning: 'Limits on groups of names keep the account from being fully invested.',
    advice: 'Relax the limit named, or accept the cash; nothing was forced past the limit.',
    httpStatus: 422,
  },
  CONSTRAINTS_IN_CONFLICT: {
    meaning: 'No portfolio satisfies all limits of the account together.',
    advice: 'Relax one of the limits named by the amount given; any one of them is enough.',
    httpStatus: 422,
  },
  OPTIMIZER_DID_NOT_CONVERGE: {
    meaning: 'The optimizer stopped without a certified answer, so nothing is proposed.',
    advice: 'Report the run id; the account can be rebalanced by another kind meanwhile.',
    httpStatus: 422,
  },
  OPTION_INVALID: {
    meaning: 'An option of the command has a value that it does not take.',
    advice: 'See the command with --help for the values it takes.',
    httpStatus: 400,
  },
} as const satisfies Record<string, CatalogEntry>;
