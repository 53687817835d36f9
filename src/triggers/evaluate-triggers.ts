/**
 * Why an account should be looked at today. Pure: what is due by the calendar is handed in by the scheduler.
 *
 *   K1  A trigger fires only beyond its edge: exactly on the edge is in tolerance.
 *   K2  Every trigger carries the numbers that fired it.
 */
import type { CalendarDate } from '../kernel/index.ts';
import type { AccountSnapshot, AccountTargets, FirmSettings, Trigger } from '../domain/index.ts';

export interface TriggerInput {
  readonly account: AccountSnapshot;
  readonly targets: AccountTargets;
  readonly settings: FirmSettings;
  readonly asOfDate: CalendarDate;
}

/** Drift triggers by symbol, then cash, then cash flows by date. */
export function evaluateTriggers(input: TriggerInput): Trigger[] {
  return [...driftTriggers(input.targets), ...cashTriggers(input), ...cashFlowTriggers(input)];
}

function driftTriggers(targets: AccountTargets): Trigger[] {
  return targets.lines
    .filter(
      (line) =>
        line.currentWeight.isLessThan(line.bandLowerWeight) ||
        line.currentWeight.isGreaterThan(line.bandUpperWeight),
    )
    .map((line) => ({
      kind: 'drift',
      subject: line.symbol,
      weight: line.currentWeight,
      targetWeight: line.targetWeight,
      lowerWeight: line.bandLowerWeight,
      upperWeight: line.bandUpperWeight,
    }));
}

function cashTriggers({ targets, settings }: TriggerInput): Trigger[] {
  const { cash, cashReserve } = targets;
  const allowance = targets.planningTotal.times(settings.tolerance.cashBandWeight);
  if (cash.isGreaterThan(cashReserve.plus(allowance))) {
    return [{ kind: 'cashHigh', cash, reserve: cashReserve }];
  }
  if (cash.isLessThan(cashReserve.minus(allowance))) {
    return [{ kind: 'cashLow', cash, reserve: cashReserve }];
  }
  return [];
}

function cashFlowTriggers({ account, asOfDate }: TriggerInput): Trigger[] {
  return account.cashFlows
    .filter((flow) => flow.date >= asOfDate && !flow.amount.isZero())
    .map((flow) => ({
      kind: 'cashFlow',
      date: flow.date,
      amount: flow.amount,
      flowKind: flow.kind,
    }));
}
