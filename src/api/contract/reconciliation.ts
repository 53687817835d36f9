/** Our books beside the broker's and the custodian's, and what differs. */
import { z } from 'zod';
import { calendarDate, finding, instant } from './shapes.ts';

export const reconciliationBody = z.strictObject({ tradeDate: calendarDate });
export type ReconciliationBody = z.infer<typeof reconciliationBody>;

export const reconciliationBreak = z
  .object({
    breakId: z.string(),
    kind: z.enum([
      'executionMissingAtBroker',
      'executionMissingWithUs',
      'executionDiffers',
      'positionDiffers',
      'positionMissingAtCustodian',
      'positionMissingWithUs',
      'cashDiffers',
    ]),
    accountId: z.string().nullable(),
    symbol: z.string().nullable(),
    reference: z.string().nullable(),
    /** Ours. */
    left: z.string().nullable(),
    /** Theirs. */
    right: z.string().nullable(),
    difference: z.string().nullable(),
  })
  .meta({ id: 'ReconciliationBreak' });
export type ReconciliationBreakView = z.infer<typeof reconciliationBreak>;

export const reconciliation = z
  .object({
    reconciliationId: z.string(),
    tradeDate: calendarDate,
    /** `awaitingStatements`: the broker's or the custodian's file has not arrived. */
    state: z.enum(['awaitingStatements', 'matched', 'breaks', 'failed']),
    requestedBy: z.string(),
    requestedAt: instant,
    completedAt: instant.nullable(),
    matched: z.object({ executions: z.int(), positions: z.int(), cash: z.int() }),
    breakCount: z.int(),
    breaks: z.array(reconciliationBreak),
    /** Which files were read, with their hashes. */
    files: z.array(z.object({ name: z.string(), contentHash: z.string() })),
    findings: z.array(finding),
    runIds: z.array(z.string()),
  })
  .meta({ id: 'Reconciliation' });
export type ReconciliationView = z.infer<typeof reconciliation>;
