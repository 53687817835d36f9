/**
 * An account's state and what an allocation does to it. Pure.
 *
 * Invariants (account-state.props.test.ts):
 *   V1  shares: the position changes by exactly the allocated quantity.
 *   V2  basis: what a sale releases plus what the lots keep is what they had, to the last digit; a bought
 *       lot's basis is what was paid.
 *   V3  cash changes by exactly the net amount.
 *   V4  a sale takes the selected lots in the order of the selection, from where earlier allocations of
 *       the same order stopped.
 *   V5  proceeds shared among the lots of a sale add up to the net amount.
 */
import {
  allocate,
  Decimal,
  derivedId,
  divide,
  err,
  maximum,
  minimum,
  multiply,
  ok,
  sum,
  zero,
  type CalendarDate,
  type Result,
} from '../kernel/index.ts';
import {
  errorFinding,
  identifier,
  MONEY_SCALE,
  warningFinding,
  type AccountId,
  type Allocation,
  type CashBalance,
  type CashFlow,
  type Finding,
  type LotSelection,
  type Money,
  type Quantity,
  type TaxLot,
  type TaxLotId,
  type Transaction,
} from '../domain/index.ts';
import { compareLots, compareTransactions } from './book-order.ts';

export interface AccountState {
  readonly accountId: AccountId;
  /** By symbol, acquired date, lot id. */
  readonly lots: readonly TaxLot[];
  /** Null where no balance was ever given. */
  readonly cash: CashBalance | null;
  /** By date, time, id. */
  readonly transactions: readonly Transaction[];
  readonly cashFlows: readonly CashFlow[];
}

/** The part of one lot that was sold. */
export interface RealizedLot {
  readonly lotId: TaxLotId;
  readonly quantity: Quantity;
  readonly acquiredDate: CalendarDate;
  readonly costBasis: Money;
  /** Net of commission. */
  readonly proceeds: Money;
}

export interface AllocationEffect {
  readonly state: AccountState;
  /** Empty on a buy. */
  readonly realized: readonly RealizedLot[];
  /** LOT_SELECTION_UNAVAILABLE where other lots had to be taken. */
  readonly findings: readonly Finding[];
}

export interface AllocationInput {
  readonly allocation: Allocation;
  /** The order's lot selection, in order; empty on a buy. */
  readonly selections: readonly Pick<LotSelection, 'lotId' | 'quantity'>[];
  /** What earlier allocations of the same order have taken of the selection. */
  readonly quantityBefore: Quantity;
}

/**
 * The state after an allocation: what has executed, so that only impossible facts are refused.
 *
 * @refuses ALLOCATION_EXCEEDS_POSITION if more is sold than is held: a break to reconcile, never a
 *   negative lot
 */
export function applyAllocation(
  state: AccountState,
  input: AllocationInput,
): Result<AllocationEffect, Finding> {
  return input.allocation.side === 'buy' ? ok(applyBuy(state, input)) : applySell(state, input);
}

function applyBuy(state: AccountState, { allocation }: AllocationInput): AllocationEffect {
  const lot: TaxLot = {
    lotId: identifier<TaxLotId>(derivedId('lot', allocation.allocationId)),
    accountId: state.accountId,
    symbol: allocation.symbol,
    quantity: allocation.quantity,
    costBasis: allocation.netAmount.negated(),
    acquiredDate: allocation.tradeDate,
    washSaleAdjustment: zero<'Money'>(),
  };
  const lots = [...state.lots, lot].sort(compareLots);
  return { state: settled(state, allocation, { lots, sold: [] }), realized: [], findings: [] };
}

function applySell(state: AccountState, input: AllocationInput): Result<AllocationEffect, Finding> {
  const { allocation } = input;
  const held = state.lots.filter((lot) => lot.symbol === allocation.symbol);
  const position = sum(held.map((lot) => lot.quantity));
  if (allocation.quantity.isGreaterThan(position)) {
    const { accountId, symbol } = allocation;
    const message =
      `${allocation.quantity.toString()} ${symbol} were sold, and account ${accountId} holds ` +
      position.toString();
    return err(errorFinding('ALLOCATION_EXCEEDS_POSITION', message, { accountId, symbol }));
  }
  const chosen = chosenLots(held, input);
  const fallback = fillUp(held, chosen, allocation.quantity);
  const taken = mergeTaken([...chosen, ...fallback]);
  const proceeds = shareProceeds(allocation, taken);
  const byLot = new Map(taken.map((part) => [part.lotId, part.quantity]));
  const realized: RealizedLot[] = [];
  const lots: TaxLot[] = [];
  for (const lot of state.lots) {
    const quantity = lot.symbol === allocation.symbol ? byLot.get(lot.lotId) : undefined;
    if (quantity === undefined) lots.push(lot);
    else {
      const { rest, released } = reduceLot(lot, quantity);
      if (rest !== null) lots.push(rest);
      const { lotId, acquiredDate } = lot;
      const share = proceeds.get(lotId) ?? zero<'Money'>();
      realized.push({ lotId, quantity, acquiredDate, costBasis: released, proceeds: share });
    }
  }
  const findings = fallback.length === 0 ? [] : [selectionFinding(allocation)];
  return ok({ state: settled(state, allocation, { lots, sold: taken }), realized, findings });
}

interface TakenLot {
  readonly lotId: TaxLotId;
  readonly quantity: Quantity;
}

/** The selection from `quantityBefore` on, as far as the lots still have it (V4). */
function chosenLots(held: readonly TaxLot[], input: AllocationInput): readonly TakenLot[] {
  const available = new Map(held.map((lot) => [lot.lotId, lot.quantity]));
  let skip = input.quantityBefore;
  let wanted = input.allocation.quantity;
  const taken: TakenLot[] = [];
  for (const { lotId, quantity } of input.selections) {
    const skipped = minimum(skip, quantity);
    skip = skip.minus(skipped);
    const left = available.get(lotId) ?? zero<'Quantity'>();
    const part = minimum(minimum(quantity.minus(skipped), left), wanted);
    if (!part.isPositive()) continue;
    taken.push({ lotId, quantity: part });
    available.set(lotId, left.minus(part));
    wanted = wanted.minus(part);
  }
  return taken;
}

/** What the selection could not give comes from the oldest lots: the shares are sold in any case. */
function fillUp(
  held: readonly TaxLot[],
  chosen: readonly TakenLot[],
  quantity: Quantity,
): readonly TakenLot[] {
  let wanted = quantity.minus(sum(chosen.map((part) => part.quantity)));
  const used = new Map(mergeTaken(chosen).map((part) => [part.lotId, part.quantity]));
  const taken: TakenLot[] = [];
  for (const lot of held) {
    if (!wanted.isPositive()) break;
    const free = lot.quantity.minus(used.get(lot.lotId) ?? zero<'Quantity'>());
    const part = minimum(free, wanted);
    if (!part.isPositive()) continue;
    taken.push({ lotId: lot.lotId, quantity: part });
    wanted = wanted.minus(part);
  }
  return taken;
}

function mergeTaken(parts: readonly TakenLot[]): readonly TakenLot[] {
  const merged = new Map<TaxLotId, Quantity>();
  for (const { lotId, quantity } of parts) {
    merged.set(lotId, (merged.get(lotId) ?? zero<'Quantity'>()).plus(quantity));
  }
  return [...merged].map(([lotId, quantity]) => ({ lotId, quantity }));
}

/**
 * Takes shares out of a lot. The released basis is basis x sold / held to the lot's last digit (at least
 * the cent), half to even; the lot keeps the exact rest (V2), and a lot sold whole releases all of it.
 */
function reduceLot(
  lot: TaxLot,
  sold: Quantity,
): { readonly rest: TaxLot | null; readonly released: Money } {
  if (sold.equals(lot.quantity)) return { rest: null, released: lot.costBasis };
  const partOf = (amount: Money): Money =>
    divide<'Money'>(multiply<'Money'>(amount, sold), lot.quantity, {
      scale: Math.max(MONEY_SCALE, amount.scale),
      mode: 'halfEven',
    });
  const released = partOf(lot.costBasis);
  const rest: TaxLot = {
    ...lot,
    quantity: lot.quantity.minus(sold),
    costBasis: lot.costBasis.minus(released),
    washSaleAdjustment: lot.washSaleAdjustment.minus(partOf(lot.washSaleAdjustment)),
  };
  return { rest, released };
}

/** Gross and commission are shared apart, since both are non-negative and their difference may not be. */
function shareProceeds(
  allocation: Allocation,
  taken: readonly TakenLot[],
): ReadonlyMap<TaxLotId, Money> {
  const ordered = [...taken].sort((a, b) => (a.lotId < b.lotId ? -1 : 1));
  const weights = ordered.map((part) => part.quantity);
  const share = (amount: Money): readonly Money[] =>
    allocate(amount, weights, Decimal.of<'Money'>(1n, Math.max(MONEY_SCALE, amount.scale)));
  const costs = share(maximum(allocation.commission, zero<'Money'>()));
  return new Map(
    share(allocation.grossAmount).map((gross, i) => [
      (ordered[i] as TakenLot).lotId,
      gross.minus(costs[i] as Money),
    ]),
  );
}

function settled(
  state: AccountState,
  allocation: Allocation,
  change: { readonly lots: readonly TaxLot[]; readonly sold: readonly TakenLot[] },
): AccountState {
  const transaction: Transaction = {
    transactionId: allocation.allocationId,
    accountId: state.accountId,
    date: allocation.tradeDate,
    time: null,
    symbol: allocation.symbol,
    side: allocation.side,
    quantity: allocation.quantity,
    amount: allocation.netAmount.abs(),
    price: allocation.averagePrice,
    fees: allocation.commission,
    lotId: null,
    lots: change.sold,
    splitRatio: null,
  };
  return {
    ...state,
    lots: change.lots,
    cash: cashAfter(state, allocation),
    transactions: [...state.transactions, transaction].sort(compareTransactions),
  };
}

/**
 * Trade-date cash moves by the net amount (V3). Settled cash, where it is kept, is reduced by a purchase
 * at once and raised by a sale only when the custodian reports it: it errs to caution.
 */
function cashAfter(state: AccountState, { netAmount }: Allocation): CashBalance {
  const before = state.cash?.amount ?? zero<'Money'>();
  const settledBefore = state.cash?.settledAmount ?? null;
  return {
    accountId: state.accountId,
    amount: before.plus(netAmount),
    settledAmount:
      settledBefore === null ? null : settledBefore.plus(minimum(netAmount, zero<'Money'>())),
  };
}

function selectionFinding({ accountId, symbol, orderId }: Allocation): Finding {
  const message = `lots selected by order ${orderId} were no longer there: the oldest were taken`;
  return warningFinding('LOT_SELECTION_UNAVAILABLE', message, { accountId, symbol });
}
