/** Trades that the targets ask for and a restriction or a wash-sale window forbids: each is listed (R6). */
import type {
  AccountTargets,
  Money,
  Quantity,
  RebalanceKind,
  SuppressedOrder,
  TargetLine,
} from '../domain/index.ts';
import type { SaleLots } from './sale-lots.ts';
import { EXACT_STEP, sizeFor } from './sizing.ts';
import { suppressed } from './suppression.ts';

export interface ForbiddenInput {
  readonly kind: RebalanceKind;
  readonly targets: AccountTargets;
  readonly saleLots: (symbol: TargetLine['symbol']) => SaleLots;
  /** The smallest order the firm sends: what is smaller would not be made anyway. */
  readonly floor: Money;
}

/** One entry per name that may not move to its target as far as this kind of run would take it. */
export function forbiddenTrades(input: ForbiddenInput): SuppressedOrder[] {
  return input.targets.lines.flatMap((line) => {
    const entry = forbiddenTrade(line, input);
    return entry === null || entry.amount.isLessThan(input.floor) ? [] : [entry];
  });
}

function forbiddenTrade(line: TargetLine, input: ForbiddenInput): SuppressedOrder | null {
  const { accountId, planningTotal } = input.targets;
  if (!isWanted(line, input.kind)) return null;
  const wish = planningTotal.times(line.targetWeight).minus(line.currentAmount);
  const size = sizeFor(wish.abs(), line.price, { step: EXACT_STEP, mode: 'floor' });
  const side = wish.isNegative() ? 'sell' : 'buy';
  if (side === 'buy') {
    if (line.canBuy) return null;
    return restricted(line, { accountId, side, quantity: size });
  }
  if (!line.canSell) return restricted(line, { accountId, side, quantity: size });
  const { heldBack, sellableQuantity } = input.saleLots(line.symbol);
  if (heldBack === null || size.isAtMost(sellableQuantity)) return null;
  return suppressed(line, {
    accountId,
    side,
    quantity: size.minus(sellableQuantity),
    code: 'WASH_SALE_AVOIDED',
    detail: `lots at a loss (${String(heldBack.lotCount)}) are held back until ${heldBack.until}`,
  });
}

function restricted(
  line: TargetLine,
  order: Pick<SuppressedOrder, 'accountId' | 'side' | 'quantity'> & { readonly quantity: Quantity },
): SuppressedOrder {
  const kinds = order.side === 'buy' ? ['noBuy', 'accountStatus'] : ['noSell'];
  const detail = line.limits
    .filter((limit) => kinds.includes(limit.kind))
    .map((limit) => limit.text)
    .join('; ');
  return suppressed(line, { ...order, code: 'RESTRICTED', detail });
}

/** Whether a run of this kind would move the name if it could. Cash runs choose freely what they trade. */
function isWanted(line: TargetLine, kind: RebalanceKind): boolean {
  if (kind === 'full') return true;
  if (kind !== 'toBand') return false;
  return (
    line.currentWeight.isLessThan(line.bandLowerWeight) ||
    line.currentWeight.isGreaterThan(line.bandUpperWeight)
  );
}
