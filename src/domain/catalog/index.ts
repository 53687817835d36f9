/**
 * Every refusal and error code of the product, once. `evenkeel explain CODE` prints an entry and
 * docs/reference/errors.md is generated from it; a test keeps them equal.
 */
import type { CatalogEntry } from './entry.ts';
import { apiCodes } from './api-codes.ts';
import { complianceCodes } from './compliance-codes.ts';
import { connectorCodes } from './connector-codes.ts';
import { executionCodes } from './execution-codes.ts';
import { generalProblemCodes } from './general-problem-codes.ts';
import { optimizerCodes } from './optimizer-codes.ts';
import { orderCodes } from './order-codes.ts';
import { portfolioProblemCodes } from './portfolio-problem-codes.ts';
import { storeCodes } from './store-codes.ts';
import { targetCodes } from './target-codes.ts';

export type { CatalogEntry } from './entry.ts';

export const catalog = {
  ...apiCodes,
  ...complianceCodes,
  ...connectorCodes,
  ...executionCodes,
  ...generalProblemCodes,
  ...optimizerCodes,
  ...orderCodes,
  ...portfolioProblemCodes,
  ...storeCodes,
  ...targetCodes,
} as const satisfies Record<string, CatalogEntry>;

export type Code = keyof typeof catalog;
