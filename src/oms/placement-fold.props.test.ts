import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, parseCalendarDate, Rng, type Instant } from '../kernel/index.ts';
import {
  identifier,
  isLive,
  ORDER_STATUSES,
  type ClientOrderId,
  type ExecutionReport,
  type Placement,
  type Price,
  type Quantity,
  type ReportKind,
} from '../domain/index.ts';
import { totalsOf } from './execution-ledger.ts';
import {
  applyCancelRejection,
  applyEvent,
  applyExecutionReport,
  type PlacementState,
} from './placement-fold.ts';

const TRADE_DATE = parseCalendarDate('2026-11-20');
const AT = '2026-11-20T15:00:00.000Z' as Instant;
const shares = (n: number | bigint): Quantity => Decimal.of<'Quantity'>(BigInt(n), 0);
const cents = (n: number | bigint): Price => Decimal.of<'Price'>(BigInt(n), 2);

function stateOf(orderQuantity: number): PlacementState {
  const placement: Placement = {
    placementId: identifier('P1'),
    blockId: identifier('B1'),
    clientOrderId: identifier('C1'),
    brokerOrderId: null,
    executingBroker: 'SIM',
    symbol: identifier('AAPL'),
    side: 'buy',
    orderQuantity: shares(orderQuantity),
    orderType: 'market',
    limitPrice: null,
    timeInForce: 'day',
    tradeDate: TRADE_DATE,
    status: 'sent',
    cumulativeQuantity: shares(0),
    leavesQuantity: shares(orderQuantity),
    averagePrice: null,
    text: null,
  };
  return { placement, executions: [] };
}

function reportOf(kind: ReportKind, fields: Partial<ExecutionReport>): ExecutionReport {
  return {
    reportKind: kind,
    orderStatus: 'new',
    clientOrderId: identifier<ClientOrderId>('C1'),
    originalClientOrderId: null,
    brokerOrderId: 'O1',
    brokerExecutionId: 'E0',
    referenceExecutionId: null,
    orderQuantity: null,
    limitPrice: null,
    lastQuantity: null,
    lastPrice: null,
    cumulativeQuantity: shares(0),
    leavesQuantity: shares(0),
    averagePrice: null,
    transactTime: AT,
    tradeDate: TRADE_DATE,
    text: null,
    ...fields,
  };
}

/** A second bookkeeper that knows nothing of our ledger: integers, written as the broker makes them. */
interface BrokerBook {
  readonly reports: ExecutionReport[];
  quantity: bigint;
  moneyCents: bigint;
}

type BrokerStep =
  | { readonly kind: 'fill'; readonly quantity: number; readonly priceCents: number }
  | { readonly kind: 'bust'; readonly which: number }
  | {
      readonly kind: 'correct';
      readonly which: number;
      readonly quantity: number;
      readonly priceCents: number;
    };

const step: fc.Arbitrary<BrokerStep> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('fill' as const),
      quantity: fc.integer({ min: 1, max: 400 }),
      priceCents: fc.integer({ min: 1, max: 90_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('bust' as const), which: fc.nat(20) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('correct' as const),
      which: fc.nat(20),
      quantity: fc.integer({ min: 0, max: 400 }),
      priceCents: fc.integer({ min: 1, max: 90_000 }),
    }),
  },
);

function brokerBook(steps: readonly BrokerStep[]): BrokerBook {
  const open: { id: string; quantity: bigint; price: bigint }[] = [];
  const book: BrokerBook = { reports: [], quantity: 0n, moneyCents: 0n };
  steps.forEach((next, index) => {
    const id = `E${String(index + 1)}`;
    const target = next.kind === 'fill' ? undefined : open[next.which % Math.max(open.length, 1)];
    if (next.kind !== 'fill' && target === undefined) return;
    if (target !== undefined) {
      book.quantity -= target.quantity;
      book.moneyCents -= target.quantity * target.price;
    }
    const reference = target?.id ?? null;
    if (next.kind === 'bust') {
      open.splice(open.indexOf(target as (typeof open)[number]), 1);
    } else {
      const quantity = BigInt(next.quantity);
      const price = BigInt(next.priceCents);
      book.quantity += quantity;
      book.moneyCents += quantity * price;
      if (target === undefined) open.push({ id, quantity, price });
      else Object.assign(target, { id, quantity, price });
    }
    const kinds = { fill: 'trade', bust: 'tradeCancel', correct: 'tradeCorrect' } as const;
    book.reports.push(
      reportOf(kinds[next.kind], {
        brokerExecutionId: id,
        referenceExecutionId: reference,
        lastQuantity: next.kind === 'bust' ? null : shares(next.quantity),
        lastPrice: next.kind === 'bust' ? null : cents(next.priceCents),
        cumulativeQuantity: shares(book.quantity),
      }),
    );
  });
  return book;
}

type Action = (state: PlacementState) => ReturnType<typeof applyExecutionReport>;

const noise: fc.Arbitrary<Action> = fc.oneof(
  fc
    .constantFrom<ReportKind>('pendingNew', 'new', 'pendingCancel', 'canceled', 'pendingReplace')
    .map((kind) => (state: PlacementState) => applyExecutionReport(state, reportOf(kind, {}))),
  fc
    .constantFrom<ReportKind>('rejected', 'expired', 'doneForDay', 'suspended', 'stopped')
    .map((kind) => (state: PlacementState) => applyExecutionReport(state, reportOf(kind, {}))),
  fc
    .constantFrom(...ORDER_STATUSES)
    .map(
      (orderStatus) => (state: PlacementState) =>
        applyExecutionReport(state, reportOf('orderStatus', { orderStatus })),
    ),
  fc
    .constantFrom('requestCancel' as const, 'requestReplace' as const, 'loseContact' as const)
    .map((event) => (state: PlacementState) => applyEvent(state, event)),
  fc.constant((state: PlacementState) =>
    applyCancelRejection(state, {
      clientOrderId: identifier('C2'),
      originalClientOrderId: identifier('C1'),
      orderStatus: 'new',
      respondsTo: 'cancel',
      text: 'too late',
    }),
  ),
  fc
    .integer({ min: 1, max: 3000 })
    .map(
      (quantity) => (state: PlacementState) =>
        applyExecutionReport(state, reportOf('replaced', { orderQuantity: shares(quantity) })),
    ),
);

/** Our requests and the broker's replies stand anywhere; its reports come in any order, some twice. */
const story = fc
  .record({
    steps: fc.array(step, { maxLength: 12 }),
    noise: fc.array(noise, { maxLength: 8 }),
    repeats: fc.array(fc.nat(30), { maxLength: 6 }),
    seed: fc.integer(),
  })
  .map(({ steps, noise: others, repeats, seed }) => {
    const book = brokerBook(steps);
    const deliveries = [...book.reports];
    for (const index of repeats) {
      const again = book.reports[index % Math.max(book.reports.length, 1)];
      if (again !== undefined) deliveries.push(again);
    }
    const actions: Action[] = [
      ...others,
      ...deliveries.map((report) => (state: PlacementState) => applyExecutionReport(state, report)),
    ];
    return { book, actions: new Rng(seed).shuffle(actions) };
  });

function play(actions: readonly Action[], state: PlacementState): PlacementState {
  return actions.reduce((current, action) => {
    const change = action(current);
    return {
      placement: change.placement,
      executions: [...current.executions, ...change.newExecutions],
    };
  }, state);
}

describe('placement fold', () => {
  it('PF1 EL1 EL2 EL3 conserves quantity and money under any interleaving', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 1, max: 2000 }), ({ book, actions }, ordered) => {
        const end = play(actions, stateOf(ordered));
        expect(end.placement.cumulativeQuantity.equals(shares(book.quantity))).toBe(true);
        const gross = totalsOf(end.executions).grossAmount;
        expect(gross.equals(Decimal.of<'Money'>(book.moneyCents, 2))).toBe(true);
        expect(end.executions).toHaveLength(book.reports.length);
      }),
      { numRuns: 400 },
    );
  });

  it('PF2 leaves what is not filled while the order lives, and nothing when it is dead', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: 1, max: 2000 }), ({ actions }, ordered) => {
        const { placement } = play(actions, stateOf(ordered));
        const rest = placement.orderQuantity.minus(placement.cumulativeQuantity);
        const expected = isLive(placement.status) && rest.isPositive() ? rest : shares(0);
        expect(placement.leavesQuantity.equals(expected)).toBe(true);
        if (placement.status === 'filled') expect(placement.leavesQuantity.isZero()).toBe(true);
      }),
    );
  });

  it('PF3 books a repeated execution once and flags the repetition', () => {
    fc.assert(
      fc.property(story, ({ book, actions }) => {
        const end = play(actions, stateOf(500));
        for (const report of book.reports) {
          const change = applyExecutionReport(end, report);
          expect(change.newExecutions).toHaveLength(0);
          expect(change.placement).toEqual(end.placement);
          expect(change.flags.map(({ code }) => code)).toEqual(['EXECUTION_DUPLICATE_IGNORED']);
        }
      }),
    );
  });

  it('PF4 answers every message in every state, and a flagged one keeps its executions', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ORDER_STATUSES),
        fc.integer({ min: 1, max: 900 }),
        (status, quantity) => {
          const start = stateOf(500);
          const state = { ...start, placement: { ...start.placement, status } };
          const change = applyExecutionReport(
            state,
            reportOf('trade', {
              brokerExecutionId: 'E1',
              lastQuantity: shares(quantity),
              lastPrice: cents(100),
              cumulativeQuantity: shares(quantity),
            }),
          );
          expect(change.newExecutions).toHaveLength(1);
          expect(change.placement.cumulativeQuantity.equals(shares(quantity))).toBe(true);
        },
      ),
    );
  });

  it('PF5 never copies the totals of a broker that cannot add', () => {
    const change = applyExecutionReport(
      stateOf(500),
      reportOf('trade', {
        brokerExecutionId: 'E1',
        lastQuantity: shares(100),
        lastPrice: cents(1000),
        cumulativeQuantity: shares(300),
        averagePrice: cents(1100),
      }),
    );
    expect(change.placement.cumulativeQuantity.toString()).toBe('100');
    expect(change.placement.averagePrice?.toString()).toBe('10');
    expect(change.flags.map(({ code }) => code)).toEqual(['CUMULATIVE_QUANTITY_DIFFERS']);
  });
});
