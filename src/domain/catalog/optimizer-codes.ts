import type { CatalogEntry } from './entry.ts';

export const optimizerCodes = {
  RISK_HISTORY_SHORT: {
    meaning:
      'A security has too few daily returns for a risk estimate of its own and stands on the mean of its peers.',
    advice:
      'Supply more of its price history, or check its sector and asset class, which choose the peers.',
    httpStatus: 422,
  },
  ESTIMATOR_HISTORY_SHORT: {
    meaning: 'The return history has too few periods for the estimator asked for.',
    advice:
      'Supply more periods, or choose an estimator that needs fewer (a shrinkage estimator or factors).',
    httpStatus: 422,
  },
  ESTIMATOR_SETTING_INVALID: {
    meaning: 'A setting of an estimator is missing, out of range or of the wrong length.',
    advice:
      'Correct the setting named in the message; the documentation of the estimator gives its range.',
    httpStatus: 422,
  },
  ESTIMATOR_DATA_DEGENERATE: {
    meaning:
      'The history does not determine the estimate: a value is missing, constant or repeated.',
    advice:
      'Remove or correct the asset or factor named in the message, or choose another estimator.',
    httpStatus: 422,
  },
  COVARIANCE_INDEFINITE: {
    meaning:
      'A covariance has a negative eigenvalue: some portfolio would have a negative variance.',
    advice:
      'Correct the entries of the assets named in the message, or ask for a repair (clipped eigenvalues or the nearest covariance).',
    httpStatus: 422,
  },
  METHOD_CONSTRAINT_UNSUPPORTED: {
    meaning:
      'The portfolio method cannot honor a constraint, and would otherwise have to ignore it.',
    advice:
      'Remove the constraint named in the message, or choose a method that honors it (minimum risk and risk budgeting honor most).',
    httpStatus: 422,
  },
  METHOD_INPUT_INVALID: {
    meaning: 'A portfolio method cannot work on this input.',
    advice: 'Correct the input as the message says.',
    httpStatus: 422,
  },
} as const satisfies Record<string, CatalogEntry>;
