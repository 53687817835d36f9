import type { Instrument, Money, Quantity, Side, TargetLine } from '../domain/index.ts';
import type { SaleLots } from './sale-lots.ts';
import { costOfOrder } from './sizing.ts';
import { notional, toCents, type FirmSettings } from '../domain/index.ts';

/** An order while its size is still being settled. */
export interface OrderDraft {
  readonly line: TargetLine;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly step: Quantity;
  /** Exact shares that the optimizer's weight stands for, before rounding. */
  readonly wanted: Quantity;
  /** True when the whole position goes. */
  readonly isLiquidation: boolean;
  /** The most that may be ordered: lots that may be sold, or no limit on a buy. */
  readonly available: Quantity | null;
  readonly heldBack: SaleLots['heldBack'];
  quantity: Quantity;
  isCutByCash: boolean;
}

/** quantity x price to the cent: half even, as a broker's confirmation rounds. */
export function amountOf(draft: Pick<OrderDraft, 'line' | 'quantity'>): Money {
  return toCents(notional(draft.line.price, draft.quantity), 'halfEven');
}

export function costOfDraft(draft: OrderDraft, settings: FirmSettings): Money {
  return costOfOrder(amountOf(draft), draft.quantity, settings);
}

/** What the draft does to cash: negative on a buy. */
export function cashEffect(draft: OrderDraft, settings: FirmSettings): Money {
  const amount = amountOf(draft);
  const cost = costOfOrder(amount, draft.quantity, settings);
  return draft.side === 'buy' ? amount.plus(cost).negated() : amount.minus(cost);
}

/** price x quantity of a part of the draft, exact. */
export function valueOf(draft: Pick<OrderDraft, 'line'>, quantity: Quantity): Money {
  return notional(draft.line.price, quantity);
}
