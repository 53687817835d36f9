/** Allocations for tests, written as a trader would say them. */
import { Decimal, parseCalendarDate } from '../../src/kernel/index.ts';
import {
  identifier,
  notional,
  toCents,
  type Allocation,
  type Side,
} from '../../src/domain/index.ts';

export interface AllocationRow {
  readonly allocationId: string;
  readonly accountId: string;
  readonly side: Side;
  readonly quantity: string;
  readonly symbol: string;
  readonly price: string;
  readonly commission?: string;
  readonly orderId?: string;
  readonly tradeDate?: string;
}

/** Gross is price x quantity to the cent; net is what moves in cash. */
export function allocationOf(row: AllocationRow): Allocation {
  const quantity = Decimal.parse<'Quantity'>(row.quantity);
  const averagePrice = Decimal.parse<'Price'>(row.price);
  const grossAmount = toCents(notional(averagePrice, quantity), 'halfEven');
  const commission = Decimal.parse<'Money'>(row.commission ?? '0');
  return {
    allocationId: identifier(row.allocationId),
    blockId: identifier('B1'),
    orderId: identifier(row.orderId ?? 'O1'),
    accountId: identifier(row.accountId),
    symbol: identifier(row.symbol),
    side: row.side,
    quantity,
    averagePrice,
    grossAmount,
    commission,
    netAmount:
      row.side === 'buy' ? grossAmount.plus(commission).negated() : grossAmount.minus(commission),
    tradeDate: parseCalendarDate(row.tradeDate ?? '2024-01-04'),
  };
}
