/** What a broker's message gave reason to look at. Flags are stored and shown; none stops the booking. */
import { Decimal } from '../kernel/index.ts';
import type { Code, ExecutionReport, Placement, Price } from '../domain/index.ts';

export type ExecutionFlagCode = Extract<
  Code,
  | 'EXECUTION_DUPLICATE_IGNORED'
  | 'EXECUTION_DUPLICATE_DIFFERS'
  | 'EXECUTION_INCOMPLETE'
  | 'EXECUTION_REFERENCE_UNKNOWN'
  | 'ORDER_OVERFILLED'
  | 'ORDER_QUANTITY_DIFFERS'
  | 'ORDER_TRANSITION_UNEXPECTED'
  | 'REPLACED_BELOW_CUMULATIVE'
  | 'CUMULATIVE_QUANTITY_DIFFERS'
  | 'AVERAGE_PRICE_DIFFERS'
  | 'REPORT_FOR_UNKNOWN_ORDER'
>;

export interface ExecutionFlag {
  readonly code: ExecutionFlagCode;
  /** The broker's ExecID, or the ClOrdID of a message without one. */
  readonly reference: string;
  /** Ours, and theirs: as text, null where there is none. */
  readonly expected: string | null;
  readonly received: string | null;
}

export function flag(
  code: ExecutionFlagCode,
  reference: string,
  values: { readonly expected: string | null; readonly received: string | null },
): ExecutionFlag {
  return { code, reference, ...values };
}

/** Compares our totals, which come from executions, with those that the broker sent. */
export function totalsFlags(
  placement: Placement,
  report: ExecutionReport,
): readonly ExecutionFlag[] {
  const flags: ExecutionFlag[] = [];
  const reference = report.brokerExecutionId;
  const ours = placement.cumulativeQuantity;
  if (ours.isGreaterThan(placement.orderQuantity)) {
    flags.push(
      flag('ORDER_OVERFILLED', reference, {
        expected: placement.orderQuantity.toString(),
        received: ours.toString(),
      }),
    );
  }
  if (!ours.equals(report.cumulativeQuantity)) {
    flags.push(
      flag('CUMULATIVE_QUANTITY_DIFFERS', reference, {
        expected: ours.toString(),
        received: report.cumulativeQuantity.toString(),
      }),
    );
  } else if (differsInPrice(placement.averagePrice, report.averagePrice)) {
    flags.push(
      flag('AVERAGE_PRICE_DIFFERS', reference, {
        expected: placement.averagePrice?.toString() ?? null,
        received: report.averagePrice?.toString() ?? null,
      }),
    );
  }
  return flags;
}

/**
 * A broker rounds its average to the digits it sends, at least to the cent: up to one unit of its last
 * place is rounding, by whatever mode; more is a difference.
 */
function differsInPrice(ours: Price | null, theirs: Price | null): boolean {
  if (ours === null || theirs === null) return false;
  const unit = Decimal.of<'Price'>(1n, Math.max(theirs.scale, 2));
  return ours.minus(theirs).abs().isGreaterThan(unit);
}
