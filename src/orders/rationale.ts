/** The reasons of an order as data, and as sentences: one source for API, screens, files and audit. */
import { Decimal, unreachable } from '../kernel/index.ts';
import {
  notional,
  weightOf,
  type AccountTargets,
  type BindingConstraint,
  type Money,
  type OrderReason,
  type ProposedOrder,
  type Ratio,
  type TargetLine,
} from '../domain/index.ts';
import type { LotChoice } from './sale-lots.ts';
import type { OrderDraft } from './order-draft.ts';

export interface ReasonContext {
  readonly draft: OrderDraft;
  readonly targets: AccountTargets;
  readonly binding: readonly BindingConstraint[];
  readonly choice: LotChoice | null;
}

/** Most important first: what it fixes, what shaped it, what it costs. */
export function reasonsFor(context: ReasonContext): OrderReason[] {
  const { draft, targets, choice } = context;
  const { line, side } = draft;
  const reasons: OrderReason[] = [purpose(draft, targets)];
  const replaced = line.path.find((part) => part.startsWith(SUBSTITUTE));
  if (replaced !== undefined && side === 'buy') {
    const substituteFor = replaced.slice(SUBSTITUTE.length) as TargetLine['symbol'];
    reasons.push({ code: 'SUBSTITUTE', substituteFor });
  }
  const { cash, cashReserve } = targets;
  if (side === 'buy' && cash.isGreaterThan(cashReserve)) {
    reasons.push({ code: 'CASH_INVESTED', cashBefore: cash, cashReserve });
  }
  if (side === 'sell' && cash.isLessThan(cashReserve)) {
    reasons.push({ code: 'CASH_RAISED', cashBefore: cash, cashReserve });
  }
  reasons.push(...limits(context));
  if (draft.isCutByCash) reasons.push({ code: 'LIMITED_BY_CASH', quantityWanted: draft.wanted });
  // More than a step away from the wish is not rounding: cash or a limit decided, and is named above.
  const rounding = draft.quantity.minus(draft.wanted).abs();
  const isRounded = !rounding.isZero() && rounding.isLessThan(draft.step);
  if (isRounded && !draft.isCutByCash && !draft.isLiquidation) {
    reasons.push({ code: 'ROUNDED', quantityUnrounded: draft.wanted, step: draft.step });
  }
  if (choice !== null) reasons.push(lotsReason(choice));
  if (draft.heldBack !== null) {
    const { lotCount, until } = draft.heldBack;
    reasons.push({ code: 'WASH_SALE_AVOIDED', lotsHeldBack: lotCount, until });
  }
  return reasons;
}

const SUBSTITUTE = 'substitute for ';

function purpose(draft: OrderDraft, targets: AccountTargets): OrderReason {
  const { line, side, quantity } = draft;
  if (line.targetWeight.isZero() && side === 'sell') {
    return { code: 'NOT_IN_MODEL', weightBefore: line.currentWeight };
  }
  const held =
    side === 'buy' ? line.currentQuantity.plus(quantity) : line.currentQuantity.minus(quantity);
  return {
    code: 'DRIFT_CORRECTION',
    weightBefore: line.currentWeight,
    targetWeight: line.targetWeight,
    weightAfter: weightOf(notional(line.price, held), targets.planningTotal),
  };
}

/** A price below this (in objective units) is the solver's noise, not a limit worth a sentence. */
const PRICE_FLOOR = 1e-7;

function limits({ draft, targets, binding }: ReasonContext): OrderReason[] {
  const { symbol } = draft.line;
  if (draft.line.limits.length === 0 && targets.groups.length === 0) return [];
  // A box end that no restriction made is the target itself: reaching it is no limit.
  const hasOwnLimit = draft.line.limits.length > 0;
  const groups = new Set(
    targets.groups
      .filter((group) => group.symbols.includes(symbol))
      .map((group) => `${group.name} (${group.restrictionId})`),
  );
  return binding
    .filter(({ constraint, shadowPrice }) => {
      if (Math.abs(shadowPrice) < PRICE_FLOOR) return false;
      const isOwn = constraint === `lower:${symbol}` || constraint === `upper:${symbol}`;
      return (isOwn && hasOwnLimit) || groups.has(constraint);
    })
    .map(({ constraint, shadowPrice }) => ({ code: 'LIMITED_BY', constraint, shadowPrice }));
}

function lotsReason(choice: LotChoice): OrderReason {
  const { relief, realizedGain, estimatedTax, alternativeRelief, alternativeTax } = choice;
  return {
    code: 'LOTS_CHOSEN',
    relief,
    realizedGain,
    estimatedTax,
    alternativeRelief,
    alternativeTax,
  };
}

const percent = (ratio: Ratio): string => `${ratio.times(HUNDRED).toFixed(2, 'halfEven')} %`;
const HUNDRED = Decimal.fromInteger(100);

/** One reason as a sentence in plain words. */
export function reasonText(reason: OrderReason): string {
  switch (reason.code) {
    case 'DRIFT_CORRECTION':
      return `Moves the weight from ${percent(reason.weightBefore)} to ${percent(reason.weightAfter)}; the target is ${percent(reason.targetWeight)}.`;
    case 'NOT_IN_MODEL':
      return `The model does not hold it; it is ${percent(reason.weightBefore)} of the account.`;
    case 'CASH_INVESTED':
      return `Invests cash of ${reason.cashBefore.toFixed(2, 'halfEven')} down to the reserve of ${reason.cashReserve.toFixed(2, 'halfEven')}.`;
    case 'CASH_RAISED':
      return `Raises cash from ${reason.cashBefore.toFixed(2, 'halfEven')} to the reserve of ${reason.cashReserve.toFixed(2, 'halfEven')}.`;
    case 'SUBSTITUTE':
      return `Stands in for ${reason.substituteFor}, which may not be bought here.`;
    case 'LIMITED_BY':
      return `Limited by ${limitText(reason.constraint)}: one percentage point more room would lower the objective (tracking risk, costs and taxes) by ${(Math.abs(reason.shadowPrice) * 100).toFixed(2)} basis points.`;
    case 'LIMITED_BY_CASH':
      return `Cut from ${reason.quantityWanted.toString()} shares because cash above the reserve ends there.`;
    case 'ROUNDED':
      return `Rounded from ${reason.quantityUnrounded.toString()} to a multiple of ${reason.step.toString()}.`;
    case 'LOTS_CHOSEN':
      return lotsText(reason);
    case 'WASH_SALE_AVOIDED':
      return `${reason.lotsHeldBack === 1 ? 'One lot at a loss is' : `${String(reason.lotsHeldBack)} lots at a loss are`} held back until ${reason.until} to avoid a wash sale.`;
    case 'TRACKING_ERROR':
      return `Tracking error goes from ${(reason.before * 100).toFixed(2)} % to ${(reason.after * 100).toFixed(2)} % a year.`;
    default:
      return unreachable(reason);
  }
}

/** `upper:AAA` and `sector:Energy (firm/maxWeight/sector:Energy)` in words. */
function limitText(constraint: string): string {
  if (constraint.startsWith('upper:')) return 'the most that restrictions allow it to be';
  if (constraint.startsWith('lower:')) return 'the least that restrictions allow it to be';
  return `the restriction on ${constraint}`;
}

function lotsText(reason: Extract<OrderReason, { code: 'LOTS_CHOSEN' }>): string {
  const { realizedGain, estimatedTax, alternativeTax } = reason;
  const gain = `a ${realizedGain.isNegative() ? 'loss' : 'gain'} of ${cents(realizedGain.abs())}`;
  const chosen = `Lots by ${RELIEF_WORDS[reason.relief] ?? reason.relief}: realizes ${gain}`;
  if (estimatedTax === null) return `${chosen}; tax could not be estimated (rates are missing).`;
  const sentence = `${chosen}, ${taxWords(estimatedTax)}`;
  if (alternativeTax === null || alternativeTax.equals(estimatedTax)) return `${sentence}.`;
  const other = RELIEF_WORDS[reason.alternativeRelief] ?? reason.alternativeRelief;
  const effect = alternativeTax.isNegative()
    ? `would save ${cents(alternativeTax.abs())}`
    : `would cost ${cents(alternativeTax)}`;
  return `${sentence} (${other} ${effect}).`;
}

/** A loss lowers the tax on other gains: said so, instead of as a negative tax. */
function taxWords(tax: Money): string {
  if (tax.isZero()) return 'no tax';
  return tax.isNegative()
    ? `saves an estimated ${cents(tax.abs())} of tax`
    : `estimated tax ${cents(tax)}`;
}

const cents = (amount: Money): string => amount.toFixed(2, 'halfEven');

/** The reliefs in a portfolio manager's words. */
const RELIEF_WORDS: Readonly<Record<string, string>> = {
  fifo: 'first in, first out',
  lifo: 'last in, first out',
  hifo: 'highest cost',
  lofo: 'lowest cost',
  minimumTax: 'least tax',
};

/** Why an order is proposed, in full sentences. */
export function explainOrder(order: Pick<ProposedOrder, 'reasons'>): string {
  return order.reasons.map(reasonText).join(' ');
}
