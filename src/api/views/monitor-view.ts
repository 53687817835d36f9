/** The drift monitor and one account, as the contract shows them. */
import type { CalendarDate } from '../../kernel/index.ts';
import type {
  AccountTargets,
  Drift,
  Finding,
  HoldingTerm,
  InstrumentSymbol,
  Position,
  Restriction,
  Snapshot,
  TargetLine,
  Trigger,
} from '../../domain/index.ts';
import { notional, weightOf } from '../../domain/index.ts';
import { termOf } from '../../tax/index.ts';
import { monitorAccounts, type MonitorRow as ComputedRow } from '../../workflow/index.ts';
import type {
  AccountLine,
  AccountView,
  DriftView,
  FindingView,
  MonitorRow,
  MonitorTile,
  TriggerView,
} from '../contract/index.ts';

const computed = new WeakMap<Snapshot, readonly ComputedRow[]>();

/** Every account of a snapshot; computed once per snapshot. */
export function rowsOf(snapshot: Snapshot): readonly ComputedRow[] {
  let rows = computed.get(snapshot);
  if (rows === undefined) {
    rows = monitorAccounts(snapshot);
    computed.set(snapshot, rows);
  }
  return rows;
}

export function findingView(finding: Finding): FindingView {
  return { ...finding, location: { ...finding.location } };
}

export function driftView(drift: Drift): DriftView {
  return {
    activeShare: drift.activeShare.toString(),
    absoluteMax: drift.absoluteMax.toString(),
    absoluteMaxSubject: drift.absoluteMaxSubject,
    relativeMax: drift.relativeMax?.toString() ?? null,
    relativeMaxSubject: drift.relativeMaxSubject,
    breaches: [...drift.breaches],
  };
}

export function triggerView(trigger: Trigger): TriggerView {
  switch (trigger.kind) {
    case 'calendar':
    case 'manual':
      return { ...trigger };
    case 'drift':
      return {
        kind: 'drift',
        subject: trigger.subject,
        weight: trigger.weight.toString(),
        targetWeight: trigger.targetWeight.toString(),
        lowerWeight: trigger.lowerWeight.toString(),
        upperWeight: trigger.upperWeight.toString(),
      };
    case 'cashHigh':
    case 'cashLow':
      return {
        kind: trigger.kind,
        cash: trigger.cash.toString(),
        reserve: trigger.reserve.toString(),
      };
    case 'cashFlow':
      return { ...trigger, amount: trigger.amount.toString() };
  }
}

/** What the tables add to a computed row. */
export interface RowHistory {
  readonly lastRebalancedAt: ReadonlyMap<string, string>;
  readonly openOrderCounts: ReadonlyMap<string, number>;
}

export function monitorRow(row: ComputedRow, snapshot: Snapshot, history: RowHistory): MonitorRow {
  const { account, household, positions } = row.account;
  const lastRebalancedAt = history.lastRebalancedAt.get(account.accountId) ?? null;
  const { targets } = row;
  return {
    accountId: account.accountId,
    accountName: account.name,
    householdId: household.householdId,
    householdName: household.name,
    taxStatus: account.taxStatus,
    custodian: account.custodian,
    modelId: account.modelId,
    accountStatus: account.status,
    discretion: account.discretion,
    value: targets?.planningTotal.toString() ?? null,
    cash: (targets?.cash ?? row.account.cash.amount).toString(),
    cashReserve: targets?.cashReserve.toString() ?? null,
    cashWeight: targets?.cashWeight.toString() ?? null,
    cashTargetWeight: targets?.cashTargetWeight.toString() ?? null,
    drift: row.drift === null ? null : driftView(row.drift),
    triggers: row.triggers.map(triggerView),
    findings: row.findings.map(findingView),
    tiles: tilesOf(row, lastRebalancedAt),
    oldestPriceDate: oldestPriceDate(positions, snapshot),
    lastRebalancedAt,
    openOrderCount: history.openOrderCounts.get(account.accountId) ?? 0,
  };
}

function tilesOf(row: ComputedRow, lastRebalancedAt: string | null): MonitorTile[] {
  const fired = new Set(row.triggers.map((trigger) => trigger.kind));
  const { account } = row.account;
  const isUnable = row.drift === null && account.modelId !== null;
  const tiles: readonly (readonly [MonitorTile, boolean])[] = [
    ['outOfTolerance', fired.has('drift')],
    ['cashHigh', fired.has('cashHigh')],
    ['cashLow', fired.has('cashLow')],
    ['cashFlow', fired.has('cashFlow')],
    ['neverRebalanced', lastRebalancedAt === null],
    ['noModel', account.modelId === null],
    ['blocked', account.status !== 'open'],
    ['unableToCheck', isUnable || row.findings.some((f) => f.code === 'ACCOUNT_DATA_REJECTED')],
  ];
  return tiles.filter(([, isOn]) => isOn).map(([tile]) => tile);
}

function oldestPriceDate(positions: readonly Position[], snapshot: Snapshot): CalendarDate | null {
  let oldest: CalendarDate | null = null;
  for (const { symbol } of positions) {
    const date = snapshot.quotes.get(symbol)?.date ?? null;
    if (date !== null && (oldest === null || date < oldest)) oldest = date;
  }
  return oldest;
}

/** An account opened: every name it holds or wants, with lots, bands and limits. */
export function accountView(
  row: ComputedRow,
  snapshot: Snapshot,
  history: RowHistory,
): AccountView {
  const { account, household, cash, cashFlows, positions } = row.account;
  const { targets } = row;
  const lines = new Map(targets?.lines.map((line) => [line.symbol, line]));
  const held = new Map(positions.map((position) => [position.symbol, position]));
  const symbols = [...new Set([...held.keys(), ...lines.keys()])].sort();
  return {
    accountId: account.accountId,
    accountName: account.name,
    householdId: household.householdId,
    householdName: household.name,
    taxStatus: account.taxStatus,
    custodian: account.custodian,
    modelId: account.modelId,
    accountStatus: account.status,
    discretion: account.discretion,
    asOfDate: snapshot.asOfDate,
    snapshotHash: snapshot.snapshotHash,
    cash: cash.amount.toString(),
    settledCash: cash.settledAmount?.toString() ?? null,
    planningTotal: targets?.planningTotal.toString() ?? null,
    cashReserve: targets?.cashReserve.toString() ?? null,
    cashWeight: targets?.cashWeight.toString() ?? null,
    cashTargetWeight: targets?.cashTargetWeight.toString() ?? null,
    drift: row.drift === null ? null : driftView(row.drift),
    monitor: monitorRow(row, snapshot, history),
    lines: symbols.map((symbol) =>
      accountLine(symbol, {
        snapshot,
        targets,
        line: lines.get(symbol),
        position: held.get(symbol),
      }),
    ),
    restrictions: restrictionsOf(snapshot, row),
    cashFlows: cashFlows.map(({ date, amount, kind }) => ({
      date,
      amount: amount.toString(),
      kind,
    })),
    findings: row.findings.map(findingView),
  };
}

interface LineParts {
  readonly snapshot: Snapshot;
  readonly targets: AccountTargets | null;
  readonly line: TargetLine | undefined;
  readonly position: Position | undefined;
}

function accountLine(symbol: InstrumentSymbol, parts: LineParts): AccountLine {
  const { snapshot, targets, line, position } = parts;
  const instrument = snapshot.instruments.get(symbol);
  const quote = snapshot.quotes.get(symbol);
  const value =
    quote === undefined || position === undefined
      ? null
      : notional(quote.price, position.quantity).round(2, 'halfEven');
  const weight =
    line?.currentWeight ??
    (value === null || targets === null || targets.planningTotal.isZero()
      ? null
      : weightOf(value, targets.planningTotal));
  return {
    symbol,
    name: instrument?.name ?? symbol,
    assetClass: instrument?.assetClass ?? 'unknown',
    sector: instrument?.sector ?? null,
    quantity: position?.quantity.toString() ?? '0',
    price: quote?.price.toString() ?? null,
    priceDate: quote?.date ?? null,
    marketValue: value?.toString() ?? (position === undefined ? '0' : null),
    weight: weight?.toString() ?? null,
    targetWeight: line?.targetWeight.toString() ?? null,
    bandLowerWeight: line?.bandLowerWeight.toString() ?? null,
    bandUpperWeight: line?.bandUpperWeight.toString() ?? null,
    isOutOfBand:
      line !== undefined &&
      (line.currentWeight.isLessThan(line.bandLowerWeight) ||
        line.currentWeight.isGreaterThan(line.bandUpperWeight)),
    canBuy: line?.canBuy ?? false,
    canSell: line?.canSell ?? false,
    limits: line?.limits.map(({ kind, text }) => ({ kind, text })) ?? [],
    path: [...(line?.path ?? [])],
    lots: lotsOf(position, snapshot),
  };
}

function lotsOf(position: Position | undefined, snapshot: Snapshot): AccountLine['lots'] {
  if (position === undefined) return [];
  const price = snapshot.quotes.get(position.symbol)?.price;
  return position.lots.map((lot) => {
    const term: HoldingTerm = termOf(lot.acquiredDate, snapshot.asOfDate);
    const gain =
      price === undefined
        ? null
        : notional(price, lot.quantity).minus(lot.costBasis).round(2, 'halfEven');
    return {
      lotId: lot.lotId,
      quantity: lot.quantity.toString(),
      costBasis: lot.costBasis.toString(),
      acquiredDate: lot.acquiredDate,
      unrealizedGain: gain?.toString() ?? null,
      term,
    };
  });
}

function restrictionsOf(snapshot: Snapshot, row: ComputedRow): AccountView['restrictions'] {
  const { accountId, householdId } = row.account.account;
  const applies = ({ scope }: Restriction): boolean =>
    scope.kind === 'firm' ||
    (scope.kind === 'household' && scope.householdId === householdId) ||
    (scope.kind === 'account' && scope.accountId === accountId);
  return snapshot.restrictions.filter(applies).map((restriction) => ({
    restrictionId: restriction.restrictionId,
    scope: restriction.scope.kind,
    subject: subjectText(restriction),
    kind: restriction.kind,
    value: restriction.value?.toString() ?? null,
    reason: restriction.reason,
  }));
}

function subjectText({ subject }: Restriction): string {
  switch (subject.kind) {
    case 'symbol':
      return subject.symbol;
    case 'sector':
      return `sector ${subject.sector}`;
    case 'issuer':
      return `issuer ${subject.issuer}`;
  }
}
