import { describe, expect, it } from 'vitest';
import { Decimal, parseCalendarDate, type Instant } from '../kernel/index.ts';
import {
  identifier,
  type ExecutionReport,
  type OrderStatus,
  type Placement,
  type ReportKind,
} from '../domain/index.ts';
import { applyCancelRejection, applyEvent, applyExecutionReport } from './placement-fold.ts';
import type { PlacementChange, PlacementState } from './placement-fold.ts';

const tradeDate = parseCalendarDate('2026-11-20');
const quantity = (text: string) => Decimal.parse<'Quantity'>(text);
const price = (text: string) => Decimal.parse<'Price'>(text);

/**
 * One line per message, as a desk would read it:
 *   US  cancel | replace | lost                         what we do
 *   BRK kind [ExecID [ref] quantity @ price] [cum N]    what the broker says
 * and what the placement is after it: status, executed, leaves, average.
 */
const stories: readonly { readonly name: string; readonly rows: readonly string[] }[] = [
  {
    name: 'two fills at two prices average exactly',
    rows: [
      'BRK new                                -> new 0 300 -',
      'BRK trade E1 - 100 @ 10.00 cum 100     -> partiallyFilled 100 200 10',
      'BRK trade E2 - 200 @ 10.03 cum 300     -> filled 300 0 10.02',
    ],
  },
  {
    name: 'a fill during a pending cancel counts, and the cancel takes the rest',
    rows: [
      'BRK new                                -> new 0 300 -',
      'US  cancel                             -> pendingCancel 0 300 -',
      'BRK trade E1 - 100 @ 10.00 cum 100     -> pendingCancel 100 200 10',
      'BRK canceled - - - @ - cum 100         -> canceled 100 0 10',
    ],
  },
  {
    name: 'a rejected cancel returns to where the fills have got to',
    rows: [
      'BRK new                                -> new 0 300 -',
      'US  cancel                             -> pendingCancel 0 300 -',
      'BRK trade E1 - 100 @ 10.00 cum 100     -> pendingCancel 100 200 10',
      'REJ                                    -> partiallyFilled 100 200 10',
    ],
  },
  {
    name: 'a late fill after a cancel is booked',
    rows: [
      'BRK canceled                           -> canceled 0 0 -',
      'BRK trade E1 - 100 @ 10.00 cum 100     -> canceled 100 0 10',
    ],
  },
  {
    name: 'a bust reopens a filled order, and a correction changes its price',
    rows: [
      'BRK trade E1 - 100 @ 10.00 cum 100     -> partiallyFilled 100 200 10',
      'BRK trade E2 - 200 @ 10.30 cum 300     -> filled 300 0 10.2',
      'BRK tradeCancel E3 E2 200 @ 10.30 cum 100 -> partiallyFilled 100 200 10',
      'BRK tradeCorrect E4 E1 100 @ 10.50 cum 100 -> partiallyFilled 100 200 10.5',
    ],
  },
  {
    name: 'an unknown order is resolved by the fill that proves it',
    rows: [
      'US  lost                               -> unknown 0 300 -',
      'BRK trade E1 - 100 @ 10.00 cum 100     -> partiallyFilled 100 200 10',
    ],
  },
];

function read(row: string): { action: string; expected: string } {
  const [action = '', expected = ''] = row.split('->').map((part) => part.trim());
  return { action, expected };
}

function act(state: PlacementState, action: string): PlacementChange {
  const words = action.split(/\s+/);
  if (words[0] === 'US') {
    return applyEvent(state, words[1] === 'lost' ? 'loseContact' : 'requestCancel');
  }
  if (words[0] === 'REJ') {
    return applyCancelRejection(state, {
      clientOrderId: identifier('C2'),
      originalClientOrderId: identifier('C1'),
      orderStatus: 'partiallyFilled',
      respondsTo: 'cancel',
      text: 'too late',
    });
  }
  const [, kind, executionId = '-', reference = '-', last = '-', , at = '-', , total = '0'] = words;
  const report: ExecutionReport = {
    reportKind: kind as ReportKind,
    orderStatus: 'new' satisfies OrderStatus,
    clientOrderId: identifier('C1'),
    originalClientOrderId: null,
    brokerOrderId: 'O1',
    brokerExecutionId: executionId,
    referenceExecutionId: reference === '-' ? null : reference,
    orderQuantity: null,
    limitPrice: null,
    lastQuantity: last === '-' ? null : quantity(last),
    lastPrice: at === '-' ? null : price(at),
    cumulativeQuantity: quantity(total),
    leavesQuantity: quantity('0'),
    averagePrice: null,
    transactTime: '2026-11-20T15:00:00.000Z' as Instant,
    tradeDate,
    text: null,
  };
  return applyExecutionReport(state, report);
}

function summary(placement: Placement): string {
  const { status, cumulativeQuantity, leavesQuantity, averagePrice } = placement;
  return `${status} ${cumulativeQuantity.toString()} ${leavesQuantity.toString()} ${averagePrice?.toString() ?? '-'}`;
}

describe('the life of a placement', () => {
  it.each(stories)('$name', ({ rows }) => {
    let state: PlacementState = {
      placement: {
        placementId: identifier('P1'),
        blockId: identifier('B1'),
        clientOrderId: identifier('C1'),
        brokerOrderId: null,
        executingBroker: 'SIM',
        symbol: identifier('AAPL'),
        side: 'buy',
        orderQuantity: quantity('300'),
        orderType: 'market',
        limitPrice: null,
        timeInForce: 'day',
        tradeDate,
        status: 'sent',
        cumulativeQuantity: quantity('0'),
        leavesQuantity: quantity('300'),
        averagePrice: null,
        text: null,
      },
      executions: [],
    };
    for (const row of rows) {
      const { action, expected } = read(row);
      const change = act(state, action);
      state = {
        placement: change.placement,
        executions: [...state.executions, ...change.newExecutions],
      };
      expect(summary(state.placement), row).toBe(expected);
      expect(change.flags, row).toEqual([]);
    }
  });
});
