/** One account opened down to lots, targets, bands and restrictions. */
import { z } from 'zod';
import { accountStatus, drift, monitorRow, taxStatus } from './monitor.ts';
import { calendarDate, decimalText, finding, sha256Text } from './shapes.ts';

export const taxLot = z
  .object({
    lotId: z.string(),
    quantity: decimalText,
    costBasis: decimalText,
    acquiredDate: calendarDate,
    /** At the snapshot's price; null without one. */
    unrealizedGain: decimalText.nullable(),
    term: z.enum(['short', 'long']),
  })
  .meta({ id: 'TaxLot' });

export const accountLine = z
  .object({
    symbol: z.string(),
    name: z.string(),
    assetClass: z.string(),
    sector: z.string().nullable(),
    quantity: decimalText,
    price: decimalText.nullable(),
    priceDate: calendarDate.nullable(),
    marketValue: decimalText.nullable(),
    weight: decimalText.nullable(),
    /** Null where targets could not be computed. */
    targetWeight: decimalText.nullable(),
    bandLowerWeight: decimalText.nullable(),
    bandUpperWeight: decimalText.nullable(),
    isOutOfBand: z.boolean(),
    canBuy: z.boolean(),
    canSell: z.boolean(),
    limits: z.array(z.object({ kind: z.string(), text: z.string() })),
    /** How the target came about, outermost model first. */
    path: z.array(z.string()),
    lots: z.array(taxLot),
  })
  .meta({ id: 'AccountLine' });
export type AccountLine = z.infer<typeof accountLine>;

export const accountView = z
  .object({
    accountId: z.string(),
    accountName: z.string(),
    householdId: z.string(),
    householdName: z.string(),
    taxStatus,
    custodian: z.string().nullable(),
    modelId: z.string().nullable(),
    accountStatus,
    discretion: z.enum(['full', 'clientApproval']),
    asOfDate: calendarDate,
    snapshotHash: sha256Text,
    cash: decimalText,
    settledCash: decimalText.nullable(),
    planningTotal: decimalText.nullable(),
    cashReserve: decimalText.nullable(),
    cashWeight: decimalText.nullable(),
    cashTargetWeight: decimalText.nullable(),
    drift: drift.nullable(),
    monitor: monitorRow.nullable(),
    lines: z.array(accountLine),
    restrictions: z.array(
      z.object({
        restrictionId: z.string(),
        scope: z.string(),
        subject: z.string(),
        kind: z.string(),
        value: decimalText.nullable(),
        reason: z.string().nullable(),
      }),
    ),
    cashFlows: z.array(z.object({ date: calendarDate, amount: decimalText, kind: z.string() })),
    findings: z.array(finding),
  })
  .meta({ id: 'Account' });
export type AccountView = z.infer<typeof accountView>;
