/**
 * From weights to orders that can be sent: whole shares, lots, minimum trades, cash.
 *
 * Invariants (orders/README.md; tested under the same numbers in generate-orders.props.test.ts):
 *   R1  Cash after all orders is never below zero while something may be sold, and never below the reserve
 *       because of a buy.
 *   R2  No order grows beyond what was wanted by more than one step, but a sale that raises cash may also
 *       bring its own costs, or stand for others that were too small to send.
 *   R3  At most one order per name: nothing is bought and sold in one run.
 *   R4  No sale exceeds the lots held that may be sold, and its lots add up to its quantity.
 *   R5  Every order is a multiple of its step, except a liquidation, which takes odd lots with it.
 *   R6  Every difference between wish and order is an order's reason or a suppressed order with one.
 *   R7  Rounding takes no name or group past a maximum or minimum (limit-fit.ts).
 */
import { Decimal, derivedId, sum, zero } from '../kernel/index.ts';
import {
  toCents,
  type AccountTargets,
  type BindingConstraint,
  type FirmSettings,
  type Instrument,
  type InstrumentSymbol,
  type Money,
  type OrderId,
  type ProposedOrder,
  type Quantity,
  type Ratio,
  type RebalanceKind,
  type RunId,
  type SuppressedOrder,
  type TargetLine,
} from '../domain/index.ts';
import { fitToCash } from './cash-fit.ts';
import { forbiddenTrades } from './forbidden.ts';
import { LimitFit } from './limit-fit.ts';
import { amountOf, cashEffect, costOfDraft, type OrderDraft } from './order-draft.ts';
import { reasonsFor } from './rationale.ts';
import type { SaleLots } from './sale-lots.ts';
import { atMost, EXACT_STEP, minimumTradeAmount, quantityStep, sizeFor } from './sizing.ts';
import { suppressed } from './suppression.ts';

export interface OrderGenerationInput {
  readonly runId: RunId;
  readonly kind: RebalanceKind;
  readonly targets: AccountTargets;
  /** The optimizer's answer; a name that is absent stays as it is. */
  readonly weights: ReadonlyMap<InstrumentSymbol, Ratio>;
  readonly binding: readonly BindingConstraint[];
  readonly instruments: ReadonlyMap<InstrumentSymbol, Instrument>;
  readonly settings: FirmSettings;
  readonly saleLots: (symbol: InstrumentSymbol) => SaleLots;
}

export interface GeneratedOrders {
  readonly orders: readonly ProposedOrder[];
  readonly suppressed: readonly SuppressedOrder[];
  readonly cashAfter: Money;
  readonly estimatedCost: Money;
  readonly quantitiesAfter: ReadonlyMap<InstrumentSymbol, Quantity>;
}

/** @returns orders by symbol; amounts are estimates at the snapshot's prices */
export function generateOrders(input: OrderGenerationInput): GeneratedOrders {
  const { targets, settings } = input;
  const drafts = targets.lines.flatMap((line) => draftFor(line, input));
  const floor = minimumTradeAmount(targets.planningTotal, settings);
  new LimitFit(targets, drafts).apply();
  const dropped = new Map<OrderDraft, SuppressedOrder | null>();
  const keep = (draft: OrderDraft): boolean => {
    const why = whyNot(draft, { floor, targets, settings });
    if (why === 'keep') return true;
    dropped.set(draft, why);
    draft.quantity = zero();
    return false;
  };
  const sized = drafts.filter(keep);
  // What was dropped gives its room to the others, and stays out.
  const limits = new LimitFit(targets, sized);
  limits.apply();
  const position = { cash: targets.cash, reserve: targets.cashReserve, floor };
  const smallSells = [...dropped.keys()].filter((draft) => draft.side === 'sell');
  const enlarged = fitToCash(sized, smallSells, { position, limits, settings });
  for (const draft of enlarged) dropped.delete(draft);
  const final = drafts.filter((draft) => !dropped.has(draft)).filter(keep);
  const tooSmall = [...dropped.values()].filter((entry) => entry !== null);
  // A name that moves the other way, because a limit makes it, is not said to be kept from moving.
  const sideOf = new Map(final.map((draft) => [draft.line.symbol, draft.side]));
  const forbidden = forbiddenTrades({ ...input, floor }).filter(
    (entry) => (sideOf.get(entry.symbol) ?? entry.side) === entry.side,
  );
  const left = [...forbidden, ...tooSmall];
  const orders = final.map((draft) => orderOf(draft, input));
  const after = new Map(targets.lines.map((line) => [line.symbol, line.currentQuantity]));
  for (const draft of final) {
    const held = draft.line.currentQuantity;
    const next = draft.side === 'buy' ? held.plus(draft.quantity) : held.minus(draft.quantity);
    after.set(draft.line.symbol, next);
  }
  return {
    orders,
    suppressed: left,
    cashAfter: targets.cash.plus(sum(final.map((draft) => cashEffect(draft, settings)))),
    estimatedCost: sum(final.map((draft) => costOfDraft(draft, settings))),
    quantitiesAfter: after,
  };
}

function draftFor(line: TargetLine, input: OrderGenerationInput): OrderDraft[] {
  const weight = input.weights.get(line.symbol);
  const instrument = input.instruments.get(line.symbol);
  if (weight === undefined || instrument === undefined) return [];
  const change = input.targets.planningTotal.times(weight).minus(line.currentAmount);
  const side = change.isNegative() ? 'sell' : 'buy';
  const step = quantityStep(instrument);
  const size = change.abs();
  const wanted = sizeFor(size, line.price, { step: EXACT_STEP, mode: 'floor' });
  const base = { line, instrument, side, step, wanted, isCutByCash: false } as const;
  if (side === 'buy') {
    const quantity = snapped(sizeFor(size, line.price, { step, mode: 'floor' }), wanted, step);
    return [{ ...base, quantity, isLiquidation: false, available: null, heldBack: null }];
  }
  const lots = input.saleLots(line.symbol);
  const isLiquidation = weight.isZero();
  const sized = sizeFor(size, line.price, { step, mode: roundingOfSell(line, input) });
  const rounded = snapped(sized, wanted, step);
  const asked = isLiquidation ? line.currentQuantity : atMost(rounded, line.currentQuantity);
  const quantity = asked.isGreaterThan(lots.sellableQuantity)
    ? wholeSteps(lots.sellableQuantity, { isAll: lots.heldBack === null, step })
    : asked;
  const isAll = isLiquidation && quantity.equals(line.currentQuantity);
  return [
    {
      ...base,
      quantity,
      isLiquidation: isAll,
      available: lots.sellableQuantity,
      heldBack: lots.heldBack,
    },
  ];
}

/**
 * A wish for 4.999999 shares is a wish for 5 that went through a float: within a thousandth of a step the
 * nearest step is meant.
 */
function snapped(rounded: Quantity, wanted: Quantity, step: Quantity): Quantity {
  const nearest = wanted.roundToMultiple(step, 'halfEven');
  return nearest.minus(wanted).abs().isAtMost(step.times(THOUSANDTH)) ? nearest : rounded;
}

const THOUSANDTH: Ratio = Decimal.of(1n, 3);

/** Sells round up where rounding down would leave a maximum breached or the cash short. */
function roundingOfSell(line: TargetLine, input: OrderGenerationInput): 'floor' | 'ceiling' {
  return input.kind === 'raiseCash' || line.maximumWeight !== null ? 'ceiling' : 'floor';
}

function wholeSteps(
  quantity: Quantity,
  rounding: { readonly isAll: boolean; readonly step: Quantity },
): Quantity {
  return rounding.isAll ? quantity : quantity.roundToMultiple(rounding.step, 'floor');
}

interface KeepContext {
  readonly floor: Money;
  readonly targets: AccountTargets;
  readonly settings: FirmSettings;
}

/** Why a draft is not sent; null where that has been said, `keep` where it is. */
function whyNot(
  draft: OrderDraft,
  { floor, targets, settings }: KeepContext,
): SuppressedOrder | null | 'keep' {
  const report = (code: SuppressedOrder['code'], detail: string): SuppressedOrder | null => {
    if (draft.wanted.isZero()) return null;
    const { line, side } = draft;
    const quantity = draft.quantity.isPositive() ? draft.quantity : draft.wanted;
    return suppressed(line, { accountId: targets.accountId, side, quantity, code, detail });
  };
  if (!draft.quantity.isPositive()) {
    if (draft.isCutByCash) {
      return report('CASH_SHORTFALL', 'no cash above the reserve is left for it');
    }
    // Held-back lots have been reported where they were held back.
    if (draft.available !== null && draft.available.isZero()) return null;
    if (draft.wanted.isAtLeast(draft.step)) {
      return report('RESTRICTED', 'limits on the name or its group leave no room for it');
    }
    const step = draft.step.toString();
    return report('BELOW_ONE_LOT', `less than ${step === '1' ? 'one share' : `a lot of ${step}`}`);
  }
  if (!cashEffect(draft, settings).isPositive() && draft.side === 'sell') {
    return report('BELOW_MINIMUM_TRADE', 'the sale would cost as much as it brings, or more');
  }
  if (draft.isLiquidation || amountOf(draft).isAtLeast(floor)) return 'keep';
  return report(
    'BELOW_MINIMUM_TRADE',
    `below the minimum of ${toCents(floor, 'ceiling').toFixed(2, 'ceiling')}`,
  );
}

function orderOf(draft: OrderDraft, input: OrderGenerationInput): ProposedOrder {
  const { line, side, quantity } = draft;
  const amount = amountOf(draft);
  const cost = costOfDraft(draft, input.settings);
  const choice =
    side === 'sell' ? input.saleLots(line.symbol).select(quantity, amount.minus(cost)) : null;
  return {
    orderId: derivedId('ord', input.runId, input.targets.accountId, line.symbol, side) as OrderId,
    runId: input.runId,
    accountId: input.targets.accountId,
    symbol: line.symbol,
    side,
    quantity,
    estimatedPrice: line.price,
    estimatedAmount: amount,
    estimatedCost: cost,
    lots: choice?.lots ?? [],
    reasons: reasonsFor({ draft, targets: input.targets, binding: input.binding, choice }),
  };
}

/** Shares bought and sold as one-way turnover: half of both over the planning total (PRODUCT section 3). */
export function oneWayTurnover(orders: readonly ProposedOrder[], planningTotal: Money): Ratio {
  if (!planningTotal.isPositive()) return zero<'ratio'>();
  const gross = sum(orders.map((order) => order.estimatedAmount));
  return gross
    .as<'ratio'>()
    .dividedBy(planningTotal.plus(planningTotal).as<'ratio'>(), 12, 'halfEven');
}
