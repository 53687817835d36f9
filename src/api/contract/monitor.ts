/** The drift monitor: one row per account, and the tiles that filter it. */
import { z } from 'zod';
import { calendarDate, decimalText, finding, instant, sha256Text } from './shapes.ts';

export const trigger = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('calendar'), scheduleName: z.string(), dueDate: calendarDate }),
    z.object({
      kind: z.literal('drift'),
      /** A symbol, or `cash`. */
      subject: z.string(),
      weight: decimalText,
      targetWeight: decimalText,
      lowerWeight: decimalText,
      upperWeight: decimalText,
    }),
    z.object({ kind: z.literal('cashHigh'), cash: decimalText, reserve: decimalText }),
    z.object({ kind: z.literal('cashLow'), cash: decimalText, reserve: decimalText }),
    z.object({
      kind: z.literal('cashFlow'),
      date: calendarDate,
      amount: decimalText,
      flowKind: z.enum(['deposit', 'withdrawal', 'rmd', 'fee', 'dividend']),
    }),
    z.object({ kind: z.literal('manual'), reason: z.string() }),
  ])
  .meta({ id: 'Trigger' });
export type TriggerView = z.infer<typeof trigger>;

/** Drift in its named variants; weights are fractions of the planning total. */
export const drift = z
  .object({
    /** Half the sum of |weight - target|. */
    activeShare: decimalText,
    absoluteMax: decimalText,
    absoluteMaxSubject: z.string().nullable(),
    relativeMax: decimalText.nullable(),
    relativeMaxSubject: z.string().nullable(),
    /** Symbols outside their band. */
    breaches: z.array(z.string()),
  })
  .meta({ id: 'Drift' });
export type DriftView = z.infer<typeof drift>;

/** A tile is a filter: tiles AND together. */
export const MONITOR_TILES = [
  'outOfTolerance',
  'cashHigh',
  'cashLow',
  'cashFlow',
  'neverRebalanced',
  'noModel',
  'blocked',
  'unableToCheck',
] as const;
export const monitorTile = z.enum(MONITOR_TILES);
export type MonitorTile = z.infer<typeof monitorTile>;

export const accountStatus = z.enum(['open', 'frozen', 'closingOnly']);
export const taxStatus = z.enum([
  'taxable',
  'trust',
  'traditionalIra',
  'rothIra',
  'sepIra',
  'simpleIra',
  'retirementPlan',
  'healthSavings',
  'education529',
  'taxExempt',
]);

export const monitorRow = z
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
    /** Counted positions and cash; null when a price is missing. */
    value: decimalText.nullable(),
    cash: decimalText.nullable(),
    cashReserve: decimalText.nullable(),
    cashWeight: decimalText.nullable(),
    cashTargetWeight: decimalText.nullable(),
    /** Null when it could not be computed; `findings` say why. */
    drift: drift.nullable(),
    triggers: z.array(trigger),
    findings: z.array(finding),
    tiles: z.array(monitorTile),
    /** Date of the oldest price among its positions. */
    oldestPriceDate: calendarDate.nullable(),
    lastRebalancedAt: instant.nullable(),
    openOrderCount: z.int(),
  })
  .meta({ id: 'MonitorRow' });
export type MonitorRow = z.infer<typeof monitorRow>;

export const monitorView = z
  .object({
    asOfDate: calendarDate,
    snapshotHash: sha256Text,
    computedAt: instant,
    tiles: z.array(z.object({ tile: monitorTile, count: z.int() })),
    items: z.array(monitorRow),
    nextCursor: z.string().nullable(),
    total: z.int(),
  })
  .meta({ id: 'Monitor' });
export type MonitorView = z.infer<typeof monitorView>;
