import {
  notional,
  toCents,
  type AccountId,
  type SuppressedOrder,
  type TargetLine,
} from '../domain/index.ts';

/** The record of an order that was wanted and is not proposed. */
export function suppressed(
  line: TargetLine,
  details: Pick<SuppressedOrder, 'side' | 'quantity' | 'code' | 'detail'> & {
    readonly accountId: AccountId;
  },
): SuppressedOrder {
  const amount = toCents(notional(line.price, details.quantity), 'halfEven');
  return { symbol: line.symbol, amount, ...details };
}
