/**
 * Holds whole shares to the limits that the optimizer kept in fractions: rounding must not carry a name or
 * a group past its maximum or minimum.
 *
 *   R7  No buy takes a name or group above its maximum, no sell takes one below its minimum, and a sale that
 *       a maximum asks for is rounded up, as far as the lots that may be sold allow.
 */
import { maximum, minimum, sum, zero } from '../kernel/index.ts';
import type {
  AccountTargets,
  InstrumentSymbol,
  Money,
  Quantity,
  Ratio,
  TargetLine,
} from '../domain/index.ts';
import { valueOf, type OrderDraft } from './order-draft.ts';
import { sizeFor } from './sizing.ts';

interface Limit {
  readonly symbols: ReadonlySet<InstrumentSymbol>;
  readonly lowest: Money | null;
  readonly highest: Money | null;
}

/** The limits of one account, and what its drafts may still do under them. */
export class LimitFit {
  readonly #limits: readonly Limit[];
  readonly #lines: ReadonlyMap<InstrumentSymbol, TargetLine>;
  readonly #drafts: ReadonlyMap<InstrumentSymbol, OrderDraft>;

  constructor(targets: AccountTargets, drafts: readonly OrderDraft[]) {
    this.#lines = new Map(targets.lines.map((line) => [line.symbol, line]));
    this.#drafts = new Map(drafts.map((draft) => [draft.line.symbol, draft]));
    const amount = (weight: Ratio | null): Money | null =>
      weight === null ? null : targets.planningTotal.times(weight);
    const all = [
      ...targets.lines.map((line) => ({ ...line, symbols: [line.symbol] })),
      ...targets.groups,
    ];
    this.#limits = all
      .filter(
        ({ minimumWeight, maximumWeight }) => minimumWeight !== null || maximumWeight !== null,
      )
      .map(({ symbols, minimumWeight, maximumWeight }) => ({
        symbols: new Set(symbols),
        lowest: amount(minimumWeight),
        highest: amount(maximumWeight),
      }));
  }

  /** `quantity`, or as much of it as limits and lots allow the draft, the others being what they are. */
  capped(draft: OrderDraft, quantity: Quantity): Quantity {
    const { line, step, available } = draft;
    const room = this.#roomFor(draft);
    let most = available === null ? quantity : minimum(quantity, available);
    if (room !== null) {
      const allowed = room.isPositive()
        ? sizeFor(room, line.price, { step, mode: 'floor' })
        : zero();
      most = minimum(most, allowed as Quantity);
    }
    const isWholePosition = draft.side === 'sell' && most.equals(line.currentQuantity);
    return isWholePosition ? most : most.roundToMultiple(step, 'floor');
  }

  /** True where a minimum that covers the draft's name would be missed with this quantity of it. */
  isShortWith(draft: OrderDraft, quantity: Quantity): boolean {
    return this.#limits.some((limit) => {
      if (limit.lowest === null || !limit.symbols.has(draft.line.symbol)) return false;
      const others = this.#amountAfter(limit, draft);
      return others.plus(valueOf(draft, quantity)).isLessThan(limit.lowest);
    });
  }

  /** What the draft may be worth before a limit is passed; null = no limit. */
  #roomFor(draft: OrderDraft): Money | null {
    let room: Money | null = null;
    for (const limit of this.#limits) {
      if (!limit.symbols.has(draft.line.symbol)) continue;
      const bound = draft.side === 'buy' ? limit.highest : limit.lowest;
      if (bound === null) continue;
      const without = this.#amountAfter(limit, draft);
      const left = draft.side === 'buy' ? bound.minus(without) : without.minus(bound);
      room = room === null ? left : minimum(room, left);
    }
    return room;
  }

  /** Raises the sells that a maximum asks for, then cuts what would break a limit. */
  apply(): void {
    for (const draft of this.#drafts.values()) {
      // A liquidation goes whole or not at all: its weight of zero has been found to be allowed.
      if (!draft.isLiquidation) draft.quantity = this.capped(draft, draft.quantity);
    }
    for (const limit of this.#limits) {
      this.#sellDown(limit);
      this.#buyLess(limit);
    }
  }

  /** Shares sold are rounded down at first; where a maximum asks for the sale, a step more is right. */
  #sellDown(limit: Limit): void {
    for (const draft of this.#largestFirst(limit, 'sell')) {
      const excess = this.#excessOf(limit);
      if (!excess.isPositive()) return;
      const more = sizeFor(excess, draft.line.price, { step: draft.step, mode: 'ceiling' });
      const most = draft.wanted.roundToMultiple(draft.step, 'ceiling').plus(draft.step);
      const raised = this.capped(draft, minimum(draft.quantity.plus(more), most));
      draft.quantity = maximum(draft.quantity, raised);
    }
  }

  #buyLess(limit: Limit): void {
    for (const draft of this.#largestFirst(limit, 'buy')) {
      const excess = this.#excessOf(limit);
      if (!excess.isPositive()) return;
      const less = sizeFor(excess, draft.line.price, { step: draft.step, mode: 'ceiling' });
      draft.quantity = maximum(zero(), draft.quantity.minus(less));
    }
  }

  #largestFirst(limit: Limit, side: OrderDraft['side']): OrderDraft[] {
    return [...this.#drafts.values()]
      .filter((draft) => draft.side === side && limit.symbols.has(draft.line.symbol))
      .sort((a, b) => valueOf(b, b.wanted).compare(valueOf(a, a.wanted)));
  }

  #excessOf(limit: Limit): Money {
    return limit.highest === null ? zero() : this.#amountAfter(limit, null).minus(limit.highest);
  }

  /** What the names of the limit are worth after the drafts, one of them left out. */
  #amountAfter(limit: Limit, leftOut: OrderDraft | null): Money {
    return sum(
      [...limit.symbols].map((symbol) => {
        const amount = this.#lines.get(symbol)?.currentAmount ?? zero<'Money'>();
        const draft = this.#drafts.get(symbol);
        if (draft === undefined || draft === leftOut) return amount;
        const change = valueOf(draft, draft.quantity);
        return draft.side === 'buy' ? amount.plus(change) : amount.minus(change);
      }),
    );
  }
}
